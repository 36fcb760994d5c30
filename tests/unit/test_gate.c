/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/call/gate.h"
#include <stdlib.h>

#define NEVER INT64_MAX

static const struct tc__rate no_limit = { 0, 1 };
static const struct tc__rate ten = { 10, 1 };          /* one in 100 ms */
static const struct tc__rate ten_by_three = { 10, 3 }; /* three at once */

/* What a new attempt would have to wait. */
static int64_t ask(struct tc__gate *gate, const struct tc__rate *rate, int64_t now_ms)
{
	struct tc__turn turn = { 0 };

	return tc__gate_wait_ms(gate, rate, &turn, NEVER, now_ms);
}

static void test_open(void **state)
{
	struct tc__gate gate = { 0 };

	(void)state;
	for (int64_t now_ms = -5; now_ms < 5; now_ms++)
		assert_int_equal(ask(&gate, &no_limit, now_ms), 0);
	assert_int_equal(tc__gate_pause_left(&gate, -7), 0);
}

static void test_one_after_the_other(void **state)
{
	struct tc__gate gate = { 0 };

	(void)state;
	assert_int_equal(ask(&gate, &ten, 1000), 0);
	assert_int_equal(ask(&gate, &ten, 1000), 100);
	assert_int_equal(ask(&gate, &ten, 1030), 170);
	assert_int_equal(ask(&gate, &ten, 1200), 100);
	assert_int_equal(ask(&gate, &ten, 5000), 0); /* time that was not used is not saved up */
	assert_int_equal(ask(&gate, &ten, 5000), 100);
}

static void test_a_bucket(void **state)
{
	static const int64_t waits[] = { 0, 0, 0, 100, 200 };
	struct tc__gate gate = { 0 };

	(void)state;
	for (int64_t now_ms = 1000; now_ms < 20000; now_ms += 10000)
		for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
			assert_int_equal(ask(&gate, &ten_by_three, now_ms), waits[i]);
	/* two tokens have fallen since it had the last turn to give, at 11,200 */
	assert_int_equal(ask(&gate, &ten_by_three, 11400), 0);
	assert_int_equal(ask(&gate, &ten_by_three, 11400), 0);
	assert_int_equal(ask(&gate, &ten_by_three, 11400), 100);
}

/* Rates that are no whole milliseconds are kept all the same. */
static void test_over_a_long_time(void **state)
{
	static const struct tc__rate rate = { 7, 1 };
	struct tc__gate gate = { 0 };

	(void)state;
	for (int64_t i = 0; i < 7000; i++)
		assert_int_in_range(ask(&gate, &rate, 0), i * 1000 / 7, i * 1000 / 7 + 1);
}

/* A rate that hardly ever lets anything through. */
static void test_a_turn_beyond_all_time(void **state)
{
	static const struct tc__rate rate = { 1e-300, 1 };
	struct tc__gate gate = { 0 };

	(void)state;
	assert_int_equal(ask(&gate, &rate, 1000), 0);
	assert_int_equal(ask(&gate, &rate, 1000), INT64_MAX - 1000);
	assert_int_equal(ask(&gate, &no_limit, INT64_MAX), 0);
}

static void test_a_turn_is_kept(void **state)
{
	struct tc__gate gate = { 0 };
	struct tc__turn turn = { 0 };

	(void)state;
	assert_int_equal(ask(&gate, &ten, 0), 0);
	assert_int_equal(tc__gate_wait_ms(&gate, &ten, &turn, NEVER, 0), 100);
	assert_int_equal(tc__gate_wait_ms(&gate, &ten, &turn, NEVER, 40), 60);
	assert_int_equal(tc__gate_wait_ms(&gate, &ten, &turn, NEVER, 100), 0);
	assert_int_equal(tc__gate_wait_ms(&gate, &ten, &turn, NEVER, 140), 0);
	assert_int_equal(ask(&gate, &ten, 140), 60);
}

static void test_given_back(void **state)
{
	struct tc__gate gate = { 0 };
	struct tc__turn turns[100] = { { 0 } };

	(void)state;
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(tc__gate_wait_ms(&gate, &ten, &turns[i], NEVER, 0), 100 * i);
	for (size_t i = 0; i < 100; i++)
		tc__gate_give_back(&gate, &ten, &turns[i], 0);
	assert_int_equal(ask(&gate, &ten, 0), 100); /* the first one had begun */
	assert_false(turns[99].given);
	tc__gate_give_back(&gate, &ten, &turns[99], 0);
	assert_int_equal(ask(&gate, &ten, 0), 200);
}

static void test_never_beyond_a_deadline(void **state)
{
	struct tc__gate gate = { 0 };
	struct tc__turn turn = { 0 };

	(void)state;
	assert_int_equal(ask(&gate, &ten, 0), 0);
	assert_int_equal(tc__gate_wait_ms(&gate, &ten, &turn, 100, 0), 100);
	assert_false(turn.given);
	assert_int_equal(tc__gate_wait_ms(&gate, &ten, &turn, 101, 0), 100); /* not used up */
	assert_true(turn.given);
}

static void test_pause(void **state)
{
	struct tc__gate gate = { 0 };
	struct tc__turn turn = { 0 };

	(void)state;
	assert_true(tc__gate_pause(&gate, 3000));
	assert_false(tc__gate_pause(&gate, 2000)); /* the longer one counts */
	assert_int_equal(tc__gate_pause_left(&gate, 1000), 2000);
	assert_int_equal(tc__gate_wait_ms(&gate, &no_limit, &turn, 3000, 1000), 2000);
	assert_false(turn.given);
	assert_int_equal(ask(&gate, &no_limit, 1000), 2000);
	assert_int_equal(ask(&gate, &no_limit, 3000), 0);
	assert_int_equal(tc__gate_pause_left(&gate, 3000), 0);
}

#define LINE 20

/* Lets all of a line ask when they are to, the first first; begun[i] is when the i-th may begin. */
static void serve(struct tc__gate *gate, struct tc__turn turns[LINE], int64_t ask_ms[LINE],
	int64_t begun[LINE])
{
	for (size_t i = 0; i < LINE; i++)
		begun[i] = -1;
	for (int64_t now_ms = 0; now_ms < 10000; now_ms++) {
		for (size_t i = 0; i < LINE; i++) {
			if (begun[i] >= 0 || ask_ms[i] > now_ms)
				continue;
			int64_t wait_ms = tc__gate_wait_ms(gate, &ten, &turns[i], NEVER, now_ms);
			ask_ms[i] = now_ms + wait_ms;
			begun[i] = wait_ms ? -1 : now_ms;
		}
	}
}

/* At the rate, in their order, and as many as ever. */
static void assert_served(const int64_t begun[LINE], size_t first, int64_t from_ms)
{
	for (size_t i = first; i < LINE; i++) {
		if (i > first)
			assert_int_in_range(begun[i] - begun[i - 1], 100, 100);
		assert_true(begun[i] >= from_ms);
	}
	assert_int_equal(begun[first], from_ms);
}

/* After a pause they come at the rate, and in their order. */
static void test_pause_and_rate(void **state)
{
	struct tc__gate gate = { 0 };
	struct tc__turn turns[LINE] = { { 0 } };
	int64_t ask_ms[LINE], begun[LINE];

	(void)state;
	for (size_t i = 0; i < LINE; i++)
		ask_ms[i] = tc__gate_wait_ms(&gate, &ten, &turns[i], NEVER, 0);
	tc__gate_pause(&gate, 350);
	serve(&gate, turns, ask_ms, begun);
	assert_served(begun, 0, 350);
}

/* Those that could not come in time, as there was no place for them, do not come all at once. */
static void test_late(void **state)
{
	struct tc__gate gate = { 0 };
	struct tc__turn turns[LINE] = { { 0 } };
	int64_t ask_ms[LINE], begun[LINE];

	(void)state;
	for (size_t i = 0; i < LINE; i++) {
		(void)tc__gate_wait_ms(&gate, &ten, &turns[i], NEVER, 0);
		ask_ms[i] = i ? 5000 : 0;
	}
	serve(&gate, turns, ask_ms, begun);
	assert_int_equal(begun[0], 0);
	assert_int_equal(begun[1], 5000);
	assert_int_in_range(begun[2], 5050, 5100);
	assert_served(begun, 2, begun[2]);
}

/* Nor do those that come instead of others and those that waited before them. */
static void test_instead_of_others(void **state)
{
	struct tc__gate gate = { 0 };
	struct tc__turn turns[LINE] = { { 0 } };
	int64_t ask_ms[LINE], begun[LINE];

	(void)state;
	for (size_t i = 0; i < LINE; i++)
		ask_ms[i] = tc__gate_wait_ms(&gate, &ten, &turns[i], NEVER, 0);
	for (size_t i = 1; i < LINE / 2; i++)
		tc__gate_give_back(&gate, &ten, &turns[i], 0);
	for (size_t i = 1; i < LINE / 2; i++)
		ask_ms[i] = tc__gate_wait_ms(&gate, &ten, &turns[i], NEVER, 0);
	serve(&gate, turns, ask_ms, begun);
	for (size_t i = 0; i < LINE; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(llabs(begun[i] - begun[k]) >= 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_one_after_the_other),
		cmocka_unit_test(test_a_bucket),
		cmocka_unit_test(test_over_a_long_time),
		cmocka_unit_test(test_a_turn_beyond_all_time),
		cmocka_unit_test(test_a_turn_is_kept),
		cmocka_unit_test(test_given_back),
		cmocka_unit_test(test_never_beyond_a_deadline),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_pause_and_rate),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_instead_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
