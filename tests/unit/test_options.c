/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/options.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/version.h>

/* What a library knows, */
struct known {
	size_t size;
	int64_t first;
	const char *second;
	bool third;
};

/* and what a caller of another version has. */
struct older {
	size_t size;
	int64_t first;
};

struct newer {
	struct known known;
	int64_t more[2];
};

static int take(const void *given, struct known *known, tc_error *err)
{
	memset(known, 0xa5, sizeof *known);
	return tc__options_read(given, known, sizeof *known, "options", "TC_KNOWN_INIT", err);
}

static void is_default(const struct known *known)
{
	assert_int_equal(known->size, sizeof *known);
	assert_int_equal(known->first, 0);
	assert_null(known->second);
	assert_false(known->third);
}

static void test_none_is_the_default(void **state)
{
	struct known known;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(take(NULL, &known, &err), &err);
	is_default(&known);
}

static void test_the_same_size_is_copied(void **state)
{
	const struct known given = { sizeof given, 7, "x", true };
	struct known known;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(take(&given, &known, &err), &err);
	assert_int_equal(known.size, sizeof known);
	assert_int_equal(known.first, 7);
	assert_string_equal(known.second, "x");
	assert_true(known.third);
}

/* The block is exactly as long as the struct: reading beyond it would be seen. */
static void test_a_shorter_one_lacks_what_is_zero(void **state)
{
	struct older *given = malloc(sizeof *given);
	struct known known;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	*given = (struct older){ sizeof *given, 7 };
	assert_ok(take(given, &known, &err), &err);
	assert_int_equal(known.size, sizeof known);
	assert_int_equal(known.first, 7);
	assert_null(known.second);
	assert_false(known.third);

	given->size = sizeof given->size;
	assert_ok(take(given, &known, &err), &err);
	is_default(&known);
	free(given);
}

static void test_a_longer_one_must_not_set_what_is_unknown(void **state)
{
	struct newer given = { .known = { sizeof given, 7, "x", true } };
	struct known known;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(take(&given, &known, &err), &err);
	assert_int_equal(known.size, sizeof known);
	assert_int_equal(known.first, 7);
	for (size_t i = 0; i < 2; i++) {
		given.more[i] = INT64_C(1) << 56; /* one byte, at either end of it */
		assert_int_equal(take(&given, &known, &err), TC_ERROR_ARGUMENT);
		assert_string_equal(tc_error_text(&err),
			"options: the program was built against a newer version than this "
			"library (" TC_SDK_VERSION "), and sets a member that is unknown to it");
		given.more[i] = 0;
		is_default(&known);
	}
	tc_error_clear(&err);
}

static void test_a_size_that_nobody_set(void **state)
{
	static const size_t sizes[] = { 0, 1, sizeof(size_t) - 1, sizeof(size_t) + 1,
		sizeof(struct known) - 1, sizeof(struct known) + 1, 4097, SIZE_MAX };
	struct known known;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		const struct known given = { sizes[i], 7, "x", true };
		assert_int_equal(take(&given, &known, &err), TC_ERROR_ARGUMENT);
		assert_failure(&err, TC_ERROR_ARGUMENT, "options: size is not set");
		assert_int_equal(take(&given, &known, NULL), TC_ERROR_ARGUMENT);
		is_default(&known);
	}
	const struct known unset = { 0 };
	assert_int_equal(take(&unset, &known, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "(it is 0): begin with TC_KNOWN_INIT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_is_the_default),
		cmocka_unit_test(test_the_same_size_is_copied),
		cmocka_unit_test(test_a_shorter_one_lacks_what_is_zero),
		cmocka_unit_test(test_a_longer_one_must_not_set_what_is_unknown),
		cmocka_unit_test(test_a_size_that_nobody_set),
	};
	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
