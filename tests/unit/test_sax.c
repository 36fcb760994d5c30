/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/buffer.h"
#include "runtime/src/json/sax.h"
#include "runtime/src/json/utf8.h"
#include "tests/harness/growth.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>

/* Writes down what it is told; stops at a string "stop", "fail" or "memory", and at 666. */
struct recorder {
	struct tc__sax sax;
	struct tc__buffer told;
	size_t deepest;
};

static int tell(void *context, const char *what)
{
	struct recorder *recorder = context;

	tc__buffer_text(&recorder->told, what);
	if (recorder->sax.depth > recorder->deepest)
		recorder->deepest = recorder->sax.depth;
	return 1;
}

static int on_null(void *context)
{
	return tell(context, "null ");
}

static int on_boolean(void *context, int value)
{
	return tell(context, value ? "true " : "false ");
}

static int on_number(void *context, const char *text, size_t length)
{
	struct recorder *recorder = context;

	if (length == 3 && memcmp(text, "666", 3) == 0)
		return tc__sax_fail(&recorder->sax, "not this number");
	tc__buffer_add(&recorder->told, text, length);
	return tell(context, " ");
}

static int on_string(void *context, const unsigned char *text, size_t length)
{
	struct recorder *recorder = context;

	if (length == 4 && memcmp(text, "stop", 4) == 0)
		return tc__sax_stop(&recorder->sax,
			tc__fail_at(recorder->sax.err, TC_ERROR_REPLY, "/x", "stopped"));
	if (length == 4 && memcmp(text, "fail", 4) == 0)
		return tc__sax_fail(&recorder->sax, "not %s", "here");
	if (length == 6 && memcmp(text, "memory", 6) == 0)
		return tc__sax_no_memory(&recorder->sax);
	tc__buffer_printf(&recorder->told, "'%.*s' ", (int)length, (const char *)text);
	return 1;
}

static int on_name(void *context, const unsigned char *text, size_t length)
{
	struct recorder *recorder = context;

	tc__buffer_printf(&recorder->told, "%.*s=", (int)length, (const char *)text);
	return 1;
}

static int on_start_object(void *context)
{
	return tell(context, "{ ");
}

static int on_end_object(void *context)
{
	return tell(context, "} ");
}

static int on_start_array(void *context)
{
	return tell(context, "[ ");
}

static int on_end_array(void *context)
{
	return tell(context, "] ");
}

static const struct tc__sax_events events = {
	.null = on_null,
	.boolean = on_boolean,
	.number = on_number,
	.string = on_string,
	.start_object = on_start_object,
	.name = on_name,
	.end_object = on_end_object,
	.start_array = on_start_array,
	.end_array = on_end_array,
};

static int read_whole(struct recorder *recorder, const char *text, size_t length, tc_error *err)
{
	recorder->told = TC__BUFFER(SIZE_MAX / 4);
	recorder->deepest = 0;
	return tc__sax_read(&recorder->sax, &events, false, text, length, err);
}

static int read_mended(struct recorder *recorder, const char *text, size_t length, tc_error *err)
{
	recorder->told = TC__BUFFER(SIZE_MAX / 4);
	recorder->deepest = 0;
	return tc__sax_read(&recorder->sax, &events, true, text, length, err);
}

/* In pieces of `size` bytes, each in its own memory, so that reading beyond one is seen. */
static int read_in_pieces(struct recorder *recorder, bool mends, const char *text, size_t length,
	size_t size, tc_error *err)
{
	int rc = TC_OK;

	recorder->told = TC__BUFFER(SIZE_MAX / 4);
	recorder->deepest = 0;
	tc__sax_open(&recorder->sax, &events);
	recorder->sax.mends = mends;
	for (size_t at = 0; at < length && rc == TC_OK; at += size) {
		size_t part = length - at < size ? length - at : size;
		char *piece = malloc(part);
		assert_non_null(piece);
		memcpy(piece, text + at, part);
		rc = tc__sax_push(&recorder->sax, piece, part, err);
		free(piece);
	}
	if (rc == TC_OK)
		rc = tc__sax_finish(&recorder->sax, err);
	tc__sax_close(&recorder->sax);
	tc__sax_close(&recorder->sax); /* twice is fine */
	return rc;
}

static int read_pieces(
	struct recorder *recorder, const char *text, size_t length, size_t size, tc_error *err)
{
	return read_in_pieces(recorder, false, text, length, size, err);
}

static char *repeat(const char *part, size_t times)
{
	size_t length = strlen(part);
	char *text = malloc(length * times + 1);

	assert_non_null(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * length, part, length);
	text[length * times] = '\0';
	return text;
}

static const char sample[] =
	" {\"a\": [1, -0.5e+10, \"x\\u00e9\\ud83d\\ude00\\n\\\"\", true, false, null],\n"
	"  \"b\\\\\": {}, \"\": [[]], \"\xE2\x82\xAC\": \"\xF0\x9F\x98\x80\"}\r\n\t ";
static const char sample_told[] =
	"{ a=[ 1 -0.5e+10 'x\xC3\xA9\xF0\x9F\x98\x80\n\"' true false null ] b\\={ } =[ [ ] ] "
	"\xE2\x82\xAC='\xF0\x9F\x98\x80' } ";

static void test_events_of_a_whole_text(void **state)
{
	(void)state;
	struct recorder recorder;
	tc_error err = TC_ERROR_INIT;

	assert_ok(read_whole(&recorder, sample, sizeof sample - 1, &err), &err);
	assert_string_equal(tc__buffer_get(&recorder.told), sample_told);
	assert_int_equal(recorder.deepest, 3);
	tc__buffer_clear(&recorder.told);
}

static void test_events_of_pieces(void **state)
{
	(void)state;
	for (size_t size = 1; size < sizeof sample; size++) {
		struct recorder recorder;
		tc_error err = TC_ERROR_INIT;
		assert_ok(read_pieces(&recorder, sample, sizeof sample - 1, size, &err), &err);
		assert_string_equal(tc__buffer_get(&recorder.told), sample_told);
		tc__buffer_clear(&recorder.told);
	}
}

/* Refused whole at this place with this text; and in pieces of any size refused too. */
static void assert_refused(const char *text, size_t length, const char *message)
{
	struct recorder recorder;
	tc_error err = TC_ERROR_INIT;

	int rc = read_whole(&recorder, text, length, &err);
	if (rc != TC_ERROR_INPUT)
		print_error("accepted: %s\n", text);
	assert_int_equal(rc, TC_ERROR_INPUT);
	assert_string_equal(tc_error_text(&err), message);
	tc_error_clear(&err);
	tc__buffer_clear(&recorder.told);
	for (size_t size = 1; size <= 5; size++) {
		assert_int_equal(read_pieces(&recorder, text, length, size, &err), TC_ERROR_INPUT);
		tc__buffer_clear(&recorder.told);
	}
	tc_error_clear(&err);
}

#define REFUSED(text, message) assert_refused(text, sizeof(text) - 1, message)

static void test_structure_is_checked(void **state)
{
	(void)state;
	REFUSED("", "line 1, column 1: the text ends before its value does");
	REFUSED(" \n ", "line 2, column 2: the text ends before its value does");
	REFUSED("[1, 2", "line 1, column 6: the text ends before its value does");
	REFUSED("{\"a\": \"b", "line 1, column 9: the text ends before its value does");
	REFUSED("[1,]", "line 1, column 4: expected a value, found ']'");
	REFUSED("[,1]", "line 1, column 2: expected a value, found ','");
	REFUSED("[1 2]", "line 1, column 4: expected ',' or ']' after the item, found '2'");
	REFUSED("[\"a\"\n \"b\"]",
		"line 2, column 2: expected ',' or ']' after the item, found '\"'");
	REFUSED("[1}", "line 1, column 3: expected ',' or ']' after the item, found '}'");
	REFUSED("{\"a\" 1}", "line 1, column 6: expected ':' after the name, found '1'");
	REFUSED("{\"a\":}", "line 1, column 6: expected a value, found '}'");
	REFUSED("{\"a\":1,}", "line 1, column 8: expected a name in double quotes, found '}'");
	REFUSED("{1:1}", "line 1, column 2: expected a name in double quotes, found '1'");
	REFUSED("{\n\"a\": 1\n\"b\": 2}",
		"line 3, column 1: expected ',' or '}' after the member, found '\"'");
	REFUSED("{\"a\":\"b\" 12}",
		"line 1, column 10: expected ',' or '}' after the member, found '1'");
	REFUSED("{\"a\": 1]", "line 1, column 8: expected ',' or '}' after the member, found ']'");
	REFUSED("{\"a\":1 [2]}",
		"line 1, column 8: expected ',' or '}' after the member, found '['");
	REFUSED("}", "line 1, column 1: expected a value, found '}'");
	REFUSED("'a'", "line 1, column 1: expected a value, found '''");
	REFUSED("\\u0041", "line 1, column 1: expected a value, found '\\'");
	REFUSED("\xEF\xBB\xBF{}", "line 1, column 1: expected a value, found a byte order mark");
	REFUSED("\xC3\xA9", "line 1, column 1: expected a value, found the byte 0xC3");
}

static void test_nothing_follows_the_value(void **state)
{
	(void)state;
	REFUSED("1 2", "line 1, column 3: expected the end of the text after the value, found '2'");
	REFUSED("{} x",
		"line 1, column 4: expected the end of the text after the value, found 'x'");
	REFUSED("[]]", "line 1, column 3: expected the end of the text after the value, found ']'");
	REFUSED("[]\n{}",
		"line 2, column 1: expected the end of the text after the value, found '{'");
	REFUSED("1 \"a", "line 1, column 5: an unfinished string follows the value");
	REFUSED("truefalse",
		"line 1, column 1: expected the end of the text after the value, found 't'");
}

static void test_comments_are_refused(void **state)
{
	(void)state;
	REFUSED("/* x */ 1", "line 1, column 1: comments are not allowed");
	REFUSED("[1, // x\n2]", "line 1, column 5: comments are not allowed");
}

static void test_literals_and_numbers(void **state)
{
	(void)state;
	REFUSED("tru", "line 1, column 1: expected true, false or null, found 't'");
	REFUSED("[nulx]", "line 1, column 2: expected true, false or null, found 'n'");
	REFUSED("-", "line 1, column 2: expected a digit");
	REFUSED("-a", "line 1, column 2: expected a digit, found 'a'");
	REFUSED("[1.]", "line 1, column 4: expected a digit, found ']'");
	REFUSED("[1.5e+]", "line 1, column 7: expected a digit, found ']'");
	REFUSED("[.5]", "line 1, column 2: expected a value, found '.'");
	REFUSED("[+5]", "line 1, column 2: expected a value, found '+'");
	REFUSED("[NaN]", "line 1, column 2: expected a value, found 'N'");
	REFUSED("[01]", "line 1, column 2: expected ',' or ']' after the item, found '0'");
}

static void test_strings(void **state)
{
	(void)state;
	REFUSED("\"a\\x\"",
		"line 1, column 4: expected one of \"\\/bfnrtu after a backslash, found 'x'");
	REFUSED("\"\\u12g4\"",
		"line 1, column 6: expected four hexadecimal digits after \\u, found 'g'");
	REFUSED("\"a\nb\"",
		"line 1, column 3: a control character, which must be written with a backslash");
	REFUSED("\"a\001b\"",
		"line 1, column 3: a control character, which must be written as \\u "
		"and four hexadecimal digits");
	REFUSED("\"a\0b\"",
		"line 1, column 3: a control character, which must be written as \\u "
		"and four hexadecimal digits");
	/* yajl takes these two for spaces */
	REFUSED("[\f1]",
		"line 1, column 2: a control character, which must be written as \\u and "
		"four hexadecimal digits");
	REFUSED("[\v1]",
		"line 1, column 2: a control character, which must be written as \\u and "
		"four hexadecimal digits");
}

static void test_invalid_utf8_is_refused(void **state)
{
	static const char *const bad[] = {
		"\x80",             /* no first byte */
		"\xC0\x80",         /* overlong */
		"\xC1\xBF",         /* overlong */
		"\xE0\x9F\xBF",     /* overlong */
		"\xF0\x8F\xBF\xBF", /* overlong */
		"\xED\xA0\x80",     /* a surrogate */
		"\xED\xBF\xBF",     /* a surrogate */
		"\xF4\x90\x80\x80", /* beyond U+10FFFF */
		"\xF5\x80\x80\x80",
		"\xFF",
		"\xC3",         /* not whole */
		"\xE2\x82",     /* not whole */
		"\xF0\x9F\x98", /* not whole */
		"\xC3\xC3\xA9",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(tc__utf8_valid(bad[i], strlen(bad[i])));
		int length = snprintf(text, sizeof text, "[\n \"ab%s\"]", bad[i]);
		assert_refused(text, (size_t)length, "line 2, column 5: invalid UTF-8");
		length = snprintf(text, sizeof text, "{\"0123456789abcdef%s\":1}", bad[i]);
		assert_refused(text, (size_t)length, "line 1, column 19: invalid UTF-8");
	}
	REFUSED("\"\xC3", "line 1, column 3: the text ends before its value does");
}

static void test_utf8_bounds_are_accepted(void **state)
{
	static const char good[] = "\"\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80"
				   "\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"";
	struct recorder recorder;

	(void)state;
	assert_true(tc__utf8_valid(good, sizeof good - 1));
	assert_true(tc__utf8_valid(NULL, 0));
	for (size_t size = 1; size < sizeof good; size++) {
		assert_int_equal(read_pieces(&recorder, good, sizeof good - 1, size, NULL), TC_OK);
		assert_int_equal(recorder.told.length, sizeof good); /* and a space */
		tc__buffer_clear(&recorder.told);
	}
}

#define LONE "half of a surrogate pair; \\uD800 to \\uDBFF and \\uDC00 to \\uDFFF go together"

/* Raw bytes are looked at many at a time: what is not plain is seen wherever it stands. */
static void test_every_place_is_looked_at(void **state)
{
	(void)state;
	static const struct {
		const char *odd, *message; /* NULL: it is accepted */
	} odds[] = {
		{ "\x01",
			"a control character, which must be written as \\u and four hexadecimal "
			"digits" },
		{ "\x1F",
			"a control character, which must be written as \\u and four hexadecimal "
			"digits" },
		{ "\x80", "invalid UTF-8" },
		{ "\xC3(", "invalid UTF-8" },
		{ "\\uD800x",
			"half of a surrogate pair; \\uD800 to \\uDBFF and \\uDC00 to \\uDFFF go "
			"together" },
		{ "\\n", NULL },
		{ "\\\\", NULL },
		{ "\\u0041", NULL },
		{ "\xC3\xA9", NULL },
		{ "\x7F", NULL },
	};
	enum { LENGTH = 100 };
	char text[LENGTH + 16], message[256];

	for (size_t i = 0; i < LENGTH * sizeof odds / sizeof *odds; i++) {
		size_t at = i % LENGTH, size = strlen(odds[i / LENGTH].odd);
		memset(text, 'a', sizeof text);
		text[0] = '"';
		memcpy(text + 1 + at, odds[i / LENGTH].odd, size);
		text[1 + LENGTH + size] = '"';
		size_t length = LENGTH + size + 2;
		if (odds[i / LENGTH].message) {
			snprintf(message, sizeof message, "line 1, column %d: %s", (int)at + 2,
				odds[i / LENGTH].message);
			assert_refused(text, length, message);
			continue;
		}
		struct recorder recorder;
		tc_error err = TC_ERROR_INIT;
		assert_ok(read_whole(&recorder, text, length, &err), &err);
		tc__buffer_clear(&recorder.told);
	}
}

static void test_lone_surrogates_are_refused(void **state)
{
	(void)state;
	REFUSED("\"\\ud800\"", "line 1, column 2: " LONE);
	REFUSED("\"\\uDFFF\"", "line 1, column 2: " LONE);
	REFUSED("\"\\ud800x\"", "line 1, column 2: " LONE);
	REFUSED("\"\\ud800\\n\"", "line 1, column 2: " LONE);
	REFUSED("\"\\ud800\\u0041\"", "line 1, column 2: " LONE);
	REFUSED("\"\\ud83d\\ud83d\\ude00\"", "line 1, column 2: " LONE);
	REFUSED("\"x\\ud83d\\ude00\\ude00\"", "line 1, column 15: " LONE);
	REFUSED("{\"\\uDC00\":1}", "line 1, column 3: " LONE);
	/* of two faults the first is told */
	REFUSED("[1 2, \"\\ud800\"]",
		"line 1, column 4: expected ',' or ']' after the item, found '2'");
}

/* However the text comes, each half is one replacement character, and pairs stay. */
static void assert_mended(const char *text, const char *told)
{
	size_t length = strlen(text);
	struct recorder recorder;
	tc_error err = TC_ERROR_INIT;

	assert_ok(read_mended(&recorder, text, length, &err), &err);
	assert_string_equal(tc__buffer_get(&recorder.told), told);
	tc__buffer_clear(&recorder.told);
	for (size_t size = 1; size < length; size++) {
		assert_ok(read_in_pieces(&recorder, true, text, length, size, &err), &err);
		assert_string_equal(tc__buffer_get(&recorder.told), told);
		tc__buffer_clear(&recorder.told);
	}
}

#define FFFD "\xEF\xBF\xBD"
#define FACE "\xF0\x9F\x98\x80"

static void test_halves_are_mended(void **state)
{
	(void)state;
	assert_mended("\"\\ud83d\"", "'" FFFD "' ");
	assert_mended("\"\\uDE00\"", "'" FFFD "' ");
	assert_mended("\"\\ud83dx\\uDE00y\"", "'" FFFD "x" FFFD "y' ");
	assert_mended("\"\\ud83d\\ude00\"", "'" FACE "' ");
	assert_mended("\"\\ud83d\\ud83d\\ude00\\ude00\"", "'" FFFD FACE FFFD "' ");
	assert_mended("\"\\ud83d\\ud83d\\ud83d\"", "'" FFFD FFFD FFFD "' ");
	assert_mended(
		"\"\\ud83d\\n\\ud83d\\u0041\\ud83d\\\"\"", "'" FFFD "\n" FFFD "A" FFFD "\"' ");
	assert_mended("\"\\\\ud83d\\\\\\ud83d\\\\\"", "'\\ud83d\\" FFFD "\\' ");
	assert_mended("{\"\\ud83d\":[\"\\uD83D\",\"\\ude00\"]}",
		"{ " FFFD "=[ '" FFFD "' '" FFFD "' ] } ");
	assert_mended("\"plain\"", "'plain' ");
	assert_mended("[1]", "[ 1 ] ");
	assert_mended("1", "1 ");
}

/* What is malformed otherwise is refused as it stands. */
static void test_nothing_else_is_mended(void **state)
{
	static const char *const texts[] = { "", "\"", "\"\\", "\"\\u", "\"\\ud83", "\"\\ud83d",
		"\"\\ud83d\\", "\"\\ud83d\\ude0", "[\"\\ud83g\"]", "[\"\\x\"]", "\\ud83d", "[1\\",
		"[\"a\" \"\\ud83d\"]", "\"\xED\xA0\xBD\"", "[\"\\u00\xC3\xA9\"]", "{\"a\"\\n:1}",
		"[1] // \\" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t length = strlen(texts[i]);
		struct recorder recorder;
		tc_error strict = TC_ERROR_INIT, mended = TC_ERROR_INIT;
		assert_int_equal(read_whole(&recorder, texts[i], length, &strict), TC_ERROR_INPUT);
		tc__buffer_clear(&recorder.told);
		assert_int_equal(read_mended(&recorder, texts[i], length, &mended), TC_ERROR_INPUT);
		tc__buffer_clear(&recorder.told);
		if (!strstr(tc_error_text(&strict), "half of a surrogate pair"))
			assert_string_equal(tc_error_text(&mended), tc_error_text(&strict));
		for (size_t size = 1; size <= 5; size++) {
			assert_int_equal(
				read_in_pieces(&recorder, true, texts[i], length, size, NULL),
				TC_ERROR_INPUT);
			tc__buffer_clear(&recorder.told);
		}
		tc_error_clear(&strict);
		tc_error_clear(&mended);
	}
}

/* Text with a high half every few bytes. */
static void mend_many(size_t size)
{
	char *text = repeat("\\ud83d..", size);
	struct recorder recorder;

	text[0] = '"';
	text[8 * size - 1] = '"';
	text[1] = '.'; /* of the first escape only the digits are left */
	growth_begin();
	assert_int_equal(read_mended(&recorder, text, 8 * size, NULL), TC_OK);
	tc__buffer_clear(&recorder.told);
	free(text);
}

static void test_mending_takes_linear_time(void **state)
{
	(void)state;
	assert_linear(mend_many, 10000);
}

static void test_escaped_backslash_is_no_escape(void **state)
{
	(void)state;
	struct recorder recorder;
	static const char text[] = "\"\\\\ud800 \\\\\\\\uDC00\"";

	for (size_t size = 1; size < sizeof text; size++) {
		assert_int_equal(read_pieces(&recorder, text, sizeof text - 1, size, NULL), TC_OK);
		assert_string_equal(tc__buffer_get(&recorder.told), "'\\ud800 \\\\uDC00' ");
		tc__buffer_clear(&recorder.told);
	}
}

static void test_a_callback_stops_the_parse(void **state)
{
	(void)state;
	struct recorder recorder;
	tc_error err = TC_ERROR_INIT;
	static const char text[] = "[1,\n \"stop\", 2, oops";

	for (size_t size = 1; size < sizeof text; size++) {
		assert_int_equal(
			read_pieces(&recorder, text, sizeof text - 1, size, &err), TC_ERROR_REPLY);
		assert_string_equal(tc__buffer_get(&recorder.told), "[ 1 ");
		assert_failure(&err, TC_ERROR_REPLY, "/x: stopped");
		tc__buffer_clear(&recorder.told);
	}
	assert_int_equal(read_whole(&recorder, text, sizeof text - 1, NULL), TC_ERROR_REPLY);
	tc__buffer_clear(&recorder.told);
	assert_int_equal(read_whole(&recorder, "[1,\n  \"fail\"]", 13, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "line 2, column 3: not here");
	tc__buffer_clear(&recorder.told);
	/* a number alone is only known to be whole when the text ends */
	assert_int_equal(read_whole(&recorder, "\n   666", 7, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "line 2, column 4: not this number");
	tc__buffer_clear(&recorder.told);
	assert_int_equal(read_pieces(&recorder, "\n   666", 7, 2, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "line 2, column 4: not this number");
	tc__buffer_clear(&recorder.told);
	assert_int_equal(read_whole(&recorder, "\"memory\"", 8, &err), TC_ERROR_NOMEM);
	assert_failure(&err, TC_ERROR_NOMEM, "out of memory");
	tc__buffer_clear(&recorder.told);
}

static void test_nothing_is_read_after_a_failure(void **state)
{
	(void)state;
	struct recorder recorder = { .told = TC__BUFFER(100) };
	tc_error err = TC_ERROR_INIT;

	tc__sax_open(&recorder.sax, &events);
	assert_int_equal(tc__sax_push(&recorder.sax, "[\"stop\"", 7, &err), TC_ERROR_REPLY);
	tc_error_clear(&err);
	assert_int_equal(tc__sax_push(&recorder.sax, ",1]", 3, &err), TC_ERROR_REPLY);
	assert_int_equal(tc__sax_finish(&recorder.sax, &err), TC_ERROR_REPLY);
	assert_string_equal(tc__buffer_get(&recorder.told), "[ ");
	tc__sax_close(&recorder.sax);
	tc__buffer_clear(&recorder.told);
	tc_error_clear(&err);
}

static void test_closed_in_the_middle(void **state)
{
	(void)state;
	struct recorder recorder = { .told = TC__BUFFER(100) };

	tc__sax_open(&recorder.sax, &events);
	tc__sax_close(&recorder.sax);
	tc__sax_open(&recorder.sax, &events);
	assert_int_equal(tc__sax_push(&recorder.sax, "[\"abc", 5, NULL), TC_OK);
	assert_int_equal(tc__sax_push(&recorder.sax, "defghi", 6, NULL), TC_OK);
	tc__sax_close(&recorder.sax);
	tc__buffer_clear(&recorder.told);
}

static void test_depth_ends(void **state)
{
	(void)state;
	struct recorder recorder;
	tc_error err = TC_ERROR_INIT;
	char *text = repeat("[", 1000000);

	assert_int_equal(read_whole(&recorder, text, 1000000, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT,
		"line 1, column 513: objects and arrays nest more than 512 deep");
	tc__buffer_clear(&recorder.told);
	free(text);
	text = repeat("{\"a\":", 513);
	assert_int_equal(read_pieces(&recorder, text, 5 * 513, 7, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "nest more than 512 deep");
	tc__buffer_clear(&recorder.told);
	free(text);
}

/* A long string in many small pieces must not be read again with each of them: this test would
 * take minutes. */
static void test_long_tokens_take_linear_time(void **state)
{
	(void)state;
	struct recorder recorder;
	const size_t size = 4000000;
	char *text = repeat("abc\\\"", size / 5);

	text[0] = '"';
	text[size - 2] = 'x';
	text[size - 1] = '"';
	assert_int_equal(read_pieces(&recorder, text, size, 10, NULL), TC_OK);
	assert_true(recorder.told.length > size / 2);
	tc__buffer_clear(&recorder.told);
	memset(text, '7', size); /* a number, without any quote */
	assert_int_equal(read_pieces(&recorder, text, size, 10, NULL), TC_OK);
	assert_int_equal(recorder.told.length, size + 1);
	tc__buffer_clear(&recorder.told);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_of_a_whole_text),
		cmocka_unit_test(test_events_of_pieces),
		cmocka_unit_test(test_structure_is_checked),
		cmocka_unit_test(test_nothing_follows_the_value),
		cmocka_unit_test(test_comments_are_refused),
		cmocka_unit_test(test_literals_and_numbers),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_invalid_utf8_is_refused),
		cmocka_unit_test(test_utf8_bounds_are_accepted),
		cmocka_unit_test(test_every_place_is_looked_at),
		cmocka_unit_test(test_lone_surrogates_are_refused),
		cmocka_unit_test(test_halves_are_mended),
		cmocka_unit_test(test_nothing_else_is_mended),
		cmocka_unit_test(test_mending_takes_linear_time),
		cmocka_unit_test(test_escaped_backslash_is_no_escape),
		cmocka_unit_test(test_a_callback_stops_the_parse),
		cmocka_unit_test(test_nothing_is_read_after_a_failure),
		cmocka_unit_test(test_closed_in_the_middle),
		cmocka_unit_test(test_depth_ends),
		cmocka_unit_test(test_long_tokens_take_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
