/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whatever prose a reference holds, its C compiles without a warning, no line of it is longer than
 * it should be, and the strings in the tables are the prose again.
 */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>

static const char *const prose[] = {
	"ends a comment */ int injected = 1; /*",
	"*/",
	"/* nested /* twice */*/",
	"/*/ **/ //*/ /**/ // a line comment \\",
	"a backslash at the end of the line \\\nand then text \\",
	"\\\\\\\\\\\\\\\\\\",
	"trigraphs \?\?/ \?\?= \?\?( \?\?) \?\?< \?\?> \?\?! \?\?' \?\?- \?\?\?\?/\nnext \?\?/\n",
	"carriage\r\nreturns\rand\ttabs\t\tand \v\f others",
	"quotes \" ' ` \"\"\" and % %s %n %d",
	"#include <stdio.h>\n#error no\n#define X",
	"\n\n\nempty lines\n\n\n\n\naround\n\n",
	"   ",
	"",
	"* one\n* two\n- three\n10. four\n```js\nint code = 1;\n  // indented\n```\nafter",
	"typographic \xe2\x80\x9cquotes\xe2\x80\x9d \xe2\x80\x93 and \xe2\x80\xa6 dots",
	"letters \xc3\xa4\xc3\xb6\xc3\xbc \xd0\xb6 \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x8e\x89",
	"bidi \xe2\x80\xae override \xe2\x81\xa6 isolate \xe2\x80\x8b zero \xef\xbb\xbf mark",
	"lines \xe2\x80\xa8 and \xe2\x80\xa9 paragraphs \xc2\x85 next \xc2\x80 control",
	"\x01\x02\x03\x1b[31mred\x1b[0m\x7f",
	"*\n/ split over lines *\r\n/ and ?\n?/ too",
	"*\xe2\x80\x8b/ joined when what is between them goes, and ?\xe2\x80\x8b?\xe2\x80\x8b/",
	"TODO FIXME NOLINT __attribute__((deprecated)) _Pragma(\"GCC error\") $Id$ @param x <b>",
};

#define COUNT (sizeof prose / sizeof *prose)

static void add_texts(tc_json_builder *b, const char *const (*pairs)[2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tc_json_add_name(b, pairs[i][0]);
		tc_json_add_string(b, pairs[i][1]);
	}
}

static void add_prose(tc_json_builder *b, const char *text)
{
	const char *const pairs[][2] = { { "title", text }, { "description", text } };

	add_texts(b, pairs, 2);
}

/* Two words of a routing key, with the text as a summary. */
static void add_words(tc_json_builder *b, const char *text)
{
	tc_json_add_name(b, "routingKey");
	tc_json_add_array(b);
	for (int i = 0; i < 2; i++) {
		const char *const pairs[][2] = { { "name", i ? "b" : "a" }, { "summary", text } };
		tc_json_add_object(b);
		add_texts(b, pairs, 2);
		tc_json_end(b);
	}
	tc_json_end(b);
}

/* A reference, of functions or of exchanges, whose every description, title and summary is this
 * text, for free(). */
static char *reference_of(const char *text, bool exchanges)
{
	static const char *const heads[][2][2] = {
		{ { "$schema", "/schemas/common/api-reference-v0.json#" },
			{ "serviceName", "demo" } },
		{ { "$schema", "/schemas/common/exchanges-reference-v0.json#" },
			{ "serviceName", "demo" } },
	};
	static const char *const rest[][2] = { { "apiVersion", "v1" }, { "exchangePrefix", "x/" } };
	static const char *const function[][2] = { { "type", "function" }, { "name", "thing" },
		{ "method", "get" }, { "route", "/thing" } };
	static const char *const exchange[][2] = { { "type", "topic-exchange" },
		{ "name", "thing" }, { "exchange", "thing" }, { "schema", "v1/thing.json#" } };
	const tc_json *json = NULL;
	char *written = NULL;
	tc_json_builder *b = tc_json_builder_new();

	tc_json_add_object(b);
	add_texts(b, heads[exchanges], 2);
	add_texts(b, rest, 2);
	add_prose(b, text);
	tc_json_add_name(b, "entries");
	tc_json_add_array(b);
	tc_json_add_object(b);
	add_texts(b, exchanges ? exchange : function, 4);
	add_prose(b, text);
	if (exchanges)
		add_words(b, text);
	tc_json_end(b);
	tc_json_end(b);
	tc_json_end(b);
	assert_int_equal(tc_json_build(b, &json, NULL), TC_OK);
	assert_int_equal(tc_json_write(json, TC_JSON_COMPACT, &written, NULL, NULL), TC_OK);
	char *copy = strdup(written);
	tc_release(written);
	tc_release(json);
	return copy;
}

/* No line beyond 120 columns, counting characters and tabs of 8; no other control characters. */
static void check_lines(const char *path)
{
	char *text = tc_test_read_file(path, NULL);
	size_t columns = 0;

	for (const char *at = text; *at; at++) {
		unsigned char byte = (unsigned char)*at;
		if (byte != '\n' && byte != '\t' && (byte < ' ' || byte == 0x7f))
			fail_msg("%s holds the control character %d", path, byte);
		columns = byte == '\n' ? 0
			: byte == '\t' ? (columns / 8 + 1) * 8
				       : columns + ((byte & 0xc0) != 0x80);
		if (columns > 120)
			fail_msg("%s has a line of more than 120 columns", path);
	}
	free(text);
}

static void check_side(const char *folder, const char *text, bool exchanges)
{
	const char *reference = format("%s/demo.json", folder);
	const char *out = format("%s/out", folder);
	const char *header = format("%s/include/taskcluster/demo.h", out);
	char *json = reference_of(text, exchanges);

	write_file(reference, json);
	free(json);
	program_generate(reference, out);
	check_lines(header);
	check_lines(format("%s/src/demo_rows.c", out));
	program_compile(format("%s/src/demo_rows.c", out), format("%s/include", out));
	const char *cxx = format("%s/header.cc", folder);
	write_file(cxx, "#include <taskcluster/demo.h>\nextern int not_empty;\n");
	program_compile(cxx, format("%s/include", out));
}

static void check_prose(const char *folder, const char *text)
{
	check_side(folder, text, true);
	check_side(folder, text, false);
}

static void any_prose_compiles(void **state)
{
	for (size_t i = 0; i < COUNT; i++)
		check_prose(*state, prose[i]);
}

/* Long words and texts of nasty characters: beyond what a line, and a literal, may hold. */
static void long_prose_compiles(void **state)
{
	static const char *const parts[] = { "x", "\\", "?", "\?\?/", "*/", "\"", "word ", "\n",
		"\xc3\xa4", "\xf0\x9f\x8e\x89", "\x01", "a/" };
	char *text = malloc(60001);

	assert_non_null(text);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		size_t length = strlen(parts[i]), used = 0;
		while (used + length <= (i % 2 ? 20000 : 60000)) {
			memcpy(text + used, parts[i], length);
			used += length;
		}
		text[used] = '\0';
		check_prose(*state, text);
	}
	free(text);
}

/* The string that a row of the table has, as the compiler reads it. */
static void tables_hold_the_prose(void **state)
{
	const char *folder = *state;
	const char *text = "a \"quoted\" \\ back\?\?/slash,\n\ttab, 100 %, \xc3\xa4*/ and\r\nlines";
	const char *read = "a \"quoted\" \\ back\?\?/slash,\n\ttab, 100 %, \xc3\xa4*/ and\nlines";
	const char *program = format("%s/program", folder);
	const char *source = format("%s/main.c", folder);
	const char *cc = getenv("TC_CC");

	check_prose(folder, text);
	write_file(source,
		"#include \"out/src/services.h\"\n#include <stdio.h>\n"
		"int main(void)\n{\n"
		"\tfputs(tc__service_demo.operations[0].description, stdout);\n}\n");
	struct program_result result = program_run((const char *[]){ cc ? cc : "cc", "-std=c11",
		"-Iruntime/include", format("-I%s/out/include", folder), source,
		format("%s/out/src/demo_rows.c", folder), "-o", program, NULL });
	if (result.status != 0)
		fail_msg("%s", result.err);
	program_clear(&result);
	result = program_run((const char *[]){ program, NULL });
	assert_string_equal(result.out, read);
	program_clear(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_prose_compiles, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(long_prose_compiles, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(tables_hold_the_prose, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
