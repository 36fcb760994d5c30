/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/common/clock.h"
#include <string.h>

static struct timespec fixed_clock(void *data)
{
	(void)data;
	return (struct timespec){ .tv_sec = 1700000000, .tv_nsec = 123999999 };
}

static void fill(void *data, void *bytes, size_t length)
{
	memset(bytes, *(const int *)data, length);
}

static void test_the_seam_replaces_the_clock(void **state)
{
	const struct tc_seams seams = { .clock = fixed_clock }, none = { 0 };

	(void)state;
	assert_int_equal(tc__clock_now_ms(&seams), 1700000000123);
	assert_int_in_range(tc__clock_now_ms(NULL), (int64_t)time(NULL) * 1000 - 2000,
		(int64_t)time(NULL) * 1000 + 2000);
	assert_int_in_range(tc__clock_now_ms(&none), (int64_t)time(NULL) * 1000 - 2000,
		(int64_t)time(NULL) * 1000 + 2000);
}

static void test_the_steady_clock_goes_on(void **state)
{
	const struct timespec rest = { .tv_nsec = 20000000 };
	int64_t before = tc__steady_ms(NULL);

	(void)state;
	nanosleep(&rest, NULL);
	assert_int_in_range(tc__steady_ms(NULL), before + 19, before + 10000);
}

static int64_t fixed_steady(void *data)
{
	return *(const int64_t *)data;
}

static void move(void *data, int64_t ms)
{
	*(int64_t *)data += ms;
}

static void test_the_seam_replaces_steady_time(void **state)
{
	int64_t now = 7;
	const struct tc_seams seams = { .steady = fixed_steady, .sleep = move, .data = &now };
	const struct tc_seams slow = { .steady = fixed_steady, .data = &now };
	int64_t begun = tc__steady_ms(NULL);

	(void)state;
	assert_int_equal(tc__steady_ms(&seams), 7);
	tc__sleep(&seams, 86400000);
	assert_int_equal(tc__steady_ms(&seams), 86400007);
	tc__sleep(&slow, 86400000); /* it may be moved meanwhile, so the rest of it is for later */
	assert_int_in_range(tc__steady_ms(NULL) - begun, 1, 10000);
	assert_true(tc__time_is_seamed(&slow));
	assert_false(tc__time_is_seamed(NULL));
}

static void test_later(void **state)
{
	(void)state;
	assert_int_equal(tc__later(5, 7), 12);
	assert_int_equal(tc__later(5, -1), INT64_MAX);
	assert_int_equal(tc__later(5, INT64_MAX - 5), INT64_MAX);
	assert_int_equal(tc__later(6, INT64_MAX - 5), INT64_MAX);
}

static void test_random_bytes(void **state)
{
	unsigned char bytes[64] = { 0 }, others[64] = { 0 };
	int value = 7;
	const struct tc_seams seams = { .random = fill, .data = &value };

	(void)state;
	tc__random(NULL, bytes, sizeof bytes);
	tc__random(NULL, others, sizeof others);
	assert_memory_not_equal(bytes, others, sizeof bytes);
	tc__random(&seams, bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		assert_int_equal(bytes[i], 7);
}

/* Never 1, also for the largest random number, or a delay would leave its bounds. */
static void test_fractions(void **state)
{
	int value = 0;
	const struct tc_seams seams = { .random = fill, .data = &value };
	int high = 0;

	(void)state;
	assert_true(tc__random_fraction(&seams) == 0.0);
	value = 0xFF;
	assert_true(tc__random_fraction(&seams) < 1.0);
	assert_true(tc__random_fraction(&seams) > 0.999999);
	for (int i = 0; i < 1000; i++) {
		double fraction = tc__random_fraction(NULL);
		assert_true(fraction >= 0.0 && fraction < 1.0);
		high += fraction >= 0.5;
	}
	assert_int_in_range(high, 1, 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_seam_replaces_the_clock),
		cmocka_unit_test(test_the_steady_clock_goes_on),
		cmocka_unit_test(test_the_seam_replaces_steady_time),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_fractions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
