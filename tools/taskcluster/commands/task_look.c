/* SPDX-License-Identifier: MPL-2.0 */

/* Those that change nothing. */

#include "tools/taskcluster/commands/task.h"

static const struct option status_options[] = {
	{ "all-runs", 'a', NULL, "of each run, a line each" },
	TASK_OPTION_RUN,
	{ "json", TASK_JSON, NULL,
		"the whole status as the queue tells it, in a line; with -a or -r the runs" },
	{ NULL, 0, NULL, NULL },
};

const struct command task_status_command = {
	.name = "status",
	.whole_name = "task status",
	.synopsis = "TASK_ID",
	.summary = "print a task's state",
	.details = "The state of its latest run, and in quotes the reason where the run is over: "
		   "completed 'completed'.\n\n"
		   "A task that waits for others has no runs, which is an error here.",
	.options = status_options,
};

const struct command task_name_command = {
	.name = "name",
	.whole_name = "task name",
	.synopsis = "TASK_ID",
	.summary = "print a task's name",
};

static const struct option def_options[] = {
	{ "json", TASK_JSON, NULL, "in a line" },
	{ NULL, 0, NULL, NULL },
};

const struct command task_def_command = {
	.name = "def",
	.whole_name = "task def",
	.synopsis = "TASK_ID",
	.summary = "print a task's definition",
	.details = "As the queue tells it, indented.",
	.options = def_options,
};

const struct command task_group_command = {
	.name = "group",
	.whole_name = "task group",
	.synopsis = "TASK_ID",
	.summary = "print the id of a task's group",
};

static const struct option artifacts_options[] = {
	TASK_OPTION_RUN,
	{ "json", TASK_JSON, NULL, "each as a line of JSON, as the queue tells it" },
	{ NULL, 0, NULL, NULL },
};

const struct command task_artifacts_command = {
	.name = "artifacts",
	.whole_name = "task artifacts",
	.synopsis = "TASK_ID",
	.summary = "print the names of a run's artifacts",
	.details = "`taskcluster artifact list` tells more of each.",
	.options = artifacts_options,
};
