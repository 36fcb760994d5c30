/* SPDX-License-Identifier: MPL-2.0 */
/* Reading JSON and finding one's way in it. What the text itself may be is in test_sax.c. */
#include "tests/harness/test.h"

#include "runtime/src/base/buffer.h"
#include "tests/harness/growth.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>

static const tc_json *parse_n(const char *text, size_t length)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(text, length, &json, &err), &err);
	assert_non_null(json);
	return json;
}

static const tc_json *parse(const char *text)
{
	return parse_n(text, strlen(text));
}

static void refuse(const char *text, size_t length, const char *part)
{
	const tc_json *json = (const tc_json *)text;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(tc_json_parse(text, length, &json, &err), TC_ERROR_INPUT);
	assert_null(json);
	assert_failure(&err, TC_ERROR_INPUT, part);
}

static void test_every_kind(void **state)
{
	(void)state;
	const tc_json *root = parse("[null, true, false, 12, \"text\", [], {}]");
	static const enum tc_json_kind kinds[] = { TC_JSON_NULL, TC_JSON_BOOL, TC_JSON_BOOL,
		TC_JSON_NUMBER, TC_JSON_STRING, TC_JSON_ARRAY, TC_JSON_OBJECT };

	assert_int_equal(tc_json_kind(root), TC_JSON_ARRAY);
	assert_int_equal(tc_json_count(root), 7);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(tc_json_kind(tc_json_item(root, i)), kinds[i]);
	assert_null(tc_json_item(root, 7));
	assert_null(tc_json_item(root, SIZE_MAX));
	assert_true(tc_json_true(tc_json_item(root, 1)));
	assert_false(tc_json_true(tc_json_item(root, 2)));
	assert_string_equal(tc_json_text(tc_json_item(root, 3)), "12");
	assert_string_equal(tc_json_text(tc_json_item(root, 4)), "text");
	tc_release(root);
}

static void test_scalars_alone(void **state)
{
	(void)state;
	const tc_json *json = parse(" 5 ");
	assert_string_equal(tc_json_text(json), "5");
	tc_release(json);
	json = parse("\"\"");
	assert_string_equal(tc_json_text(json), "");
	assert_int_equal(tc_json_text_length(json), 0);
	tc_release(json);
	json = parse("null");
	assert_int_equal(tc_json_kind(json), TC_JSON_NULL);
	tc_release(json);
	json = parse("\"a string that is too long for a node\"");
	assert_string_equal(tc_json_text(json), "a string that is too long for a node");
	tc_release(json);
}

/* All that a getter may be asked of a value that is not of its kind */
static void assert_no_number(const tc_json *json)
{
	int64_t integer = 17;
	double real = 17;

	assert_false(tc_json_int64(json, &integer));
	assert_false(tc_json_double(json, &real));
	assert_int_equal(integer, 17);
	assert_true(real == 17);
}

static void test_getters_on_the_wrong_kind(void **state)
{
	(void)state;
	const tc_json *root = parse("[null, true, 12, \"12\", [1], {\"a\": 1}]");

	for (size_t i = 0; i < 7; i++) {
		const tc_json *json = tc_json_item(root, i); /* the last is NULL */
		enum tc_json_kind kind = tc_json_kind(json);
		bool text = kind == TC_JSON_NUMBER || kind == TC_JSON_STRING;
		bool nested = kind == TC_JSON_ARRAY || kind == TC_JSON_OBJECT;
		if (kind != TC_JSON_NUMBER)
			assert_no_number(json);
		assert_int_equal(tc_json_text(json) != NULL, text);
		assert_int_equal(tc_json_text_length(json), text ? 2 : 0);
		assert_int_equal(tc_json_true(json), kind == TC_JSON_BOOL);
		assert_int_equal(tc_json_count(json), nested ? 1 : 0);
		assert_int_equal(tc_json_item(json, 0) != NULL, nested);
		assert_int_equal(tc_json_name(json, 0) != NULL, kind == TC_JSON_OBJECT);
		assert_int_equal(tc_json_get(json, "a") != NULL, kind == TC_JSON_OBJECT);
		assert_null(tc_json_get(json, NULL));
		assert_null(tc_json_get_n(json, NULL, 0));
		assert_null(tc_json_at(json, NULL));
		assert_ptr_equal(tc_json_at(json, ""), json);
	}
	assert_int_equal(tc_json_kind(NULL), TC_JSON_ABSENT);
	tc_release(root);
}

static void test_chains(void **state)
{
	(void)state;
	const tc_json *root = parse("{\"status\": {\"runs\": [{\"state\": \"running\"}]}}");

	assert_string_equal(tc_json_text(tc_json_at(root, "/status/runs/0/state")), "running");
	assert_string_equal(
		tc_json_text(tc_json_get(
			tc_json_item(tc_json_get(tc_json_get(root, "status"), "runs"), 0),
			"state")),
		"running");
	assert_null(tc_json_text(tc_json_get(
		tc_json_item(tc_json_get(tc_json_get(root, "nothing"), "runs"), 0), "state")));
	tc_release(root);
}

static void test_members_keep_their_order(void **state)
{
	(void)state;
	const tc_json *root = parse("{\"zebra stripes\": 1, \"b\": 2, \"\": 3, \"aa\": 4}");
	static const char *const names[] = { "zebra stripes", "b", "", "aa" };

	assert_int_equal(tc_json_count(root), 4);
	for (size_t i = 0; i < 4; i++) {
		const tc_json *name = tc_json_name(root, i);
		assert_int_equal(tc_json_kind(name), TC_JSON_STRING);
		assert_string_equal(tc_json_text(name), names[i]);
		assert_int_equal(tc_json_text_length(name), strlen(names[i]));
		assert_ptr_equal(tc_json_get(root, names[i]), tc_json_item(root, i));
	}
	assert_null(tc_json_name(root, 4));
	assert_null(tc_json_get(root, "zebra"));
	assert_null(tc_json_get(root, "B"));
	assert_ptr_equal(tc_json_get_n(root, "aaa", 2), tc_json_item(root, 3));
	tc_release(root);
}

static void test_objects_of_one_shape(void **state)
{
	(void)state;
	const tc_json *root = parse("[{\"workerType\":1,\"b\":2},{\"workerType\":3,\"b\":4},"
				    "{\"b\":5,\"workerType\":6},{\"workerType\":7}]");

	assert_string_equal(tc_json_text(tc_json_at(root, "/0/workerType")), "1");
	assert_string_equal(tc_json_text(tc_json_at(root, "/1/workerType")), "3");
	assert_string_equal(tc_json_text(tc_json_at(root, "/1/b")), "4");
	assert_string_equal(tc_json_text(tc_json_name(tc_json_item(root, 2), 0)), "b");
	assert_string_equal(tc_json_text(tc_json_at(root, "/2/workerType")), "6");
	assert_string_equal(tc_json_text(tc_json_at(root, "/3/workerType")), "7");
	assert_null(tc_json_at(root, "/3/b"));
	tc_release(root);
}

static void test_nul_in_strings_and_names(void **state)
{
	(void)state;
	const tc_json *root =
		parse("{\"a\\u0000b\": \"x\\u0000y\", \"a\": \"a longer one \\u0000 this\"}");

	assert_memory_equal(tc_json_text(tc_json_item(root, 0)), "x\0y", 4);
	assert_int_equal(tc_json_text_length(tc_json_item(root, 0)), 3);
	assert_int_equal(tc_json_text_length(tc_json_item(root, 1)), 19);
	assert_memory_equal(tc_json_text(tc_json_name(root, 0)), "a\0b", 4);
	assert_ptr_equal(tc_json_get(root, "a"), tc_json_item(root, 1));
	assert_ptr_equal(tc_json_get_n(root, "a\0b", 3), tc_json_item(root, 0));
	tc_release(root);
}

static void test_strings_of_every_length(void **state)
{
	(void)state;
	char text[64];

	for (int length = 0; length < 40; length++) {
		int written = snprintf(text, sizeof text, "\"%.*s\"", length,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		const tc_json *json = parse_n(text, (size_t)written);
		assert_int_equal(tc_json_text_length(json), length);
		text[written - 1] = '\0';
		assert_string_equal(tc_json_text(json), text + 1);
		tc_release(json);
	}
}

static void test_input_need_not_end_in_nul(void **state)
{
	(void)state;
	char *text = malloc(3); /* for a sanitizer to see */
	assert_non_null(text);
	memcpy(text, "123", 3);
	const tc_json *json = parse_n(text, 3);
	free(text); /* and it may go */
	assert_string_equal(tc_json_text(json), "123");
	tc_release(json);
}

static void test_pointers(void **state)
{
	(void)state;
	const tc_json *root = parse("{\"\": 0, \"a/b\": 1, \"m~n\": 2, \"~1\": 3, \"0\": [10, 11, "
				    "[12]], \"a\": {\"\": 4}}");
	static const struct {
		const char *pointer, *text;
	} found[] = { { "/", "0" }, { "/a~1b", "1" }, { "/m~0n", "2" }, { "/~01", "3" },
		{ "/0/0", "10" }, { "/0/1", "11" }, { "/0/2/0", "12" }, { "/a/", "4" } };
	static const char *const missing[] = { "a", "0", " ", "//", "/a/b", "/m~n", "/m~2n", "/m~",
		"/~1", "/0/3", "/0/01", "/0/00", "/0/-", "/0/-1", "/0/+1", "/0/ 1", "/0/1 ", "/0/",
		"/0/0/", "/0/4294967296", "/0/18446744073709551616", "/0/1e0", "/A" };

	for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
		const char *text = tc_json_text(tc_json_at(root, found[i].pointer));
		if (!text)
			fail_msg("nothing at %s", found[i].pointer);
		assert_string_equal(text, found[i].text);
	}
	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
		if (tc_json_at(root, missing[i]))
			fail_msg("something at %s", missing[i]);
	assert_ptr_equal(tc_json_at(root, ""), root);
	tc_release(root);
}

static char *nested(size_t depth)
{
	char *text = malloc(2 * depth + 1);

	assert_non_null(text);
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	text[2 * depth] = '\0';
	return text;
}

static void test_depth(void **state)
{
	(void)state;
	char *text = nested(TC_JSON_DEPTH_MAX);
	const tc_json *root = parse(text), *json = root;
	size_t depth = 0;
	for (; json; json = tc_json_item(json, 0))
		depth++;
	assert_int_equal(depth, 512);
	assert_true(tc_json_equal(root, root));
	char *written = NULL;
	assert_int_equal(tc_json_write(root, TC_JSON_COMPACT, &written, NULL, NULL), TC_OK);
	assert_string_equal(written, text);
	tc_release(written);
	tc_release(root);
	free(text);
	text = nested(TC_JSON_DEPTH_MAX + 1);
	refuse(text, strlen(text),
		"line 1, column 513: objects and arrays nest more than 512 deep");
	free(text);
	text = nested(1000000);
	refuse(text, strlen(text), "nest more than 512 deep");
	refuse(text, 1000000, "nest more than 512 deep");
	free(text);
}

#define REFUSE(text, part) refuse(text, sizeof(text) - 1, part)

static void test_malformed_text(void **state)
{
	(void)state;
	refuse(NULL, 0, "line 1, column 1: the text ends");
	REFUSE("", "line 1, column 1: the text ends");
	REFUSE("{\n\t\"a\": tru\n}", "line 2, column 7: expected true, false or null");
	REFUSE("[1] // x", "line 1, column 5: expected the end of the text after the value");
	REFUSE("\xEF\xBB\xBF[]", "byte order mark");
	REFUSE("[\"\xC0\xAF\"]", "line 1, column 3: invalid UTF-8");
	REFUSE("[\"\\uD834\"]", "line 1, column 3: half of a surrogate pair");
}

static void test_arguments(void **state)
{
	(void)state;
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(tc_json_parse(NULL, 5, &json, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "text is NULL");
	assert_int_equal(tc_json_parse("1", 1, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "json is NULL");
	if (SIZE_MAX > UINT32_MAX) {
		assert_int_equal(tc_json_parse("1", SIZE_MAX, &json, &err), TC_ERROR_INPUT);
		assert_failure(&err, TC_ERROR_INPUT, "longer than 4 GiB");
	}
	assert_int_equal(tc_json_parse("[", 1, &json, NULL), TC_ERROR_INPUT);
}

static void test_duplicate_names(void **state)
{
	(void)state;
	REFUSE("{\"a\": 1,\n \"b\": 2, \"a\": 3}",
		"line 2, column 10: the object has the name \"a\" twice");
	REFUSE("{\"\": 1, \"\": 2}", "the name \"\" twice");
	REFUSE("{\"a\\u0000b\": 1, \"a\\u0000b\": 2}", "the name \"a\\u0000b\" twice");
	REFUSE("{\"\\u0061\": 1, \"a\": 2}", "the name \"a\" twice");
	REFUSE("[{\"a long name that is no part of a node\": 1,"
	       "\"a long name that is no part of a node\": 2}]",
		"line 1, column 46: the object has the name \"a long name that");
	/* the same name in different objects is fine */
	tc_release(parse("[{\"a\": {\"a\": {\"a\": 1}}}, {\"a\": 1}]"));
}

static void test_a_long_duplicate_is_cut_in_the_error(void **state)
{
	(void)state;
	char text[1024] = "{\"", name[201] = "";

	for (size_t i = 0; i < 200; i += 2)
		memcpy(name + i, i == 0 ? "xx" : "\xC3\xA9", 3);
	memmove(name + 1, name, 199); /* so that the cut would fall within a character */
	name[199] = '\0';
	snprintf(text, sizeof text, "{\"%s\":1,\"%s\":2}", name, name);
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;
	assert_int_equal(tc_json_parse(text, strlen(text), &json, &err), TC_ERROR_INPUT);
	assert_true(strlen(tc_error_text(&err)) < 200);
	assert_failure(&err, TC_ERROR_INPUT, "\xC3\xA9\"… twice");
}

/* An object of `count` members; `again` >= 0 repeats that one's name at the end. */
static char *large_object(int count, int again)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 4);

	tc__buffer_char(&text, '{');
	for (int i = 0; i < count; i++)
		tc__buffer_printf(&text, "%s\"%sname-%d\":%d", i ? "," : "",
			i % 3 ? "" : "a-longer-", (int)((unsigned)i * 7919U % (unsigned)count), i);
	if (again >= 0)
		tc__buffer_printf(&text, ",\n\"%sname-%d\":0", again % 3 ? "" : "a-longer-",
			(int)((unsigned)again * 7919U % (unsigned)count));
	tc__buffer_char(&text, '}');
	return tc__buffer_take(&text);
}

static void test_large_objects(void **state)
{
	(void)state;
	static const int counts[] = { 1, 2, 31, 32, 33, 34, 63, 64, 65, 66, 127, 1000, 5003 };

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		char *text = large_object(counts[i], -1);
		const tc_json *root = parse(text);
		tc_release(text);
		assert_int_equal(tc_json_count(root), counts[i]);
		for (size_t k = 0; k < (size_t)counts[i]; k++) {
			int64_t value = -1;
			const char *name = tc_json_text(tc_json_name(root, k));
			assert_true(tc_json_int64(tc_json_get(root, name), &value));
			assert_int_equal(value, k);
		}
		assert_null(tc_json_get(root, "name-"));
		assert_null(tc_json_get(root, "a-longer-name-99999"));
		assert_null(tc_json_get(root, ""));
		tc_release(root);
		static const int at[] = { 0, 1, 2, 30, 31, 32, 62, 999, 5002 };
		for (size_t k = 0; k < sizeof at / sizeof *at && at[k] < counts[i]; k++) {
			text = large_object(counts[i], at[k]);
			refuse(text, strlen(text), "twice");
			tc_release(text);
		}
	}
}

static void test_duplicate_in_a_large_object_is_named(void **state)
{
	(void)state;
	char *text = large_object(1000, 500);

	refuse(text, strlen(text), "line 2, ");
	refuse(text, strlen(text), "the object that ends here has the name \"name-500\" twice");
	tc_release(text);
}

/* The first `count` members of an object, with `other` as the name at `position`. */
static void add_members(struct tc__buffer *text, const char *const *names, size_t count,
	size_t position, const char *other)
{
	for (size_t i = 0; i < count; i++)
		tc__buffer_printf(text, "%c\"%s\":%lu", i ? ',' : '{',
			i == position ? other : names[i], (unsigned long)i);
	tc__buffer_text(text, count ? "}" : "{}");
}

/* An object is expected to have the names of the one before. Behind them may come others, or none,
 * or one that was there. */
static void test_names_that_are_expected(void **state)
{
	(void)state;
	static const char *const names[] = { "", "a", "abcdefg", "abcdefgh", "0123456789abcdef",
		"a name of 31 characters, or so.", "a name of 32 characters, or so..",
		"a name that has more than 32 characters, and is compared as a whole" };
	static const char *const others[] = { "b", "abcdefx", "x23456789abcdef",
		"a name that has more than 32 characters, and is compared as a wholx" };
	enum { NAMES = sizeof names / sizeof *names, OTHERS = sizeof others / sizeof *others };
	struct tc__buffer text = TC__BUFFER(65536);

	for (size_t i = 0; i < (NAMES + 1) * NAMES * (NAMES + OTHERS); i++) {
		size_t count = i % (NAMES + 1), position = i / (NAMES + 1) % NAMES;
		size_t which = i / (NAMES + 1) / NAMES;
		const char *other = which < NAMES ? names[which] : others[which - NAMES];
		bool twice = which < count && position < count && which != position;
		tc__buffer_truncate(&text, 0);
		tc__buffer_char(&text, '[');
		add_members(&text, names, NAMES, NAMES, "");
		tc__buffer_char(&text, ',');
		add_members(&text, names, count, position, other);
		tc__buffer_char(&text, ',');
		add_members(&text, names, NAMES, NAMES, "");
		tc__buffer_char(&text, ']');
		if (twice) {
			refuse(tc__buffer_get(&text), text.length, "the object has the name \"");
			continue;
		}
		const tc_json *json = parse(tc__buffer_get(&text));
		char *again = NULL;
		assert_int_equal(tc_json_write(json, TC_JSON_COMPACT, &again, NULL, NULL), TC_OK);
		assert_string_equal(again, tc__buffer_get(&text));
		tc_release(again);
		tc_release(json);
	}
	tc__buffer_clear(&text);
}

static void test_equal(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool equal;
	} pairs[] = {
		{ "null", "null", true },
		{ "null", "false", false },
		{ "true", "true", true },
		{ "true", "false", false },
		{ "\"a\"", "\"\\u0061\"", true },
		{ "\"a\"", "\"b\"", false },
		{ "\"1\"", "1", false },
		{ "\"a long string in its own memory\"", "\"a long string in its own memory\"",
			true },
		{ "\"a long string in its own memory\"", "\"a long string in its own mem0ry\"",
			false },
		{ "\"\\u0000a\"", "\"\\u0000b\"", false },
		{ "[]", "[]", true },
		{ "[]", "{}", false },
		{ "{}", "{}", true },
		{ "[1, 2]", "[1, 2]", true },
		{ "[1, 2]", "[2, 1]", false },
		{ "[1, 2]", "[1, 2, 3]", false },
		{ "{\"a\": 1, \"b\": [2]}", "{\"b\": [2.0], \"a\": 1}", true },
		{ "{\"a\": 1, \"b\": 2}", "{\"a\": 1, \"c\": 2}", false },
		{ "{\"a\": 1}", "{\"a\": 1, \"b\": 2}", false },
		{ "{\"a\": null}", "{\"b\": null}", false },
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const tc_json *a = parse(pairs[i].a), *b = parse(pairs[i].b);
		if (tc_json_equal(a, b) != pairs[i].equal || tc_json_equal(b, a) != pairs[i].equal)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
		assert_true(tc_json_equal(a, a));
		assert_false(tc_json_equal(a, NULL));
		assert_false(tc_json_equal(NULL, a));
		tc_release(a);
		tc_release(b);
	}
	assert_true(tc_json_equal(NULL, NULL));
}

/* A malformed text of this size, around what is repeated. */
static void refuse_repeated(const char *begin, const char *part, const char *end, size_t size)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 4);
	const tc_json *json = NULL;

	tc__buffer_text(&text, begin);
	while (text.length < size)
		tc__buffer_text(&text, part);
	tc__buffer_text(&text, end);
	growth_begin();
	assert_int_equal(tc_json_parse(text.data, text.length, &json, NULL), TC_ERROR_INPUT);
	tc__buffer_clear(&text);
}

static void refuse_backslashes(size_t size)
{
	refuse_repeated("[1 \"", "\\\\", "\"]", size);
}

static void refuse_quotes(size_t size)
{
	refuse_repeated("[1 \"", "\\\"", "\"]", size);
}

static void refuse_lines(size_t size)
{
	refuse_repeated("[", "\n", "\"a\" 1]", size);
}

static void refuse_word(size_t size)
{
	refuse_repeated("[", "e", "]", size);
}

static void refuse_names(size_t size)
{
	refuse_repeated("{\"\":[{}", ",{\"a name\":1}", "],\"\":0}", size);
}

/* Every reply, every refusal and every certificate passes here; malformed ones are somebody's. */
static void test_what_is_refused_takes_linear_time(void **state)
{
	(void)state;
	assert_linear(refuse_backslashes, 20000);
	assert_linear(refuse_quotes, 20000);
	assert_linear(refuse_lines, 100000);
	assert_linear(refuse_word, 100000);
	assert_linear(refuse_names, 100000);
}

static void test_a_number_beyond_doubles_is_none(void **state)
{
	static const char *const beyond[] = { "1e400", "-1e400", "1.7976931348623159e308",
		"-1e99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
		const tc_json *json = parse(beyond[i]);
		assert_no_number(json);
		assert_string_equal(tc_json_text(json), beyond[i]);
		tc_release(json);
	}
}

/* A half is refused, unless the text is somebody else's. */
static void test_halves_of_surrogate_pairs(void **state)
{
	static const char text[] = "{\"cut \\ud83d\":\"\\ude00\\u0000\"}";
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	REFUSE("{\"cut \\ud83d\":\"\\ude00\\u0000\"}", "half of a surrogate pair");
	assert_ok(tc_json_read(text, sizeof text - 1, TC_JSON_MEND, &json, &err), &err);
	const tc_json *member = tc_json_get(json, "cut \xEF\xBF\xBD");
	assert_int_equal(tc_json_text_length(member), 4);
	assert_memory_equal(tc_json_text(member), "\xEF\xBF\xBD\0", 5);
	tc_release(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_scalars_alone),
		cmocka_unit_test(test_getters_on_the_wrong_kind),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_members_keep_their_order),
		cmocka_unit_test(test_objects_of_one_shape),
		cmocka_unit_test(test_nul_in_strings_and_names),
		cmocka_unit_test(test_strings_of_every_length),
		cmocka_unit_test(test_input_need_not_end_in_nul),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_malformed_text),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_duplicate_names),
		cmocka_unit_test(test_a_long_duplicate_is_cut_in_the_error),
		cmocka_unit_test(test_large_objects),
		cmocka_unit_test(test_duplicate_in_a_large_object_is_named),
		cmocka_unit_test(test_names_that_are_expected),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_what_is_refused_takes_linear_time),
		cmocka_unit_test(test_a_number_beyond_doubles_is_none),
		cmocka_unit_test(test_halves_of_surrogate_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
