/* SPDX-License-Identifier: MPL-2.0 */

/* `task run`. */

#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/tasks/definition.h"
#include "tools/taskcluster/tasks/image.h"
#include "tools/taskcluster/tasks/tasks.h"

#include <taskcluster/slugid.h>

#include <string.h>

/* What the queue allows. */
#define RETRIES_MAX 49
#define RETRIES_DEFAULT 5

struct run {
	struct image_task task;
	bool noop, json;
};

/* One behind a comma that has no value is likely to be part of the one in front. */
static int take_variables(struct texts *variables, const char *list)
{
	size_t first = variables->count;
	int status = texts_add(variables, "--env", list);

	for (size_t i = first; status == 0 && i < variables->count; i++) {
		const char *variable = variables->all[i];
		if (*variable == '=' || !*variable)
			return usage_error("--env has %s: a variable has no name", list);
		if (i > first && !strchr(variable, '='))
			return usage_error("--env has %s: a comma begins another variable, and %s "
					   "is none; a value with commas is quoted as a whole: "
					   "'\"NAME=a,b\"'",
				list, variable);
	}
	return status;
}

static int take_dependencies(struct texts *dependencies, const char *list)
{
	size_t first = dependencies->count;
	int status = texts_add(dependencies, "--dependency", list);

	for (size_t i = first; status == 0 && i < dependencies->count; i++)
		status = words_task_id("--dependency", dependencies->all[i]);
	return status;
}

static int take_text(struct image_task *task, int id, const char *value)
{
	switch (id) {
	case TASK_PROVISIONER:
		task->provisioner = value;
		return 0;
	case TASK_WORKER_TYPE:
		task->worker_type = value;
		return 0;
	case TASK_NAME:
		task->name = value;
		return 0;
	case TASK_DESCRIPTION:
		task->description = value;
		return 0;
	case TASK_OWNER:
		task->owner = value;
		return 0;
	default:
		task->source = value;
		return 0;
	}
}

static int take_option(void *data, int id, const char *value)
{
	struct run *run = data;

	switch (id) {
	case 'e':
		return take_variables(&run->task.variables, value);
	case TASK_DEPENDENCY:
		return take_dependencies(&run->task.dependencies, value);
	case TASK_RETRIES:
		return arguments_number("--retries", value, 0, RETRIES_MAX, &run->task.retries);
	case 'n':
		run->noop = true;
		return 0;
	case TASK_JSON:
		run->json = true;
		return 0;
	default:
		return take_text(&run->task, id, value);
	}
}

static bool is_email_like(const char *text)
{
	const char *at = *text ? strchr(text + 1, '@') : NULL;

	return at && at[1];
}

static int check(const struct image_task *task)
{
	if (!task->provisioner)
		return usage_error("flag 'provisioner' is required");
	if (!task->worker_type)
		return usage_error("flag 'worker-type' is required");
	if (!is_email_like(task->owner))
		return usage_error("owner must be an email-like string");
	return 0;
}

static int create(const struct run *run, const char *id, const tc_json *definition,
	const struct arguments *arguments)
{
	struct session session = SESSION_INIT;
	const struct tc_operation *operation;
	int status = job_open(&session, arguments, "queue", "createTask", &operation);

	if (status == 0)
		status = definition_create(&session, id, definition, run->json);
	session_close(&session);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct run *run = data;
	const tc_json *definition = NULL;
	char id[TC_SLUGID_SIZE];

	run->task.image = words->all[0];
	run->task.command = words->all + 1;
	tc_slugid_nice(id);
	int status = check(&run->task);
	if (status == 0)
		status = image_task_define(&run->task, id, &definition);
	if (status == 0)
		status = run->noop ? definition_print(definition, run->json)
				   : create(run, id, definition, arguments);
	tc_release(definition);
	return status;
}

int task_run(struct arguments *arguments)
{
	static const struct job job = { &task_run_command, 2, SIZE_MAX, take_option, perform };
	struct run run = { .task = {
				   .name = "Taskcluster-cli Task",
				   .description = "Created by Taskcluster-cli",
				   .owner = "name@example.com",
				   .source = "http://taskcluster-cli/task/run",
				   .retries = RETRIES_DEFAULT,
			   } };
	int status = job_run(&job, &run, arguments);

	texts_free(&run.task.variables);
	texts_free(&run.task.dependencies);
	return status;
}
