/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/tasks/tasks.h"

const struct action task_actions[] = {
	{ &task_status_command, task_status },
	{ &task_name_command, task_name },
	{ &task_def_command, task_def },
	{ &task_group_command, task_group },
	{ &task_artifacts_command, task_artifacts },
	{ &task_cancel_command, task_cancel },
	{ &task_rerun_command, task_rerun },
	{ &task_complete_command, task_complete },
	{ &task_retrigger_command, task_retrigger },
	{ &task_run_command, task_run },
	{ NULL, NULL },
};
