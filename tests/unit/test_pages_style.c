/* SPDX-License-Identifier: MPL-2.0 */
/* What pages that are not Taskcluster's say of the next one, and which items come again. */
#include "tests/harness/test.h"

#include "runtime/src/flow/pages.h"
#include "tests/harness/growth.h"
#include <stdio.h>
#include <string.h>

static const struct tc_paging by_cursor = {
	.style = TC_PAGING_CURSOR, .query = "cursor", .next = "/next"
};

static int next_of(const char *url, char text[64], tc_error *err)
{
	struct tc__cursor cursor = { .paging = &by_cursor, .wanted = -1 };
	struct tc__buffer token = TC__BUFFER(TC__TOKEN_MAX);
	int rc = tc__style_next(&cursor, 10, url, &token, err);

	snprintf(text, 64, "%s", tc__buffer_get(&token));
	tc__buffer_clear(&token);
	return rc;
}

static void test_links(void **state)
{
	static const struct {
		const char *url, *token;
	} rows[] = {
		{ "https://x/y?cursor=cD0x&z=1", "cD0x" },
		{ "https://x/y?z=1&cursor=a%3D%26b+c#d", "a=&b c" },
		{ "https://x/y?xcursor=1&cursor=2", "2" },
		{ "https://x/y?cursor=%zz", "%zz" },
		{ "https://x/y?z=cursor=1", "" },
		{ "https://x/cursor=1", "" },
		{ "", "" },
	};
	char text[64];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_ok(next_of(rows[i].url, text, &err), &err);
		assert_string_equal(text, rows[i].token);
	}
	assert_int_equal(next_of("https://x/y?cursor=a%00b", text, &err), TC_ERROR_REPLY);
	assert_failure(&err, TC_ERROR_REPLY, "next leads to a page whose cursor has a NUL");
}

/* ---- items that come again ---- */

static const struct tc_paging by_key = {
	.style = TC_PAGING_KEYSET, .query = "before", .key = "/time", .unique = "/id", .add = 1
};

/* Whether an item is new, at this time and of this id. */
static bool is_fresh(struct tc__cursor *cursor, int64_t time, const char *id, size_t length)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *item = NULL;
	tc_error err = TC_ERROR_INIT;
	bool fresh = false;

	tc_json_add_object(builder);
	tc_json_add_name(builder, "time");
	tc_json_add_int64(builder, time);
	tc_json_add_name(builder, "id");
	tc_json_add_string_n(builder, id, length);
	tc_json_end(builder);
	assert_ok(tc_json_build(builder, &item, &err), &err);
	assert_ok(tc__style_mark(cursor, item, &fresh, &err), &err);
	tc_release(item);
	return fresh;
}

#define FRESH(time, id) is_fresh(&cursor, (time), "" id, sizeof(id) - 1)

static void test_an_item_comes_once(void **state)
{
	struct tc__cursor cursor = { .paging = &by_key, .wanted = -1 };

	(void)state;
	assert_true(FRESH(9, "a"));
	assert_true(FRESH(9, "b"));
	assert_false(FRESH(9, "a"));
	assert_true(FRESH(8, "a"));
	assert_true(FRESH(7, "x\0y"));
	assert_true(FRESH(7, "x\0z")); /* ids are told apart by all of their bytes */
	assert_false(FRESH(7, "x\0y"));
	tc__style_forget_above(&cursor); /* the next page begins with those of 7 */
	assert_false(FRESH(7, "x\0z"));
	assert_true(FRESH(7, "c"));
	assert_true(FRESH(6, "c"));
	tc__style_forget(&cursor);
	assert_true(FRESH(6, "c"));
	tc__style_forget(&cursor);
}

static void test_a_page_that_failed_marks_nothing(void **state)
{
	struct tc__cursor cursor = { .paging = &by_key, .wanted = 5 };

	(void)state;
	assert_true(FRESH(9, "a"));
	struct tc__cursor before = cursor;
	for (int i = 0; i < 100; i++) {
		char id[16];
		int length = snprintf(id, sizeof id, "%d", i);
		assert_true(is_fresh(&cursor, 8, id, (size_t)length));
	}
	cursor.wanted = 3;
	tc__style_restore(&cursor, &before);
	assert_int_equal(cursor.wanted, 5);
	assert_int_equal(cursor.lowest, 9);
	assert_true(FRESH(8, "7"));
	assert_false(FRESH(9, "a"));
	tc__style_forget(&cursor);
}

/* Newest first, as servers give them: each is the lowest when it comes. */
static void read_page(size_t count)
{
	struct tc__cursor cursor = { .paging = &by_key, .wanted = -1 };

	for (size_t i = 0; i < count; i++)
		assert_true(is_fresh(&cursor, (int64_t)(count - i), "id", 2));
	tc__style_forget_above(&cursor);
	tc__style_forget(&cursor);
}

static void read_page_of_one_time(size_t count)
{
	struct tc__cursor cursor = { .paging = &by_key, .wanted = -1 };

	for (size_t i = 0; i < count; i++) {
		char id[24];
		int length = snprintf(id, sizeof id, "%zu", i);
		assert_true(is_fresh(&cursor, 1, id, (size_t)length));
	}
	tc__style_forget_above(&cursor);
	tc__style_forget(&cursor);
}

static void test_a_page_takes_linear_time(void **state)
{
	(void)state;
	assert_linear(read_page, 5000);
	assert_linear(read_page_of_one_time, 5000);
}

/* ---- items that are told apart ---- */

static void test_seen(void **state)
{
	struct tc__seen seen = { 0 };

	(void)state;
	for (int64_t i = -5000; i < 5000; i++) {
		assert_false(tc__seen_has(&seen, i * 3));
		assert_true(tc__seen_add(&seen, i * 3));
		assert_true(tc__seen_add(&seen, i * 3));
	}
	assert_int_equal(seen.count, 10000);
	for (int64_t i = -15000; i < 15000; i++)
		assert_int_equal(tc__seen_has(&seen, i), i % 3 == 0);
	assert_true(seen.slot_count * sizeof *seen.slots < 13 * seen.count);
	assert_true(tc__seen_add(&seen, INT64_MIN) && tc__seen_has(&seen, INT64_MIN));
	tc__seen_clear(&seen);
	assert_false(tc__seen_has(&seen, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_an_item_comes_once),
		cmocka_unit_test(test_a_page_that_failed_marks_nothing),
		cmocka_unit_test(test_a_page_takes_linear_time),
		cmocka_unit_test(test_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
