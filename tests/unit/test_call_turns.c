/* SPDX-License-Identifier: MPL-2.0 */
/* When attempts of blocking calls begin: pauses that servers ask for, and the rate that the
 * client's owner sets. Time passes only by waiting, and 12 ms by each attempt. */
#include "tests/harness/test.h"

#include "runtime/src/call/call.h"
#include "tests/harness/ci.h"
#include "tests/harness/fake.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PAUSE(seconds) \
	{ \
		.head = "HTTP/1.1 503 x\nRetry-After: " #seconds "\n\n" \
	}
#define FINE \
	{ \
		.head = "HTTP/1.1 200 OK\n\n", .body = "{}" \
	}

struct world {
	struct tc_fake fake;
	struct tc_options options;
	tc_client *client;
	tc_error err;
	char log[4000];
	size_t warnings;
};

static void keep_log(void *data, enum tc_log_level level, const char *line)
{
	struct world *world = data;
	size_t used = strlen(world->log);

	world->warnings += level == TC_LOG_WARN;
	snprintf(world->log + used, sizeof world->log - used, "%d %s\n", (int)level, line);
}

/* Without repetitions, unless the test wants them. */
static void begin(struct world *w, const struct tc_fake_reply *replies, size_t count)
{
	*w = (struct world){ .err = TC_ERROR_INIT };
	tc_fake_init(&w->fake, replies, count);
	w->options = tc_fake_options(&w->fake);
	w->options.attempts = 1;
	w->options.log = keep_log;
	w->options.log_data = w;
}
#define BEGIN(w, ...) \
	static const struct tc_fake_reply replies[] = { __VA_ARGS__ }; \
	begin(&(w), replies, sizeof replies / sizeof *replies)

static int call_for(struct world *w, const struct tc_operation *operation, int64_t deadline_ms)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;

	if (!w->client)
		w->client = tc_fake_client(&w->fake, &w->options);
	tc_call *call = tc_generated_call(
		w->client, operation, (const char *const[]){ "abc", "0", "x" }, NULL, &w->err);
	assert_non_null(call);
	options.deadline_ms = deadline_ms;
	assert_ok(tc_call_set_options(call, &options, &w->err), &w->err);
	int rc = tc_call_perform(call, NULL, &w->err);
	tc_call_free(call);
	return rc;
}

static int ping(struct world *w)
{
	return call_for(w, TC_FAKE_OPERATION(PING), 0);
}

/* From the beginning of one attempt to that of the next. */
static int64_t between(const struct world *w, size_t attempt)
{
	return w->fake.attempts[attempt + 1].at_ms - w->fake.attempts[attempt].at_ms;
}

static void finish(struct world *w)
{
	tc_client_free(w->client);
	tc_error_clear(&w->err);
	tc_fake_clear(&w->fake);
}

/* ---- pauses ---- */

static void test_other_calls_wait_too(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, PAUSE(3), FINE);
	assert_int_equal(ping(&w), TC_ERROR_HTTP);
	assert_int_equal(tc_error_retry_after_ms(&w.err), 3000);
	assert_ok(call_for(&w, TC_FAKE_OPERATION(STATUS), 0), &w.err);
	assert_int_equal(between(&w, 0), 3012);
	assert_ok(ping(&w), &w.err);
	assert_int_equal(between(&w, 1), 12);
	assert_non_null(strstr(w.log,
		"the server asks queue.ping for a pause: no attempt of this client to it begins "
		"within 3000 ms"));
	assert_int_equal(w.warnings, 1);
	finish(&w);
}

/* Systems are apart: another server did not ask. */
static void test_other_systems_go_on(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, PAUSE(3), FINE);
	w.options.base_url = "https://ci.example.com";
	w.options.root_url = NULL;
	assert_int_equal(call_for(&w, CI(READ), 0), TC_ERROR_HTTP);
	assert_ok(call_for(&w, CI_SIGNED(READ), 0), &w.err);
	assert_int_equal(between(&w, 0), 12);
	assert_ok(call_for(&w, CI(READ), 0), &w.err);
	assert_int_equal(between(&w, 1), 3000);
	finish(&w);
}

static void test_what_is_no_pause(void **state)
{
	static const char *const heads[] = {
		"HTTP/1.1 503 x\n\n", "HTTP/1.1 500 x\nRetry-After: 3\n\n",
		"HTTP/1.1 503 x\nRetry-After: soon\n\n", "HTTP/1.1 503 x\nRetry-After: 0\n\n",
		"HTTP/1.1 503 x\nRetry-After: 301\n\n", /* ten times the longest delay is 300 s */
	};

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		const struct tc_fake_reply replies[] = { { .head = heads[i] }, FINE };
		struct world w;

		begin(&w, replies, 2);
		assert_int_equal(ping(&w), TC_ERROR_HTTP);
		assert_ok(ping(&w), &w.err);
		assert_int_equal(between(&w, 0), 12);
		finish(&w);
	}
}

static void test_no_pause(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, PAUSE(3), FINE);
	w.options.no_pause = true;
	assert_int_equal(ping(&w), TC_ERROR_HTTP);
	assert_ok(ping(&w), &w.err);
	assert_int_equal(between(&w, 0), 12);
	finish(&w);
}

static void test_no_pause_beyond_a_deadline(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, PAUSE(3), FINE);
	assert_int_equal(ping(&w), TC_ERROR_HTTP);
	assert_int_equal(call_for(&w, TC_FAKE_OPERATION(STATUS), 2000), TC_ERROR_TIMEOUT);
	assert_true(tc_error_may_repeat(&w.err));
	assert_int_equal(tc_error_retry_after_ms(&w.err), 3000);
	assert_failure(&w.err, TC_ERROR_TIMEOUT,
		"queue.status: the server asked for a pause, of which 3000 ms are left, more than "
		"its deadline leaves");
	assert_int_equal(w.fake.attempt_count, 1);
	assert_int_equal(w.fake.waits, 0); /* it is told at once */
	assert_ok(call_for(&w, TC_FAKE_OPERATION(STATUS), 3001), &w.err);
	finish(&w);
}

/* The call that is asked itself, whose reply is told. */
static void test_a_repetition_beyond_its_deadline(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, PAUSE(3), FINE);
	w.options.attempts = 6;
	assert_int_equal(call_for(&w, TC_FAKE_OPERATION(PING), 2000), TC_ERROR_HTTP);
	assert_failure(&w.err, TC_ERROR_HTTP,
		"the server asks for a pause of 3000 ms, and its deadline leaves no time for "
		"another attempt: queue.ping: 503");
	finish(&w);
}

/* Repetitions keep to a pause that another call was asked for, here while one was under way. */
static void ask_meanwhile(struct tc_fake *fake)
{
	const tc_call *call = fake->data;

	if (fake->attempt_count == 1)
		tc__call_pause(call, 5000, fake->steady_ms);
}

static void test_repetitions_wait_too(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, { .code = TC_ERROR_NETWORK }, FINE);
	w.options.attempts = 2;
	w.client = tc_fake_client(&w.fake, &w.options);
	tc_call *other = tc_generated_call(w.client, TC_FAKE_OPERATION(PING), NULL, NULL, &w.err);
	w.fake.during = ask_meanwhile;
	w.fake.data = other;
	assert_ok(ping(&w), &w.err);
	assert_int_equal(between(&w, 0), 5012);
	assert_non_null(strstr(w.log, "attempt 2 of 2 follows in 5000 ms"));
	tc_call_free(other);
	finish(&w);
}

static int cancel_at_once(void *data, const struct tc_progress *progress)
{
	const struct world *w = data;

	(void)progress;
	return w->fake.attempt_count == 1;
}

static void test_a_wait_can_be_canceled(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, PAUSE(3), FINE);
	assert_int_equal(ping(&w), TC_ERROR_HTTP);
	w.client->options.progress = cancel_at_once;
	w.client->options.progress_data = &w;
	assert_int_equal(ping(&w), TC_ERROR_CANCELED);
	assert_failure(&w.err, TC_ERROR_CANCELED, "queue.ping: canceled by the progress callback");
	assert_int_equal(w.fake.attempt_count, 1);
	assert_int_equal(w.fake.waits, 1);
	finish(&w);
}

/* ---- the rate ---- */

static void test_rate(void **state)
{
	static const int64_t waits[] = { 12, 250 - 12, 250, 250 };
	struct world w;

	(void)state;
	BEGIN(w, FINE);
	w.options.rate_per_s = 4;
	w.options.rate_burst = 2;
	for (size_t i = 0; i < 5; i++)
		assert_ok(ping(&w), &w.err);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(between(&w, i), waits[i]);
	assert_int_equal(w.warnings, 0);
	finish(&w);
}

static void test_repetitions_take_their_turn(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, { .code = TC_ERROR_NETWORK }, FINE);
	w.options.attempts = 2;
	w.options.rate_per_s = 1;
	assert_ok(ping(&w), &w.err);
	assert_int_equal(between(&w, 0), 1000); /* the delay alone would be 200 */
	finish(&w);
}

static void test_no_turn_beyond_a_deadline(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, FINE);
	w.options.rate_per_s = 0.5;
	assert_ok(ping(&w), &w.err);
	assert_int_equal(call_for(&w, TC_FAKE_OPERATION(PING), 1000), TC_ERROR_TIMEOUT);
	assert_failure(&w.err, TC_ERROR_TIMEOUT,
		"queue.ping: its turn (rate_per_s) comes in 1988 ms, after its deadline");
	assert_ok(call_for(&w, TC_FAKE_OPERATION(PING), 3000), &w.err);
	assert_int_equal(between(&w, 0), 2000); /* the one that did not begin took nothing */
	finish(&w);
}

static void test_rates_that_are_none(void **state)
{
	static const double rates[] = { -1, 0.0009, 1000001, (double)INFINITY, (double)NAN };
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.root_url = "https://tc.example.com";
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		options.rate_per_s = rates[i];
		assert_null(tc_client_new(&options, &err));
		assert_failure(&err, TC_ERROR_ARGUMENT, "rate_per_s is ");
	}
	options.rate_per_s = 1;
	options.rate_burst = -1;
	assert_null(tc_client_new(&options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "rate_burst is -1; expected 0 to 1000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_calls_wait_too),
		cmocka_unit_test(test_other_systems_go_on),
		cmocka_unit_test(test_what_is_no_pause),
		cmocka_unit_test(test_no_pause),
		cmocka_unit_test(test_no_pause_beyond_a_deadline),
		cmocka_unit_test(test_a_repetition_beyond_its_deadline),
		cmocka_unit_test(test_repetitions_wait_too),
		cmocka_unit_test(test_a_wait_can_be_canceled),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_repetitions_take_their_turn),
		cmocka_unit_test(test_no_turn_beyond_a_deadline),
		cmocka_unit_test(test_rates_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
