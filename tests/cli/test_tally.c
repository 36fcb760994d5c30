/* SPDX-License-Identifier: MPL-2.0 */

/* What is kept of a group's tasks, however many those are. */

#include "tests/harness/test.h"
#include "tools/taskcluster/groups/tally.h"

#include <stdio.h>
#include <taskcluster/date.h>

#define MINUTE_MS 60000

/* 2026-01-31T12:00:00Z */
#define NOW_MS 1769860800000

static const char *date(int64_t ms, char text[TC_DATE_SIZE])
{
	struct timespec when = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	assert_int_equal(tc_date_format(when, text, NULL), TC_OK);
	return text;
}

/* A task with one run; a time of 0 is left out. */
static void add(struct tally *tally, const char *name, const char *state, int64_t started_ms,
	int64_t resolved_ms)
{
	char text[1024], started[TC_DATE_SIZE], resolved[TC_DATE_SIZE];
	const tc_json *item;
	int length = snprintf(text, sizeof text,
		"{\"task\": {\"metadata\": {\"name\": \"%s\"}}, \"status\": {\"state\": \"%s\", "
		"\"runs\": [{\"runId\": 0",
		name, state);

	if (started_ms)
		length += snprintf(text + length, sizeof text - (size_t)length,
			", \"started\": \"%s\"", date(started_ms, started));
	if (resolved_ms)
		length += snprintf(text + length, sizeof text - (size_t)length,
			", \"resolved\": \"%s\"", date(resolved_ms, resolved));
	length += snprintf(text + length, sizeof text - (size_t)length, "}]}}");
	assert_int_equal(tc_json_parse(text, (size_t)length, &item, NULL), TC_OK);
	tally_add(tally, item);
	tc_release(item);
}

static void test_counts(void **state)
{
	static const char *const states[] = { "unscheduled", "pending", "running", "completed",
		"failed", "exception", "dreaming" };
	struct tally tally, other;

	(void)state;
	tally_begin(&tally, NOW_MS);
	tally_begin(&other, NOW_MS + 1);
	assert_true(tally_equal(&tally, &other));
	for (int i = 0; i < TALLY_STATES; i++)
		for (int times = 0; times <= i; times++)
			add(&tally, "n", states[i], 0, 0);
	for (int i = 0; i < TALLY_STATES; i++)
		assert_int_equal(tally.counts[i], i + 1);
	assert_int_equal(tally_total(&tally), 28);
	assert_int_equal(tally_left(&tally), 1 + 2 + 3 + 7); /* what is not known may go on */
	assert_int_equal(tally_wrong(&tally), 5 + 6);
	assert_false(tally_equal(&tally, &other));
}

/* The queue gives tasks in any order. */
static void test_slow(void **state)
{
	struct tally tally;
	char name[16];

	(void)state;
	tally_begin(&tally, NOW_MS);
	for (int i = 0; i < 10000; i++) {
		int minutes = i * 7919 % 10000 + 1; /* each from 1 to 10000 once */
		snprintf(name, sizeof name, "ran %d", minutes);
		add(&tally, name, "running", NOW_MS - (int64_t)minutes * MINUTE_MS, 0);
		add(&tally, "done", "completed", NOW_MS - (int64_t)20000 * MINUTE_MS, NOW_MS);
	}
	assert_int_equal(tally.slow_count, TALLY_SLOW_MAX);
	for (int i = 0; i < TALLY_SLOW_MAX; i++) {
		snprintf(name, sizeof name, "ran %d", 10000 - i);
		assert_string_equal(tally.slow[i].name, name);
		assert_int_equal(
			tally.slow[i].started_ms, NOW_MS - (int64_t)(10000 - i) * MINUTE_MS);
	}
}

/* A group with so many tasks resolved within the last minutes, of so many in all. */
static int64_t left_after(int minutes, int recent, int long_ago, int left)
{
	struct tally tally;
	int64_t started = NOW_MS - (int64_t)minutes * MINUTE_MS;

	tally_begin(&tally, NOW_MS);
	for (int i = 0; i < recent; i++)
		add(&tally, "n", "failed", started, NOW_MS - MINUTE_MS);
	for (int i = 0; i < long_ago; i++)
		add(&tally, "n", "completed", started, NOW_MS - 11 * MINUTE_MS);
	for (int i = 0; i < left; i++)
		add(&tally, "n", "pending", 0, 0);
	return tally_left_ms(&tally);
}

static void test_time_left(void **state)
{
	(void)state;
	assert_int_equal(left_after(60, 5, 100, 15), 30 * MINUTE_MS);
	assert_int_equal(left_after(4, 2, 0, 3), 6 * MINUTE_MS); /* it is no older */
	assert_int_equal(left_after(60, 5, 0, 0), 0);
	assert_int_equal(left_after(60, 0, 100, 15), -1);
	assert_int_equal(left_after(60, 0, 0, 0), -1);
	assert_int_equal(left_after(-5, 5, 0, 5), -1); /* clocks that differ */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_time_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
