/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/tasks/task.h"

#include <string.h>

#define RUNS_MIN 2 /* most tasks have one */

const char *const task_priorities[PRIORITIES] = { "highest", "very-high", "high", "medium", "low",
	"very-low", "lowest" };

int64_t task_priority(const char *name)
{
	if (strcmp(name, "normal") == 0)
		return 1; /* what older clients call the lowest */
	for (int i = 0; i < PRIORITIES; i++) {
		if (strcmp(task_priorities[i], name) == 0)
			return PRIORITIES - i;
	}
	return 0;
}

const char *task_priority_name(int64_t priority)
{
	return task_priorities[PRIORITIES - priority];
}

/* Room for one run more, of twice as many when there is none. */
static bool make_room(struct tc__arena *arena, struct task *task, size_t *room)
{
	if (task->run_count < *room)
		return true;
	*room = *room ? 2 * *room : RUNS_MIN;
	struct run *runs = tc__arena_alloc(arena, *room * sizeof *runs);
	if (runs && task->run_count)
		memcpy(runs, task->runs, task->run_count * sizeof *runs);
	task->runs = runs;
	return runs != NULL;
}

/* Without memory the task has no array of runs. */
static void load_runs(struct store *store, struct tc__arena *arena, struct task *task)
{
	size_t room = 0;
	struct row *row = store_query(store,
		"SELECT run_id, state, reason_created, reason_resolved, worker_group, worker_id, "
		"taken_until, scheduled, started, resolved, by_work FROM runs WHERE task_id = ? "
		"ORDER BY run_id",
		"t", task->id);
	/* also before the first, as a task may have none */
	while (make_room(arena, task, &room) && store_next(row)) {
		task->runs[task->run_count++] = (struct run){
			.id = store_int(row, 0),
			.state = store_copy(arena, row, 1),
			.reason_created = store_copy(arena, row, 2),
			.reason_resolved = store_copy(arena, row, 3),
			.worker_group = store_copy(arena, row, 4),
			.worker_id = store_copy(arena, row, 5),
			.taken_until = store_int(row, 6),
			.scheduled = store_int(row, 7),
			.started = store_int(row, 8),
			.resolved = store_int(row, 9),
			.by_work = store_int(row, 10) != 0,
		};
	}
	store_end(store, row);
}

struct task *task_load(struct store *store, struct tc__arena *arena, const char *task_id)
{
	struct task *task = tc__arena_alloc(arena, sizeof *task);
	struct row *row = store_query(store,
		"SELECT task_id, definition, group_id, scheduler_id, project_id, queue_id, "
		"requires, "
		"state, priority, retries, retries_left, created, deadline, expires FROM tasks "
		"WHERE task_id = ?",
		"t", task_id);
	bool found = task && store_next(row);

	if (found) {
		*task = (struct task){
			.id = store_copy(arena, row, 0),
			.definition = store_copy(arena, row, 1),
			.group_id = store_copy(arena, row, 2),
			.scheduler_id = store_copy(arena, row, 3),
			.project_id = store_copy(arena, row, 4),
			.queue_id = store_copy(arena, row, 5),
			.requires = store_copy(arena, row, 6),
			.state = store_copy(arena, row, 7),
			.priority = store_int(row, 8),
			.retries = store_int(row, 9),
			.retries_left = store_int(row, 10),
			.created = store_int(row, 11),
			.deadline = store_int(row, 12),
			.expires = store_int(row, 13),
		};
	}
	store_end(store, row);
	if (!found)
		return NULL;
	load_runs(store, arena, task);
	return task->runs ? task : NULL;
}

struct run *task_run(const struct task *task, int64_t run_id)
{
	return run_id >= 0 && (size_t)run_id < task->run_count ? &task->runs[run_id] : NULL;
}

struct run *task_last_run(const struct task *task)
{
	return task->run_count ? &task->runs[task->run_count - 1] : NULL;
}

bool task_resolved(const struct task *task)
{
	return strcmp(task->state, "completed") == 0 || strcmp(task->state, "failed") == 0 ||
		strcmp(task->state, "exception") == 0;
}

const char *task_provisioner_id(struct tc__arena *arena, const char *queue_id)
{
	return tc__arena_text(arena, queue_id, strcspn(queue_id, "/"));
}

const char *task_worker_type(const char *queue_id)
{
	const char *slash = strchr(queue_id, '/');

	return slash ? slash + 1 : "";
}

static void write_run(struct writer *writer, const struct run *run)
{
	write_object(writer);
	write_member_int(writer, "runId", run->id);
	write_member(writer, "state", run->state);
	write_member(writer, "reasonCreated", run->reason_created);
	write_member(writer, "reasonResolved", run->reason_resolved);
	write_member(writer, "workerGroup", run->worker_group);
	write_member(writer, "workerId", run->worker_id);
	write_member_date(writer, "takenUntil", run->taken_until);
	write_member_date(writer, "scheduled", run->scheduled);
	write_member_date(writer, "started", run->started);
	write_member_date(writer, "resolved", run->resolved);
	write_end_object(writer);
}

void task_write_status(struct writer *writer, struct tc__arena *arena, const struct task *task)
{
	write_object(writer);
	write_member(writer, "taskId", task->id);
	write_member(writer, "provisionerId", task_provisioner_id(arena, task->queue_id));
	write_member(writer, "workerType", task_worker_type(task->queue_id));
	write_member(writer, "taskQueueId", task->queue_id);
	write_member(writer, "schedulerId", task->scheduler_id);
	write_member(writer, "projectId", task->project_id);
	write_member(writer, "taskGroupId", task->group_id);
	if (!task->bare)
		write_member(writer, "priority", task_priority_name(task->priority));
	write_member_date(writer, "deadline", task->deadline);
	write_member_date(writer, "expires", task->expires);
	write_member_int(writer, "retriesLeft", task->retries_left);
	write_member(writer, "state", task->state);
	write_name(writer, "runs");
	write_array(writer);
	for (size_t i = 0; i < task->run_count; i++)
		write_run(writer, &task->runs[i]);
	write_end_array(writer);
	write_end_object(writer);
}
