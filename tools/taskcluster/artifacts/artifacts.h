/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_ARTIFACTS_H
#define TC_CLI_ARTIFACTS_H

/*
 * Artifacts and objects, as whole jobs. `download artifact` and `download object` are the names of
 * the official client: the same code, with that client's arguments and lines.
 */

#include "tools/taskcluster/shared/command.h"

extern const struct command artifact_command, object_command, download_command;

/* The commands of these families. */
extern const struct command artifact_upload_command, artifact_download_command,
	artifact_list_command, object_upload_command, object_download_command,
	download_artifact_command, download_object_command;

#endif
