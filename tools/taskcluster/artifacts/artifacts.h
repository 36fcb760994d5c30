/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_ARTIFACTS_H
#define TC_CLI_ARTIFACTS_H

/* Artifacts and objects, as whole jobs. */

#include "tools/taskcluster/shared/action.h"

extern const struct action artifact_actions[];

/* Of these commands. */
int artifact_upload(struct arguments *arguments);
int object_upload(struct arguments *arguments);
int artifact_download(struct arguments *arguments);
int object_download(struct arguments *arguments);
int download_artifact(struct arguments *arguments);
int download_object(struct arguments *arguments);
int artifact_list(struct arguments *arguments);

#endif
