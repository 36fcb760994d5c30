/* SPDX-License-Identifier: MPL-2.0 */

/* Those that change a task that is there. */

#include "tools/taskcluster/commands/task.h"

static const struct option change_options[] = {
	TASK_OPTION_NOOP,
	TASK_OPTION_CONFIRM,
	TASK_OPTION_REPLY,
	{ NULL, 0, NULL, NULL },
};

const struct command task_cancel_command = {
	.name = "cancel",
	.whole_name = "task cancel",
	.synopsis = "TASK_ID",
	.summary = "cancel a task",
	.details = "Prints the state that it has then. One that is over stays as it is.",
	.options = change_options,
};

const struct command task_complete_command = {
	.name = "complete",
	.whole_name = "task complete",
	.synopsis = "TASK_ID",
	.summary = "complete a task without running it",
	.details = "Its latest run is claimed, as the worker taskcluster-cli, and reported as "
		   "completed with the claim's credentials. Inside a task, below "
		   "TASKCLUSTER_PROXY_URL, "
		   "those need TASKCLUSTER_ROOT_URL, too.",
	.options = change_options,
};

static const struct option rerun_options[] = {
	{ "force", 'f', NULL, "also when it is neither failed nor exception" },
	TASK_OPTION_NOOP,
	TASK_OPTION_CONFIRM,
	TASK_OPTION_REPLY,
	{ NULL, 0, NULL, NULL },
};

const struct command task_rerun_command = {
	.name = "rerun",
	.whole_name = "task rerun",
	.synopsis = "TASK_ID",
	.summary = "run a task again, under its id",
	.details = "What waits for the task gets the new run's outcome. `taskcluster task "
		   "retrigger` makes another task of the same definition.",
	.options = rerun_options,
};
