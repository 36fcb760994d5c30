/* SPDX-License-Identifier: MPL-2.0 */
/* The codec with every allocation failing in turn. */
#include "tests/harness/test.h"

#include "runtime/src/json/json.h"
#include "runtime/src/type/type.h"
#include "tests/harness/kinds.h"
#include "tests/harness/task_group.h"
#include "tests/nomem/failing.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct work {
	const struct tc_type *type;
	unsigned flags;
	const char *text;
	const tc_json *tree;
	const void *value;
};

static int decode(void *data, tc_error *err)
{
	const struct work *work = data;
	void *value = tc_decode(
		work->type, work->text, strlen(work->text), TC_DECODE_SECRET | work->flags, err);

	tc_release(value);
	return value ? TC_OK : TC_ERROR_NOMEM;
}

static int decode_pieces(void *data, tc_error *err)
{
	const struct work *work = data;
	struct tc__decoder *d = tc__decoder_new(work->type, work->flags, TC_ERROR_REPLY, err);
	size_t length = strlen(work->text), at = 0;
	void *value = NULL;
	int rc = TC_OK;

	if (!d)
		return TC_ERROR_NOMEM;
	for (; rc == TC_OK && at < length; at += 7)
		rc = tc__decoder_feed(d, work->text + at, length - at < 7 ? length - at : 7, err);
	if (rc == TC_OK)
		value = tc__decoder_finish(d, err);
	tc__decoder_free(d);
	tc_release(value);
	return value ? TC_OK : TC_ERROR_NOMEM;
}

static int decode_tree(void *data, tc_error *err)
{
	const struct work *work = data;
	void *value = tc_decode_json(work->type, work->tree, work->flags, err);

	tc_release(value);
	return value ? TC_OK : TC_ERROR_NOMEM;
}

static int encode(void *data, tc_error *err)
{
	const struct work *work = data;
	char *text = NULL;
	int rc = tc_encode(work->type, work->value, 0, &text, NULL, err);

	assert_true((rc == TC_OK) == (text != NULL));
	tc_release(text);
	return rc;
}

static void fail_all(const struct tc_type *type, const char *text, unsigned flags)
{
	struct work work = { .type = type, .flags = flags, .text = text };
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_read(text, strlen(text), TC_JSON_MEND, &work.tree, &err), &err);
	void *value = tc_decode(type, text, strlen(text), flags, &err);
	assert_non_null(value);
	work.value = value;
	assert_true(tc_failing_each(decode, &work) > 0);
	assert_true(tc_failing_each(decode_pieces, &work) > 0);
	assert_true(tc_failing_each(decode_tree, &work) > 0);
	assert_ok(tc_check(type, value, &err), &err); /* patterns are compiled once */
	assert_true(tc_failing_each(encode, &work) > 0);
	tc_release(value);
	tc_release(work.tree);
}

static void test_every_kind(void **state)
{
	(void)state;
	fail_all(&kinds_type, kinds_full_text, 0);
	fail_all(&kinds_shape_type, "{\"more\":[\"1234567890\"],\"kind\":\"star\"}", 0);
	fail_all(&kinds_type,
		"{\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0},"
		"\"text\":\"\\u0000a\\ud83d\",\"counts\":{\"a\\u0000\":1}}",
		TC_DECODE_MEND);
}

static void test_long_reply(void **state)
{
	(void)state;
	size_t length = 0;
	char *text = tt_task_group_text(8000, &length);

	fail_all(&tt_task_group_type, text, 0);
	tc_release(text);
}

/* A pattern whose compilation ran out of memory is compiled the next time. */
static void test_patterns(void **state)
{
	(void)state;
	static struct tc_pattern pattern = TC_PATTERN("^(a|b)+$");
	const struct tc_text_rules rules = { .pattern = &pattern };
	const struct tc_type type = TC_TYPE_OF_TEXT(&rules);
	const char *text = "abab";
	bool failed = true;

	for (long n = 1; failed; n++) {
		tc_error err = TC_ERROR_INIT;
		tc_failing_start(n);
		int rc = tc_check(&type, &text, &err);
		tc_failing_stop(&failed);
		assert_true(rc == TC_OK || err.code == TC_ERROR_NOMEM);
		tc_error_clear(&err);
	}
}

/* Rows whose columns are many, some with a field and some without. */

struct open_row {
	int64_t id;
	const tc_json *other_members;
};

static const struct tc_field open_fields[] = {
	TC_FIELD(struct open_row, id, "id", &tc_type_int64, TC_REQUIRED),
};
static const struct tc_type open_type =
	TC_TYPE_OF_OPEN_OBJECT(struct open_row, other_members, open_fields, NULL);
static const struct tc_type open_list = TC_TYPE_OF_ARRAY(struct open_row, &open_type, 0, NULL);

#define COLUMNS 300

/* An array of COLUMNS items */
static const tc_json *make_row(bool names)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *row = NULL;
	tc_error err = TC_ERROR_INIT;
	char name[32];

	tc_json_add_array(builder);
	for (int i = 0; i < COLUMNS; i++) {
		snprintf(name, sizeof name, "a longer name %d", i);
		if (names)
			tc_json_add_string(builder, i ? name : "id");
		else
			tc_json_add_int64(builder, i);
	}
	tc_json_end(builder);
	assert_ok(tc_json_build(builder, &row, &err), &err);
	return row;
}

static int make_rows(void *data, tc_error *err)
{
	const tc_json *const *parts = data, *list = NULL;
	struct {
		const struct open_row *rows;
		size_t count;
	} *value = NULL;
	tc_json_builder *builder = tc_json_builder_new();

	tc__json_add_rows(builder, parts[1], parts[0]);
	if (tc_json_build(builder, &list, err) == TC_OK)
		value = tc_decode_json(&open_list, list, 0, err);
	if (value) {
		assert_int_equal(value->count, 2);
		assert_int_equal(tc_json_count(value->rows[1].other_members), COLUMNS - 1);
	}
	tc_release(list);
	tc_release(value);
	return value ? TC_OK : TC_ERROR_NOMEM;
}

static void test_rows(void **state)
{
	const tc_json *names = make_row(true), *row = make_row(false), *rows = NULL;
	tc_json_builder *builder = tc_json_builder_new();
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_json_add_array(builder);
	tc_json_add_json(builder, row);
	tc_json_add_json(builder, row);
	tc_json_end(builder);
	assert_ok(tc_json_build(builder, &rows, &err), &err);
	const tc_json *parts[] = { names, rows };
	assert_true(tc_failing_each(make_rows, parts) > 5);
	tc_release(names);
	tc_release(row);
	tc_release(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_long_reply),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
