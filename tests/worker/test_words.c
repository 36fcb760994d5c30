/* SPDX-License-Identifier: MPL-2.0 */

/* What stands in a task's log: durations as Go prints them, arguments as a shell takes them, lines.
 */

#include "tests/harness/test.h"

#include "tools/worker/log/log.h"
#include "tools/worker/log/words.h"
#include <string.h>
#include <unistd.h>

static void durations(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = { { 0, "0s" }, { 1, "1ns" }, { 1500, "1.5\u00b5s" }, { 1000000, "1ms" },
		{ 156975000, "156.975ms" }, { 999999999, "999.999999ms" }, { 1000000000, "1s" },
		{ 14640815195, "14.640815195s" }, { 60000000000, "1m0s" },
		{ 3603500000000, "1h0m3.5s" }, { 86399999000000, "23h59m59.999s" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[DURATION_SIZE];
		log_duration(text, rows[i].ns);
		assert_string_equal(text, rows[i].text);
	}
}

static void quoting(void **state)
{
	static const char *const rows[][2] = { { "/bin/bash", "/bin/bash" }, { "-c", "-c" },
		{ "", "''" }, { "a b", "'a b'" }, { "it's", "'it'\\''s'" }, { "$HOME", "'$HOME'" },
		{ "*", "'*'" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tc__buffer text = TC__BUFFER(100);
		log_quote(&text, rows[i][0]);
		assert_string_equal(tc__buffer_get(&text), rows[i][1]);
		tc__buffer_clear(&text);
	}
}

/* Dates become D. */
static void read_log(const struct task_log *log, char text[2048])
{
	char raw[2048];
	ssize_t length = pread(task_log_fd(log), raw, sizeof raw - 1, 0);
	size_t to = 0;

	assert_int_equal(length, task_log_length(log));
	for (ssize_t i = 0; i < length; i++) {
		bool date = strncmp(raw + i, " 20", 3) == 0 && raw[i + 24] == 'Z';
		text[to++] = raw[i];
		if (date) {
			text[to++] = 'D';
			i += 24;
		}
	}
	text[to] = '\0';
}

static void count_bytes(void *data, const void *bytes, size_t length)
{
	(void)bytes;
	*(size_t *)data += length;
}

static void lines(void **state)
{
	tc_error err = TC_ERROR_INIT;
	struct task_log *log = task_log_open("/tmp", &err);
	size_t told = 0;
	char text[2048];

	(void)state;
	assert_non_null(log);
	task_log_listen(log, count_bytes, &told);
	task_log_line(log, LOG_INFO, "one\ntwo %d\n\nfour", 2);
	task_log_write(log, "out", 3);
	task_log_line(log, LOG_WARN, "careful");
	task_log_write(log, "whole\n", 6);
	task_log_line(log, LOG_ERROR, "exit status %d", 3);
	read_log(log, text);
	assert_string_equal(text,
		"[taskcluster D] one\n[taskcluster D] two 2\n[taskcluster D] \n[taskcluster D] "
		"four\n"
		"out\n[taskcluster:warn D] careful\nwhole\n[taskcluster:error] exit status 3\n");
	assert_int_equal(told, task_log_length(log));
	assert_false(task_log_broken(log));
	task_log_close(log);
	assert_null(task_log_open("/no/such/folder", &err));
	assert_int_equal(err.code, TC_ERROR_SYSTEM);
	tc_error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(quoting),
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
