/* SPDX-License-Identifier: MPL-2.0 */
/* The name that a server gives a file is one to go by, never a path. */
#include "tests/harness/test.h"

#include "runtime/src/http/response.h"
#include <stdio.h>
#include <string.h>

static void test_names(void **state)
{
	static const struct {
		const char *disposition, *name;
	} rows[] = {
		{ "attachment; filename=build.log", "build.log" },
		{ "attachment; filename=\"a b.log\"", "a b.log" },
		{ "attachment; filename=\"a\\\"b;c.log\"; x=y", "a\"b;c.log" },
		{ "attachment; FileName = build.log ; x=y", "build.log" },
		{ "inline; filename=x; filename*=UTF-8''l%C3%B6g.txt", "l\xc3\xb6g.txt" },
		{ "inline; filename=x.txt; filename*=nonsense", "x.txt" },
		{ "inline; filename*=UTF-8''; filename=x.txt", "x.txt" },
		{ "attachment; filename=\"/etc/passwd\"", "passwd" },
		{ "attachment; filename=\"..\\\\..\\\\x.log\"", "x.log" },
		{ "attachment; filename*=UTF-8''..%2F..%2Fx", "x" },
		/* neither hidden nor an option */
		{ "attachment; filename=.bashrc", "bashrc" },
		{ "attachment; filename=\"-rf\"", "rf" },
		{ "attachment; filename=\"/home/x/.-.profile\"", "profile" },
		{ "attachment; filename=a.-b", "a.-b" },
		/* shown as it is */
		{ "attachment; filename*=UTF-8''invoice-%E2%80%AEfdp.exe", "invoice-fdp.exe" },
		{ "attachment; filename*=UTF-8''%E2%80%8F.ssh", "ssh" },
		{ "attachment; filename=\"\u2066\u202e-\u061cx\u2069\"", "x" },
		{ "attachment; filename*=UTF-8''%E2%80%90%E2%82%AC", "\u2010\u20ac" },
		{ "attachment; filename*=ISO-8859-1''l%F6g", "l\xf6g" },
		{ "attachment; filename=\"a\xe2\u200e\x80\x8e.b\"", "a.b" },
		/* none at all */
		{ "attachment; filename=.", NULL },
		{ "attachment; filename=\"-.-\"", NULL },
		{ "attachment; filename=\"a/\u200e\"", NULL },
		{ "attachment; filename*=ISO-8859-1''a%9Bb", NULL },
		{ "attachment; filename*=UTF-8''a%C2%E2%80%8E%9Bb", NULL }, /* what a mark hid */
		{ NULL, NULL },
		{ "", NULL },
		{ "attachment", NULL },
		{ "attachment; filename=", NULL },
		{ "attachment; filename=\"..\"", NULL },
		{ "attachment; filename=\"a/\"", NULL },
		{ "attachment; filename=\"a\nb\"", NULL },
		{ "attachment; filename*=UTF-8''a%00b", NULL },
		{ "attachment; filename*=UTF-8''a%1bb", NULL },
		{ "attachment; filename*=UTF-8''a%C2%9Bb", NULL },
		{ "attachment; x=\"; filename=hidden\"", NULL },
		{ "attachment; xfilename=y", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *name = tc__file_name(rows[i].disposition);
		if ((name == NULL) != (rows[i].name == NULL) ||
			(name && strcmp(name, rows[i].name) != 0))
			fail_msg("%s: %s", rows[i].disposition ? rows[i].disposition : "(none)",
				name ? name : "(none)");
		tc_release(name);
	}
}

/* ---- any name, by what it is made of ---- */

enum kind { KEPT, LEADING, MARK, FOLDER, CONTROL };

static const struct {
	const char *text;
	enum kind kind;
} pieces[] = { { "a", KEPT }, { " ", KEPT }, { "\u00f6", KEPT }, { "\u2010", KEPT },
	{ "\u20ac", KEPT }, { "\U0001f600", KEPT }, { "\u0620", KEPT }, { ".", LEADING },
	{ "-", LEADING }, { "/", FOLDER }, { "\\", FOLDER }, { "\u061c", MARK }, { "\u200e", MARK },
	{ "\u200f", MARK }, { "\u2028", MARK }, { "\u2029", MARK }, { "\u202a", MARK },
	{ "\u202b", MARK }, { "\u202c", MARK }, { "\u202d", MARK }, { "\u202e", MARK },
	{ "\u2066", MARK }, { "\u2067", MARK }, { "\u2068", MARK }, { "\u2069", MARK },
	{ "\x01", CONTROL }, { "\x7f", CONTROL }, { "\xc2\x80", CONTROL } };

#define KINDS (sizeof pieces / sizeof *pieces)
#define PIECES_MAX 10

static unsigned next(unsigned *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 16;
}

/* What must come out of it; false for none. */
static bool expect(const size_t *made, size_t count, char expected[64])
{
	bool control = false;

	*expected = '\0';
	for (size_t i = 0; i < count; i++) {
		const char *text = pieces[made[i]].text;
		const enum kind kind = pieces[made[i]].kind;
		if (kind == FOLDER) {
			*expected = '\0';
			control = false;
		}
		control |= kind == CONTROL;
		if (kind == KEPT || kind == CONTROL || (kind == LEADING && *expected))
			strcat(expected, text);
	}
	return *expected && !control;
}

static void encode(const size_t *made, size_t count, char *header)
{
	char *at = header + sprintf(header, "attachment; filename*=UTF-8''");

	for (size_t i = 0; i < count; i++)
		for (const char *text = pieces[made[i]].text; *text; text++)
			at += sprintf(at, "%%%02X", (unsigned)(unsigned char)*text);
}

static void test_any_name(void **state)
{
	char header[256], expected[64];
	size_t made[PIECES_MAX];
	unsigned random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t count = 1 + next(&random) % PIECES_MAX;
		for (size_t i = 0; i < count; i++)
			made[i] = next(&random) % KINDS;
		encode(made, count, header);
		char *name = tc__file_name(header);
		if (!expect(made, count, expected))
			assert_null(name);
		else if (!name || strcmp(name, expected) != 0)
			fail_msg("%s: %s, expected %s", header, name ? name : "(none)", expected);
		tc_release(name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_names),
		cmocka_unit_test(test_any_name) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
