/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/operation/conventions.h"
#include "tests/harness/ci.h"
#include "tests/harness/fake.h"
#include <string.h>

/* ---- values ---- */

static void takes(enum tc_value_type type, const char *const *texts, bool expected)
{
	for (; *texts; texts++)
		if (tc__is_value(type, *texts) != expected)
			fail_msg("\"%s\" is %staken as type %d", *texts, expected ? "not " : "",
				(int)type);
}
#define TAKES(type, ...) takes(type, (const char *const[]){ __VA_ARGS__, NULL }, true)
#define REFUSES(type, ...) takes(type, (const char *const[]){ __VA_ARGS__, NULL }, false)

static void test_strings(void **state)
{
	(void)state;
	TAKES(TC_VALUE_STRING, "", "a", " ", "\xc3\xb6", "a,b", "\x01");
}

static void test_integers(void **state)
{
	(void)state;
	TAKES(TC_VALUE_INTEGER, "0", "-0", "7", "-7", "007", "9223372036854775807",
		"-9223372036854775808");
	REFUSES(TC_VALUE_INTEGER, "", "-", "+7", " 7", "7 ", "7\n", "1.0", "1e3", "0x10", "--7",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "abc",
		"7a", "1,2", "\xd9\xa3");
}

/* As JSON has them, and in every locale the same. */
static void test_numbers(void **state)
{
	(void)state;
	TAKES(TC_VALUE_NUMBER, "0", "-0", "7", "-7", "0.5", "-0.5", "1.25e3", "1E3", "1e+3", "1e-3",
		"0e0", "1e999", "123456789012345678901234567890");
	REFUSES(TC_VALUE_NUMBER, "", "-", "+1", ".5", "5.", "1,5", "01", "-01", "00", "1e", "1e+",
		"1.e3", "0x10", "NaN", "Infinity", "-Infinity", "inf", " 1", "1 ", "1\n", "true",
		"null", "\"1\"", "[1]", "1 2");
}

static void test_booleans(void **state)
{
	(void)state;
	TAKES(TC_VALUE_BOOLEAN, "true", "false");
	REFUSES(TC_VALUE_BOOLEAN, "", "True", "FALSE", "yes", "no", "on", "off", "0", "1", "true ",
		"truefalse");
}

static void test_dates(void **state)
{
	(void)state;
	TAKES(TC_VALUE_DATE, "2026-01-31", "2024-02-29", "2000-02-29", "1970-01-01");
	REFUSES(TC_VALUE_DATE, "", "2026-02-29", "2100-02-29", "2026-02-30", "2026-13-01",
		"2026-00-01", "2026-01-00", "2026-1-31", "26-01-31", "2026/01/31", "2026-01-31 ",
		" 2026-01-31", "2026-01-31T", "2026-01-31T00:00:00Z", "today", "20260131",
		"2026-01-3x", "-026-01-31");
}

static void test_times(void **state)
{
	(void)state;
	TAKES(TC_VALUE_DATE_TIME, "2026-01-31T12:00", "2026-01-31T12:00Z", "2026-01-31T12:00+02:00",
		"2026-01-31T12:00:01", "2026-01-31T12:00:01Z", "2026-01-31T12:00:01.5",
		"2026-01-31T12:00:01.123456", "2026-01-31T12:00:01.123456Z",
		"2026-01-31T12:00:01.5-11:30", "2024-02-29T00:00:00+00:00");
	TAKES(TC_VALUE_DATE_TIME, "2026-01-31");
	REFUSES(TC_VALUE_DATE_TIME, "", "2026-02-30", "2026-01-31T", "2026-01-31T12",
		"2026-01-31T12:", "2026-01-31T12:0", "2026-01-31T1:00", "2026-01-31T24:01",
		"2026-01-31T12:60", "2026-01-31T12:00:", "2026-01-31T12:00:1",
		"2026-01-31T12:00:61", "2026-01-31T12:00.5", "2026-01-31T12:00:01.",
		"2026-01-31T12:00:01,5", "2026-02-30T12:00", "2026-01-31_12:00", "yesterday",
		"2026-01-31T12:00 Z", "2026-01-31T12:00:01Zulu", "2026-01-31T12:00:01+2",
		"2026-01-31T12:00:01+25:00", "2026-01-31T12:00:01ZZ", "2026-01-31T12:00\n",
		"2026-01-31T12:00:01.0000000000000000000000000000000000000Z");
}

/* ---- patterns ---- */

static void test_patterns(void **state)
{
	(void)state;
	assert_int_equal(tc__pattern_found("^a+$", "aaa"), 1);
	assert_int_equal(tc__pattern_found("^a+$", "aab"), 0);
	assert_int_equal(tc__pattern_found("b", "aab"), 1); /* anywhere */
	assert_int_equal(tc__pattern_found("", ""), 1);
	assert_int_equal(tc__pattern_found("^a$", "a\n"), 0); /* a line's end is no text's end */
	assert_int_equal(tc__pattern_found("[]", "a"), 0);    /* as ECMAScript has them */
	assert_int_equal(tc__pattern_found("[^]", "\n"), 1);
	assert_int_equal(tc__pattern_found("\\u0041", "A"), 1);
	assert_int_equal(tc__pattern_found("(", "a"), TC_ERROR_INPUT);
	assert_int_equal(tc__pattern_found("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
		TC_ERROR_INPUT); /* gives up in time */
}

/* ---- lists ---- */

static void test_lists(void **state)
{
	const uint16_t statuses[] = { 401, 403, 0 };
	const char *const texts[] = { "a", "b", NULL };

	(void)state;
	assert_true(tc__has_status(statuses, 401));
	assert_true(tc__has_status(statuses, 403));
	assert_false(tc__has_status(statuses, 404));
	assert_false(tc__has_status(statuses, 0));
	assert_false(tc__has_status(NULL, 401));
	assert_true(tc__has_text(texts, "b"));
	assert_false(tc__has_text(texts, ""));
	assert_false(tc__has_text(texts, "ab"));
	assert_false(tc__has_text(NULL, "a"));
}

/* ---- templates ---- */

static void expands(const char *text, const char *root, const char *expected)
{
	struct tc__buffer url = TC__BUFFER(1000);

	tc__expand_template(&url, text, root, &ci_service);
	assert_string_equal(tc__buffer_get(&url), expected);
	tc__buffer_clear(&url);
}

static void test_templates(void **state)
{
	(void)state;
	expands("{root}/api/{version}", "https://h", "https://h/api/v1");
	expands("{root}/api", "https://h/sub//", "https://h/sub/api");
	expands("https://h/{service}/{service}", "", "https://h/ci/ci");
	expands("{root", "https://h", "{root");
	expands("{Root}{}{x}", "https://h", "{Root}{}{x}");
	expands("", "https://h", "");
}

/* ---- operations ---- */

/* An operation and a system without tables are Taskcluster's. */
static void test_nothing_means_taskcluster(void **state)
{
	const struct tc_operation *ping = TC_FAKE_OPERATION(PING);

	(void)state;
	assert_false(tc__is_realm(ping));
	assert_null(tc__accept_of(ping));
	assert_false(tc__is_final_status(ping, 501));
	assert_int_equal(tc__authentication_of(ping), TC_AUTHENTICATION_OPTIONAL);
	assert_null(tc__rpc_of(ping));
	assert_null(tc__events_of(ping));
	assert_int_equal(tc__body_max_of(ping), 10 * 1024 * 1024);
}

static void test_the_systems_and_the_operations_own(void **state)
{
	(void)state;
	assert_true(tc__is_realm(CI(READ)));
	assert_string_equal(tc__accept_of(CI(READ)), "application/json");
	assert_string_equal(tc__accept_of(CI(LISTEN)), "text/event-stream");
	assert_true(tc__is_final_status(CI(READ), 501));
	assert_false(tc__is_final_status(CI(READ), 500));
	assert_int_equal(tc__authentication_of(CI(WRITE)), TC_AUTHENTICATION_REQUIRED);
	assert_int_equal(tc__authentication_of(CI(READ)), TC_AUTHENTICATION_OPTIONAL);
	assert_string_equal(tc__rpc_of(CI(STOP))->method, "stop");
	assert_null(tc__rpc_of(CI(READ)));
	assert_string_equal(tc__events_of(CI(LISTEN))->handshake, "hello");
}

/* ---- what a reply has to be ---- */

static void test_success_is_what_the_reference_names(void **state)
{
	const struct tc_operation redirecting = { .success = (const uint16_t[]){ 302, 303, 0 } };

	(void)state;
	for (int status = 100; status < 600; status++) {
		bool plain = status >= 200 && status < 300;
		assert_int_equal(tc__is_success(TC_FAKE_OPERATION(PING), status), plain);
		assert_int_equal(tc__is_success(NULL, status), plain);
		assert_int_equal(
			tc__is_success(&redirecting, status), status == 302 || status == 303);
	}
}

static void test_types_of_replies(void **state)
{
	const struct tc_conventions lax = { .reply_types =
						    TC_TEXTS("application/json", "text/plain") };
	const struct tc_service service = { .conventions = &lax };
	const struct tc_operation own = { .service = &service,
		.reply_types = TC_TEXTS("image/svg+xml") };
	const struct tc_operation systems = { .service = &service };
	const struct tc_operation bytes = { .service = &tc_fake_queue, .blob_output = true };

	(void)state;
	assert_true(tc__has_reply_type(TC_FAKE_OPERATION(PING), 200, "application/json"));
	assert_true(tc__has_reply_type(
		TC_FAKE_OPERATION(PING), 200, "Application/JSON ; charset=utf-8"));
	assert_false(tc__has_reply_type(TC_FAKE_OPERATION(PING), 200, "application/jsonx"));
	assert_false(tc__has_reply_type(TC_FAKE_OPERATION(PING), 200, "text/html"));
	assert_false(tc__has_reply_type(TC_FAKE_OPERATION(PING), 200, ""));
	assert_false(tc__has_reply_type(TC_FAKE_OPERATION(PING), 200, NULL));
	assert_true(tc__has_reply_type(TC_FAKE_OPERATION(PING), 303, "text/html"));
	assert_true(tc__has_reply_type(&own, 200, "image/svg+xml"));
	assert_false(tc__has_reply_type(&own, 200, "application/json"));
	assert_true(tc__has_reply_type(&systems, 200, "text/plain; charset=utf-8"));
	assert_false(tc__has_reply_type(&systems, 200, "text/html"));
	assert_true(tc__has_reply_type(&bytes, 200, "text/html"));
	assert_true(tc__has_reply_type(CI(STOP), 200, "text/html"));
	assert_true(tc__has_reply_type(CI(LISTEN), 200, "text/event-stream"));
	assert_false(tc__has_reply_type(CI(LISTEN), 200, "application/json"));
	assert_true(tc__has_reply_type(NULL, 200, NULL));
}

static void test_what_cannot_be_empty(void **state)
{
	(void)state;
	assert_false(tc__needs_content(TC_FAKE_OPERATION(PING), 200));
	assert_true(tc__needs_content(TC_FAKE_OPERATION(STATUS), 200));
	assert_true(tc__needs_content(TC_FAKE_OPERATION(STATUS), 204));
	assert_false(tc__needs_content(TC_FAKE_OPERATION(STATUS), 303));
	assert_false(tc__needs_content(CI(STOP), 200)); /* it is seen when it is read */
	assert_false(tc__needs_content(CI(LISTEN), 200));
	assert_false(tc__needs_content(NULL, 200));
}

static void test_body_max(void **state)
{
	struct tc_conventions conventions = { .body_max = 5 };
	const struct tc_service service = { .conventions = &conventions };
	const struct tc_operation operation = { .service = &service };

	(void)state;
	assert_int_equal(tc__body_max_of(&operation), 5);
	conventions.body_max = -1;
	assert_true(tc__body_max_of(&operation) == SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_booleans),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_nothing_means_taskcluster),
		cmocka_unit_test(test_the_systems_and_the_operations_own),
		cmocka_unit_test(test_success_is_what_the_reference_names),
		cmocka_unit_test(test_types_of_replies),
		cmocka_unit_test(test_what_cannot_be_empty),
		cmocka_unit_test(test_body_max),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
