/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include <taskcluster/scope.h>

#define LIST(...) \
	{ \
		(const char *const[]){ __VA_ARGS__ }, \
			sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *) \
	}

static void test_one_scope(void **state)
{
	(void)state;
	assert_true(tc_scope_satisfies("a:b", "a:b"));
	assert_false(tc_scope_satisfies("a:b", "a:bc"));
	assert_false(tc_scope_satisfies("a:bc", "a:b"));
	assert_true(tc_scope_satisfies("a:*", "a:b"));
	assert_true(tc_scope_satisfies("a:*", "a:"));
	assert_true(tc_scope_satisfies("a:*", "a:*"));
	assert_true(tc_scope_satisfies("a:*", "a:b*"));
	assert_false(tc_scope_satisfies("a:b*", "a:*"));
	assert_false(tc_scope_satisfies("a:*", "a"));
	assert_true(tc_scope_satisfies("*", "anything"));
	assert_true(tc_scope_satisfies("*", ""));
	assert_true(tc_scope_satisfies("", ""));
	assert_false(tc_scope_satisfies("", "a"));
	assert_false(tc_scope_satisfies(NULL, "a"));
	assert_false(tc_scope_satisfies("a", NULL));
}

static void test_only_a_star_at_the_end_is_special(void **state)
{
	(void)state;
	assert_false(tc_scope_satisfies("a:*:c", "a:b:c"));
	assert_true(tc_scope_satisfies("a:*:c", "a:*:c"));
	assert_true(tc_scope_satisfies("a**", "a*b"));
	assert_false(tc_scope_satisfies("a**", "ab"));
}

static void test_all_of_a_list(void **state)
{
	const struct tc_scopes held = LIST("queue:get:*", "secrets:get:x");
	const struct tc_scopes none = { 0 };
	const struct tc_scopes met = LIST("queue:get:a", "secrets:get:x");
	const struct tc_scopes unmet = LIST("queue:get:a", "secrets:get:y");

	(void)state;
	assert_true(tc_scopes_satisfy(&held, &met));
	assert_false(tc_scopes_satisfy(&held, &unmet));
	assert_true(tc_scopes_satisfy(&held, &none));
	assert_true(tc_scopes_satisfy(&none, &none));
	assert_false(tc_scopes_satisfy(&none, &met));
	assert_true(tc_scopes_satisfy(NULL, NULL));
}

static void test_any_of_several_lists(void **state)
{
	const struct tc_scopes held = LIST("a", "b");
	const struct tc_scopes sets[] = { LIST("a", "c"), LIST("b") };
	const struct tc_scopes empty = { 0 };

	(void)state;
	assert_true(tc_scopes_satisfy_any(&held, sets, 2));
	assert_false(tc_scopes_satisfy_any(&held, sets, 1));
	assert_false(tc_scopes_satisfy_any(&held, sets, 0));
	assert_true(tc_scopes_satisfy_any(&held, &empty, 1));
}

static void test_what_can_be_a_scope(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_scope_check("queue:route:index.a b~*", &err), &err);
	assert_ok(tc_scope_check("", &err), &err);
	assert_int_equal(tc_scope_check("a\nb", &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "\"a…\" is malformed: byte 0x0a at position 1");
	assert_int_equal(tc_scope_check("caf\xc3\xa9", &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "byte 0xc3 at position 3");
	assert_int_equal(tc_scope_check("\x7f", NULL), TC_ERROR_INPUT);
	assert_int_equal(tc_scope_check(NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "scope is NULL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_scope),
		cmocka_unit_test(test_only_a_star_at_the_end_is_special),
		cmocka_unit_test(test_all_of_a_list),
		cmocka_unit_test(test_any_of_several_lists),
		cmocka_unit_test(test_what_can_be_a_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
