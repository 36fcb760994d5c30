/* SPDX-License-Identifier: MPL-2.0 */

/* What `task retrigger` makes of a definition. */

#include "tests/harness/test.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/tasks/definition.h"

#include <stdio.h>
#include <string.h>

#define NOW_MS INT64_C(1893456000123) /* 2030-01-01T00:00:00.123Z */

static int repeat(const char *text, bool exact, char **again)
{
	const tc_json *definition = NULL, *repeated = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(text, strlen(text), &definition, &err), &err);
	int status = definition_repeat(definition, exact, NOW_MS, &repeated);
	if (status == 0)
		assert_ok(tc_json_write(repeated, TC_JSON_COMPACT, again, NULL, &err), &err);
	tc_release(repeated);
	tc_release(definition);
	return status;
}

static void check(const char *text, bool exact, const char *wanted)
{
	char *again = NULL;

	assert_int_equal(repeat(text, exact, &again), 0);
	assert_string_equal(again, wanted);
	tc_release(again);
}

#define TIMES \
	"\"created\":\"2026-01-01T00:00:00.500Z\",\"deadline\":\"2026-01-02T00:00:00.750Z\"," \
	"\"expires\":\"2026-12-31T23:59:59Z\""
#define MOVED \
	"\"created\":\"2030-01-01T00:00:00.123Z\",\"deadline\":\"2030-01-02T00:00:00.373Z\"," \
	"\"expires\":\"2030-12-31T23:59:58.623Z\""

static void test_moves_times_and_keeps_all_else(void **state)
{
	(void)state;
	check("{\"later\":{\"a\":[1.50,1e400,\"<&>\"]}," TIMES
	      ",\"retries\":3,\"projectId\":\"p\"}",
		false,
		"{\"later\":{\"a\":[1.50,1e400,\"<&>\"]}," MOVED
		",\"retries\":3,\"projectId\":\"p\"}");
}

static void test_ties_are_kept_on_demand(void **state)
{
	static const char text[] = "{\"routes\":[\"a\"],\"dependencies\":[\"b\",\"c\"]," TIMES "}";

	(void)state;
	check(text, false, "{\"routes\":[],\"dependencies\":[]," MOVED "}");
	check(text, true, "{\"routes\":[\"a\"],\"dependencies\":[\"b\",\"c\"]," MOVED "}");
}

/* What is there is repeated; the queue says what it lacks. */
static void test_absent_members_stay_absent(void **state)
{
	(void)state;
	check("{\"created\":\"2026-01-01T01:00:00+01:00\"}", true,
		"{\"created\":\"2030-01-01T00:00:00.123Z\"}");
	check("{\"extra\":{}}", false, "{\"extra\":{}}");
}

static void test_refuses_what_are_no_dates(void **state)
{
	static const char *const bad[] = {
		"{\"created\":\"yesterday\",\"deadline\":\"2026-01-02T00:00:00Z\"}",
		"{\"created\":\"2026-01-01T00:00:00Z\",\"deadline\":5}",
		"{\"deadline\":\"2026-01-02T00:00:00Z\"}",
		"{\"created\":\"2100-01-01T00:00:00Z\",\"deadline\":\"1900-01-01T00:00:00Z\"}",
		"{\"created\":\"0000-01-01T00:00:00Z\",\"expires\":\"9999-01-01T00:00:00Z\"}",
	};
	char *again = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(repeat(bad[i], false, &again), STATUS_FAILED);
	assert_null(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves_times_and_keeps_all_else),
		cmocka_unit_test(test_ties_are_kept_on_demand),
		cmocka_unit_test(test_absent_members_stay_absent),
		cmocka_unit_test(test_refuses_what_are_no_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
