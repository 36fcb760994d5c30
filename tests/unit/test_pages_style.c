/* SPDX-License-Identifier: MPL-2.0 */
/* What a page's own link says of the next one. */
#include "tests/harness/test.h"

#include "runtime/src/flow/pages.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_links) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
