/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/task.h"

const struct command task_log_command = {
	.name = "log",
	.whole_name = "task log",
	.synopsis = "TASK_ID",
	.summary = "print a task's log, and follow it while it grows",
};
