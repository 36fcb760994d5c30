/* SPDX-License-Identifier: MPL-2.0 */

/* What the files of the Queue share. */

#include "tools/sandbox/services/queue/queue.h"

#include <stdlib.h>

struct task *queue_load(struct request *request, int *status)
{
	const char *id = request_argument(request, "taskId");
	struct task *task = task_load(request->sandbox->store, &request->arena, id);

	if (!task)
		*status = refuse(request, RESOURCE_NOT_FOUND,
			"Task `%s` does not exist. Are you sure this task ID exists?", id);
	return task;
}

struct task *queue_load_run(struct request *request, struct run **run, int *status)
{
	const char *id = request_argument(request, "runId");
	struct task *task = queue_load(request, status);

	if (!task)
		return NULL;
	*run = task_run(task, strtol(id, NULL, 10));
	if (*run)
		return task;
	*status = refuse(
		request, RESOURCE_NOT_FOUND, "Run `%s` does not exist on task `%s`", id, task->id);
	return NULL;
}

struct step queue_step(struct request *request)
{
	return (struct step){ request->sandbox, &request->arena, request->now_ms };
}

int queue_reply_status(struct request *request, const struct task *task)
{
	write_object(&request->reply);
	write_name(&request->reply, "status");
	task_write_status(&request->reply, &request->arena, task);
	write_end_object(&request->reply);
	return 200;
}
