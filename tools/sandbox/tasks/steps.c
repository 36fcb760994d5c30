/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/tasks/graph.h"
#include "tools/sandbox/tasks/indexing.h"
#include "tools/sandbox/tasks/messages.h"
#include "tools/sandbox/tasks/task.h"

#include <stdio.h>
#include <string.h>

#define NEVER INT64_MAX
#define CLAIM_EXPIRED "claim-expired"

static void save_state(const struct step *step, struct task *task)
{
	const struct run *last = task_last_run(task);

	task->state = last ? last->state : "unscheduled";
	store_run(step->sandbox->store,
		"UPDATE tasks SET state = ?1, retries_left = ?2 WHERE task_id = ?3 AND "
		"(state <> ?1 OR retries_left <> ?2)",
		"tit", task->state, task->retries_left, task->id);
}

static void save_run(const struct step *step, const struct task *task, const struct run *run)
{
	store_run(step->sandbox->store,
		"INSERT INTO runs (task_id, run_id, queue_id, priority, state, "
		"reason_created, reason_resolved, worker_group, worker_id, taken_until, scheduled, "
		"started, resolved, by_work) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON "
		"CONFLICT DO "
		"UPDATE SET queue_id = excluded.queue_id, priority = excluded.priority, state = "
		"excluded.state, reason_created = excluded.reason_created, reason_resolved = "
		"excluded.reason_resolved, worker_group = excluded.worker_group, worker_id = "
		"excluded.worker_id, taken_until = excluded.taken_until, scheduled = "
		"excluded.scheduled, started = excluded.started, resolved = excluded.resolved, "
		"by_work = excluded.by_work",
		"tititttttiiiii", task->id, run->id, task->queue_id, task->priority, run->state,
		run->reason_created, run->reason_resolved, run->worker_group, run->worker_id,
		run->taken_until, run->scheduled, run->started, run->resolved,
		(int64_t)run->by_work);
}

/* A step may need room for one run more than the task was loaded with. */
static struct run *append_run(
	const struct step *step, struct task *task, const char *state, const char *reason_created)
{
	struct run *runs = tc__arena_alloc(step->arena, (task->run_count + 2) * sizeof *runs);

	if (!runs)
		return NULL;
	if (task->run_count)
		memcpy(runs, task->runs, task->run_count * sizeof *runs);
	task->runs = runs;
	struct run *run = &runs[task->run_count];
	*run = (struct run){ .id = (int64_t)task->run_count,
		.state = state,
		.reason_created = reason_created,
		.scheduled = step->now_ms };
	task->run_count++;
	return run;
}

/* The same without a message. */
static struct run *add_pending(
	const struct step *step, struct task *task, const char *reason_created)
{
	struct run *run = append_run(step, task, "pending", reason_created);

	if (!run)
		return NULL;
	save_run(step, task, run);
	sandbox_wake(step->sandbox, task->queue_id);
	save_state(step, task);
	return run;
}

bool task_add_run(const struct step *step, struct task *task, const char *reason_created)
{
	const struct run *run = add_pending(step, task, reason_created);

	if (run)
		tell_task(step, task, run, "task-pending");
	return run != NULL;
}

void task_claim(const struct step *step, struct task *task, struct run *run,
	const char *worker_group, const char *worker_id)
{
	run->state = "running";
	run->worker_group = worker_group;
	run->worker_id = worker_id;
	run->started = step->now_ms;
	task_reclaim(step, task, run);
	tell_task(step, task, run, "task-running");
}

void task_reclaim(const struct step *step, struct task *task, struct run *run)
{
	run->taken_until = step->now_ms + step->sandbox->options.claim_ms;
	save_run(step, task, run);
	sandbox_look_by(step->sandbox, run->taken_until);
	save_state(step, task);
}

/* Schedules a task that waits, when nothing it depends on is open any more. */
static bool schedule_ready(const struct step *step, const char *task_id)
{
	int64_t open = store_number(step->sandbox->store, 0,
		"SELECT count(*) FROM dependencies WHERE task_id = ? AND satisfied = 0", "t",
		task_id);
	struct task *task = open ? NULL : task_load(step->sandbox->store, step->arena, task_id);

	if (!task || task->run_count || task->deadline <= step->now_ms)
		return true;
	return task_add_run(step, task, "scheduled");
}

/* Tells the tasks that depend on a resolved one. */
static bool release_dependents(const struct step *step, const struct task *task)
{
	struct store *store = step->sandbox->store;
	const char *all = strcmp(task->state, "completed") == 0 ? "all-completed" : "all-resolved";
	struct ready {
		const char *task_id;
		struct ready *next;
	} *list = NULL;
	struct row *row = store_query(store,
		"SELECT d.task_id FROM dependencies d JOIN tasks t ON t.task_id = d.task_id "
		"WHERE d.required = ? AND d.satisfied = 0 AND (t.requires = 'all-resolved' OR "
		"t.requires = ?)",
		"tt", task->id, all);

	while (store_next(row)) {
		struct ready *ready = tc__arena_alloc(step->arena, sizeof *ready);
		if (!ready)
			break;
		*ready = (struct ready){ store_copy(step->arena, row, 0), list };
		list = ready;
	}
	store_end(store, row);
	for (; list; list = list->next) {
		store_run(store,
			"UPDATE dependencies SET satisfied = 1 WHERE required = ? AND task_id = ?",
			"tt", task->id, list->task_id);
		if (!schedule_ready(step, list->task_id))
			return false;
	}
	return true;
}

static void announce(const struct step *step, const struct task *task, const struct run *run)
{
	char exchange[40];

	snprintf(exchange, sizeof exchange, "task-%s", run->state);
	tell_task(step, task, run, exchange);
}

void task_announce_again(const struct step *step, const struct task *task, const struct run *run)
{
	const struct run *last = task_last_run(task);

	announce(step, task, run);
	if (last == run)
		tell_resolved(step, task);
	else if (last == run + 1 && strcmp(last->state, "pending") == 0)
		tell_task(step, task, last, "task-pending");
}

/* A retry. How the run before it ended is told first, with the status as it is now. */
static bool retry_run(
	const struct step *step, struct task *task, int64_t run_id, const char *reason_created)
{
	const struct run *next = add_pending(step, task, reason_created);

	if (!next)
		return false;
	announce(step, task, task_run(task, run_id));
	tell_task(step, task, next, "task-pending");
	return true;
}

static bool finish(const struct step *step, struct task *task, const struct run *run)
{
	announce(step, task, run);
	if (strcmp(task->state, "completed") == 0)
		indexing_task_completed(step, task);
	if (!release_dependents(step, task))
		return false;
	tell_resolved(step, task);
	return true;
}

bool task_resolve(const struct step *step, struct task *task, struct run *run, const char *state,
	const char *reason, const char *retry)
{
	run->state = state;
	run->reason_resolved = reason;
	run->resolved = step->now_ms;
	save_run(step, task, run);
	if (run != task_last_run(task))
		return true;
	if (retry && task->retries_left > 0) {
		task->retries_left--;
		return retry_run(step, task, run->id, retry);
	}
	save_state(step, task);
	if (graph_rerun(step, task, run)) {
		announce(step, task, run);
		return task_add_run(step, task, "rerun");
	}
	return finish(step, task, run);
}

bool task_abort(const struct step *step, struct task *task, const char *reason)
{
	struct run *run = task_last_run(task);

	if (!run)
		run = append_run(step, task, "exception", "exception");
	return run && task_resolve(step, task, run, "exception", reason, NULL);
}

/* The task of the first row, copied so that the statement ends before the step begins. */
static struct task *first_due(const struct step *step, const char *sql, int64_t before_ms)
{
	struct store *store = step->sandbox->store;
	struct row *row = store_query(store, sql, "i", before_ms);
	const char *id = store_next(row) ? store_copy(step->arena, row, 0) : NULL;

	store_end(store, row);
	return id ? task_load(store, step->arena, id) : NULL;
}

static void expire_claims(struct sandbox *sandbox, int64_t now_ms)
{
	struct tc__arena arena = { 0 };
	struct step step = { sandbox, &arena, now_ms };
	struct task *task;

	while ((task = first_due(&step,
			"SELECT task_id FROM runs WHERE state = 'running' AND "
			"taken_until <= ? LIMIT 1",
			now_ms))) {
		for (size_t i = 0; i < task->run_count; i++) {
			struct run *run = &task->runs[i];
			if (strcmp(run->state, "running") == 0 && run->taken_until <= now_ms) {
				task_resolve(&step, task, run, "exception", CLAIM_EXPIRED, "retry");
				break;
			}
		}
		tc__arena_clear(&arena);
	}
}

static void meet_deadlines(struct sandbox *sandbox, int64_t now_ms)
{
	struct tc__arena arena = { 0 };
	struct step step = { sandbox, &arena, now_ms };
	struct task *task;

	while ((task = first_due(&step,
			"SELECT task_id FROM tasks WHERE state IN "
			"('unscheduled', 'pending', 'running') AND "
			"deadline <= ? LIMIT 1",
			now_ms - sandbox->options.deadline_delay_ms))) {
		bool done = task_abort(&step, task, "deadline-exceeded");
		tc__arena_clear(&arena);
		if (!done)
			break; /* memory ended: the next look tries again */
	}
}

int64_t task_timers(struct sandbox *sandbox, int64_t now_ms)
{
	store_begin(sandbox->store);
	expire_claims(sandbox, now_ms);
	meet_deadlines(sandbox, now_ms);
	int64_t claim = store_number(sandbox->store, NEVER,
		"SELECT min(taken_until) FROM runs WHERE state = 'running'", "");
	int64_t deadline = store_number(sandbox->store, NEVER,
		"SELECT min(deadline) FROM tasks WHERE state IN "
		"('unscheduled', 'pending', 'running')",
		"");
	/* what could not be kept is tried again, not at once */
	if (!store_commit(sandbox->store))
		return now_ms + 1000;
	if (deadline < NEVER)
		deadline += sandbox->options.deadline_delay_ms;
	return sandbox_next_look(sandbox, claim < deadline ? claim : deadline);
}
