/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/artifacts.h"

static const struct command *const artifact_parts[] = { &artifact_upload_command,
	&artifact_download_command, &artifact_list_command, NULL };
static const struct command *const object_parts[] = { &object_upload_command,
	&object_download_command, NULL };
static const struct command *const download_parts[] = { &download_artifact_command,
	&download_object_command, NULL };

const struct command artifact_command = {
	.name = "artifact",
	.synopsis = "upload|download|list …",
	.summary = "upload, download and list the artifacts of tasks",
	.parts = artifact_parts,
};

const struct command object_command = {
	.name = "object",
	.synopsis = "upload|download …",
	.summary = "upload and download objects of the object service",
	.parts = object_parts,
};

const struct command download_command = {
	.name = "download",
	.synopsis = "artifact|object …",
	.summary = "the same downloads, by the official client's names",
	.parts = download_parts,
};
