/* SPDX-License-Identifier: MPL-2.0 */

/* `task artifacts`. */

#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/tasks/runs.h"
#include "tools/taskcluster/tasks/task.h"
#include "tools/taskcluster/tasks/tasks.h"

#include <taskcluster/pages.h>
#include <taskcluster/queue.h>

#include <stdio.h>

static int print_items(const struct task *task, tc_items *items, tc_error *err)
{
	const tc_json *item;
	int status = 0;

	while (status == 0 && tc_items_next(items, &item, err) == TC_OK && item) {
		if (task->json) {
			status = output_stdout(item);
		} else {
			task_print_text(stdout, tc_json_get(item, "name"));
			putchar('\n');
		}
	}
	return status;
}

static int print_list(const struct task *task, const char *run)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call =
		tc_queue_list_artifacts_call(task->session.client, task->id, run, NULL, &err);
	tc_items *items = call ? tc_items_new(call, NULL, &err) : NULL;
	int status = items ? print_items(task, items, &err) : 0;

	if (err.code != TC_OK)
		status = job_report(&err, call ? tc_call_operation(call) : NULL, &task->session);
	tc_items_free(items);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}

static int print_artifacts(struct task *task)
{
	int status = task_ask_status(task);
	const tc_json *run = status == 0 ? runs_find(task->status, task->run) : NULL;

	if (!run)
		return status != 0 ? status : STATUS_FAILED;
	return print_list(task, tc_json_text(tc_json_get(run, "runId")));
}

int task_artifacts(struct arguments *arguments)
{
	struct task task = TASK_INIT(print_artifacts);

	return task_command_run(&task, &task_artifacts_command, arguments);
}
