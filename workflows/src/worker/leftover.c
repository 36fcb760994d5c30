/* SPDX-License-Identifier: MPL-2.0 */
/* What an earlier worker of the same state file had when it died. */
#include "workflows/src/worker/worker.h"

static const char died[] = "the worker before this one has died";

static void kill_processes(tc_task *task)
{
	size_t killed = tc__state_kill(task->worker->state, tc_task_id(task), task->run_id);

	if (killed)
		tc__worker_line(task->worker, TC_LOG_INFO, "task %s run %s: %zu processes killed",
			tc_task_id(task), task->run_id, killed);
}

/* It had decided already, or nobody goes on with it. */
static void resolve(tc_task *task, int settled)
{
	enum tc_task_result result =
		settled ? (enum tc_task_result)settled : TC_TASK_WORKER_SHUTDOWN;

	kill_processes(task);
	tc__task_give_back(task, tc__result_known(result) ? result : TC_TASK_INTERNAL_ERROR, died);
}

static void take(tc_worker *worker, const struct tc__state_leftover *leftover)
{
	const struct tc__claimed claimed = { leftover->claim, leftover->taken_until,
		leftover->credentials };
	struct tc__moment moment;
	tc_error err = TC_ERROR_INIT;

	tc__moment_read(&moment, worker->client, NULL, 0);
	tc_task *task = tc__task_new(worker, &claimed, &moment, TC__LEFTOVER, &err);
	if (!task) {
		tc__worker_line(worker, TC_LOG_ERROR, "a task that was left cannot be ended: %s",
			tc_error_text(&err));
	} else if (leftover->settled || !worker->options.leftover) {
		resolve(task, leftover->settled);
	} else {
		task->renew_ms = task->begun_ms; /* whether it is still ours */
		tc__task_look(task);
	}
	tc_error_clear(&err);
}

void tc__leftovers_take(tc_worker *worker)
{
	while (!worker->closed && tc__state_leftovers(worker->state)) {
		struct tc__state_leftover leftover = { 0 };
		tc_error err = TC_ERROR_INIT;
		if (tc__state_leftover(worker->state, &leftover, &err) == TC_OK)
			take(worker, &leftover);
		else
			tc__worker_line(worker, TC_LOG_ERROR,
				"a task that was left cannot be read: %s", tc_error_text(&err));
		bool stuck = err.code != TC_OK;
		tc__state_leftover_clear(&leftover);
		tc_error_clear(&err);
		if (stuck)
			return;
	}
}

void tc__leftover_good(tc_task *task)
{
	tc_worker *worker = task->worker;

	tc__task_show(task);
	tc__worker_hold(worker);
	bool taken = !worker->aborting && worker->options.leftover(worker->options.data, task);
	if (tc__worker_leave(worker))
		return;
	task->known = taken;
	if (taken)
		tc__task_look(task);
	else
		resolve(task, 0);
}

void tc__leftover_lost(tc_task *task)
{
	kill_processes(task);
	tc__task_end(task, false);
}
