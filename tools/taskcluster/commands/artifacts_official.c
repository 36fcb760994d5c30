/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/artifacts.h"

static const struct option options[] = {
	FETCH_OPTIONS_HOW,
	{ NULL, 0, NULL, NULL },
};

const struct command download_artifact_command = {
	.name = "artifact",
	.whole_name = "download artifact",
	.synopsis = "TASK_ID [RUN_ID] NAME FILE",
	.summary = "download an artifact of a task; see also `artifact download`",
	.details = "Without RUN_ID it is that of the latest run. FILE may be a folder, and - is "
		   "standard output.",
	.takes_file = true,
	.options = options,
};

const struct command download_object_command = {
	.name = "object",
	.whole_name = "download object",
	.synopsis = "NAME FILE",
	.summary = "download an object; see also `object download`",
	.details = "FILE may be a folder, and - is standard output.",
	.takes_file = true,
	.options = options,
};
