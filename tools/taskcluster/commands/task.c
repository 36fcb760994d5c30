/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/task.h"

static const struct command *const parts[] = { &task_status_command, &task_log_command,
	&task_name_command, &task_def_command, &task_group_command, &task_artifacts_command,
	&task_run_command, &task_retrigger_command, &task_rerun_command, &task_cancel_command,
	&task_complete_command, NULL };

const struct command task_command = {
	.name = "task",
	.synopsis = "COMMAND …",
	.summary = "look at tasks, run them, and end them",
	.parts = parts,
};
