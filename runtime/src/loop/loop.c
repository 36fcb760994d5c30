/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/loop.h"

#include "runtime/src/base/options.h"
#include "runtime/src/base/process.h"
#include "runtime/src/http/cancel.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IN_FLIGHT 64
#define IN_FLIGHT_MAX 100000
#define CANCELED "canceled by tc_loop_cancel"
#define FREED "canceled, as the loop is freed"

/* How often cancels are looked at that no wait is ended by. */
#define LOOK_MS 100

static const struct tc_operation *operation_of(const struct tc__run *run)
{
	return run->call->request.operation;
}

_Static_assert((int)TC_LOOP_READ == (int)TC__READ && (int)TC_LOOP_WRITE == (int)TC__WRITE &&
		(int)TC_LOOP_ERROR == (int)TC__ERROR,
	"pools and loops name events alike");

/* ---- the end of a run ---- */

/* What is to end the waits, as long as there are runs that it ends. A user's own loop has
 * tc_loop_cancel. */
static void note_cancel(tc_loop *loop, struct tc__run *run)
{
	const tc_cancel *cancel = loop->client ? tc__call_cancel(run->call) : NULL;

	if (cancel && !loop->cancel) {
		loop->cancel = cancel;
		loop->cancel_seen = false;
	}
	if (cancel)
		run->cancel = cancel == loop->cancel ? TC__CANCEL_OF_LOOP : TC__CANCEL_OTHER;
	loop->cancels[run->cancel]++;
}

/* Whoever made it may free it after the last call that names it. */
static void forget_cancel(tc_loop *loop, const struct tc__run *run)
{
	loop->cancels[run->cancel]--;
	if (run->cancel == TC__CANCEL_OF_LOOP && !loop->cancels[TC__CANCEL_OF_LOOP])
		loop->cancel = NULL;
}

/* How it ended is in the run. */
static void end_run(tc_loop *loop, struct tc__run *run)
{
	if (run->performance) {
		if (run->err.code == TC_OK)
			run->response = tc__reply_take(&run->performance->reply);
		tc__flight_end(loop, run);
	}
	if (run->turn.given)
		tc__call_give_back(run->call, &run->turn, tc__pool_now(loop->pool));
	forget_cancel(loop, run);
	tc__timers_unset(&loop->timers, &run->timer);
	run->state = TC__RUN_ENDED;
	tc__run_list_append(&loop->ended, run);
}

/* Ends a run that stands nowhere, for a reason of the loop's own. */
static void end_failed(tc_loop *loop, struct tc__run *run, int code, const char *reason)
{
	if (run->performance)
		tc__performance_tell(
			run->performance, code, TC_REASON_NONE, 0, tc__pool_now(loop->pool));
	tc__fail(&run->err, code, "%s.%s: %s", operation_of(run)->service->name,
		operation_of(run)->name, reason);
	end_run(loop, run);
}

/* The same wherever it stands. */
static void fail_run(tc_loop *loop, struct tc__run *run, int code, const char *reason)
{
	if (run->state == TC__RUN_QUEUED)
		tc__run_list_remove(&loop->queue, run);
	if (run->state == TC__RUN_FLYING)
		tc__flight_break(loop, run);
	if (run->state == TC__RUN_LANDED)
		tc__run_list_remove(&loop->landed, run);
	end_failed(loop, run, code, reason);
}

static void free_run(tc_loop *loop, struct tc__run *run)
{
	tc__table_remove(&loop->runs, &run->entry);
	tc_call_free(run->call->state->call);
	tc_error_clear(&run->err);
	free(run);
}

/* ---- what comes next for a run ---- */

/* Whether what it is fed into says how long that may take. A refusal, which it does not get, has a
 * limit of its own. */
static bool is_paced(const struct tc__run *run)
{
	return run->state == TC__RUN_FLYING && run->sink && run->sink->overdue &&
		!tc__reply_stays_here(&run->performance->reply);
}

static void set_timer(tc_loop *loop, struct tc__run *run)
{
	int64_t due = run->deadline_ms;

	if (is_paced(run) && run->sink->due_ms < due)
		due = run->sink->due_ms;
	if (run->state == TC__RUN_PAUSING && run->retry_ms < due)
		due = run->retry_ms;
	if (run->resumes) { /* behind those that were due before: it may want it for ever */
		int64_t now = tc__pool_now(loop->pool);
		due = now < due ? now : due;
	}
	if (run->unwatched)
		due = TC__AT_ONCE;
	if (due == TC__NEVER)
		tc__timers_unset(&loop->timers, &run->timer);
	else
		tc__timers_set(&loop->timers, &run->timer, due);
}

/* Those that have begun go before those that have not. */
static void requeue(tc_loop *loop, struct tc__run *run)
{
	run->state = TC__RUN_QUEUED;
	if (run->performance)
		tc__run_list_prepend(&loop->queue, run);
	else
		tc__run_list_append(&loop->queue, run);
	set_timer(loop, run);
}

static void pause_run(tc_loop *loop, struct tc__run *run, int64_t until_ms)
{
	run->state = TC__RUN_PAUSING;
	run->retry_ms = until_ms;
	set_timer(loop, run);
}

/* An attempt has ended: what comes next. */
static void judge(tc_loop *loop, struct tc__run *run)
{
	int64_t now = tc__pool_now(loop->pool);
	tc_error failure = run->err;

	run->err = (tc_error)TC_ERROR_INIT;
	if (tc__loop_has_canceled(loop, run->entry.id)) { /* be it in this very turn */
		tc_error_clear(&failure);
		end_failed(loop, run, TC_ERROR_CANCELED, loop->doomed ? FREED : CANCELED);
		return;
	}
	if (!run->performance) { /* memory ended before the first attempt */
		run->err = failure;
		end_run(loop, run);
		return;
	}
	struct tc__next next =
		tc__performance_judge(run->performance, run->landed_rc, now, &failure);
	if (next.step == TC__STEP_RESIGN) {
		requeue(loop, run);
	} else if (next.step == TC__STEP_WAIT) {
		pause_run(loop, run, now + next.delay_ms);
	} else {
		run->err = failure;
		end_run(loop, run);
	}
}

static void judge_landed(tc_loop *loop)
{
	struct tc__run *run;

	while (!loop->stopped && (run = tc__run_list_take(&loop->landed)))
		judge(loop, run);
}

static void resume(tc_loop *loop, struct tc__run *run)
{
	run->resumes = false;
	set_timer(loop, run);
	tc__pool_resume(loop->pool, &run->passenger);
}

/* ---- a turn ---- */

static void tell_woken(tc_loop *loop)
{
	if (!loop->stopped && atomic_exchange(&loop->wake.asked, false) && loop->options.woken)
		loop->options.woken(loop->options.data);
}

static void cancel_wished(tc_loop *loop)
{
	struct tc__wish *next;

	for (struct tc__wish *wish = tc__wake_take(&loop->wake); wish; wish = next) {
		struct tc__run *run = tc__run_table_find(&loop->runs, wish->run);
		if (run && run->state != TC__RUN_ENDED)
			fail_run(loop, run, TC_ERROR_CANCELED, CANCELED);
		next = wish->next;
		free(wish);
	}
}

/* What was fired ends what waits on it. */
static void cancel_fired(tc_loop *loop)
{
	if (!tc_cancel_fired(loop->cancel) && !loop->cancels[TC__CANCEL_OTHER])
		return;
	for (size_t i = 0; i < loop->runs.bucket_count; i++) {
		struct tc__entry *entry = loop->runs.buckets[i];
		for (; entry; entry = entry->same_bucket) {
			struct tc__run *run = tc__run_of_entry(entry);
			if (run->state != TC__RUN_ENDED &&
				tc_cancel_fired(tc__call_cancel(run->call)))
				fail_run(
					loop, run, TC_ERROR_CANCELED, "canceled by tc_cancel_fire");
		}
	}
}

/* Its attempt ends, if its sink says so. */
static void check_pace(tc_loop *loop, struct tc__run *run, int64_t now)
{
	int rc = run->sink->overdue(run->sink, now, &run->err);

	if (rc == TC_OK) {
		set_timer(loop, run);
		return;
	}
	tc__flight_break(loop, run);
	run->performance->delivery.maybe_sent = true;
	run->landed_rc = rc;
	judge(loop, run);
}

static void expire_run(tc_loop *loop, struct tc__timer *timer, int64_t now_ms)
{
	struct tc__run *run = (struct tc__run *)((char *)timer - offsetof(struct tc__run, timer));

	if (run->unwatched)
		fail_run(loop, run, TC_ERROR_SYSTEM,
			loop->options.watch ? "the host's watch hook refused its descriptor"
					    : "its descriptor cannot be watched");
	else if (run->deadline_ms <= now_ms)
		fail_run(loop, run, TC_ERROR_TIMEOUT, "not done by its deadline");
	else if (run->resumes)
		resume(loop, run);
	else if (is_paced(run))
		check_pace(loop, run, now_ms);
	else if (run->state == TC__RUN_PAUSING)
		requeue(loop, run);
	else
		set_timer(loop, run);
}

/* Not those that are set meanwhile: a callback that sets one for now, again and again, cannot keep
 * us here. */
static void expire(tc_loop *loop)
{
	int64_t now = tc__pool_now(loop->pool);
	uint64_t round = ++loop->timers.round;
	struct tc__timer *timer;

	while (!loop->stopped && (timer = tc__timers_next(&loop->timers)) && timer->due_ms <= now &&
		timer->round < round)
		timer->expire(loop, timer, now);
}

/* Those that have ended by now; what ends meanwhile waits for the next turn, so that a callback
 * which starts one more cannot keep us here for ever. */
static void call_back(tc_loop *loop)
{
	struct tc__run_list ended = loop->ended;
	struct tc__run *run;

	loop->ended = (struct tc__run_list){ 0 };
	while (!loop->stopped && (run = tc__run_list_take(&ended))) {
		const tc_error *err = run->err.code == TC_OK ? NULL : &run->err;
		run->on_done(run->data, run->entry.id, run->response, err);
		free_run(loop, run);
	}
	tc__run_list_restore(&loop->ended, &ended);
}

/* Whether a run, which stands nowhere, may begin with its attempt; if not, it has moved on. */
static bool has_turn(tc_loop *loop, struct tc__run *run)
{
	int64_t now = tc__pool_now(loop->pool), wait_ms;
	int rc = tc__call_turn(run->call, &run->turn, run->deadline_ms, now, &wait_ms, &run->err);

	if (rc != TC_OK) {
		tc__operation_prefix(operation_of(run), rc, &run->err);
		end_run(loop, run);
	} else if (wait_ms) {
		pause_run(loop, run, now + wait_ms);
	}
	return rc == TC_OK && wait_ms == 0;
}

static void launch(tc_loop *loop)
{
	while (!loop->stopped && tc__loop_may_launch(loop)) {
		struct tc__run *run = tc__run_list_take(&loop->queue);
		if (!has_turn(loop, run))
			continue;
		run->turn.given = false;
		tc__flight_begin(loop, run);
		if (is_paced(run))
			set_timer(loop, run);
	}
}

static void drive(tc_loop *loop, int fd, int events)
{
	const void *before = loop->pool->driver;

	loop->pool->driver = loop;
	tc__pool_drive(loop->pool, fd, events);
	loop->pool->driver = before;
}

static void turn(tc_loop *loop)
{
	loop->inside = true;
	tell_woken(loop);
	cancel_wished(loop);
	judge_landed(loop);
	expire(loop);
	tc__watches_call(loop);
	tc__posts_call(loop);
	call_back(loop);
	cancel_wished(loop); /* of the callbacks: nothing is sent for those */
	launch(loop);
	if (!loop->stopped && tc__pool_due(loop->pool) == 0)
		drive(loop, TC__POOL_DUE, 0);
	loop->inside = false;
	if (!loop->doomed)
		tc__loop_arm(loop);
}

/* Notes events of a descriptor down, if it is one of the loop's own. */
static bool take_event(void *data, int fd, int events)
{
	tc_loop *loop = data;

	if (tc__cancel_takes(loop->cancel, fd))
		return true;
	if (fd != loop->wake.bell.fd)
		return tc__watches_note(loop, fd, events);
	tc__wake_quiet(&loop->wake);
	return true;
}

/* ---- the end ---- */

static void close_loop(tc_loop *loop)
{
	tc__watches_clear(loop);
	if (loop->pool == &loop->own)
		tc__pool_close(loop->pool);
	if (loop->options.watch && loop->wake.bell.fd >= 0) {
		loop->options.watch(loop->options.data, loop->wake.bell.fd, 0);
		loop->options.timer(loop->options.data, -1);
	}
	tc__wake_close(&loop->wake);
	tc__flight_drop_spares(loop);
	tc__table_clear(&loop->alarms);
	tc__table_clear(&loop->runs);
	tc__timers_clear(&loop->timers);
	tc_client_free(loop->client);
	tc__handle_end(loop);
}

/* Runs that have not ended are canceled, and their callbacks called; watches end without a word,
 * and so do timers, but for those that are not to be lost. */
static void end_loop(tc_loop *loop)
{
	struct tc__run *run;
	size_t hint = 0;

	loop->ending = loop->inside = true;
	loop->stopped = false;
	tc__posts_call(loop);
	/* first those that have ended, and then there are only others */
	call_back(loop);
	while ((run = tc__run_of_entry(tc__table_any(&loop->runs, &hint)))) {
		fail_run(loop, run, TC_ERROR_CANCELED, FREED);
		call_back(loop);
	}
	tc__posts_close(loop);
	tc__connections_end(loop);
	tc__alarms_end(loop);
	close_loop(loop);
}

/* ---- starting ---- */

static struct tc__run *new_run(tc_loop *loop, const tc_call *call)
{
	struct tc__run *run = calloc(1, sizeof *run);

	if (!run)
		return NULL;
	run->entry.id = loop->last_id + 1;
	run->loop = loop;
	run->call = call;
	run->timer.id = run->entry.id;
	run->timer.expire = expire_run;
	if (!tc__loop_reserve_timer(loop) || !tc__table_add(&loop->runs, &run->entry)) {
		free(run);
		return NULL;
	}
	loop->last_id++;
	call->state->references++;
	call->state->used = true;
	return run;
}

int tc__loop_start(tc_loop *loop, const tc_call *call, struct tc__sink *sink,
	const struct tc__terms *terms, tc_done_fn *on_done, void *data, uint64_t *id, tc_error *err)
{
	int rc = tc__call_check_ready(call, err);

	if (rc != TC_OK)
		return rc;
	rc = tc__loop_check_open(loop, err);
	if (rc != TC_OK)
		return rc;
	struct tc__run *run = new_run(loop, call);
	if (!run)
		return tc__fail_nomem(err);
	run->on_done = on_done;
	run->data = data;
	run->sink = sink;
	struct tc__terms own =
		tc__terms_within(terms, tc__call_deadline(call, tc__pool_now(loop->pool)));
	run->timeout_ms = own.timeout_ms;
	run->deadline_ms = own.until_ms;
	note_cancel(loop, run);
	run->state = TC__RUN_QUEUED;
	set_timer(loop, run);
	tc__run_list_append(&loop->queue, run);
	if (id)
		*id = run->entry.id;
	tc__loop_arm(loop);
	return TC_OK;
}

int tc_loop_start(tc_loop *loop, const tc_call *call, tc_done_fn *on_done, void *data,
	uint64_t *run, tc_error *err)
{
	tc_error_clear(err);
	if (run)
		*run = 0;
	if (!loop || !on_done)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", loop ? "on_done" : "loop");
	int rc = tc__call_check_whole(call, err);
	if (rc != TC_OK)
		return rc;
	return tc__loop_start(loop, call, NULL, NULL, on_done, data, run, err);
}

int tc_loop_set_timeout(tc_loop *loop, uint64_t id, int64_t timeout_ms, tc_error *err)
{
	tc_error_clear(err);
	if (!loop)
		return tc__fail(err, TC_ERROR_ARGUMENT, "loop is NULL");
	struct tc__run *run = tc__run_table_find(&loop->runs, id);
	if (!run || run->state == TC__RUN_ENDED)
		return TC_OK;
	int64_t now = tc__pool_now(loop->pool);
	run->deadline_ms = tc__later(now, timeout_ms);
	if (run->performance)
		tc__performance_until(run->performance, run->deadline_ms);
	set_timer(loop, run);
	tc__loop_arm(loop);
	return TC_OK;
}

int tc_loop_cancel(tc_loop *loop, uint64_t run)
{
	if (!loop)
		return TC_ERROR_ARGUMENT;
	return tc__wake_wish(&loop->wake, run) ? TC_OK : TC_ERROR_NOMEM;
}

void tc_loop_wake(tc_loop *loop)
{
	if (!loop)
		return;
	atomic_store(&loop->wake.asked, true);
	tc__wake_ring(&loop->wake);
}

size_t tc_loop_pending(const tc_loop *loop)
{
	if (!loop)
		return 0;
	return loop->runs.count + loop->alarms.count + loop->watches.table.count +
		loop->connection_count + atomic_load(&loop->posts.left);
}

void tc__loop_resume(tc_loop *loop, uint64_t id)
{
	struct tc__run *run = tc__run_table_find(&loop->runs, id);

	if (run)
		tc__pool_resume(loop->pool, &run->passenger);
}

void tc__loop_resume_later(tc_loop *loop, uint64_t id)
{
	struct tc__run *run = tc__run_table_find(&loop->runs, id);

	if (!run || run->state != TC__RUN_FLYING)
		return;
	run->resumes = true;
	set_timer(loop, run);
	tc__loop_arm(loop);
}

void tc__loop_hurry(tc_loop *loop, uint64_t id)
{
	struct tc__run *run = tc__run_table_find(&loop->runs, id);

	if (!run || run->unwatched)
		return;
	set_timer(loop, run);
	tc__loop_arm(loop);
}

void tc__loop_take_error(tc_loop *loop, uint64_t id, tc_error *to)
{
	struct tc__run *run = tc__run_table_find(&loop->runs, id);

	if (run)
		tc__fail_with(to, &run->err);
}

/* ---- the poll face ---- */

static int check_poll(const tc_loop *loop, tc_error *err)
{
	if (!loop)
		return tc__fail(err, TC_ERROR_ARGUMENT, "loop is NULL");
	if (loop->options.watch)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"loop has hooks: its host waits for it (tc_loop_ready, tc_loop_timeout)");
	if (loop->inside)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "loop is called from inside one of its callbacks");
	return tc__pool_check_free(loop->pool, err);
}

/* What tc_loop_free began from inside a callback. False: the loop goes on. */
static bool end_doomed(tc_loop *loop)
{
	if (!loop->doomed)
		return false;
	end_loop(loop);
	return true;
}

/* Waits until something happens, at most so long; a cancel is something, once. */
static int wait_some(tc_loop *loop, int64_t timeout_ms, tc_error *err)
{
	bool fired = tc_cancel_fired(loop->cancel);
	struct tc__pool *pool = loop->pool;

	if (fired)
		cancel_fired(loop);
	/* its descriptor stays readable, and others may go on */
	const tc_cancel *cancel = fired ? NULL : loop->cancel;
	int64_t own = tc__loop_delay(loop);
	if (own >= 0 && (timeout_ms < 0 || own < timeout_ms))
		timeout_ms = own;
	if (loop->cancels[TC__CANCEL_OTHER] && (timeout_ms < 0 || timeout_ms > LOOK_MS))
		timeout_ms = LOOK_MS;
	if (fired && !loop->cancel_seen)
		timeout_ms = 0;
	int rc = tc__pool_watch_cancel(pool, cancel, err);
	if (rc == TC_OK)
		rc = tc__pool_wait(pool, loop, timeout_ms, take_event, loop, err);
	tc__pool_forget_cancel(pool, cancel);
	loop->cancel_seen = tc_cancel_fired(loop->cancel);
	return rc;
}

/* *ended: the loop is no more. */
static int poll_once(tc_loop *loop, int64_t timeout_ms, bool *ended, tc_error *err)
{
	struct tc__pool *pool = loop->pool;

	loop->inside = true;
	tc__pool_enter(pool);
	int rc = wait_some(loop, timeout_ms, err);
	if (rc == TC_OK) {
		cancel_fired(loop);
		turn(loop);
	}
	tc__pool_leave(pool);
	loop->inside = false;
	if (rc == TC_OK)
		*ended = end_doomed(loop);
	return rc;
}

int tc_loop_poll(tc_loop *loop, int64_t timeout_ms, tc_error *err)
{
	tc_error_clear(err);
	int rc = check_poll(loop, err);

	if (rc != TC_OK)
		return rc;
	bool ended = false;
	loop->stopped = false;
	return poll_once(loop, timeout_ms, &ended, err);
}

int tc_loop_run(tc_loop *loop, tc_error *err)
{
	tc_error_clear(err);
	int rc = check_poll(loop, err);

	if (rc != TC_OK)
		return rc;
	bool ended = false;
	loop->stopped = false;
	while (rc == TC_OK && !ended && !loop->stopped && tc_loop_pending(loop))
		rc = poll_once(loop, -1, &ended, err);
	return rc;
}

void tc_loop_stop(tc_loop *loop)
{
	if (loop && !loop->options.watch && !loop->ending)
		loop->stopped = true;
}

/* ---- the hook face ---- */

void tc_loop_ready(tc_loop *loop, int fd, int events)
{
	if (!loop || loop->inside || loop->client)
		return;
	loop->inside = true;
	if (!take_event(loop, fd, events))
		drive(loop, fd, events);
	turn(loop);
	end_doomed(loop);
}

void tc_loop_timeout(tc_loop *loop)
{
	if (!loop || loop->client)
		return;
	/* also from inside a callback: it is over, and set anew */
	loop->armed.due_ms = loop->armed.curl_ms = TC__NEVER;
	if (loop->inside)
		return;
	turn(loop);
	end_doomed(loop);
}

/* ---- from beginning to end ---- */

static int check_options(const struct tc_loop_options *options, tc_error *err)
{
	if (!options->watch != !options->timer)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s is NULL: the hooks watch and timer go together",
			options->watch ? "timer" : "watch");
	return TC_OK;
}

/* Everything that a child of fork may touch: its own copies of the descriptors. */
static void abandon(tc_loop *loop)
{
	tc__pool_close(loop->pool);
	tc__wake_close(&loop->wake);
}

static int watch_wake(tc_loop *loop, tc_error *err)
{
	const struct tc__pool *pool = loop->pool;

	if (loop->options.watch) {
		if (loop->options.watch(loop->options.data, loop->wake.bell.fd, TC_LOOP_READ) == 0)
			return TC_OK;
		return tc__fail(err, TC_ERROR_SYSTEM, "the watch hook refused a descriptor");
	}
	if (pool->waiter_kind->watch(pool->waiter, loop->wake.bell.fd, TC__READ) == 0)
		return TC_OK;
	return errno == ENOMEM ? tc__fail_nomem(err)
			       : tc__fail(err, TC_ERROR_SYSTEM, "no descriptor can be watched");
}

/* A pool of its own, and what wakes it. */
static int open_own(tc_loop *loop, const struct tc__waiter_kind *kind, tc_error *err)
{
	const struct tc__pool_host host = { loop->options.watch, loop->options.data };

	tc__pool_init(&loop->own, &loop->seams, &host, kind, loop->options.in_flight);
	int rc = tc__options_read(loop->options.seams, &loop->seams, sizeof loop->seams, "seams",
		"TC_SEAMS_INIT", err);
	if (rc == TC_OK)
		rc = tc__wake_open(&loop->wake, err);
	if (rc == TC_OK)
		rc = tc__pool_open_waiter(loop->pool, err);
	if (rc == TC_OK)
		rc = watch_wake(loop, err);
	return rc == TC_OK ? tc__pool_open(loop->pool, err) : rc;
}

static void end_later(struct tc__errand *errand)
{
	end_loop((tc_loop *)((char *)errand - offsetof(tc_loop, errand)));
}

/* Whether somebody else is at work on the client's pool; then it ends when that is over. */
static bool defer_end(tc_loop *loop)
{
	loop->errand.run = end_later;
	return loop->client && !loop->is_private && tc__pool_defer(loop->pool, &loop->errand);
}

/* From inside one of its callbacks, and what called that still needs the loop: after the turn. */
static void release(void *handle)
{
	tc_loop *loop = handle;

	if (loop->ending)
		return;
	if (loop->pool->owner != tc__process_mark())
		abandon(loop);
	else if (loop->inside || defer_end(loop))
		loop->doomed = loop->stopped = true;
	else
		end_loop(loop);
}

static tc_loop *alloc_loop(const struct tc_loop_options *options, tc_error *err)
{
	if (options->in_flight > IN_FLIGHT_MAX) {
		tc__fail(err, TC_ERROR_ARGUMENT, "in_flight is %zu; expected up to %d",
			options->in_flight, IN_FLIGHT_MAX);
		return NULL;
	}
	tc_loop *loop = tc__handle_alloc(sizeof *loop, release);
	if (!loop) {
		tc__fail_nomem(err);
		return NULL;
	}
	loop->options = *options;
	if (!loop->options.in_flight)
		loop->options.in_flight = IN_FLIGHT;
	loop->armed.due_ms = loop->armed.curl_ms = TC__NEVER;
	tc__posts_init(&loop->posts);
	loop->wake.bell = (struct tc__bell){ -1, -1 };
	return loop;
}

tc_loop *tc__loop_new(
	const struct tc_loop_options *options, const struct tc__waiter_kind *kind, tc_error *err)
{
	struct tc_loop_options known;

	if (tc__options_read(options, &known, sizeof known, "options", "TC_LOOP_OPTIONS_INIT",
		    err) != TC_OK ||
		check_options(&known, err) != TC_OK)
		return NULL;
	tc_loop *loop = alloc_loop(&known, err);
	if (!loop)
		return NULL;
	loop->pool = &loop->own;
	if (open_own(loop, kind, err) == TC_OK)
		return loop;
	close_loop(loop);
	return NULL;
}

tc_loop *tc_loop_new(const struct tc_loop_options *options, tc_error *err)
{
	tc_error_clear(err);
	return tc__loop_new(options, NULL, err);
}

tc_loop *tc__loop_on(tc_client *client, size_t in_flight, tc_error *err)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;

	options.in_flight = in_flight;
	tc_loop *loop = alloc_loop(&options, err);
	if (!loop)
		return NULL;
	loop->client = tc__client_ref(client);
	loop->pool = &client->pool;
	loop->is_private = true;
	tc__pool_keep(loop->pool, loop->options.in_flight);
	return loop;
}

tc_loop *tc_loop_on(tc_client *client, size_t in_flight, tc_error *err)
{
	tc_error_clear(err);
	if (!client) {
		tc__fail(err, TC_ERROR_ARGUMENT, "client is NULL");
		return NULL;
	}
	if (tc__pool_check_free(&client->pool, err) != TC_OK)
		return NULL;
	tc_loop *loop = tc__loop_on(client, in_flight, err);
	if (!loop)
		return NULL;
	loop->is_private = false;
	loop->cancel = client->options.cancel;
	if (loop->cancel) /* also without a run */
		loop->cancels[TC__CANCEL_OF_LOOP]++;
	return loop;
}

void tc_loop_free(tc_loop *loop)
{
	tc_release(loop);
}
