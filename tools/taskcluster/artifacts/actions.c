/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/artifacts/artifacts.h"
#include "tools/taskcluster/commands/artifacts.h"

const struct action artifact_actions[] = {
	{ &artifact_upload_command, artifact_upload },
	{ &object_upload_command, object_upload },
	{ &artifact_download_command, artifact_download },
	{ &object_download_command, object_download },
	{ &artifact_list_command, artifact_list },
	{ &download_artifact_command, download_artifact },
	{ &download_object_command, download_object },
	{ NULL, NULL },
};
