/* SPDX-License-Identifier: MPL-2.0 */
/* When attempts of runs begin: pauses that servers ask for, which hold back one client's runs and
 * no others, and rates. And what the metrics hook is told of runs. */
#include "world.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN_MAX 64

static const struct tc_responder_reply fine = { .status = 200, .body = "{}" };
static const struct tc_responder_reply pause = {
	.status = 503, .headers = "Retry-After: 1\r\n", .body = "{}"
};
static const struct tc_responder_reply late = { .status = 200, .body = "{}", .delay_ms = 5000 };

/* A responder that notes when requests came, and who sent them. */
struct world {
	struct script script;
	atomic_llong seen_ms[SEEN_MAX];
	atomic_int who[SEEN_MAX];
	struct tc_responder *responder;
	struct tc_options options;
	tc_client *client;
	tc_loop *loop;
	struct note note;
	tc_error err;
	struct tc_metrics told[SEEN_MAX];
	size_t count;
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct world *w = data;
	const char *who = tc_responder_header(request, "x-who");

	if (request->number < SEEN_MAX) {
		atomic_store(&w->seen_ms[request->number], tc_test_now_ms());
		atomic_store(&w->who[request->number], who ? atoi(who) : -1);
	}
	answer_by_script(&w->script, request, reply);
}

static void on_attempt(void *data, const struct tc_metrics *metrics)
{
	struct world *w = data;

	assert_true(w->count < SEEN_MAX);
	w->told[w->count++] = *metrics;
}

static struct world *begin(
	const struct tc_responder_reply *first, const struct tc_responder_reply *then)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->script = (struct script){ { *first, *then }, 2 };
	w->responder = tc_responder_start(answer, w);
	w->options = quick_options(w->responder);
	w->options.attempts = 1;
	w->options.metrics = on_attempt;
	w->options.metrics_data = w;
	options.in_flight = 1; /* so that the server sees them in their order */
	w->loop = tc_loop_new(&options, &w->err);
	assert_non_null(w->loop);
	return w;
}

static void finish(struct world *w)
{
	tc_loop_free(w->loop);
	tc_client_free(w->client);
	tc_responder_stop(w->responder);
	tc_error_clear(&w->err);
	free(w);
}

static tc_call *call_of(struct world *w, tc_client *client, int who, int64_t deadline_ms)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	tc_call *call = ping(client);
	char text[20];

	snprintf(text, sizeof text, "%d", who);
	options.deadline_ms = deadline_ms;
	assert_ok(tc_call_header(call, "x-who", text, &w->err), &w->err);
	assert_ok(tc_call_set_options(call, &options, &w->err), &w->err);
	return call;
}

static uint64_t start_on(struct world *w, tc_client *client, int who, int64_t deadline_ms)
{
	tc_call *call = call_of(w, client, who, deadline_ms);
	uint64_t run = 0;

	assert_ok(tc_loop_start(w->loop, call, take_note, &w->note, &run, &w->err), &w->err);
	tc_call_free(call);
	return run;
}

static uint64_t start(struct world *w, int who)
{
	w->client = w->client ? w->client : tc_client_new(&w->options, &w->err);
	assert_non_null(w->client);
	return start_on(w, w->client, who, 0);
}

static void run(struct world *w)
{
	assert_ok(tc_loop_run(w->loop, &w->err), &w->err);
}

/* ms from one request to another as the server saw them */
static int64_t between(struct world *w, size_t from, size_t to)
{
	return atomic_load(&w->seen_ms[to]) - atomic_load(&w->seen_ms[from]);
}

/* A run that the server refuses with the wish for a pause of a second. */
static void be_refused(struct world *w)
{
	start(w, 0);
	run(w);
	assert_int_equal(w->note.code, TC_ERROR_HTTP);
}

/* ---- pauses ---- */

static void one_clients_runs_wait_and_no_others(void **state)
{
	struct world *w = begin(&pause, &fine);
	struct tc_options options = w->options;
	tc_client *other = tc_client_new(&options, &w->err);

	(void)state;
	be_refused(w);
	for (int who = 1; who <= 5; who++)
		start(w, who);
	start_on(w, other, 6, 0);
	run(w);
	assert_int_equal(w->note.succeeded, 6);
	assert_int_equal(atomic_load(&w->who[1]), 6); /* the other one's went first, */
	assert_true(between(w, 0, 1) < 900);
	for (size_t i = 2; i < 7; i++) /* and those that waited came in their order */
		assert_int_equal(atomic_load(&w->who[i]), i - 1);
	assert_int_in_range(between(w, 0, 2), 950, 4000);
	tc_client_free(other);
	finish(w);
}

static void blocking_calls_wait_for_it_too(void **state)
{
	struct world *w = begin(&pause, &fine);

	(void)state;
	be_refused(w);
	tc_call *call = call_of(w, w->client, 1, 0);
	assert_ok(tc_call_perform(call, NULL, &w->err), &w->err);
	assert_int_in_range(between(w, 0, 1), 950, 4000);
	tc_call_free(call);
	finish(w);
}

static void no_pause(void **state)
{
	struct world *w = begin(&pause, &fine);

	(void)state;
	w->options.no_pause = true;
	be_refused(w);
	start(w, 1);
	run(w);
	assert_int_equal(w->note.succeeded, 1);
	assert_true(between(w, 0, 1) < 900);
	finish(w);
}

static void a_pause_beyond_a_deadline(void **state)
{
	struct world *w = begin(&pause, &fine);

	(void)state;
	be_refused(w);
	int64_t begun_ms = tc_test_now_ms();
	start_on(w, w->client, 1, 500);
	run(w);
	assert_true(tc_test_now_ms() - begun_ms < 450); /* at once */
	assert_int_equal(w->note.code, TC_ERROR_TIMEOUT);
	assert_non_null(strstr(w->note.text, "queue.ping: the server asked for a pause, of which"));
	finish(w);
}

static void a_run_that_waits_can_be_canceled(void **state)
{
	struct world *w = begin(&pause, &fine);

	(void)state;
	be_refused(w);
	int64_t begun_ms = tc_test_now_ms();
	uint64_t id = start(w, 1);
	assert_ok(tc_loop_poll(w->loop, 0, &w->err), &w->err);
	tc_loop_cancel(w->loop, id);
	run(w);
	assert_true(tc_test_now_ms() - begun_ms < 900);
	assert_int_equal(w->note.code, TC_ERROR_CANCELED);
	finish(w);
}

/* ---- the rate ---- */

static void runs_come_at_the_rate(void **state)
{
	struct world *w = begin(&fine, &fine);

	(void)state;
	w->options.rate_per_s = 20;
	w->options.rate_burst = 3;
	for (int who = 0; who < 8; who++)
		start(w, who);
	run(w);
	assert_int_equal(w->note.succeeded, 8);
	for (int i = 3; i < 8; i++)
		assert_int_equal(atomic_load(&w->who[i]), i);
	assert_true(between(w, 0, 7) >= 5 * 50 - 30);
	finish(w);
}

/* Nobody waits for those that do not come any more. */
static void canceled_runs_leave_their_turn(void **state)
{
	struct world *w = begin(&fine, &fine);
	uint64_t ids[50];

	(void)state;
	w->options.rate_per_s = 10;
	for (int i = 0; i < 50; i++)
		ids[i] = start(w, i);
	assert_ok(tc_loop_poll(w->loop, 0, &w->err), &w->err);
	for (int i = 1; i < 50; i++)
		tc_loop_cancel(w->loop, ids[i]);
	int64_t begun_ms = tc_test_now_ms();
	start(w, 50);
	run(w);
	assert_int_equal(w->note.succeeded, 2);
	assert_true(tc_test_now_ms() - begun_ms < 2000); /* and not in 5 s */
	finish(w);
}

static void a_loop_may_be_freed_while_runs_wait(void **state)
{
	struct world *w = begin(&fine, &fine);

	(void)state;
	w->options.rate_per_s = 1;
	for (int i = 0; i < 10; i++)
		start(w, i);
	assert_ok(tc_loop_poll(w->loop, 0, &w->err), &w->err);
	tc_loop_free(w->loop);
	w->loop = NULL;
	assert_int_equal(w->note.done, 10);
	finish(w);
}

/* ---- metrics ---- */

static void each_run_is_told(void **state)
{
	struct world *w = begin(&fine, &fine);

	(void)state;
	uint64_t id = start(w, 1);
	run(w);
	start(w, 2);
	run(w);
	assert_int_equal(w->count, 2);
	assert_int_equal(w->told[0].run, id);
	assert_int_equal(w->told[1].run, id + 1);
	assert_int_equal(w->told[0].code, TC_OK);
	assert_int_equal(w->told[0].received, 2);
	assert_false(w->told[0].reused);
	assert_true(w->told[0].connect_us > 0);
	assert_true(w->told[0].first_byte_us >= w->told[0].connect_us);
	assert_true(w->told[0].total_us >= w->told[0].first_byte_us);
	assert_true(w->told[1].reused);
	assert_int_equal(w->told[1].name_us, -1);
	assert_int_equal(w->told[1].connect_us, -1);
	assert_int_equal(w->told[1].tls_us, -1);
	assert_true(w->told[1].first_byte_us > 0);
	finish(w);
}

static void what_is_broken_off_is_told(void **state)
{
	struct world *w = begin(&late, &late);

	(void)state;
	uint64_t id = start(w, 1);
	for (int i = 0; i < 20; i++)
		assert_ok(tc_loop_poll(w->loop, 5, &w->err), &w->err);
	assert_int_equal(w->count, 0);
	tc_loop_cancel(w->loop, id);
	run(w);
	assert_int_equal(w->count, 1);
	assert_int_equal(w->told[0].code, TC_ERROR_CANCELED);
	assert_int_equal(w->told[0].status, 0);
	assert_int_equal(w->told[0].first_byte_us, -1);
	assert_int_equal(w->told[0].pause_ms, -1);
	assert_true(w->told[0].total_us > 0);
	start_on(w, w->client, 2, 100);
	run(w);
	assert_int_equal(w->count, 2);
	assert_int_equal(w->told[1].code, TC_ERROR_TIMEOUT);
	assert_int_in_range(w->told[1].total_us, 50000, 4000000);
	finish(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_clients_runs_wait_and_no_others),
		cmocka_unit_test(blocking_calls_wait_for_it_too),
		cmocka_unit_test(no_pause),
		cmocka_unit_test(a_pause_beyond_a_deadline),
		cmocka_unit_test(a_run_that_waits_can_be_canceled),
		cmocka_unit_test(runs_come_at_the_rate),
		cmocka_unit_test(canceled_runs_leave_their_turn),
		cmocka_unit_test(a_loop_may_be_freed_while_runs_wait),
		cmocka_unit_test(each_run_is_told),
		cmocka_unit_test(what_is_broken_off_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
