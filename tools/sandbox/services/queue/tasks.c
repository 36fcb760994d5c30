/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/services/queue/queue.h"
#include "tools/sandbox/tasks/messages.h"

#include <string.h>

int queue_task(struct request *request)
{
	int status;
	const struct task *task = queue_load(request, &status);

	if (!task)
		return status;
	write_raw(&request->reply, task->definition, strlen(task->definition));
	return 200;
}

int queue_status(struct request *request)
{
	int status;
	const struct task *task = queue_load(request, &status);

	return task ? queue_reply_status(request, task) : status;
}

/* Columns: task id. */
static const struct task *row_task(struct request *request, struct row *row)
{
	const char *id = store_copy(&request->arena, row, 0);

	return id ? task_load(request->sandbox->store, &request->arena, id) : NULL;
}

static void write_task(struct request *request, struct row *row)
{
	const struct task *task = row_task(request, row);

	if (!task)
		return;
	write_object(&request->reply);
	write_member(&request->reply, "taskId", task->id);
	write_member_raw(&request->reply, "task", task->definition);
	write_end_object(&request->reply);
}

static void write_status(struct request *request, struct row *row)
{
	const struct task *task = row_task(request, row);

	if (!task)
		return;
	write_object(&request->reply);
	write_member(&request->reply, "taskId", task->id);
	write_name(&request->reply, "status");
	task_write_status(&request->reply, &request->arena, task);
	write_end_object(&request->reply);
}

/* {tasks|statuses: [...]} for the body's taskIds, each once and in an order of their own, by pages;
 * those that do not exist are left out. */
static int reply_listed(struct request *request, const char *name, write_row_fn *write)
{
	const struct list list = { name, write, 0 };
	const tc_json *ids = tc_json_get(request->input, "taskIds");
	struct page page;
	char *text = NULL;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	if (tc_json_kind(ids) != TC_JSON_ARRAY)
		return refuse(request, INPUT_VALIDATION_ERROR, "`taskIds` must be an array");
	if (tc_json_write(ids, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	struct row *row = store_query(request->sandbox->store,
		"SELECT task_id FROM tasks WHERE task_id IN (SELECT value FROM json_each(?)) AND "
		"task_id > ? ORDER BY task_id LIMIT ?",
		"tti", text, page.after, page.limit + 1);
	common_list(request, &list, &page, row);
	tc_release(text);
	return 200;
}

int queue_tasks(struct request *request)
{
	return reply_listed(request, "tasks", write_task);
}

int queue_statuses(struct request *request)
{
	return reply_listed(request, "statuses", write_status);
}

void queue_write_task(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;
	const char *id = store_copy(&request->arena, row, 1);
	const struct task *task = task_load(request->sandbox->store, &request->arena, id);

	if (!task)
		return;
	write_object(reply);
	write_name(reply, "status");
	task_write_status(reply, &request->arena, task);
	write_member_raw(reply, "task", task->definition);
	write_end_object(reply);
}

int queue_list_dependents(struct request *request)
{
	static const struct list tasks = { "tasks", queue_write_task, 0 };
	struct page page;
	int status;

	if (!queue_load(request, &status))
		return status;
	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT task_id, task_id FROM dependencies WHERE required = ? AND task_id COLLATE "
		"en_us > ? ORDER BY task_id COLLATE en_us LIMIT ?",
		"tti", request_argument(request, "taskId"), page.after, page.limit + 1);
	write_object(&request->reply);
	write_member(&request->reply, "taskId", request_argument(request, "taskId"));
	common_list_into(request, &tasks, &page, row);
	write_end_object(&request->reply);
	return 200;
}

/* The scopes of what moves a task name its group, scheduler and project. */
static struct task *load_authorized(struct request *request, int *status)
{
	*status = authenticate(request);
	struct task *task = *status ? NULL : queue_load(request, status);
	if (!task)
		return NULL;
	const struct scope_value values[] = {
		{ .name = "schedulerId", .text = task->scheduler_id },
		{ .name = "taskGroupId", .text = task->group_id },
		{ .name = "projectId", .text = task->project_id },
		{ .name = "taskQueueId", .text = task->queue_id },
		{ .name = NULL },
	};
	*status = authorize(request, values);
	return *status ? NULL : task;
}

static int refuse_late(struct request *request, const struct task *task, const char *what)
{
	return refuse(request, REQUEST_CONFLICT, "Task `%s` can't be %s past its deadline at %lld",
		task->id, what, (long long)task->deadline);
}

static int failed_step(struct request *request)
{
	return refuse(request, INTERNAL_SERVER_ERROR, "the step could not be stored");
}

int queue_schedule_task(struct request *request)
{
	int status;
	struct task *task = load_authorized(request, &status);
	struct step step = queue_step(request);

	if (!task)
		return status;
	if (task->deadline <= request->now_ms)
		return refuse_late(request, task, "scheduled");
	if (!task->run_count && !task_add_run(&step, task, "scheduled"))
		return failed_step(request);
	return queue_reply_status(request, task);
}

int queue_rerun_task(struct request *request)
{
	int status;
	struct task *task = load_authorized(request, &status);
	struct step step = queue_step(request);

	if (!task)
		return status;
	if (task->deadline <= request->now_ms)
		return refuse_late(request, task, "rerun");
	if (task->run_count && !task_resolved(task))
		return queue_reply_status(request, task);
	task->retries_left = task->retries;
	return task_add_run(&step, task, "rerun") ? queue_reply_status(request, task)
						  : failed_step(request);
}

int queue_cancel_task(struct request *request)
{
	int status;
	struct task *task = load_authorized(request, &status);
	struct step step = queue_step(request);

	if (!task)
		return status;
	if (task->deadline <= request->now_ms)
		return refuse_late(request, task, "canceled");
	if (task_resolved(task)) /* however it was */
		return queue_reply_status(request, task);
	return task_abort(&step, task, "canceled") ? queue_reply_status(request, task)
						   : failed_step(request);
}

void queue_set_priority(struct request *request, struct task *task, int64_t priority)
{
	struct store *store = request->sandbox->store;

	task->priority = priority;
	store_run(store,
		"UPDATE tasks SET priority = ?, definition = json_set(definition, '$.priority', ?) "
		"WHERE task_id = ?",
		"itt", priority, task_priority_name(priority), task->id);
	store_run(
		store, "UPDATE runs SET priority = ? WHERE task_id = ?", "it", priority, task->id);
}

int queue_change_priority(struct request *request)
{
	int status;
	struct task *task = load_authorized(request, &status);
	const char *name = request_text(request, "newPriority");

	if (!task)
		return status;
	if (!name || !task_priority(name))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`newPriority` must be one of highest to lowest");
	if (task_resolved(task))
		return refuse(request, REQUEST_CONFLICT, "Task `%s` is resolved", task->id);
	int64_t before = task->priority;
	struct step step = queue_step(request);
	queue_set_priority(request, task, task_priority(name));
	tell_priority(&step, task, before);
	return queue_reply_status(request, task);
}
