/* SPDX-License-Identifier: MPL-2.0 */

/* Task groups: listed, sealed, canceled, given another priority. */

#include "tools/sandbox/services/queue/queue.h"
#include "tools/sandbox/tasks/messages.h"

#include <string.h>

struct group {
	const char *id, *scheduler_id;
	int64_t expires, sealed;
};

static int load_group(struct request *request, struct group *group)
{
	struct store *store = request->sandbox->store;
	struct row *row = store_query(store,
		"SELECT group_id, scheduler_id, expires, sealed FROM groups WHERE group_id = ?",
		"t", request_argument(request, "taskGroupId"));
	bool found = store_next(row);

	if (found) {
		*group = (struct group){ .id = store_copy(&request->arena, row, 0),
			.scheduler_id = store_copy(&request->arena, row, 1),
			.expires = store_int(row, 2),
			.sealed = store_int(row, 3) };
	}
	store_end(store, row);
	if (found && group->expires > request->now_ms)
		return 0;
	return refuse(request, RESOURCE_NOT_FOUND, "No task-group with taskGroupId: `%s`",
		request_argument(request, "taskGroupId"));
}

/* The scopes of what changes a group name its scheduler. */
static int authorize_group(struct request *request, const struct group *group)
{
	const struct scope_value values[] = {
		{ .name = "schedulerId", .text = group->scheduler_id },
		{ .name = NULL },
	};
	return authorize(request, values);
}

static int load_authorized(struct request *request, struct group *group)
{
	int status = authenticate(request);

	if (!status)
		status = load_group(request, group);
	return status ? status : authorize_group(request, group);
}

static void write_group(struct writer *reply, const struct group *group)
{
	write_member(reply, "taskGroupId", group->id);
	write_member(reply, "schedulerId", group->scheduler_id);
	write_member_date(reply, "expires", group->expires);
	write_member_date(reply, "sealed", group->sealed);
}

static int reply_group(struct request *request, const struct group *group)
{
	write_object(&request->reply);
	write_group(&request->reply, group);
	write_end_object(&request->reply);
	return 200;
}

int queue_get_task_group(struct request *request)
{
	struct group group;
	int status = load_group(request, &group);

	return status ? status : reply_group(request, &group);
}

int queue_seal_task_group(struct request *request)
{
	struct group group;
	int status = load_authorized(request, &group);

	if (status)
		return status;
	if (!group.sealed) {
		group.sealed = request->now_ms;
		store_run(request->sandbox->store,
			"UPDATE groups SET sealed = ? WHERE group_id = ?", "it", group.sealed,
			group.id);
		struct step step = queue_step(request);
		tell_sealed(&step, group.id, group.scheduler_id, group.expires, group.sealed);
	}
	return reply_group(request, &group);
}

int queue_list_task_group(struct request *request)
{
	static const struct list tasks = { "tasks", queue_write_task, 0 };
	struct group group;
	struct page page;
	int status = load_group(request, &group);

	if (!status && !common_page(request, &page))
		status = common_refuse_page(request);
	if (status)
		return status;
	struct row *row = store_query(request->sandbox->store,
		"SELECT task_id, task_id FROM tasks WHERE group_id = ? AND task_id COLLATE en_us > "
		"? "
		"ORDER BY task_id COLLATE en_us LIMIT ?",
		"tti", group.id, page.after, page.limit + 1);
	write_object(&request->reply);
	write_group(&request->reply, &group);
	common_list_into(request, &tasks, &page, row);
	write_end_object(&request->reply);
	return 200;
}

/* Goes through the unresolved tasks of a group; `step` moves each, and its id is written. */
static int64_t for_unresolved(struct request *request, const struct group *group,
	bool (*step)(struct request *request, struct task *task))
{
	struct store *store = request->sandbox->store;
	int64_t count = 0;
	int64_t seq = 0;

	for (;;) {
		struct row *row = store_query(store,
			"SELECT seq, task_id FROM tasks WHERE group_id = ? AND seq > ? AND state "
			"IN "
			"('unscheduled', 'pending', 'running') ORDER BY seq LIMIT 1",
			"ti", group->id, seq);
		const char *id = store_next(row) ? store_copy(&request->arena, row, 1) : NULL;
		if (id)
			seq = store_int(row, 0);
		store_end(store, row);
		struct task *task = id ? task_load(store, &request->arena, id) : NULL;
		if (!task)
			return count;
		if (!step(request, task))
			return -1;
		write_string(&request->reply, id);
		count++;
	}
}

static bool cancel(struct request *request, struct task *task)
{
	struct step step = queue_step(request);

	task->bare = true;
	return task_abort(&step, task, "canceled");
}

int queue_cancel_task_group(struct request *request)
{
	struct writer *reply = &request->reply;
	struct group group;
	int status = authenticate(request);

	if (!status)
		status = load_group(request, &group);
	if (!status && !group.sealed) /* whatever the scopes are */
		status = refuse(request, REQUEST_CONFLICT,
			"Task group `%s` is not sealed and cannot be canceled", group.id);
	if (!status)
		status = authorize_group(request, &group);
	if (status)
		return status;
	write_object(reply);
	write_member(reply, "taskGroupId", group.id);
	write_name(reply, "taskIds");
	write_array(reply);
	int64_t count = for_unresolved(request, &group, cancel);
	write_end_array(reply);
	write_member_int(reply, "cancelledCount", count);
	write_member_int(reply, "taskGroupSize",
		store_number(request->sandbox->store, 0,
			"SELECT count(*) FROM tasks WHERE group_id = ?", "t", group.id));
	write_end_object(reply);
	return count < 0 ? refuse(request, INTERNAL_SERVER_ERROR, "out of memory") : 200;
}

/* The group has one message for all of its tasks. */
static bool set_priority(struct request *request, struct task *task)
{
	queue_set_priority(request, task, task_priority(request_text(request, "newPriority")));
	return true;
}

int queue_change_group_priority(struct request *request)
{
	const char *name = request_text(request, "newPriority");
	struct writer *reply = &request->reply;
	struct group group;
	int status = load_authorized(request, &group);

	if (status)
		return status;
	if (!name || !task_priority(name))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`newPriority` must be one of highest to lowest");
	write_object(reply);
	write_member(reply, "taskGroupId", group.id);
	write_member(reply, "schedulerId", group.scheduler_id);
	write_member(reply, "newPriority", name);
	write_name(reply, "taskIds");
	write_array(reply);
	int64_t count = for_unresolved(request, &group, set_priority);
	write_end_array(reply);
	write_member_int(reply, "tasksAffected", count);
	write_end_object(reply);
	struct step step = queue_step(request);
	tell_group_priority(&step, group.id, group.scheduler_id, name, count);
	return 200;
}
