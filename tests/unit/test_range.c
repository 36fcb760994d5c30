/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/http/range.h"

static void test_values(void **state)
{
	static const struct {
		struct tc__range range;
		const char *value;
	} rows[] = {
		{ { 0, 1 }, "bytes=0-0" },
		{ { 5, 0 }, "bytes=5-" },
		{ { 5, 10 }, "bytes=5-14" },
		{ { 6442450944, 6442450944 }, "bytes=6442450944-12884901887" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tc__buffer value = TC__BUFFER(64);
		tc__range_value(&rows[i].range, &value);
		assert_string_equal(tc__buffer_get(&value), rows[i].value);
		tc__buffer_clear(&value);
	}
}

static void test_checks(void **state)
{
	static const struct {
		struct tc__range range;
		const char *header;
		int64_t length; /* -1: refused */
	} rows[] = {
		{ { 5, 10 }, "bytes 5-14/100", 10 },
		{ { 5, 10 }, "BYTES  5-14/*", 10 },
		{ { 5, 10 }, "bytes 5-9/10", 5 },
		{ { 5, 0 }, "bytes 5-9/10", 5 },
		{ { 5, 0 }, "bytes 5-6442450943/6442450944", 6442450939 },
		{ { 0, 10 }, "bytes 0-9/10", 10 },
		{ { 5, 10 }, "bytes 5-14/14", -1 },
		{ { 5, 10 }, "bytes 5-14/", -1 },
		{ { 5, 10 }, "bytes 5-14", -1 },
		{ { 5, 10 }, "bytes 5-14/100 ", -1 },
		{ { 5, 10 }, "bytes 14-5/100", -1 },
		{ { 5, 10 }, "bytes -5-14/100", -1 },
		{ { 5, 10 }, "bytes */100", -1 },
		{ { 5, 10 }, "bytes 5-99999999999999999999/*", -1 },
		{ { 5, 10 }, "byte", -1 },
		{ { 5, 10 }, "", -1 },
		{ { 5, 10 }, NULL, -1 },
		{ { 0, 0 }, "bytes 0-9/10", -1 },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t length = -1;
		int rc = tc__range_check(&rows[i].range, rows[i].header, &length, &err);
		if (rows[i].length >= 0)
			assert_ok(rc, &err);
		else
			assert_failure(&err, TC_ERROR_REPLY, "(206)");
		assert_int_equal(length, rows[i].length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
