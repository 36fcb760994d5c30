/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/decimal.h>

static void is_as_printf_has_it(int64_t number)
{
	char text[TC_DECIMAL_SIZE], expected[64];

	snprintf(expected, sizeof expected, "%" PRId64, number);
	assert_ptr_equal(tc_decimal(text, number), text);
	assert_string_equal(text, expected);
	assert_string_equal(TC_DECIMAL(number), expected);
}

static void test_numbers(void **state)
{
	(void)state;
	is_as_printf_has_it(INT64_MIN);
	is_as_printf_has_it(INT64_MAX);
	is_as_printf_has_it(0);
	for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10)
		for (int64_t near = -1; near <= 1; near++) {
			is_as_printf_has_it(power + near);
			is_as_printf_has_it(-power + near);
		}
}

static const char *joined(const char *a, const char *b, char text[64])
{
	snprintf(text, 64, "%s/%s", a, b);
	return text;
}

/* Each is a text of its own, as two arguments of one call need it. */
static void test_two_at_once(void **state)
{
	char text[64];

	(void)state;
	assert_string_equal(joined(TC_DECIMAL(12), TC_DECIMAL(-7), text), "12/-7");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_two_at_once) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
