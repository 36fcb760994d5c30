/* SPDX-License-Identifier: MPL-2.0 */

/* `task status`. */

#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/tasks/runs.h"
#include "tools/taskcluster/tasks/task.h"
#include "tools/taskcluster/tasks/tasks.h"

#include <stdio.h>
#include <string.h>

/* What a person may want to do about a task in this state. */
static void tell_next(const struct task *task)
{
	const char *state = tc_json_text(tc_json_get(task->status, "state"));
	const char *group = tc_json_text(tc_json_get(task->status, "taskGroupId"));
	const char *queue = tc_json_text(tc_json_get(task->status, "taskQueueId"));

	if (!task_has_reader() || !state)
		return;
	if (strcmp(state, "unscheduled") == 0 && group)
		hint("It waits for others: `taskcluster group status %s` shows how far its group "
		     "is.",
			group);
	else if (strcmp(state, "pending") == 0 && queue)
		hint("It waits for a worker: `taskcluster api queue taskQueueCounts %s` shows how "
		     "many do.",
			queue);
	else if (strcmp(state, "running") == 0)
		task_tell_log(task->id);
	else if (strcmp(state, "completed") != 0)
		hint("`taskcluster task log %s` may show why, `taskcluster task rerun %s` tries "
		     "again.",
			task->id, task->id);
}

static int print_latest(const struct task *task)
{
	const tc_json *run = runs_find(task->status, TASK_LATEST);
	int status = run ? runs_print(run) : STATUS_FAILED;

	tell_next(task);
	return status;
}

static int print_run(const tc_json *run, bool json)
{
	if (!run)
		return STATUS_FAILED;
	if (json)
		return output_stdout(run);
	return runs_print(run);
}

static int print_all(const struct task *task)
{
	const tc_json *runs = tc_json_get(task->status, "runs");
	int status = 0;

	for (size_t i = 0; status == 0 && i < tc_json_count(runs); i++) {
		if (!task->json)
			printf("Run #%zu: ", i);
		status = print_run(tc_json_item(runs, i), task->json);
	}
	return status;
}

static int print_status(struct task *task)
{
	if (task->all_runs && task->run != TASK_LATEST)
		return usage_error("can't specify both all-runs and a specific run");
	int status = task_ask_status(task);
	if (status != 0)
		return status;
	if (task->all_runs)
		return print_all(task);
	if (task->run != TASK_LATEST)
		return print_run(runs_find(task->status, task->run), task->json);
	return task->json ? output_stdout(task->told) : print_latest(task);
}

int task_status(struct arguments *arguments)
{
	struct task task = TASK_INIT(print_status);

	return task_command_run(&task, &task_status_command, arguments);
}
