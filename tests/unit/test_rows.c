/* SPDX-License-Identifier: MPL-2.0 */
/* Replies whose items are rows, with the names of their columns beside them: rows become objects,
 * and a name that is there once is kept once, however many rows have it. */
#include "tests/harness/test.h"

#include "runtime/src/call/reshape.h"
#include "runtime/src/flow/pages.h"
#include "tests/harness/growth.h"
#include "tests/harness/row_types.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *decode(const struct tc_operation *operation, const char *text, tc_error *err)
{
	const tc_json *reply = NULL;

	assert_ok(tc_json_parse(text, strlen(text), &reply, err), err);
	void *value = tc__decode_reshaped(operation, reply, 0, err);
	tc_release(reply);
	return value;
}

static const tc_json *page_of(const char *text, tc_error *err)
{
	const tc_json *page = NULL;

	tc__page_of_objects(&row_list_open, text, strlen(text), &page, err);
	return page;
}

static char *written(const tc_json *json)
{
	char *text = NULL;

	assert_int_equal(tc_json_write(json, TC_JSON_COMPACT, &text, NULL, NULL), TC_OK);
	return text;
}

static void assert_written(const tc_json *json, const char *expected)
{
	char *text = written(json);

	assert_string_equal(text, expected);
	tc_release(text);
}

#define MIXED \
	"{\"rows\":[[1,\"a\",[2]],{\"id\":5,\"x\":6},[7],[],[8,\"b\"]]," \
	"\"columns\":[\"id\",\"name\",\"more than seven\"],\"n\\u0000\":1,\"n\":2}"

/* Rows may end early, and objects may stand between them. */
static void test_rows_become_objects(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	const tc_json *page = page_of(MIXED, &err);
	assert_ok(err.code, &err);
	assert_written(page,
		"{\"rows\":[{\"id\":1,\"name\":\"a\",\"more than seven\":[2]},"
		"{\"id\":5,\"x\":6},{\"id\":7},{},{\"id\":8,\"name\":\"b\"}],"
		"\"columns\":[\"id\",\"name\",\"more than seven\"],\"n\\u0000\":1,\"n\":2}");
	const tc_json *row = tc_json_at(page, "/rows/2");
	assert_int_equal(tc_json_count(row), 1);
	assert_null(tc_json_get(row, "name"));
	assert_null(tc_json_name(row, 1));
	assert_null(tc_json_at(row, "/more than seven"));
	const tc_json *other = NULL;
	assert_int_equal(tc_json_parse("{\"id\":7.0}", 10, &other, NULL), TC_OK);
	assert_true(tc_json_equal(row, other) && tc_json_equal(other, row));
	assert_false(tc_json_equal(row, tc_json_at(page, "/rows/4")));
	assert_false(tc_json_equal(tc_json_at(page, "/rows/4"), row));
	tc_release(other);
	tc_release(page);
}

static void test_rows_become_structs(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	struct rows *rows = decode(&row_list_open,
		"{\"rows\":[[1,[2],\"a\",true],{\"id\":5,\"x\":6},[7],[8,9]],"
		"\"columns\":[\"id\",\"more than seven\",\"name\",\"x\"]}",
		&err);
	assert_ok(err.code, &err);
	assert_int_equal(rows->rows_count, 4);
	assert_string_equal(rows->rows[0].name, "a");
	assert_written(rows->rows[0].other_members, "{\"more than seven\":[2],\"x\":true}");
	assert_written(rows->rows[1].other_members, "{\"x\":6}");
	assert_int_equal(rows->rows[2].id, 7);
	assert_null(rows->rows[2].name);
	assert_null(rows->rows[2].other_members);
	assert_written(rows->rows[3].other_members, "{\"more than seven\":9}");
	tc_release(rows);
	rows = decode(&row_list_closed, MIXED, &err);
	assert_null(rows);
	assert_string_equal(tc_error_pointer(&err), "/rows/3/id");
	assert_failure(&err, TC_ERROR_REPLY, "a required member is missing");
}

static void test_rows_stay_free(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	struct rows *rows = decode(&row_list_free, MIXED, &err);
	assert_ok(err.code, &err);
	const tc_json *const *items = (const void *)rows->rows;
	assert_int_equal(rows->rows_count, 5);
	assert_written(items[0], "{\"id\":1,\"name\":\"a\",\"more than seven\":[2]}");
	assert_written(items[1], "{\"id\":5,\"x\":6}");
	assert_written(items[2], "{\"id\":7}");
	assert_written(items[4], "{\"id\":8,\"name\":\"b\"}");
	tc_release(rows);
}

static void test_copies_of_rows(void **state)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *page = page_of(MIXED, &err), *copy = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) { /* the rows alone, and with all around them */
		const tc_json *from = i ? page : tc_json_get(page, "rows");
		tc_json_builder *builder = tc_json_builder_new();
		tc_json_add_array(builder);
		tc_json_add_json(builder, from);
		tc_json_add_json(builder, tc_json_at(page, "/rows/4"));
		tc_json_end(builder);
		assert_ok(tc_json_build(builder, &copy, &err), &err);
		assert_true(tc_json_equal(tc_json_item(copy, 0), from));
		assert_written(tc_json_item(copy, 1), "{\"id\":8,\"name\":\"b\"}");
		tc_release(copy);
	}
	tc_release(page);
}

/* So many columns that their names are indexed. */
static void test_many_columns(void **state)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 4);
	tc_error err = TC_ERROR_INIT;
	char name[16];

	(void)state;
	tc__buffer_text(&text, "{\"columns\":[\"id\"");
	for (int i = 1; i < 100; i++)
		tc__buffer_printf(&text, ",\"c%d\"", i);
	tc__buffer_text(&text, "],\"rows\":[[0");
	for (int i = 1; i < 50; i++)
		tc__buffer_printf(&text, ",%d", i);
	tc__buffer_text(&text, "],[0,1]]}");
	const tc_json *page = page_of(tc__buffer_get(&text), &err);
	assert_ok(err.code, &err);
	for (int i = 1; i < 100; i++) {
		int64_t value = -1;
		snprintf(name, sizeof name, "c%d", i);
		tc_json_int64(tc_json_get(tc_json_at(page, "/rows/0"), name), &value);
		assert_int_equal(value, i < 50 ? i : -1);
		assert_int_equal(tc_json_get(tc_json_at(page, "/rows/1"), name) != NULL, i < 2);
	}
	struct rows *rows = decode(&row_list_open, tc__buffer_get(&text), &err);
	assert_ok(err.code, &err);
	assert_int_equal(tc_json_count(rows->rows[0].other_members), 49);
	assert_string_equal(tc_json_text(tc_json_get(rows->rows[0].other_members, "c49")), "49");
	assert_written(rows->rows[1].other_members, "{\"c1\":1}");
	tc_release(rows);
	tc_release(page);
	tc__buffer_clear(&text);
}

static void refused(const char *text, const char *why)
{
	tc_error err = TC_ERROR_INIT;

	assert_null(page_of(text, &err));
	assert_true(err.code == TC_ERROR_INPUT || err.code == TC_ERROR_REPLY);
	assert_failure(&err, err.code, why);
	assert_null(decode(&row_list_open, text, &err));
	assert_failure(&err, TC_ERROR_REPLY, why);
}

static void test_refused(void **state)
{
	(void)state;
	refused("{\"rows\":[[1,2]],\"columns\":[\"id\"]}", "a row has 2 places, but 1 are named");
	refused("{\"rows\":[[1]],\"columns\":[1]}", "columns does not list the names");
	refused("{\"rows\":[[1]]}", "columns does not list the names");
	refused("{\"rows\":[[1]],\"columns\":[\"id\",\"x\",\"x\"]}",
		"the name \"x\" in an object is given twice");
}

/* ---- growth ---- */

/* A name of half the size, and rows that take the other half. */
static char *long_name(size_t size)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 4);

	tc__buffer_text(&text, "{\"columns\":[\"id\",\"");
	while (text.length < size / 2)
		tc__buffer_text(&text, "a long name ");
	tc__buffer_text(&text, "\"],\"rows\":[[1]");
	while (text.length < size)
		tc__buffer_text(&text, ",[1,2]");
	tc__buffer_text(&text, "]}");
	return tc__buffer_take(&text);
}

/* Many names, and rows of many lengths. */
static char *many_names(size_t size)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 4);

	tc__buffer_text(&text, "{\"columns\":[\"id\"");
	for (unsigned i = 0; text.length < size / 2; i++)
		tc__buffer_printf(&text, ",\"a name, and not a short one: %u\"", i);
	tc__buffer_text(&text, "],\"rows\":[[1]");
	for (unsigned i = 0; text.length < size; i++) {
		tc__buffer_text(&text, ",[1");
		for (unsigned places = i % 40; places > 0; places--)
			tc__buffer_text(&text, ",2");
		tc__buffer_char(&text, ']');
	}
	tc__buffer_text(&text, "]}");
	return tc__buffer_take(&text);
}

static void read_typed(const struct tc_operation *operation, char *text)
{
	tc_error err = TC_ERROR_INIT;

	growth_begin();
	void *value = decode(operation, text, &err);
	assert_ok(err.code, &err);
	tc_release(value);
	tc_release(text);
}

static void read_open(size_t size)
{
	read_typed(&row_list_open, long_name(size));
}

static void read_open_many(size_t size)
{
	read_typed(&row_list_open, many_names(size));
}

static void read_closed(size_t size)
{
	read_typed(&row_list_closed, long_name(size));
}

static void read_closed_many(size_t size)
{
	read_typed(&row_list_closed, many_names(size));
}

static void read_free(size_t size)
{
	read_typed(&row_list_free, long_name(size));
}

static void read_page(size_t size)
{
	const struct tc_paging paging = { .style = TC_PAGING_OFFSET };
	const struct tc__cursor cursor = { .paging = &paging, .envelope = &row_envelope };
	struct tc__page_reader *reader = malloc(sizeof *reader);
	tc_error err = TC_ERROR_INIT;
	char *text = long_name(size);
	size_t count = 0;

	assert_non_null(reader);
	growth_begin();
	tc__page_open(reader, &cursor, true);
	assert_ok(tc__page_read_tree(reader, page_of(text, &err), &err), &err);
	for (const tc_json *item; (item = tc__page_take(reader)); count++)
		assert_non_null(tc_json_get(item, "id"));
	assert_int_equal(count, reader->received);
	tc__page_close(reader);
	free(reader);
	tc_release(text);
}

static void test_names_are_kept_once(void **state)
{
	(void)state;
	assert_linear(read_open, 20000);
	assert_linear(read_open_many, 20000);
	assert_linear(read_closed, 20000);
	assert_linear(read_closed_many, 20000);
	assert_linear(read_free, 20000);
	assert_linear(read_page, 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_become_objects),
		cmocka_unit_test(test_rows_become_structs),
		cmocka_unit_test(test_rows_stay_free),
		cmocka_unit_test(test_copies_of_rows),
		cmocka_unit_test(test_many_columns),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_names_are_kept_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
