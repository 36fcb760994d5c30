/* SPDX-License-Identifier: MPL-2.0 */

/* Values between commas, as the official client's options take them. */

#include "tests/harness/test.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/tasks/texts.h"

#include <stdio.h>
#include <string.h>

/* All of them, each between brackets. */
static void check(const char *list, const char *wanted)
{
	struct texts texts = { 0 };
	char seen[256] = "";

	assert_int_equal(texts_add(&texts, "--env", list), 0);
	for (size_t i = 0; i < texts.count; i++)
		snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "[%s]", texts.all[i]);
	assert_string_equal(seen, wanted);
	texts_free(&texts);
	assert_null(texts.all);
}

static void test_values(void **state)
{
	(void)state;
	check("", "");
	check("A=1", "[A=1]");
	check("A=1,B=2", "[A=1][B=2]");
	check("A,,B", "[A][][B]");
	check("A,", "[A][]");
	check(",", "[][]");
	check("\"A=1,2\"", "[A=1,2]");
	check("\"A=1,2\",B", "[A=1,2][B]");
	check("B,\"A=1,2\"", "[B][A=1,2]");
	check("\"A=say \"\"x\"\"\"", "[A=say \"x\"]");
	check("\"\"", "[]");
	check("A=say \"x\", y", "[A=say \"x\"][ y]");
	check("A=1\nB=2", "[A=1\nB=2]");
}

static void test_refuses_marks_without_end(void **state)
{
	static const char *const bad[] = { "\"", "\"A", "\"A\"\"", "\"A\"x", "A,\"B", "\"A\" ,B" };
	struct texts texts = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(texts_add(&texts, "--env", bad[i]), STATUS_USAGE);
	texts_free(&texts);
}

static void test_adds_to_those_before(void **state)
{
	struct texts texts = { 0 };

	(void)state;
	assert_int_equal(texts_add(&texts, "--env", "A"), 0);
	assert_int_equal(texts_add(&texts, "--env", "B,C"), 0);
	assert_int_equal(texts.count, 3);
	assert_string_equal(texts.all[0], "A");
	assert_string_equal(texts.all[2], "C");
	texts_free(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refuses_marks_without_end),
		cmocka_unit_test(test_adds_to_those_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
