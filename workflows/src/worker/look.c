/* SPDX-License-Identifier: MPL-2.0 */
/* What is due for a task, and its end. */
#include "workflows/src/worker/worker.h"

#include "workflows/src/base/timer.h"

static const char stops_text[] = "the worker stops";

#define LOOK_MS 10000  /* at the clocks, while a task runs */
#define FORCE_MS 30000 /* how long a worker that stops waits for a task that it has aborted */
#define AWAKE_MS 30000 /* how long a claim that ended while the machine slept is asked for */

/* ---- errands ---- */

void tc__errand_send(struct tc__errand *errand, tc_call *call, struct tc_call_options *options,
	int64_t until_ms, tc__flow_fn *then, tc_error *made)
{
	errand->busy = true;
	errand->flow.until_ms = until_ms;
	tc__worker_hold(errand->task->worker);
	tc__flow_send(&errand->flow, call, options, NULL, then, made);
}

tc_task *tc__errand_back(struct tc__flow *flow, tc_response *response)
{
	struct tc__errand *errand = (struct tc__errand *)flow;
	tc_task *task = errand->task;

	errand->busy = false;
	if (!tc__worker_leave(task->worker)) {
		if (task->phase != TC__GONE)
			return task;
		tc__task_drop(task);
	}
	tc_release(response);
	return NULL;
}

/* ---- time ---- */

/* The machine has slept, or its clock was set: renewed at once, which says what is true. */
static void watch_clocks(tc_worker *worker)
{
	int64_t leap = tc__watch_leap(&worker->watch, worker->client);
	int64_t now = worker->watch.steady_ms;

	if (!leap)
		return;
	for (tc_task *task = worker->tasks; task; task = task->after) {
		if (task->phase == TC__GONE || task->over)
			continue;
		if (task->renew_ms > now)
			task->renew_ms = now;
		if (leap > 0 && task->end_ms > now + AWAKE_MS)
			task->end_ms = task->end_ms - leap > now + AWAKE_MS ? task->end_ms - leap
									    : now + AWAKE_MS;
	}
}

static bool works(const tc_task *task)
{
	return task->phase == TC__WORKING && !atomic_load(&task->resolved);
}

static int64_t next_due(const tc_task *task, int64_t now)
{
	int64_t due = now + LOOK_MS;

	if (!task->over) {
		due = tc__sooner(due, task->end_ms);
		if (!task->renewal.busy)
			due = tc__sooner(due, task->renew_ms);
	}
	if (task->phase == TC__REPORTING && !task->over && !task->report.busy)
		due = tc__sooner(due, task->report_ms);
	if (works(task) && !task->aborted) {
		due = tc__sooner(due, task->deadline_ms);
		due = tc__sooner(due, task->limit_ms);
	}
	if (works(task) && !task->over && !task->asking.busy)
		due = tc__sooner(due, task->poll_ms);
	if (works(task) && task->aborted)
		due = tc__sooner(due, task->force_ms);
	return due;
}

static void on_timer(void *data, uint64_t timer)
{
	tc_task *task = data;

	(void)timer;
	task->timer = 0;
	tc__task_look(task);
}

static void set_timer(tc_task *task)
{
	tc_worker *worker = task->worker;
	tc_error err = TC_ERROR_INIT;
	int64_t now = tc__worker_now(worker), due = next_due(task, now);

	tc__timer_end(worker->loop, &task->timer);
	if (tc_loop_timer(worker->loop, due > now ? due - now : 0, on_timer, task, &task->timer,
		    &err) != TC_OK)
		tc__worker_starve(worker);
	tc_error_clear(&err);
}

/* ---- aborting ---- */

void tc__task_over(tc_task *task, const tc_error *err)
{
	if (task->over)
		return;
	task->over = true;
	tc_error_clear(&task->err);
	tc_error_copy(&task->err, err);
}

bool tc__task_abort(tc_task *task, enum tc_abort why)
{
	tc_worker *worker = task->worker;

	if (!works(task) || task->aborted)
		return true;
	task->aborted = why;
	if (why == TC_ABORT_RUN_TIME)
		tc_task_settle(task, TC_TASK_FAILED, "it took longer than it may");
	if (why == TC_ABORT_SHUTDOWN)
		tc_task_settle(task, TC_TASK_WORKER_SHUTDOWN, stops_text);
	tc__worker_hold(worker);
	worker->options.abort(worker->options.data, task, why);
	return !tc__worker_leave(worker);
}

/* Nothing is reported, for a reason of our own. */
static bool give_up(tc_task *task, enum tc_abort why, int code, const char *reason)
{
	tc_error err = TC_ERROR_INIT;

	tc_error_set(&err, code, "%s", reason);
	tc__task_over(task, &err);
	tc_error_clear(&err);
	return tc__task_abort(task, why);
}

/* The claim has ended without a renewal. What refused the last one says whose it is now. */
static bool end_claim(tc_task *task)
{
	bool refused = task->refused_status == 401 || task->refused_status == 403;

	if (task->renewal.busy)
		tc__flow_cancel(&task->renewal.flow);
	task->lost |= refused;
	return give_up(task, refused ? TC_ABORT_LOST : TC_ABORT_CLAIM_ENDED, TC_ERROR_TIMEOUT,
		"the claim has ended, and could not be renewed");
}

/* The caller was asked to end it, and does not: the worker does not wait for ever. */
static void force(tc_task *task)
{
	if (atomic_exchange(&task->resolved, true))
		return; /* just now; the bell rings */
	task->forced = true;
	tc_task_settle(task, TC_TASK_WORKER_SHUTDOWN, stops_text);
	tc__worker_line(task->worker, TC_LOG_WARN,
		"task %s run %s was aborted, and not resolved: the worker waits no longer",
		tc_task_id(task), task->run_id);
	tc__task_finish(task);
}

/* ---- looking ---- */

/* The times of the work: false when the worker is gone. */
static bool look_at_work(tc_task *task, int64_t now)
{
	if (now >= task->deadline_ms && !task->over)
		return give_up(
			task, TC_ABORT_DEADLINE, TC_ERROR_TIMEOUT, "the task's deadline has come");
	if (now < task->limit_ms || task->aborted)
		return true;
	return tc__task_abort(task, TC_ABORT_RUN_TIME);
}

static bool stops(const tc_task *task, int64_t now)
{
	tc_worker *worker = task->worker;

	if (!worker->ending || !task->aborted || !works(task))
		return false;
	return now >= task->force_ms;
}

static void plan_force(tc_task *task, int64_t now)
{
	if (task->worker->ending && task->aborted && task->force_ms == TC__NEVER)
		task->force_ms = now + FORCE_MS;
}

/* What may be sent. */
static void look_at_claim(tc_task *task, int64_t now)
{
	if (!task->over && now >= task->renew_ms && !task->renewal.busy)
		tc__task_renew(task);
	if (task->phase == TC__REPORTING && !task->over && now >= task->report_ms &&
		!task->report.busy)
		tc__task_report(task);
	else if (works(task) && !task->over && now >= task->poll_ms && !task->asking.busy)
		tc__task_ask(task, TC__ASK_POLL);
}

static bool is_unheard(const tc_task *task)
{
	return task->over && task->phase == TC__REPORTING && !task->report.busy &&
		!task->asking.busy;
}

void tc__task_look(tc_task *task)
{
	tc_worker *worker = task->worker;

	tc__worker_hold(worker);
	task->pins++; /* what cannot be sent is back at once, and may be its end */
	watch_clocks(worker);
	int64_t now = tc__worker_now(worker);
	bool there = true;
	if (!task->over && now >= task->end_ms)
		there = end_claim(task);
	if (there && works(task))
		there = look_at_work(task, now);
	if (there) {
		plan_force(task, now);
		if (stops(task, now))
			force(task);
		else if (task->phase == TC__LEFTOVER && task->over && !task->asking.busy)
			tc__leftover_lost(task);
		else if (is_unheard(task))
			tc__task_unheard(task);
		else
			look_at_claim(task, now);
	}
	task->pins--;
	if (tc__worker_leave(worker))
		return;
	if (task->phase == TC__GONE)
		tc__task_drop(task);
	else
		set_timer(task);
}

/* ---- the ends ---- */

void tc__task_plan_poll(tc_task *task)
{
	int64_t poll_ms = task->worker->options.status_poll_ms;

	task->poll_ms = poll_ms ? tc__worker_now(task->worker) + poll_ms : TC__NEVER;
}

void tc__task_show(tc_task *task)
{
	task->phase = TC__WORKING;
	task->known = true;
	tc__task_plan_poll(task);
}

void tc__task_start(tc_task *task)
{
	tc_worker *worker = task->worker;

	tc__task_show(task);
	tc__worker_hold(worker);
	worker->options.start(worker->options.data, task);
	if (!tc__worker_leave(worker))
		tc__task_look(task);
}

static void count(struct tc_worker_stats *stats, enum tc_task_result result, bool reported)
{
	if (!reported)
		stats->unreported++;
	else if (result == TC_TASK_COMPLETED)
		stats->completed++;
	else if (result == TC_TASK_FAILED)
		stats->failed++;
	else
		stats->exceptions++;
}

/* The caller's last sight of it. */
static bool tell_end(tc_task *task, bool reported)
{
	const struct tc_queue_task_status_runs *run =
		reported ? NULL : tc__run_of(task, task->told);
	const struct tc_task_end end = {
		.result = task->result,
		.aborted = task->aborted,
		.reported = reported,
		.state = run ? run->state : NULL,
		.reason = run ? run->reason_resolved : NULL,
		.err = reported ? NULL : &task->err,
	};
	tc_worker *worker = task->worker;

	if (!task->known || !worker->options.ended)
		return true;
	tc__worker_hold(worker);
	worker->options.ended(worker->options.data, task, &end);
	return !tc__worker_leave(worker);
}

void tc__task_end(tc_task *task, bool reported)
{
	tc_worker *worker = task->worker;
	struct tc__errand *errands[] = { &task->renewal, &task->asking, &task->report };

	task->phase = TC__GONE;
	tc__timer_end(worker->loop, &task->timer);
	worker->stats.busy--;
	count(&worker->stats, task->result, reported);
	tc__state_ended(worker->state, tc_task_id(task), task->run_id);
	tc__worker_line_of(task, reported);
	tc__worker_hold(worker);
	bool there = tell_end(task, reported);
	if (there) {
		for (size_t i = 0; i < sizeof errands / sizeof *errands; i++)
			if (errands[i]->busy)
				tc__flow_cancel(&errands[i]->flow);
		tc__task_drop(task);
		worker->busy_ms = tc__worker_now(worker);
		if (!worker->claim_failures)
			worker->claim_next_ms = worker->busy_ms;
		tc__worker_look(worker);
	}
	tc__worker_leave(worker);
}

void tc_task_check(tc_task *task)
{
	if (!task)
		return;
	task->poll_ms = tc__worker_now(task->worker);
	if (task->phase == TC__WORKING)
		set_timer(task);
}

int tc_task_limit(tc_task *task, int64_t ms, tc_error *err)
{
	tc_error_clear(err);
	if (!task || ms < 0)
		return tc_error_set(err, TC_ERROR_ARGUMENT, task ? "ms is %lld" : "task is NULL",
			(long long)ms);
	int64_t now = tc__worker_now(task->worker);
	task->limit_ms = ms && ms < TC__NEVER - now ? now + ms : TC__NEVER;
	if (task->phase == TC__WORKING)
		set_timer(task);
	return TC_OK;
}
