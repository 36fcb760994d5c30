/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/http/retry.h"

static const struct tc__retry_policy standard = { 6, 0, 100, 30000 };

static struct tc__next after(enum tc_retry_class retry_class, struct tc__outcome outcome)
{
	struct tc__retry retry;

	tc__retry_begin(&retry, &standard, retry_class, 0);
	return tc__retry_next(&retry, &outcome, 0.5);
}

static struct tc__outcome status(int value)
{
	return (struct tc__outcome){ .status = value, .maybe_sent = true, .retry_after_ms = -1 };
}

static struct tc__outcome failure(int code, bool maybe_sent)
{
	return (struct tc__outcome){ .code = code, .maybe_sent = maybe_sent, .retry_after_ms = -1 };
}

static void test_delays(void **state)
{
	const int64_t middle[] = { 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000 };

	(void)state;
	for (int n = 1; n <= 10; n++)
		assert_int_equal(tc__retry_delay(&standard, n, 0.5), middle[n - 1]);
	assert_int_equal(tc__retry_delay(&standard, 1, 0.0), 150);
	assert_int_equal(tc__retry_delay(&standard, 1, 0.999999), 249);
	/* the cap comes after the jitter */
	assert_int_equal(tc__retry_delay(&standard, 8, 0.0), 19200);
	assert_int_equal(tc__retry_delay(&standard, 8, 0.999999), 30000);
	assert_int_equal(tc__retry_delay(&standard, 1000000, 0.5), 30000);
}

static void test_what_is_retried(void **state)
{
	const int again[] = { 408, 429, 500, 502, 503, 504, 599 };
	const int final[] = { 200, 204, 303, 400, 401, 403, 404, 409, 410, 424, 499 };

	(void)state;
	for (size_t i = 0; i < sizeof again / sizeof *again; i++)
		assert_int_equal(after(TC_RETRY_ALWAYS, status(again[i])).step, TC__STEP_WAIT);
	for (size_t i = 0; i < sizeof final / sizeof *final; i++)
		assert_int_equal(after(TC_RETRY_ALWAYS, status(final[i])).step, TC__STEP_END);
	assert_int_equal(
		after(TC_RETRY_ALWAYS, failure(TC_ERROR_NETWORK, true)).step, TC__STEP_WAIT);
	assert_int_equal(
		after(TC_RETRY_ALWAYS, failure(TC_ERROR_TIMEOUT, true)).step, TC__STEP_WAIT);
	assert_int_equal(
		after(TC_RETRY_ALWAYS, failure(TC_ERROR_CANCELED, true)).step, TC__STEP_END);
	assert_int_equal(after(TC_RETRY_ALWAYS, failure(TC_ERROR_REPLY, true)).step, TC__STEP_END);
	assert_int_equal(after(TC_RETRY_ALWAYS, failure(TC_ERROR_NOMEM, true)).step, TC__STEP_END);
	struct tc__outcome untrusted = failure(TC_ERROR_NETWORK, false);
	untrusted.permanent = true;
	assert_int_equal(after(TC_RETRY_ALWAYS, untrusted).step, TC__STEP_END);
}

static void test_classes(void **state)
{
	(void)state;
	assert_int_equal(after(TC_RETRY_UNSENT, status(503)).step, TC__STEP_END);
	assert_int_equal(after(TC_RETRY_UNSENT, status(408)).step, TC__STEP_END);
	assert_int_equal(after(TC_RETRY_UNSENT, status(429)).step, TC__STEP_WAIT);
	assert_int_equal(
		after(TC_RETRY_UNSENT, failure(TC_ERROR_NETWORK, true)).step, TC__STEP_END);
	assert_int_equal(
		after(TC_RETRY_UNSENT, failure(TC_ERROR_NETWORK, false)).step, TC__STEP_WAIT);
	assert_int_equal(
		after(TC_RETRY_UNSENT, failure(TC_ERROR_TIMEOUT, false)).step, TC__STEP_WAIT);
	assert_int_equal(after(TC_RETRY_NEVER, status(429)).step, TC__STEP_END);
	assert_int_equal(
		after(TC_RETRY_NEVER, failure(TC_ERROR_NETWORK, false)).step, TC__STEP_END);
}

static void test_attempts_are_counted(void **state)
{
	struct tc__retry retry;
	struct tc__outcome outcome = status(500);

	(void)state;
	tc__retry_begin(&retry, &standard, TC_RETRY_ALWAYS, 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(tc__retry_next(&retry, &outcome, 0.5).step, TC__STEP_WAIT);
	assert_int_equal(tc__retry_next(&retry, &outcome, 0.5).step, TC__STEP_END);

	struct tc__retry_policy none = standard;
	none.attempts = 1;
	tc__retry_begin(&retry, &none, TC_RETRY_ALWAYS, 0);
	assert_int_equal(tc__retry_next(&retry, &outcome, 0.5).step, TC__STEP_END);
}

static void test_budget(void **state)
{
	struct tc__retry_policy policy = standard;
	struct tc__outcome outcome = status(500);
	struct tc__retry retry;

	(void)state;
	policy.budget_ms = 1000;
	tc__retry_begin(&retry, &policy, TC_RETRY_ALWAYS, 70000);
	outcome.steady_ms = 70700; /* and 200 more: within */
	assert_int_equal(tc__retry_next(&retry, &outcome, 0.5).step, TC__STEP_WAIT);
	outcome.steady_ms = 70901; /* and 400 more: beyond */
	assert_int_equal(tc__retry_next(&retry, &outcome, 0.5).step, TC__STEP_END);
}

static void test_retry_after_is_obeyed(void **state)
{
	struct tc__outcome outcome = status(429);

	(void)state;
	outcome.retry_after_ms = 7000;
	assert_int_equal(after(TC_RETRY_ALWAYS, outcome).delay_ms, 7000);
	outcome.retry_after_ms = 0; /* our own pace, rather than at once */
	assert_int_equal(after(TC_RETRY_ALWAYS, outcome).delay_ms, 200);
	outcome.retry_after_ms = 300000; /* ten times the longest pause */
	assert_int_equal(after(TC_RETRY_ALWAYS, outcome).delay_ms, 300000);
	outcome.retry_after_ms = 300001;
	assert_int_equal(after(TC_RETRY_ALWAYS, outcome).step, TC__STEP_END);
}

static void test_clock_is_corrected_once(void **state)
{
	struct tc__outcome outcome = status(401);
	struct tc__retry retry;

	(void)state;
	outcome.stale = true;
	tc__retry_begin(&retry, &standard, TC_RETRY_NEVER, 0);
	assert_int_equal(tc__retry_next(&retry, &outcome, 0.5).step, TC__STEP_RESIGN);
	assert_int_equal(tc__retry_next(&retry, &outcome, 0.5).step, TC__STEP_END);
	assert_int_equal(retry.retried, 0);
}

static void test_http_dates(void **state)
{
	const char *const forms[] = { "Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994" };
	const char *const wrong[] = { "", "yesterday", "Sun, 06 Foo 1994 08:49:37 GMT",
		"Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "784111777" };
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_true(tc__http_date(forms[i], &ms));
		assert_int_equal(ms, 784111777000);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(tc__http_date(wrong[i], &ms));
	assert_false(tc__http_date(NULL, &ms));
}

static void test_retry_after_forms(void **state)
{
	const int64_t now = 784111777000;

	(void)state;
	assert_int_equal(tc__retry_after("120", now), 120000);
	assert_int_equal(tc__retry_after("0", now), 0);
	assert_int_equal(tc__retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), 60000);
	assert_int_equal(tc__retry_after("Sun, 06 Nov 1994 08:48:37 GMT", now), 0);
	assert_int_equal(tc__retry_after(NULL, now), -1);
	assert_int_equal(tc__retry_after("soon", now), -1);
	assert_int_equal(tc__retry_after("12 s", now), -1);
	assert_int_equal(tc__retry_after("-5", now), -1);
	assert_true(tc__retry_after("99999999999999999999999", now) > 1000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delays),
		cmocka_unit_test(test_what_is_retried),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_attempts_are_counted),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_retry_after_is_obeyed),
		cmocka_unit_test(test_clock_is_corrected_once),
		cmocka_unit_test(test_http_dates),
		cmocka_unit_test(test_retry_after_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
