/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include <string.h>
#include <taskcluster/slugid.h>

static const uint8_t uuid[16] = { 0x80, 0x7f, 0xbf, 0xff, 0x00, 0x10, 0x4f, 0xfb, 0xbe, 0xef, 0x01,
	0x23, 0x45, 0x67, 0x89, 0xab };
static const char text[] = "gH-__wAQT_u-7wEjRWeJqw";

static void test_encodes_and_decodes(void **state)
{
	char slugid[TC_SLUGID_SIZE];
	uint8_t bytes[16];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_slugid_encode(uuid, slugid);
	assert_string_equal(slugid, text);
	assert_ok(tc_slugid_decode(text, bytes, &err), &err);
	assert_memory_equal(bytes, uuid, sizeof uuid);
}

static void test_refuses_what_is_no_slugid(void **state)
{
	static const char *const bad[] = { "", "gH-__wAQT_u-7wEjRWeJq", "gH-__wAQT_u-7wEjRWeJqww",
		"gH+__wAQT_u-7wEjRWeJqw", "gH-__wAQT_u-7wEjRWeJqx", "gH-__wAQT_u-7wEjRWe=qw",
		" gH-__wAQT_u-7wEjRWeJq", "gH-__wAQT_u-7wEjRWeJq\n" };
	uint8_t bytes[16] = "untouched";
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(tc_slugid_decode(bad[i], bytes, &err), TC_ERROR_INPUT);
		assert_failure(&err, TC_ERROR_INPUT, "slugid");
	}
	assert_string_equal((const char *)bytes, "untouched");
	assert_int_equal(tc_slugid_decode(NULL, bytes, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "slugid is NULL");
}

static void check_version_4(const char *slugid, uint8_t bytes[16])
{
	assert_int_equal(strlen(slugid), TC_SLUGID_SIZE - 1);
	assert_ok(tc_slugid_decode(slugid, bytes, NULL), NULL);
	assert_int_equal(bytes[6] >> 4, 4);
	assert_int_equal(bytes[8] >> 6, 2);
}

static void test_random_ones_are_version_4(void **state)
{
	char slugid[TC_SLUGID_SIZE], before[TC_SLUGID_SIZE] = "";
	uint8_t bytes[16];
	int high = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		tc_slugid_v4(slugid);
		check_version_4(slugid, bytes);
		assert_string_not_equal(slugid, before);
		strcpy(before, slugid);
		high += bytes[0] >> 7;
	}
	/* all 122 bits count: the chance of a wrong verdict is below 2^-900 */
	assert_int_in_range(high, 1, 999);
}

static void test_nice_ones_never_begin_with_a_dash(void **state)
{
	char slugid[TC_SLUGID_SIZE];
	uint8_t bytes[16];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		tc_slugid_nice(slugid);
		check_version_4(slugid, bytes);
		assert_true(slugid[0] >= 'A' && slugid[0] <= 'f');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encodes_and_decodes),
		cmocka_unit_test(test_refuses_what_is_no_slugid),
		cmocka_unit_test(test_random_ones_are_version_4),
		cmocka_unit_test(test_nice_ones_never_begin_with_a_dash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
