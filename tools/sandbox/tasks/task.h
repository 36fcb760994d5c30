/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_TASK_H
#define TC_SANDBOX_TASK_H

/*
 * Tasks and their runs, and every step a task can take: scheduled, claimed, resolved, retried,
 * canceled, expired. Handlers check what a caller may ask for; the steps here keep the rules of the
 * Queue and the store. All of it is in the transaction of the caller.
 */

#include "tools/sandbox/base/write.h"
#include "tools/sandbox/request/sandbox.h"

struct run {
	int64_t id;
	const char *state; /* pending, running, completed, failed, exception */
	const char *reason_created, *reason_resolved;
	const char *worker_group, *worker_id;
	int64_t taken_until, scheduled, started, resolved; /* 0: not yet */
	bool by_work; /* claimed by claimWork: claimTask by the same worker is then a conflict */
};

struct task {
	const char *id, *definition, *group_id, *scheduler_id, *project_id, *queue_id, *requires;
	const char *state; /* of the last run, or unscheduled */
	int64_t priority;  /* 1 lowest to 7 highest */
	int64_t retries, retries_left, created, deadline, expires;
	struct run *runs;
	size_t run_count;
	bool bare; /* canceled with its group: the queue then tells neither priority nor tags */
};

/* The names of priorities, highest first, and back: 0 for a name that is none. */
#define PRIORITIES 7
extern const char *const task_priorities[PRIORITIES];
int64_t task_priority(const char *name);
const char *task_priority_name(int64_t priority);

/* NULL when there is none. Everything lives in the arena. */
struct task *task_load(struct store *store, struct tc__arena *arena, const char *task_id);
struct run *task_run(const struct task *task, int64_t run_id); /* NULL when there is none */
struct run *task_last_run(const struct task *task);            /* NULL when unscheduled */
bool task_resolved(const struct task *task);

/* The two halves of a task queue id. */
const char *task_provisioner_id(struct tc__arena *arena, const char *queue_id);
const char *task_worker_type(const char *queue_id);

/* Writes the task's status structure, or its definition. */
void task_write_status(struct writer *writer, struct tc__arena *arena, const struct task *task);

/* The steps. `task` is brought up to date; false when memory or the store ends. */
struct step {
	struct sandbox *sandbox;
	struct tc__arena *arena;
	int64_t now_ms;
};
bool task_add_run(const struct step *step, struct task *task, const char *reason_created);
void task_claim(const struct step *step, struct task *task, struct run *run,
	const char *worker_group, const char *worker_id);
void task_reclaim(const struct step *step, struct task *task, struct run *run);

/* Ends a run. A task whose retry this calls for (`retry` is the reason of the new run, or NULL)
 * gets one while it has retries left; otherwise the task is resolved, and tasks that waited for it
 * are scheduled. */
bool task_resolve(const struct step *step, struct task *task, struct run *run, const char *state,
	const char *reason, const char *retry);

/* Publishes how a run was resolved, once more, and what that brought: the retry, or the end of the
 * group. */
void task_announce_again(const struct step *step, const struct task *task, const struct run *run);

/* Ends a task whatever it was doing, as cancel and a deadline do. */
bool task_abort(const struct step *step, struct task *task, const char *reason);

/*
 * What time brings: claims end, and deadlines are met (--deadline-delay after they are over).
 * Returns when it must be called again: as the services look at intervals, not before the next full
 * one (--resolver-interval).
 */
int64_t task_timers(struct sandbox *sandbox, int64_t now_ms);

#endif
