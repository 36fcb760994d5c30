/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/task.h"

static const struct command *const parts[] = { &task_log_command, NULL };

const struct command task_command = {
	.name = "task",
	.synopsis = "COMMAND …",
	.summary = "look at tasks, run them, and end them",
	.parts = parts,
};
