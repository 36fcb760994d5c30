/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/logs/logs.h"

const struct action log_actions[] = {
	{ &task_log_command, task_log },
	{ NULL, NULL },
};
