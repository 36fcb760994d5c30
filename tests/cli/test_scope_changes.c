/* SPDX-License-Identifier: MPL-2.0 */

/* Whether one scope expression asks for more than another. */

#include "tests/harness/test.h"
#include "tools/taskcluster/differences/scopes.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *older, *newer;
	enum scopes_relation relation;
} pairs[] = {
	{ NULL, NULL, SCOPES_SAME },
	{ NULL, "\"a\"", SCOPES_MORE },
	{ "\"a\"", NULL, SCOPES_LESS },
	{ "\"a:<x>\"", "\"a:<x>\"", SCOPES_SAME },
	{ "\"a\"", "\"b\"", SCOPES_UNKNOWN },
	{ "\"a:*\"", "\"a:b\"", SCOPES_LESS },
	{ "\"a:b\"", "\"a:*\"", SCOPES_MORE },
	{ "\"a:<x>/<y>\"", "\"a:<x>/*\"", SCOPES_MORE },
	{ "{\"AllOf\": [\"a\"]}", "\"a\"", SCOPES_SAME },
	{ "{\"AnyOf\": [\"a\"]}", "\"a\"", SCOPES_SAME },
	{ "{\"AllOf\": []}", NULL, SCOPES_SAME },
	{ "{\"AllOf\": [\"a\", \"b\"]}", "{\"AllOf\": [\"b\", \"a\"]}", SCOPES_SAME },
	{ "{\"AnyOf\": [\"a\", \"b\"]}", "{\"AnyOf\": [\"b\", \"a\"]}", SCOPES_SAME },
	{ "\"a\"", "{\"AllOf\": [\"a\", \"b\"]}", SCOPES_MORE },
	{ "{\"AllOf\": [\"a\", \"b\"]}", "\"a\"", SCOPES_LESS },
	{ "\"a\"", "{\"AnyOf\": [\"a\", \"b\"]}", SCOPES_LESS },
	{ "{\"AnyOf\": [\"a\", \"b\"]}", "\"a\"", SCOPES_MORE },
	{ "{\"AnyOf\": [\"a\", \"b\"]}", "{\"AnyOf\": [\"a\", \"c\"]}", SCOPES_UNKNOWN },
	{ "{\"AnyOf\": [\"a\", {\"AllOf\": [\"b\", \"c\"]}]}", "{\"AnyOf\": [\"a\", \"b\"]}",
		SCOPES_LESS },
	{ "{\"AllOf\": [{\"AnyOf\": [\"a\", \"b\"]}, \"c\"]}", "{\"AllOf\": [\"a\", \"c\"]}",
		SCOPES_MORE },
	{ "{\"for\": \"r\", \"in\": \"routes\", \"each\": \"q:<r>\"}",
		"{\"for\": \"r\", \"in\": \"routes\", \"each\": {\"AllOf\": [\"q:<r>\"]}}",
		SCOPES_SAME },
	{ "{\"for\": \"r\", \"in\": \"routes\", \"each\": \"q:<r>\"}",
		"{\"for\": \"r\", \"in\": \"roots\", \"each\": \"q:<r>\"}", SCOPES_UNKNOWN },
	{ "{\"AllOf\": [\"a\", {\"for\": \"r\", \"in\": \"routes\", \"each\": \"q:<r>\"}]}",
		"{\"AllOf\": [\"a\", {\"for\": \"r\", \"in\": \"routes\", \"each\": "
		"{\"AnyOf\": [\"q:<r>\", \"p\"]}}]}",
		SCOPES_LESS },
	{ "{\"if\": \"private\", \"then\": \"a\"}", "\"a\"", SCOPES_MORE },
	{ "{\"if\": \"private\", \"then\": \"a\"}", NULL, SCOPES_LESS },
	{ "{\"if\": \"private\", \"then\": \"a\"}",
		"{\"if\": \"private\", \"then\": \"a\", \"else\": \"b\"}", SCOPES_MORE },
	{ "{\"if\": \"private\", \"then\": \"a\"}", "{\"if\": \"other\", \"then\": \"a\"}",
		SCOPES_UNKNOWN },
	{ "\"a\"", "{\"if\": \"f\", \"then\": \"a\", \"else\": {\"AnyOf\": [\"a\", \"b\"]}}",
		SCOPES_LESS },
};

static const tc_json *parse(const char *text)
{
	const tc_json *json = NULL;

	if (text)
		assert_int_equal(tc_json_parse(text, strlen(text), &json, NULL), TC_OK);
	return json;
}

static void test_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const tc_json *older = parse(pairs[i].older), *newer = parse(pairs[i].newer);
		enum scopes_relation relation = scopes_compare(older, newer);
		if (relation != pairs[i].relation)
			fail_msg("%s -> %s: %d and not %d",
				pairs[i].older ? pairs[i].older : "none",
				pairs[i].newer ? pairs[i].newer : "none", relation,
				pairs[i].relation);
		tc_release(older);
		tc_release(newer);
	}
}

/* All of any of all of …: what is tried doubles with each, and ends. */
static void test_doubling(void **state)
{
	static const char *const halves[] = { "{\"AllOf\": [\"a\", \"b\", ",
		"{\"AnyOf\": [\"c\", \"d\", " };
	char text[2][4096];

	(void)state;
	for (int side = 0; side < 2; side++) {
		text[side][0] = '\0';
		for (int i = 0; i < 60; i++)
			strcat(text[side], halves[(i + side) % 2]);
		strcat(text[side], side ? "\"x\"" : "\"y\"");
		for (int i = 0; i < 60; i++)
			strcat(text[side], "]}");
	}
	const tc_json *older = parse(text[0]), *newer = parse(text[1]);
	assert_int_equal(scopes_compare(older, newer), SCOPES_UNKNOWN);
	tc_release(older);
	tc_release(newer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_doubling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
