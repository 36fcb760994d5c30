/* SPDX-License-Identifier: MPL-2.0 */

/* Where values stand in YAML and JSON, and where a text is wrong. */

#include "tests/harness/test.h"

#include "tools/documents/json.h"
#include "tools/documents/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct spot {
	const char *text, *pointer;
	size_t line, column;
};

static const struct spot yaml_spots[] = {
	{ "a: 1\n", "", 1, 1 },
	{ "a: 1\n", "/a", 1, 4 },
	{ "a: 1\nb:\n  c: [x, {d: 2}]\n", "/b", 3, 3 },
	{ "a: 1\nb:\n  c: [x, {d: 2}]\n", "/b/c", 3, 6 },
	{ "a: 1\nb:\n  c: [x, {d: 2}]\n", "/b/c/0", 3, 7 },
	{ "a: 1\nb:\n  c: [x, {d: 2}]\n", "/b/c/1/d", 3, 14 },
	{ "# first\n\n---\na:\n- 1\n-   two\n", "/a/1", 6, 5 },
	{ "a: |\n  text\n  more\nb: >-\n  x\n", "/a", 1, 4 },
	{ "a: |\n  text\n  more\nb: >-\n  x\n", "/b", 4, 4 },
	{ "\"a/b\": {\"~\": 1}\n", "/a~1b/~0", 1, 14 },
	{ "\xc3\xa9: \xf0\x9f\x98\x80\nx: [\xf0\x9f\x98\x80, 1]\n", "/x/1", 2, 8 },
	{ "base: &b\n  c: 1\nuse: *b\n", "/use/c", 2, 6 },
	{ "base: &b\n  c: 1\nuse: *b\n", "/base", 1, 7 },
	{ "? a\n: 1\n", "/a", 2, 3 },
	{ "a: &x [1]\nb: &x\n  - 2\nc: *x\n", "/c/0", 3, 5 }, /* the anchor that came last */
	{ "a: &k key\n*k : [1]\n", "/key/0", 2, 7 },
	{ "a: 1\n", "/nothing/below", 1, 1 },
	{ "a:\n  b: 1\n", "/a/x", 2, 3 },
	{ "a: [1]\n", "/a/7", 1, 4 },
	{ "a: [1]\n", "/a/x", 1, 4 },
	{ "a: [1]\n", "/a/00000000000000000000000001", 1, 4 },
	{ "5", "/a", 1, 1 },
	{ "{\"a\":\t1,\r\n\t\"b\": 2}", "/b", 2, 7 },
};

static const struct spot json_spots[] = {
	{ "{\"a\":1}", "", 1, 1 },
	{ " \n {\"a\":1}", "", 2, 2 },
	{ "{\"a\":1}", "/a", 1, 6 },
	{ "{\n  \"a\": [ 1 , {\"b\" : [] } , \"x\" ],\n  \"c\": null\n}", "/a/0", 2, 10 },
	{ "{\n  \"a\": [ 1 , {\"b\" : [] } , \"x\" ],\n  \"c\": null\n}", "/a/1/b", 2, 21 },
	{ "{\n  \"a\": [ 1 , {\"b\" : [] } , \"x\" ],\n  \"c\": null\n}", "/a/2", 2, 28 },
	{ "{\n  \"a\": [ 1 , {\"b\" : [] } , \"x\" ],\n  \"c\": null\n}", "/c", 3, 8 },
	{ "{\"a\":\"}],\\\"\\\\\",\"b\":2}", "/b", 1, 20 },
	{ "{\"a\":{\"x\":\"}\"},\"b\":2}", "/b", 1, 20 },
	{ "[\"\\ud83d\\ude00\",1]", "/1", 1, 17 },
	{ "[\"\xf0\x9f\x98\x80\",1]", "/1", 1, 6 },
	{ "{\"a/b\":{\"~\":[1.5e3]}}", "/a~1b/~0/0", 1, 14 },
	{ "{\"\":{\"\":1}}", "//", 1, 9 },
	{ "{\"\\u0061\":1}", "/a", 1, 11 },
	{ "[[],[[]],3]", "/2", 1, 10 },
	{ "{\r\n\"a\":\r\n1}", "/a", 3, 1 },
	{ "{\"a\":[1]}", "/a/1", 1, 6 },
	{ "{\"a\":[1]}", "/b/1", 1, 1 },
	{ "true", "/x", 1, 1 },
};

static void assert_place(const struct spot *spot, struct place place)
{
	if (place.line != spot->line || place.column != spot->column)
		fail_msg("\"%s\" of %s: line %zu, column %zu, expected %zu, %zu", spot->pointer,
			spot->text, place.line, place.column, spot->line, spot->column);
}

static void in_yaml(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof yaml_spots / sizeof *yaml_spots; i++) {
		const struct spot *spot = &yaml_spots[i];
		tc_error err = TC_ERROR_INIT;
		struct place wrong;
		struct yaml *yaml;
		assert_ok(yaml_open(spot->text, strlen(spot->text), &yaml, &wrong, &err), &err);
		assert_place(spot, yaml_place(yaml, spot->pointer));
		yaml_close(yaml);
		tc_error_clear(&err);
	}
}

static void in_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof json_spots / sizeof *json_spots; i++) {
		const struct spot *spot = &json_spots[i];
		const tc_json *json = NULL;
		assert_int_equal(tc_json_parse(spot->text, strlen(spot->text), &json, NULL), TC_OK);
		assert_place(spot, json_place(spot->text, json, spot->pointer));
		tc_release(json);
	}
}

static const struct {
	const char *text;
	size_t line, column;
	const char *part;
} wrong_texts[] = {
	{ "a:\n\t- 1\n", 2, 1, "cannot start any token" },
	{ "a: [1,\n", 2, 1, "did not find expected" },
	{ "a: b: c\n", 1, 5, "mapping values are not allowed" },
	{ "a: *none\n", 1, 4, "undefined alias" },
	{ "x: 1\na: .inf\n", 2, 4, "no infinity" },
	{ "a: !mine 1\n", 1, 4, "tags are not taken" },
	{ "a: 1\nb: 2\na: 3\n", 3, 1, "is given twice" },
	{ "o:\n  k: {a: 1, b: 2, c: 3, a: 1}\nk: 1\nk: 2\n", 2, 25, "is given twice" },
	{ "[a]: 1\n", 1, 1, "no text" },
	{ "a: 1\n<<: {b: 1}\n", 2, 1, "merge keys" },
	{ "a: 1\n---\nb: 1\n", 2, 1, "more than one" },
	{ "a: 1\nb: \xff\n", 2, 4, "UTF-8" },
	{ "a: 1\nb: \x01\n", 2, 4, "control characters" },
	{ "a: &a [*a]\n", 1, 8, "too deep" },
	{ "", 0, 0, "empty" },
	{ "# only this\n", 0, 0, "empty" },
};

static void where_it_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong_texts / sizeof *wrong_texts; i++) {
		const char *text = wrong_texts[i].text;
		tc_error err = TC_ERROR_INIT;
		struct place wrong;
		struct yaml *yaml;
		assert_int_equal(
			yaml_open(text, strlen(text), &yaml, &wrong, &err), TC_ERROR_INPUT);
		assert_null(yaml);
		if (wrong.line != wrong_texts[i].line || wrong.column != wrong_texts[i].column ||
			!strstr(tc_error_text(&err), wrong_texts[i].part))
			fail_msg("%s: line %zu, column %zu: %s", text, wrong.line, wrong.column,
				tc_error_text(&err));
		tc_error_clear(&err);
	}
}

/* A few lines that would come to thousands of millions of values. */
static void aliases_are_bounded(void **state)
{
	char text[2000];
	size_t length = 0;
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	length += (size_t)sprintf(text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 12; i++)
		length += (size_t)sprintf(text + length,
			"a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	assert_int_equal(yaml_read(text, length, &json, &err), TC_ERROR_INPUT);
	assert_non_null(strstr(tc_error_text(&err), "aliases make it too large"));
	tc_error_clear(&err);
}

/* What takes a naive reader a time that grows with the square. */
static void much_of_it_is_quick(void **state)
{
	size_t size = (size_t)4 << 20, length = 0;
	char *text = malloc(size);
	const tc_json *json = NULL;
	clock_t before = clock();

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 50000; i++)
		length += (size_t)sprintf(text + length, "- &anchor%d x\n", i);
	for (int i = 0; i < 50000; i++)
		length += (size_t)sprintf(text + length, "- *anchor%d\n", i * 7 % 50000);
	assert_ok(yaml_read(text, length, &json, NULL), NULL);
	assert_int_equal(tc_json_count(json), 100000);
	tc_release(json);
	memset(text, '[', size);
	assert_int_equal(yaml_read(text, size, &json, NULL), TC_ERROR_INPUT);
	free(text);
	assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 5);
}

static void an_error_tells_its_line(void **state)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(yaml_read("a: 1\na: 2\n", 10, &json, &err), TC_ERROR_INPUT);
	assert_non_null(strstr(tc_error_text(&err), "line 2: "));
	tc_error_clear(&err);
	assert_int_equal(yaml_read("", 0, &json, &err), TC_ERROR_INPUT);
	assert_string_equal(tc_error_text(&err), "it is empty");
	tc_error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_yaml),
		cmocka_unit_test(in_json),
		cmocka_unit_test(where_it_is_wrong),
		cmocka_unit_test(aliases_are_bounded),
		cmocka_unit_test(much_of_it_is_quick),
		cmocka_unit_test(an_error_tells_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
