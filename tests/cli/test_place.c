/* SPDX-License-Identifier: MPL-2.0 */
/* Where a log goes on, found again in what comes, whatever the pieces are. */
#include "tests/harness/test.h"

#include "tools/taskcluster/logs/place.h"
#include <stdlib.h>
#include <string.h>

#define LOG 50000

/* Lines that look alike, as those of logs do. */
static void make_log(char log[LOG])
{
	unsigned seed = 1;

	for (size_t i = 0; i < LOG; i++) {
		seed = seed * 1103515245u + 12345u;
		log[i] = "aab\n"[(seed >> 16) & 3];
	}
}

/* Gives it the stream in pieces, and adds what is new; whether it was found. */
static bool go_on(struct place *place, const char *stream, size_t length, size_t piece)
{
	for (size_t at = 0; at < length; at += piece) {
		size_t next = length - at < piece ? length - at : piece;
		size_t known = place_known(place, stream + at, next);
		assert_true(known <= next);
		place_add(place, stream + at + known, next - known);
	}
	return place->found;
}

static void test_it_goes_on(void **state)
{
	static const size_t passed[] = { 0, 1, 100, PLACE_WINDOW - 1, PLACE_WINDOW,
		PLACE_WINDOW + 1, 30000, LOG };
	static const size_t pieces[] = { 1, 7, 1000, PLACE_WINDOW, LOG };
	char log[LOG];

	(void)state;
	make_log(log);
	for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
		for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++)
			for (int whole = 0; whole < 2; whole++) {
				struct place place = { 0 };
				place_seek(&place, 0);
				assert_true(
					go_on(&place, log, passed[i], pieces[j]) || passed[i] == 0);
				int64_t from = whole ? 0 : place_begin(&place);
				place_seek(&place, from);
				assert_true(
					go_on(&place, log + from, LOG - (size_t)from, pieces[j]));
				assert_int_equal(place.gap, 0);
				assert_int_equal(place.passed, LOG);
				assert_memory_equal(
					place.window, log + LOG - PLACE_WINDOW, PLACE_WINDOW);
			}
}

/* The live log lacked its begin. */
static void test_a_gap_is_counted(void **state)
{
	char log[LOG];
	struct place place = { 0 };

	(void)state;
	make_log(log);
	place_seek(&place, 0);
	go_on(&place, log + 1000, 20000, 333);
	place_seek(&place, 0);
	assert_true(go_on(&place, log, LOG, 333));
	assert_int_equal(place.gap, 1000);
	assert_int_equal(place.passed, LOG - 1000);
}

static void test_another_log_is_not_found(void **state)
{
	char log[LOG], other[LOG];
	struct place place = { 0 };

	(void)state;
	make_log(log);
	memset(other, 'a', LOG);
	place_seek(&place, 0);
	go_on(&place, log, 10000, 100);
	place_seek(&place, place_begin(&place));
	assert_false(go_on(&place, other, LOG, 100));
	assert_true(place.gap > 0);
	assert_int_equal(place.passed, 10000);
	/* a shorter one is no other yet, only not whole */
	place_seek(&place, place_begin(&place));
	assert_false(go_on(&place, log + place_begin(&place), 100, 100));
	assert_int_equal(place.gap, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_goes_on),
		cmocka_unit_test(test_a_gap_is_counted),
		cmocka_unit_test(test_another_log_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
