/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/tasks/task.h"

#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <taskcluster/queue.h>

#include <unistd.h>

static int take_option(void *data, int id, const char *value)
{
	struct task *task = data;

	switch (id) {
	case 'r':
		return arguments_number("--run", value, TASK_LATEST, INT32_MAX, &task->run);
	case 'a':
		task->all_runs = true;
		return 0;
	case 'e':
		task->exact = true;
		return 0;
	case 'n':
		task->noop = true;
		return 0;
	case 'c':
		task->confirm = true;
		return 0;
	case 'f':
		task->force = true;
		return 0;
	default:
		task->json = true;
		return 0;
	}
}

/* All functions that are called here ask for who calls, as that of its status does. */
static int open_and_perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct task *task = data;
	const struct tc_operation *operation;

	task->id = words->all[0];
	int status = words_task_id("the task", task->id);
	if (status == 0)
		status = job_open(&task->session, arguments, "queue", "status", &operation);
	if (status == 0)
		status = task->perform(task);
	tc_release(task->told);
	session_close(&task->session);
	return status;
}

int task_command_run(struct task *task, const struct command *command, struct arguments *arguments)
{
	const struct job job = { command, 1, 1, take_option, open_and_perform };

	return job_run(&job, task, arguments);
}

int task_ask_status(struct task *task)
{
	tc_error err = TC_ERROR_INIT;

	if (task->told)
		return 0;
	tc_call *call = tc_queue_status_call(task->session.client, task->id, &err);
	int status = job_call(&task->session, call, &task->told, &err);
	task->status = tc_json_get(task->told, "status");
	if (status == 0 && !tc_json_text(tc_json_get(task->status, "state")))
		return task_refuse_answer("state");
	return status;
}

int task_ask_definition(const struct task *task, const tc_json **definition)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_queue_task_call(task->session.client, task->id, &err);

	return job_call(&task->session, call, definition, &err);
}

int task_refuse_answer(const char *what)
{
	static const struct error_facts facts = { .code = "reply", .status = STATUS_FAILED };
	char text[80];

	snprintf(text, sizeof text, "the queue's answer says no %s", what);
	return failure_with(&facts, text);
}

bool task_has_reader(void)
{
	return isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
}

void task_tell_log(const char *id)
{
	if (task_has_reader())
		hint("`taskcluster task log %s` follows it.", id);
}

void task_print_text(FILE *out, const tc_json *text)
{
	const char *bytes = tc_json_text(text);

	if (bytes)
		plain_print_name(out, bytes, tc_json_text_length(text));
}
