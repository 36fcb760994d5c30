/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE 1 /* usleep */
/* A loop on a client's own connections, for functions that wait for many calls: what it shares with
 * the client, and how its waits end. */
#include "world.h"

#include "runtime/src/loop/loop.h"
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HANG_MS 30000
#define LATE_MS 1500

struct bench {
	struct script script;
	struct tc_responder *responder;
	tc_cancel *cancel; /* of the client */
	tc_client *client;
	tc_call *call;
	tc_loop *loop;
	struct note note;
	size_t ticks;    /* timers that were called, */
	uint64_t told;   /* run of the last attempt, by the metrics */
	bool reused;     /* its connection */
	tc_loop *doomed; /* what a callback frees */
	int inside;      /* what it was told about what is refused there */
	pthread_t thread;
	int64_t begun_ms;
	tc_error err;
};

static void on_attempt(void *data, const struct tc_metrics *metrics)
{
	struct bench *b = data;

	b->told = metrics->run;
	b->reused = metrics->reused;
}

static void open_bench(struct bench *b, int64_t delay_ms)
{
	*b = (struct bench){ .script = { { { .status = 200, .body = "{}", .delay_ms = delay_ms } },
				     1 } };
	b->responder = tc_responder_start(answer_by_script, &b->script);
	struct tc_options options = quick_options(b->responder);
	b->cancel = options.cancel = tc_cancel_new(&b->err);
	options.timeout_ms = HANG_MS;
	options.metrics = on_attempt;
	options.metrics_data = b;
	b->client = tc_client_new(&options, &b->err);
	assert_ok(b->err.code, &b->err);
	b->call = ping(b->client);
	b->loop = tc_loop_on(b->client, 0, &b->err);
	assert_ok(b->err.code, &b->err);
	assert_non_null(b->loop);
	b->begun_ms = tc_test_now_ms();
}

static void close_bench(struct bench *b)
{
	tc_loop_free(b->loop);
	tc_call_free(b->call);
	tc_client_free(b->client);
	tc_cancel_free(b->cancel);
	tc_responder_stop(b->responder);
	tc_error_clear(&b->err);
}

static uint64_t start(struct bench *b)
{
	uint64_t run;

	assert_ok(tc_loop_start(b->loop, b->call, take_note, &b->note, &run, &b->err), &b->err);
	return run;
}

static void polls(struct bench *b, int64_t timeout_ms)
{
	assert_ok(tc_loop_poll(b->loop, timeout_ms, &b->err), &b->err);
}

static int64_t passed(const struct bench *b)
{
	return tc_test_now_ms() - b->begun_ms;
}

static void tick(void *data, uint64_t timer)
{
	struct bench *b = data;

	assert_true(timer > 0);
	b->ticks++;
}

static void set_timer(struct bench *b, int64_t delay_ms)
{
	assert_ok(tc_loop_timer(b->loop, delay_ms, tick, b, NULL, &b->err), &b->err);
}

/* ---- what it shares ---- */

static void it_goes_over_the_clients_connections(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, 0);
	assert_ok(tc_call_perform(b.call, NULL, &b.err), &b.err);
	assert_int_equal(b.told, 0);
	uint64_t run = start(&b);
	set_timer(&b, 0);
	assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
	assert_int_equal(b.note.succeeded, 1);
	assert_int_equal(b.note.run, run);
	assert_int_equal(b.told, run); /* its user knows the number */
	assert_true(b.reused);
	assert_int_equal(b.ticks, 1);
	close_bench(&b);
}

/* A blocking call drives its attempts; its callbacks are for its own turn. */
static void a_call_meanwhile_calls_nothing_back(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, 0);
	start(&b);
	set_timer(&b, 0);
	polls(&b, 0);
	b.script.replies[0].delay_ms = 200;
	assert_ok(tc_call_perform(b.call, NULL, &b.err), &b.err);
	size_t done = b.note.done;
	assert_ok(tc_client_wait(b.client, 50, NULL, &b.err), &b.err);
	assert_int_equal(b.note.done, done);
	assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
	assert_int_equal(b.note.succeeded, 1);
	assert_int_equal(b.ticks, 1);
	close_bench(&b);
}

static void it_may_outlive_its_client(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, 0);
	start(&b);
	tc_call_free(b.call);
	tc_client_free(b.client);
	b.call = NULL;
	b.client = NULL;
	assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
	assert_int_equal(b.note.succeeded, 1);
	close_bench(&b);
}

static void in_flight_is_its_limit(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, 0);
	assert_null(tc_loop_on(b.client, 100001, &b.err));
	assert_failure(&b.err, TC_ERROR_ARGUMENT, "in_flight is 100001");
	tc_loop_free(b.loop);
	b.loop = tc_loop_on(b.client, 1, &b.err);
	for (int i = 0; i < 5; i++)
		start(&b);
	while (b.note.done < 5) {
		polls(&b, -1);
		assert_int_in_range(b.loop->flying, 0, 1);
	}
	assert_int_equal(b.note.succeeded, 5);
	close_bench(&b);
}

/* ---- its own thread ---- */

static void post(void *data)
{
	struct bench *b = data;

	b->ticks++;
}

/* No descriptor tells of them: they are known before the wait begins. */
static void its_own_thread_ends_the_next_wait(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, HANG_MS);
	uint64_t run = start(&b);
	polls(&b, 0);
	tc_loop_wake(b.loop);
	polls(&b, -1);
	assert_ok(tc_loop_post(b.loop, post, &b, &b.err), &b.err);
	while (!b.ticks)
		polls(&b, -1);
	assert_int_equal(tc_loop_cancel(b.loop, run), TC_OK);
	assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
	assert_int_equal(b.note.code, TC_ERROR_CANCELED);
	assert_int_in_range(passed(&b), 0, LATE_MS);
	close_bench(&b);
}

static void on_events(void *data, int fd, int events)
{
	(void)data, (void)fd, (void)events;
	fail();
}

static void what_it_cannot_do_is_refused(void **state)
{
	struct bench b;
	int ends[2];

	(void)state;
	open_bench(&b, 0);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(tc_loop_watch(b.loop, ends[1], TC_LOOP_WRITE, on_events, NULL, &b.err),
		TC_ERROR_ARGUMENT);
	assert_failure(&b.err, TC_ERROR_ARGUMENT, "watches no descriptors");
	assert_ok(tc_loop_watch(b.loop, ends[1], 0, NULL, NULL, &b.err), &b.err);
	set_timer(&b, 0);
	tc_loop_timeout(b.loop); /* of the other face */
	tc_loop_ready(b.loop, ends[0], TC_LOOP_READ);
	assert_int_equal(b.ticks, 0);
	close(ends[0]);
	close(ends[1]);
	close_bench(&b);
}

/* ---- canceled ---- */

static void *fire_soon(void *data)
{
	usleep(100000);
	tc_cancel_fire(data);
	return NULL;
}

static void a_cancel_ends_a_wait_for_timers_once(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, 0);
	set_timer(&b, HANG_MS);
	assert_int_equal(pthread_create(&b.thread, NULL, fire_soon, b.cancel), 0);
	while (!tc_cancel_fired(b.cancel))
		polls(&b, -1);
	pthread_join(b.thread, NULL);
	assert_int_in_range(passed(&b), 99, LATE_MS);
	b.begun_ms = tc_test_now_ms();
	for (int turn = 0; turn < 10 && passed(&b) < 99; turn++)
		polls(&b, 100); /* and no longer: others may go on, and cost no time */
	assert_true(passed(&b) >= 99);
	tc_cancel_reset(b.cancel);
	polls(&b, 0);

	/* also when it is fired before the wait */
	tc_cancel_fire(b.cancel);
	b.begun_ms = tc_test_now_ms();
	polls(&b, -1);
	assert_int_in_range(passed(&b), 0, LATE_MS);
	assert_int_equal(b.ticks, 0);
	assert_int_equal(tc_loop_pending(b.loop), 1);
	close_bench(&b);
}

/* That of the client, and one of the call, which is looked at. */
static void a_cancel_ends_runs(void **state)
{
	(void)state;
	for (int of_call = 0; of_call < 2; of_call++) {
		struct tc_call_options own = TC_CALL_OPTIONS_INIT;
		struct bench b;
		open_bench(&b, HANG_MS);
		own.cancel = of_call ? tc_cancel_new(&b.err) : NULL;
		assert_ok(tc_call_set_options(b.call, &own, &b.err), &b.err);
		start(&b);
		tc_cancel *fired = of_call ? own.cancel : b.cancel;
		assert_int_equal(pthread_create(&b.thread, NULL, fire_soon, fired), 0);
		assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
		pthread_join(b.thread, NULL);
		assert_int_equal(b.note.code, TC_ERROR_CANCELED);
		assert_int_in_range(passed(&b), 99, LATE_MS);
		tc_call_free(b.call);
		tc_cancel_free(own.cancel); /* nothing names it any more: */
		b.call = NULL;
		set_timer(&b, 10); /* so the loop has forgotten it */
		assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
		assert_int_equal(b.ticks, 1);
		close_bench(&b);
	}
}

/* Where the client has none, that of the calls ends waits at once, as long as there are any. */
static void a_calls_cancel_goes_with_its_runs(void **state)
{
	struct tc_call_options own = TC_CALL_OPTIONS_INIT;
	struct bench b;

	(void)state;
	open_bench(&b, 0);
	struct tc_options options = quick_options(b.responder);
	tc_client *client = tc_client_new(&options, &b.err);
	tc_loop *loop = tc_loop_on(client, 0, &b.err);
	for (int i = 0; i < 3; i++) {
		struct note note = { 0 };
		tc_call *call = ping(client);
		own.cancel = tc_cancel_new(&b.err);
		assert_ok(tc_call_set_options(call, &own, &b.err), &b.err);
		assert_ok(tc_loop_start(loop, call, take_note, &note, NULL, &b.err), &b.err);
		if (i == 1)
			tc_cancel_fire(own.cancel);
		assert_ok(tc_loop_run(loop, &b.err), &b.err);
		assert_int_equal(note.code, i == 1 ? TC_ERROR_CANCELED : TC_OK);
		tc_call_free(call);
		tc_cancel_free(own.cancel);
	}
	tc_loop_free(loop);
	tc_client_free(client);
	close_bench(&b);
}

/* ---- from inside ---- */

static void free_the_loop(void *data, uint64_t timer)
{
	struct bench *b = data;

	(void)timer;
	tc_loop_free(b->loop);
	assert_int_equal(tc_loop_timer(b->loop, 0, tick, b, NULL, NULL), TC_ERROR_ARGUMENT);
	tc_call_free(b->call);
	tc_client_free(b->client);
	b->loop = NULL;
	b->call = NULL;
	b->client = NULL;
}

static void it_is_freed_by_its_own_callback(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, HANG_MS);
	start(&b);
	set_timer(&b, HANG_MS);
	assert_ok(tc_loop_timer(b.loop, 20, free_the_loop, &b, NULL, &b.err), &b.err);
	assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
	assert_null(b.loop);
	assert_int_equal(b.note.code, TC_ERROR_CANCELED);
	assert_int_equal(b.note.done, 1);
	assert_int_equal(b.ticks, 0);
	close_bench(&b);
}

/* While curl is at work on what is to be broken off. */
static int on_progress(void *data, const struct tc_progress *progress)
{
	struct bench *b = data;

	(void)progress;
	if (!b->doomed)
		return 0;
	assert_null(tc_loop_on(b->client, 0, &b->err));
	assert_failure(&b->err, TC_ERROR_ARGUMENT, "busy");
	b->inside = tc_loop_poll(b->doomed, 0, NULL);
	tc_loop_free(b->doomed);
	b->doomed = NULL;
	assert_int_equal(b->note.done, 0); /* later */
	return 0;
}

static void it_is_freed_by_a_callback_of_a_call(void **state)
{
	struct tc_call_options own = TC_CALL_OPTIONS_INIT;
	struct bench b;

	(void)state;
	open_bench(&b, 700);
	own.progress = on_progress;
	own.progress_data = &b;
	tc_call *call = ping(b.client);
	assert_ok(tc_call_set_options(call, &own, &b.err), &b.err);
	start(&b);
	set_timer(&b, 0);
	while (tc_responder_connections(b.responder) < 1 || !b.ticks)
		polls(&b, 10);
	b.script.replies[0].delay_ms = 300;
	b.doomed = b.loop;
	b.loop = NULL;
	assert_ok(tc_call_perform(call, NULL, &b.err), &b.err);
	assert_null(b.doomed);
	assert_int_equal(b.inside, TC_ERROR_ARGUMENT);
	assert_int_equal(b.note.done, 1);
	assert_int_equal(b.note.code, TC_ERROR_CANCELED);
	tc_call_free(call);
	close_bench(&b);
}

/* Two of them on one client: each calls its own callbacks only, and one frees the other. */
static void free_another(void *data, uint64_t timer)
{
	struct bench *b = data;

	(void)timer;
	b->inside = tc_loop_poll(b->doomed, 0, NULL);
	tc_loop_free(b->doomed);
	b->doomed = NULL;
	assert_int_equal(b->note.done, 0);
}

static void it_is_freed_by_another(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, HANG_MS);
	start(&b);
	polls(&b, 0);
	b.doomed = b.loop;
	b.loop = tc_loop_on(b.client, 0, &b.err);
	assert_ok(tc_loop_timer(b.loop, 20, free_another, &b, NULL, &b.err), &b.err);
	set_timer(&b, 40);
	assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
	assert_int_equal(b.inside, TC_ERROR_ARGUMENT);
	assert_int_equal(b.note.done, 1);
	assert_int_equal(b.note.code, TC_ERROR_CANCELED);
	assert_int_equal(b.ticks, 1);
	close_bench(&b);
}

static void must_not_come(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)data, (void)run, (void)response, (void)err;
	_exit(2);
}

static void must_not_end(void *data, uint64_t timer)
{
	(void)data, (void)timer;
	_exit(4);
}

static void a_child_of_fork_frees_without_a_word(void **state)
{
	struct bench b;
	int status = -1;
	uint64_t timer;

	(void)state;
	open_bench(&b, 200);
	start(&b);
	assert_ok(tc_loop_timer_or_end(b.loop, HANG_MS, tick, must_not_end, &b, &timer, &b.err),
		&b.err);
	polls(&b, 50);
	pid_t child = fork();
	if (child == 0) {
		tc_loop_start(b.loop, b.call, must_not_come, NULL, NULL, NULL);
		tc_loop_free(b.loop);
		tc_call_free(b.call);
		tc_client_free(b.client);
		_exit(b.note.done ? 3 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(tc_loop_timer_cancel(b.loop, timer));
	assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
	assert_int_equal(b.note.succeeded, 1);
	close_bench(&b);
}

/* ---- time ---- */

static int64_t moved_now(void *data)
{
	return *(int64_t *)data;
}

static void pass(void *data, int64_t ms)
{
	*(int64_t *)data += ms;
}

static void its_time_is_the_clients(void **state)
{
	struct tc_seams seams = TC_SEAMS_INIT;
	int64_t now = 7, day = 86400000;
	struct bench b;

	(void)state;
	open_bench(&b, 0);
	struct tc_options options = quick_options(b.responder);
	seams.steady = moved_now;
	seams.sleep = pass;
	seams.data = &now;
	options.seams = &seams;
	tc_loop_free(b.loop);
	tc_client *client = tc_client_new(&options, &b.err);
	b.loop = tc_loop_on(client, 0, &b.err);
	set_timer(&b, day);
	assert_ok(tc_loop_run(b.loop, &b.err), &b.err);
	assert_int_equal(b.ticks, 1);
	assert_int_equal(now, 7 + day);
	assert_int_in_range(passed(&b), 0, 5000);
	tc_client_free(client);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_over_the_clients_connections),
		cmocka_unit_test(a_call_meanwhile_calls_nothing_back),
		cmocka_unit_test(it_may_outlive_its_client),
		cmocka_unit_test(in_flight_is_its_limit),
		cmocka_unit_test(its_own_thread_ends_the_next_wait),
		cmocka_unit_test(what_it_cannot_do_is_refused),
		cmocka_unit_test(a_cancel_ends_a_wait_for_timers_once),
		cmocka_unit_test(a_cancel_ends_runs),
		cmocka_unit_test(a_calls_cancel_goes_with_its_runs),
		cmocka_unit_test(it_is_freed_by_its_own_callback),
		cmocka_unit_test(it_is_freed_by_a_callback_of_a_call),
		cmocka_unit_test(it_is_freed_by_another),
		cmocka_unit_test(a_child_of_fork_frees_without_a_word),
		cmocka_unit_test(its_time_is_the_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
