/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/log.h"
#include <string.h>

struct seen {
	int count;
	enum tc_log_level level;
	char line[TC__LOG_LINE_MAX + 100];
};

static void see(void *data, enum tc_log_level level, const char *line)
{
	struct seen *seen = data;

	seen->count++;
	seen->level = level;
	strncpy(seen->line, line, sizeof seen->line - 1);
}

static void test_lines(void **state)
{
	static struct seen seen;
	struct tc__log log = { see, &seen, TC_LOG_WARN };
	char wide[TC__LOG_LINE_MAX + 50];

	(void)state;
	tc__log(&log, TC_LOG_INFO, "not wanted");
	assert_int_equal(seen.count, 0);
	tc__log(&log, TC_LOG_WARN, "a\nb\tc %s", "bewit=x");
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.level, TC_LOG_WARN);
	assert_string_equal(seen.line, "a b c bewit=(redacted)");

	memset(wide, 'w', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	tc__log(&log, TC_LOG_ERROR, "%s", wide);
	assert_int_equal(seen.count, 2);
	assert_int_equal(strlen(seen.line), TC__LOG_LINE_MAX - 1);

	log.fn = NULL;
	tc__log(&log, TC_LOG_ERROR, "nobody listens");
	assert_int_equal(seen.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
