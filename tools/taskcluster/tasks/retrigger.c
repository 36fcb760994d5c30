/* SPDX-License-Identifier: MPL-2.0 */

/* `task retrigger`. */

#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/tasks/definition.h"
#include "tools/taskcluster/tasks/task.h"
#include "tools/taskcluster/tasks/tasks.h"

#include <taskcluster/slugid.h>

static int create(const struct task *task, const tc_json *definition)
{
	char id[TC_SLUGID_SIZE];

	if (task->noop)
		return definition_print(definition, task->json);
	tc_slugid_nice(id);
	return definition_create(&task->session, id, definition, task->json);
}

static int retrigger(struct task *task)
{
	const tc_json *definition = NULL, *again = NULL;
	int status = task_ask_definition(task, &definition);

	if (status == 0)
		status = definition_repeat(
			definition, task->exact, tc_client_now_ms(task->session.client), &again);
	if (status == 0)
		status = create(task, again);
	tc_release(again);
	tc_release(definition);
	return status;
}

int task_retrigger(struct arguments *arguments)
{
	struct task task = TASK_INIT(retrigger);

	return task_command_run(&task, &task_retrigger_command, arguments);
}
