/* SPDX-License-Identifier: MPL-2.0 */

/* `task name`, `task group`, `task def`: what a definition says. */

#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/tasks/definition.h"
#include "tools/taskcluster/tasks/task.h"
#include "tools/taskcluster/tasks/tasks.h"

#include <stdio.h>

static int print_text(const tc_json *text, const char *what)
{
	if (!tc_json_text(text))
		return task_refuse_answer(what);
	task_print_text(stdout, text);
	putchar('\n');
	return 0;
}

static int print_member(const struct task *task, const char *pointer, const char *what)
{
	const tc_json *definition = NULL;
	int status = task_ask_definition(task, &definition);

	if (status == 0)
		status = print_text(tc_json_at(definition, pointer), what);
	tc_release(definition);
	return status;
}

static int print_name(struct task *task)
{
	return print_member(task, "/metadata/name", "name");
}

static int print_group(struct task *task)
{
	return print_member(task, "/taskGroupId", "taskGroupId");
}

static int print_definition(struct task *task)
{
	const tc_json *definition = NULL;
	int status = task_ask_definition(task, &definition);

	if (status == 0)
		status = definition_print(definition, task->json);
	tc_release(definition);
	return status;
}

int task_name(struct arguments *arguments)
{
	struct task task = TASK_INIT(print_name);

	return task_command_run(&task, &task_name_command, arguments);
}

int task_group(struct arguments *arguments)
{
	struct task task = TASK_INIT(print_group);

	return task_command_run(&task, &task_group_command, arguments);
}

int task_def(struct arguments *arguments)
{
	struct task task = TASK_INIT(print_definition);

	return task_command_run(&task, &task_def_command, arguments);
}
