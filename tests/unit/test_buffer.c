/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/buffer.h"
#include <string.h>

static void test_appends(void **state)
{
	(void)state;
	struct tc__buffer text = TC__BUFFER(1000);

	assert_string_equal(tc__buffer_get(&text), "");
	tc__buffer_add(&text, "ab\0c", 4);
	tc__buffer_text(&text, "d");
	tc__buffer_char(&text, 'e');
	tc__buffer_int(&text, INT64_MIN);
	tc__buffer_printf(&text, "<%s %d>", "x", 5);
	tc__buffer_add(&text, NULL, 0);
	assert_false(tc__buffer_failed(&text));
	const char expected[] = "ab\0cde-9223372036854775808<x 5>";
	assert_int_equal(text.length, sizeof expected - 1);
	assert_memory_equal(tc__buffer_get(&text), expected, sizeof expected);
	tc__buffer_clear(&text);
}

static void test_holds_its_maximum_and_no_more(void **state)
{
	(void)state;
	struct tc__buffer text = TC__BUFFER(200);

	for (int i = 0; i < 200; i++)
		tc__buffer_char(&text, 'x');
	assert_false(tc__buffer_failed(&text));
	assert_int_equal(text.length, 200);
	tc__buffer_char(&text, 'y');
	assert_true(text.too_long);
	assert_false(text.no_memory);
	tc__buffer_truncate(&text, 10);
	tc__buffer_text(&text, "z"); /* failure is kept, although there is room again */
	assert_int_equal(text.length, 10);
	assert_null(tc__buffer_take(&text));
	tc__buffer_clear(&text);
	tc__buffer_text(&text, "again");
	assert_string_equal(tc__buffer_get(&text), "again");
	tc__buffer_clear(&text);
}

static void test_absurd_lengths_are_too_long(void **state)
{
	(void)state;
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 4);

	tc__buffer_text(&text, "abc");
	assert_null(tc__buffer_room(&text, SIZE_MAX));
	assert_true(text.too_long);
	tc__buffer_clear(&text);
}

static void test_printf_beyond_the_maximum(void **state)
{
	(void)state;
	struct tc__buffer text = TC__BUFFER(5);

	tc__buffer_printf(&text, "%s", "12345");
	assert_string_equal(tc__buffer_get(&text), "12345");
	tc__buffer_printf(&text, "%d", 6);
	assert_true(text.too_long);
	assert_string_equal(tc__buffer_get(&text), "12345");
	tc__buffer_clear(&text);
}

static void test_room_is_written_by_hand(void **state)
{
	(void)state;
	struct tc__buffer text = TC__BUFFER(100);
	char *room = tc__buffer_room(&text, 3);

	assert_non_null(room);
	memcpy(room, "abc", 4);
	text.length += 3;
	tc__buffer_char(&text, 'd');
	assert_string_equal(tc__buffer_get(&text), "abcd");
	tc__buffer_clear(&text);
}

static void test_take_gives_the_text_away(void **state)
{
	(void)state;
	struct tc__buffer text = TC__BUFFER(100);
	char *empty = tc__buffer_take(&text);

	assert_string_equal(empty, "");
	tc_release(empty);
	tc__buffer_text(&text, "first");
	char *first = tc__buffer_take(&text);
	assert_int_equal(text.length, 0);
	tc__buffer_text(&text, "second");
	assert_string_equal(first, "first");
	assert_string_equal(tc__buffer_get(&text), "second");
	tc_release(first);
	tc__buffer_clear(&text);
}

static void test_secret_stays_secret(void **state)
{
	(void)state;
	struct tc__buffer text = TC__BUFFER(100000);

	text.secret = true;
	for (int i = 0; i < 20000; i++)
		tc__buffer_char(&text, (char)('a' + i % 26));
	assert_int_equal(text.length, 20000);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(text.data[i], 'a' + i % 26);
	tc__buffer_clear(&text);
	assert_true(text.secret);
	assert_int_equal(text.max, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_holds_its_maximum_and_no_more),
		cmocka_unit_test(test_absurd_lengths_are_too_long),
		cmocka_unit_test(test_printf_beyond_the_maximum),
		cmocka_unit_test(test_room_is_written_by_hand),
		cmocka_unit_test(test_take_gives_the_text_away),
		cmocka_unit_test(test_secret_stays_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
