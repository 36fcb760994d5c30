/* SPDX-License-Identifier: MPL-2.0 */
/* The name that a server gives a file is one to go by, never a path. */
#include "tests/harness/test.h"

#include "runtime/src/http/response.h"
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
		/* none at all */
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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
