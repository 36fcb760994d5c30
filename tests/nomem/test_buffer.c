/* SPDX-License-Identifier: MPL-2.0 */
/* Buffers while memory ends, and what secret ones leave behind in freed memory. */
#include "tests/harness/test.h"

#include "runtime/src/base/buffer.h"
#include "tests/nomem/failing.h"
#include <string.h>

/* After the first failure nothing is added, so that no text ever has a hole. */
static void test_failure_is_kept(void **state)
{
	struct tc__buffer text = TC__BUFFER(1000);

	(void)state;
	tc__buffer_text(&text, "begin");
	tc_failing_start(1);
	tc__buffer_add(
		&text, "more than the buffer has room for, so that it must grow, and cannot", 66);
	tc_failing_stop(NULL);
	assert_true(text.no_memory);
	assert_false(text.too_long);
	tc__buffer_text(&text, "end");
	tc__buffer_int(&text, 1);
	tc__buffer_printf(&text, "%d", 2);
	assert_string_equal(tc__buffer_get(&text), "begin");
	assert_null(tc__buffer_take(&text));
	tc__buffer_clear(&text);
	assert_false(tc__buffer_failed(&text));
	tc__buffer_text(&text, "again");
	assert_string_equal(tc__buffer_get(&text), "again");
	tc__buffer_clear(&text);
}

static bool shows(bool secret)
{
	struct tc__buffer text = TC__BUFFER(10000);

	text.secret = secret;
	tc_failing_search("a token");
	tc__buffer_text(&text, "a token");
	for (int i = 0; i < 5000; i++) /* moves several times */
		tc__buffer_char(&text, 'x');
	tc__buffer_truncate(&text, 7);
	assert_string_equal(tc__buffer_get(&text), "a token");
	tc__buffer_clear(&text);
	return tc_failing_search(NULL);
}

static void test_secrets_are_wiped(void **state)
{
	(void)state;
	if (!tc_failing_sees_blocks())
		skip();
	assert_true(shows(false)); /* or this would test nothing */
	assert_false(shows(true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failure_is_kept),
		cmocka_unit_test(test_secrets_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
