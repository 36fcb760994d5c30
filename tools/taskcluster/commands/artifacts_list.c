/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/artifacts.h"

static const struct option options[] = {
	{ "run", LIST_RUN, "N", "of this run; else of the latest" },
	{ "json", LIST_JSON, NULL, "each as a line of JSON, as the queue tells it" },
	{ NULL, 0, NULL, NULL },
};

const struct command artifact_list_command = {
	.name = "list",
	.whole_name = "artifact list",
	.synopsis = "[TASK_ID [RUN_ID]]",
	.summary = "list the artifacts of a run",
	.details =
		"Without TASK_ID the variables TASK_ID and RUN_ID say whose, as they do inside a "
		"task; without a run it is the latest. A line for each: where its bytes are, "
		"their number (- where nobody tells it), their type, how long it is kept, its "
		"name.",
	.options = options,
};
