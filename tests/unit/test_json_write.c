/* SPDX-License-Identifier: MPL-2.0 */
/* Numbers, writing and building, and what comes back when that is read again. */
#include "tests/harness/test.h"

#include "runtime/src/json/json.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tc_json *parse(const char *text)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	return json;
}

static const tc_json *build(tc_json_builder *builder)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_build(builder, &json, &err), &err);
	assert_non_null(json);
	return json;
}

static void assert_written(const tc_json *json, enum tc_json_style style, const char *expected)
{
	char *text = NULL;
	size_t length = 0;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_write(json, style, &text, &length, &err), &err);
	assert_string_equal(text, expected);
	assert_int_equal(length, strlen(expected));
	tc_release(text);
}

/* Ends the builder, which must have failed. */
static void assert_build_fails(tc_json_builder *builder, const char *part)
{
	const tc_json *json = (const tc_json *)builder;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(tc_json_build(builder, &json, &err), TC_ERROR_INPUT);
	assert_null(json);
	assert_failure(&err, TC_ERROR_INPUT, part);
}

static void test_int64(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} integers[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "-0.0e5", 0 },
		{ "0e99999999999999999999", 0 },
		{ "1", 1 },
		{ "-17", -17 },
		{ "1e3", 1000 },
		{ "1E+3", 1000 },
		{ "1.0", 1 },
		{ "1.50e1", 15 },
		{ "1200e-2", 12 },
		{ "0.00012e5", 12 },
		{ "9007199254740993", INT64_C(9007199254740993) },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
		{ "9223372036854775807.000", INT64_MAX },
		{ "9.223372036854775807e18", INT64_MAX },
		{ "1e18", INT64_C(1000000000000000000) },
	};
	static const char *const others[] = { "0.5", "1.5", "1e-1", "15e-1", "9223372036854775808",
		"-9223372036854775809", "1e19", "18446744073709551617", "1e400",
		"1e99999999999999999999", "1e-99999999999999999999", "1.0000000000000000000001",
		"100000000000000000000000000000000" };

	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
		const tc_json *json = parse(integers[i].text);
		int64_t value = 42;
		if (!tc_json_int64(json, &value) || value != integers[i].value)
			fail_msg("%s gave %lld", integers[i].text, (long long)value);
		tc_release(json);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const tc_json *json = parse(others[i]);
		int64_t value = 42;
		if (tc_json_int64(json, &value) || value != 42)
			fail_msg("%s gave %lld", others[i], (long long)value);
		tc_release(json);
	}
}

static void assert_double(const char *text, double expected)
{
	const tc_json *json = parse(text);
	double value = 42;

	assert_true(tc_json_double(json, &value));
	if (memcmp(&value, &expected, sizeof value) != 0)
		fail_msg("%s gave %a, not %a", text, value, expected);
	tc_release(json);
}

static void test_double(void **state)
{
	(void)state;
	assert_double("0", 0.0);
	assert_double("-0", -0.0);
	assert_double("-0.000e-5", -0.0);
	assert_double("1", 1.0);
	assert_double("-2.5", -2.5);
	assert_double("0.1", 0.1);
	assert_double("123456789012345e22", 123456789012345e22);
	assert_double("9007199254740993", 9007199254740992.0); /* half way, to even */
	assert_double("9007199254740993.00000000000000000000000001", 9007199254740994.0);
	assert_double("1.7976931348623157e308", 1.7976931348623157e308);
	assert_double("4.9e-324", 4.9e-324);
	assert_double("2.4703282292062327e-324", 0.0);
	assert_double("2.4703282292062328e-324", 4.9e-324);
	assert_double("-1e-99999999999999999999", -0.0);
	assert_double("0.000000000000000000000000000000000000000000000001e48", 1.0);
	assert_double("2.2250738585072011e-308", 2.2250738585072011e-308);
}

/* Half way between two doubles but for a digit far behind: it must not be lost. */
static void test_double_of_many_digits(void **state)
{
	(void)state;
	char text[3000] = "9007199254740993.";

	memset(text + 17, '0', 2000);
	assert_double(text, 9007199254740992.0);
	text[17 + 1999] = '1';
	assert_double(text, 9007199254740994.0);
	memset(text, '1', 1000);
	snprintf(text + 1000, 10, "e-999");
	assert_double(text, 1.1111111111111112);
}

static void test_equal_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool equal;
	} pairs[] = {
		{ "1", "1.0", true },
		{ "1", "10e-1", true },
		{ "1e400", "10e399", true },
		{ "1e400", "1e401", false },
		{ "0", "-0.00e7", true },
		{ "0", "1e-9999", false },
		{ "-1", "1", false },
		{ "0.1", "0.10000000000000000001", false },
		{ "9007199254740993", "9007199254740992", false },
		{ "123.456", "1234560E-4", true },
		{ "123.456", "123.457", false },
		{ "12", "123", false },
		{ "1e99999999999999999999", "1E+0099999999999999999999", true },
		{ "1e99999999999999999999", "1e-99999999999999999999", false },
		{ "1e99999999999999999999", "1e99999999999999999998", false },
		{ "0.0001", "1e-4", true },
		{ "1000.0010", "1.000001e3", true },
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const tc_json *a = parse(pairs[i].a), *b = parse(pairs[i].b);
		if (tc_json_equal(a, b) != pairs[i].equal || tc_json_equal(b, a) != pairs[i].equal)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
		tc_release(a);
		tc_release(b);
	}
}

static const struct {
	double value;
	const char *text;
} doubles[] = {
	{ 0.0, "0" },
	{ -0.0, "-0" },
	{ 1.0, "1" },
	{ -17.0, "-17" },
	{ 0.1, "0.1" },
	{ 2.5, "2.5" },
	{ 123.456, "123.456" },
	{ 0.30000000000000004, "0.30000000000000004" },
	{ 1.0 / 3, "0.3333333333333333" },
	{ 1e15, "1000000000000000" },
	{ 1e20, "100000000000000000000" },
	{ 1e21, "1e21" },
	{ 1.5e300, "1.5e300" },
	{ 0.000001, "0.000001" },
	{ 0.00000125, "0.00000125" },
	{ 1e-7, "1e-7" },
	{ 1.5e-7, "1.5e-7" },
	{ 9007199254740993.0, "9007199254740992" },
	{ 1.7976931348623157e308, "1.7976931348623157e308" },
	{ 2.2250738585072014e-308, "2.2250738585072014e-308" },
	{ 4.9e-324, "5e-324" },
	/* powers of two: the double below is nearer than that above */
	{ 0x1p-44, "5.684341886080802e-14" },
	{ -0x1p-1017, "-7.120236347223045e-307" },
	{ 0x1p-1074, "5e-324" },
	{ 0x1p+1023, "8.98846567431158e307" },
};

static void test_doubles_are_written_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
		tc_json_builder *builder = tc_json_builder_new();
		tc_json_add_double(builder, doubles[i].value);
		const tc_json *json = build(builder);
		assert_written(json, TC_JSON_COMPACT, doubles[i].text);
		tc_release(json);
	}
}

static void test_every_double_comes_back(void **state)
{
	(void)state;
	uint64_t bits = 88172645463325252U;
	bool plain = strcmp(setlocale(LC_NUMERIC, NULL), "C") == 0; /* strtod agrees there */
	size_t tried = 0;

	while (tried < 20000) {
		double value;
		char text[TC__NUMBER_MAX];
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&value, &bits, sizeof value);
		if (!isfinite(value))
			continue;
		tried++;
		size_t length = tc__number_write(text, value);
		assert_int_equal(strlen(text), length);
		assert_true(length < TC__NUMBER_MAX);
		if (tc__number_double(text, length) != value ||
			(plain && strtod(text, NULL) != value))
			fail_msg("%a was written as %s", value, text);
	}
}

static void check_in_locale(void **state, const char *locale, const char *one_and_a_half)
{
	char text[16];

	if (!setlocale(LC_ALL, locale) || strcmp(localeconv()->decimal_point, ".") == 0)
		skip(); /* musl takes every name, and has no such locale */
	snprintf(text, sizeof text, "%.1f", 1.5);
	assert_string_equal(text, one_and_a_half); /* so this locale would be noticed */
	test_double(state);
	test_double_of_many_digits(state);
	test_doubles_are_written_short(state);
	test_every_double_comes_back(state);
	test_int64(state);
	setlocale(LC_ALL, "C");
}

static void test_no_dependence_on_the_locale(void **state)
{
	check_in_locale(state, "de_DE.UTF-8", "1,5");
}

/* A decimal point of two bytes */
static void test_no_dependence_on_a_wide_point(void **state)
{
	check_in_locale(state, "ps_AF",
		"1\xD9\xAB"
		"5");
}

static void test_styles(void **state)
{
	(void)state;
	const tc_json *json = parse("{ \"a\" :[1, 2.50 ,{}, []], \"b\":{\"c\": null,\"d\":true} }");

	assert_written(
		json, TC_JSON_COMPACT, "{\"a\":[1,2.50,{},[]],\"b\":{\"c\":null,\"d\":true}}");
	assert_written(json, TC_JSON_PRETTY,
		"{\n  \"a\": [\n    1,\n    2.50,\n    {},\n    []\n  ],\n"
		"  \"b\": {\n    \"c\": null,\n    \"d\": true\n  }\n}\n");
	tc_release(json);
	json = parse("[]");
	assert_written(json, TC_JSON_PRETTY, "[]\n");
	tc_release(json);
}

static void test_escapes(void **state)
{
	(void)state;
	const tc_json *json = parse("\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001F \\\"\\\\\\/\x7F"
				    "\\u00e9\\u2028\\ud83d\\ude00 and more\"");

	assert_written(json, TC_JSON_COMPACT,
		"\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/\x7F"
		"\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80 and more\"");
	tc_release(json);
}

/* Each byte that needs an escape, at each place of words of eight */
static void test_escapes_are_found_everywhere(void **state)
{
	(void)state;
	for (int byte = 0; byte < 0x80; byte++)
		for (size_t at = 0; at < 20; at++) {
			char text[20];
			memset(text, at % 2 ? 'x' : ' ', sizeof text);
			text[at] = (char)byte;
			struct tc__buffer out = TC__BUFFER(200);
			const tc_json *json = NULL;
			tc__json_write_string(&out, text, sizeof text);
			assert_int_equal(tc_json_parse(out.data, out.length, &json, NULL), TC_OK);
			assert_int_equal(tc_json_text_length(json), sizeof text);
			assert_memory_equal(tc_json_text(json), text, sizeof text);
			bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
			assert_int_equal(out.length > sizeof text + 2, escaped);
			tc_release(json);
			tc__buffer_clear(&out);
		}
}

static void test_write_arguments(void **state)
{
	(void)state;
	char *text = (char *)state;
	size_t length = 7;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(
		tc_json_write(NULL, TC_JSON_COMPACT, &text, &length, &err), TC_ERROR_ARGUMENT);
	assert_null(text);
	assert_int_equal(length, 0);
	assert_failure(&err, TC_ERROR_ARGUMENT, "json is NULL");
	const tc_json *json = parse("1");
	assert_int_equal(tc_json_write(json, TC_JSON_COMPACT, NULL, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "text is NULL");
	assert_int_equal(tc_json_write(json, TC_JSON_COMPACT, &text, NULL, NULL), TC_OK);
	assert_string_equal(text, "1");
	tc_release(text);
	tc_release(json);
}

static void test_append_tells_of_the_buffer(void **state)
{
	(void)state;
	struct tc__buffer out = TC__BUFFER(4);
	const tc_json *json = parse("[1,2,3]");

	assert_int_equal(tc__json_append(&out, NULL, TC_JSON_COMPACT), TC_ERROR_ARGUMENT);
	assert_int_equal(tc__json_append(&out, json, TC_JSON_COMPACT), TC_ERROR_NOMEM);
	assert_true(out.too_long);
	tc_release(json);
	tc__buffer_clear(&out);
}

static void test_build_everything(void **state)
{
	(void)state;
	tc_json_builder *b = tc_json_builder_new();

	tc_json_add_object(b);
	tc_json_add_name(b, "rank");
	tc_json_add_int64(b, INT64_MIN);
	tc_json_add_name(b, "a name that is long");
	tc_json_add_array(b);
	tc_json_add_null(b);
	tc_json_add_bool(b, true);
	tc_json_add_bool(b, false);
	tc_json_add_double(b, 0.5);
	tc_json_add_string(b, "\"quoted\"");
	tc_json_add_string(b, NULL);
	tc_json_add_string_n(b, "a\0b", 3);
	tc_json_add_string_n(b, NULL, 0);
	tc_json_end(b);
	tc_json_add_name(b, "");
	tc_json_add_object(b);
	tc_json_end(b);
	tc_json_end(b);
	const tc_json *json = build(b);
	assert_written(json, TC_JSON_COMPACT,
		"{\"rank\":-9223372036854775808,\"a name that is long\":[null,true,false,0.5,"
		"\"\\\"quoted\\\"\",null,\"a\\u0000b\",\"\"],\"\":{}}");
	assert_true(tc_json_true(tc_json_at(json, "/a name that is long/1")));
	tc_release(json);
}

static void test_build_scalar(void **state)
{
	(void)state;
	tc_json_builder *b = tc_json_builder_new();
	tc_json_add_int64(b, 5);
	const tc_json *json = build(b);
	assert_written(json, TC_JSON_COMPACT, "5");
	tc_release(json);
}

static void test_build_without_a_builder(void **state)
{
	(void)state;
	const tc_json *json = (const tc_json *)state;
	tc_error err = TC_ERROR_INIT;

	tc_json_add_object(NULL);
	tc_json_add_array(NULL);
	tc_json_add_name(NULL, "a");
	tc_json_add_null(NULL);
	tc_json_add_bool(NULL, true);
	tc_json_add_int64(NULL, 1);
	tc_json_add_double(NULL, 1);
	tc_json_add_string(NULL, "a");
	tc_json_add_string_n(NULL, "a", 1);
	tc_json_add_json(NULL, NULL);
	tc_json_end(NULL);
	tc_json_builder_free(NULL);
	assert_int_equal(tc_json_build(NULL, &json, &err), TC_ERROR_NOMEM);
	assert_null(json);
	tc_error_clear(&err);
}

static void test_builder_misuse(void **state)
{
	(void)state;
	tc_json_builder *b = tc_json_builder_new();
	assert_build_fails(b, "the builder was given no value");

	b = tc_json_builder_new();
	tc_json_add_object(b);
	tc_json_add_name(b, "a");
	tc_json_add_array(b);
	assert_build_fails(b, "2 objects or arrays are not ended");

	b = tc_json_builder_new();
	tc_json_end(b);
	assert_build_fails(b, "tc_json_end without an open object or array");

	b = tc_json_builder_new();
	tc_json_add_null(b);
	tc_json_add_null(b);
	assert_build_fails(b, "a second value stands beside the first");

	b = tc_json_builder_new();
	tc_json_add_object(b);
	tc_json_add_null(b);
	assert_build_fails(b, "a value in an object has no name");

	b = tc_json_builder_new();
	tc_json_add_name(b, "a");
	assert_build_fails(b, "a name stands outside of an object");

	b = tc_json_builder_new();
	tc_json_add_array(b);
	tc_json_add_name(b, "a");
	assert_build_fails(b, "a name stands outside of an object");

	b = tc_json_builder_new();
	tc_json_add_object(b);
	tc_json_add_name(b, NULL);
	assert_build_fails(b, "a name is NULL");

	b = tc_json_builder_new();
	tc_json_add_object(b);
	tc_json_add_name(b, "a");
	tc_json_add_name(b, "b");
	assert_build_fails(b, "the name \"a\" in an object has no value");

	b = tc_json_builder_new();
	tc_json_add_object(b);
	tc_json_add_name(b, "a name without value");
	tc_json_end(b);
	assert_build_fails(b, "the name \"a name without value\" in an object has no value");

	b = tc_json_builder_new();
	tc_json_add_object(b);
	tc_json_add_name(b, "a");
	tc_json_add_null(b);
	tc_json_add_name(b, "a");
	tc_json_add_null(b);
	tc_json_end(b);
	assert_build_fails(b, "the name \"a\" in an object is given twice");
}

static void test_builder_refuses_values(void **state)
{
	(void)state;
	static const double bad[] = { NAN, INFINITY, -INFINITY };
	for (size_t i = 0; i < 3; i++) {
		tc_json_builder *b = tc_json_builder_new();
		tc_json_add_double(b, bad[i]);
		assert_build_fails(b, "infinity or NaN");
	}
	tc_json_builder *b = tc_json_builder_new();
	tc_json_add_string(b, "\xED\xA0\x80");
	assert_build_fails(b, "a string is not valid UTF-8");

	b = tc_json_builder_new();
	tc_json_add_object(b);
	tc_json_add_name(b, "\xFF");
	assert_build_fails(b, "a name is not valid UTF-8");

	b = tc_json_builder_new();
	tc_json_add_string_n(b, NULL, 5);
	assert_build_fails(b, "a string is NULL");

	b = tc_json_builder_new();
	tc_json_add_json(b, NULL);
	assert_build_fails(b, "tc_json_add_json was given NULL");
}

/* Cut at the end of a character, and written as JSON writes it. */
static void test_a_long_name_is_cut_in_the_error(void **state)
{
	(void)state;
	char name[200], message[200];
	tc_json_builder *b = tc_json_builder_new();

	memset(name, 'n', 98);
	strcpy(name + 98, "\"\xC3\xA9 and more");
	tc_json_add_object(b);
	tc_json_add_name(b, name);
	tc_json_add_null(b);
	tc_json_add_name(b, name);
	snprintf(message, sizeof message, "the name \"%.98s\\\"\"… in an object is given twice",
		name);
	assert_build_fails(b, message);
}

static void test_the_first_mistake_is_told(void **state)
{
	(void)state;
	tc_json_builder *b = tc_json_builder_new();
	tc_json_add_double(b, NAN);
	tc_json_end(b);
	tc_json_add_name(b, "a");
	tc_json_add_array(b);
	assert_build_fails(b, "infinity or NaN");
}

static void test_builder_without_output(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	tc_json_builder *b = tc_json_builder_new();
	tc_json_add_null(b);
	assert_int_equal(tc_json_build(b, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "json is NULL");
	b = tc_json_builder_new();
	tc_json_add_array(b);
	tc_json_add_string(b, "dropped");
	tc_json_builder_free(b);
}

static void test_builder_depth(void **state)
{
	(void)state;
	tc_json_builder *b = tc_json_builder_new();
	for (int i = 0; i < TC_JSON_DEPTH_MAX; i++)
		tc_json_add_array(b);
	for (int i = 0; i < TC_JSON_DEPTH_MAX; i++)
		tc_json_end(b);
	const tc_json *deep = build(b);

	b = tc_json_builder_new();
	tc_json_add_json(b, deep);
	const tc_json *copy = build(b);
	assert_true(tc_json_equal(deep, copy));
	tc_release(copy);

	b = tc_json_builder_new();
	tc_json_add_array(b);
	tc_json_add_json(b, deep);
	tc_json_end(b);
	assert_build_fails(b, "nest too deep");
	tc_release(deep);

	b = tc_json_builder_new();
	for (int i = 0; i <= TC_JSON_DEPTH_MAX; i++)
		tc_json_add_array(b);
	assert_build_fails(b, "nest too deep");
}

static void test_many_names_given_twice(void **state)
{
	(void)state;
	tc_json_builder *b = tc_json_builder_new();
	char name[32];

	tc_json_add_object(b);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "a-name-%d", i % 99);
		tc_json_add_name(b, name);
		tc_json_add_int64(b, i);
	}
	tc_json_end(b);
	assert_build_fails(b, "the name \"a-name-0\" in an object is given twice");
}

static void test_deep_copy(void **state)
{
	(void)state;
	static const char text[] = "{\"a long name for a member\":[1,\"a string that is long\",{}],"
				   "\"b\":{\"a long name for a member\":null}}";
	const tc_json *source = parse(text);
	tc_json_builder *b = tc_json_builder_new();

	tc_json_add_array(b);
	tc_json_add_json(b, source);
	tc_json_add_json(b, tc_json_get(source, "b"));
	tc_json_end(b);
	tc_release(source);
	const tc_json *json = build(b);
	assert_true(tc_json_equal(tc_json_at(json, "/0/b"), tc_json_item(json, 1)));
	assert_string_equal(tc_json_text(tc_json_at(json, "/0/a long name for a member/1")),
		"a string that is long");
	tc_release(json);
}

static void test_copy_of_a_large_object(void **state)
{
	(void)state;
	tc_json_builder *b = tc_json_builder_new();
	char name[32];

	tc_json_add_object(b);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "name-%d", i);
		tc_json_add_name(b, name);
		tc_json_add_int64(b, i);
	}
	tc_json_end(b);
	const tc_json *source = build(b);
	b = tc_json_builder_new();
	tc_json_add_json(b, source);
	const tc_json *json = build(b);
	assert_true(tc_json_equal(source, json));
	tc_release(source);
	assert_string_equal(tc_json_text(tc_json_get(json, "name-777")), "777");
	tc_release(json);
}

static void test_secret_builder(void **state)
{
	(void)state;
	tc_json_builder *b = tc__json_builder_new_secret();

	tc_json_add_object(b);
	for (int i = 0; i < 200; i++) { /* beyond what the builder itself holds */
		char name[32];
		snprintf(name, sizeof name, "accessToken%d", i);
		tc_json_add_name(b, name);
		tc_json_add_string(b, i % 2 ? "short" : "a much longer secret");
	}
	tc_json_end(b);
	const tc_json *json = build(b);
	assert_string_equal(
		tc_json_text(tc_json_get(json, "accessToken100")), "a much longer secret");
	tc_release(json);
	b = tc__json_builder_new_secret();
	tc_json_add_object(b);
	tc_json_add_name(b, "hidden");
	tc_json_end(b);
	tc_error err = TC_ERROR_INIT;
	assert_int_equal(tc_json_build(b, &json, &err), TC_ERROR_INPUT);
	assert_null(strstr(tc_error_text(&err), "hidden"));
	tc_error_clear(&err);
}

static void test_round_trips(void **state)
{
	(void)state;
	static const char *const texts[] = { "null", "[[[[]]],{\"a\":{}}]", "-0.0e-0", "1e99999",
		"\"\xE2\x80\xA8\xE2\x80\xA9\"", "{\"\":\"\",\"\\u0000\":\"\\u0000\"}",
		"[123456789012345678901234567890.123456789012345678901234567890]" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const tc_json *json = parse(texts[i]);
		assert_written(json, TC_JSON_COMPACT, texts[i]);
		char *pretty = NULL;
		assert_int_equal(tc_json_write(json, TC_JSON_PRETTY, &pretty, NULL, NULL), TC_OK);
		const tc_json *again = parse(pretty);
		assert_true(tc_json_equal(json, again));
		assert_written(again, TC_JSON_COMPACT, texts[i]);
		tc_release(pretty);
		tc_release(again);
		tc_release(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_int64),
		cmocka_unit_test(test_double),
		cmocka_unit_test(test_double_of_many_digits),
		cmocka_unit_test(test_equal_numbers),
		cmocka_unit_test(test_doubles_are_written_short),
		cmocka_unit_test(test_every_double_comes_back),
		cmocka_unit_test(test_no_dependence_on_the_locale),
		cmocka_unit_test(test_no_dependence_on_a_wide_point),
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_escapes_are_found_everywhere),
		cmocka_unit_test(test_write_arguments),
		cmocka_unit_test(test_append_tells_of_the_buffer),
		cmocka_unit_test(test_build_everything),
		cmocka_unit_test(test_build_scalar),
		cmocka_unit_test(test_build_without_a_builder),
		cmocka_unit_test(test_builder_misuse),
		cmocka_unit_test(test_builder_refuses_values),
		cmocka_unit_test(test_a_long_name_is_cut_in_the_error),
		cmocka_unit_test(test_the_first_mistake_is_told),
		cmocka_unit_test(test_builder_without_output),
		cmocka_unit_test(test_builder_depth),
		cmocka_unit_test(test_many_names_given_twice),
		cmocka_unit_test(test_deep_copy),
		cmocka_unit_test(test_copy_of_a_large_object),
		cmocka_unit_test(test_secret_builder),
		cmocka_unit_test(test_round_trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
