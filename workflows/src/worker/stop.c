/* SPDX-License-Identifier: MPL-2.0 */
/* What other threads and signal handlers say, and what becomes of it. */
#include "workflows/src/worker/worker.h"

void tc_worker_stop(tc_worker *worker, enum tc_stop how)
{
	if (!worker || how < TC_STOP_FINISH || how > TC_STOP_ABORT)
		return;
	int before = atomic_load(&worker->stop);
	while (before < (int)how && !atomic_compare_exchange_weak(&worker->stop, &before, (int)how))
		continue;
	tc__bell_pull(&worker->bell);
}

/* In the order in which they were resolved. */
static tc_task *take_resolved(tc_worker *worker)
{
	tc_task *first = NULL;

	pthread_mutex_lock(&worker->lock);
	while (worker->resolved) {
		tc_task *task = worker->resolved;
		worker->resolved = task->next_resolved;
		task->next_resolved = first;
		first = task;
	}
	pthread_mutex_unlock(&worker->lock);
	return first;
}

static void hear_resolved(tc_worker *worker)
{
	tc_task *next;

	for (tc_task *task = take_resolved(worker); task && !worker->closed; task = next) {
		next = task->next_resolved;
		tc_task_settle(task, task->told_result, task->told_why);
		tc__task_finish(task);
	}
}

static tc_task *next_to_abort(const tc_worker *worker)
{
	for (tc_task *task = worker->tasks; task; task = task->after)
		if (task->phase == TC__WORKING && !task->aborted && !atomic_load(&task->resolved))
			return task;
	return NULL;
}

static void abort_all(tc_worker *worker)
{
	worker->aborting = true;
	for (tc_task *task; (task = next_to_abort(worker));)
		if (!tc__task_abort(task, TC_ABORT_SHUTDOWN))
			return;
}

static void hear_stop(tc_worker *worker)
{
	int how = atomic_load(&worker->stop);

	if (how && !worker->ended)
		tc__worker_end(worker, TC_END_STOPPED, NULL);
	if (how == TC_STOP_ABORT && !worker->aborting && !worker->ended)
		abort_all(worker);
}

/* Once more for each, by their times: one that had no memory for a timer is seen, too. */
static void look_at_tasks(tc_worker *worker)
{
	tc_task *after;

	for (tc_task *task = worker->tasks; task; task = after) {
		task->pins++;
		if (task->phase != TC__GONE)
			tc__task_look(task);
		if (worker->closed)
			return;
		task->pins--;
		after = task->after;
		tc__task_drop(task);
	}
}

void tc__worker_hear(tc_worker *worker)
{
	hear_resolved(worker);
	if (!worker->closed)
		hear_stop(worker);
	if (!worker->closed && (worker->starved || atomic_load(&worker->stop))) {
		worker->starved = false;
		look_at_tasks(worker);
	}
}
