/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/error.h"
#include <stdio.h>
#include <string.h>

static void test_fresh_error(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(err.code, TC_OK);
	assert_string_equal(tc_error_text(&err), "no error");
	assert_string_equal(tc_error_text(NULL), "no error");
	assert_null(tc_error_server_code(&err));
	assert_null(tc_error_pointer(NULL));
	size_t length = 5;
	assert_null(tc_error_body(&err, &length));
	assert_int_equal(length, 0);
	tc_error_clear(&err);
	tc_error_clear(NULL);
}

static void test_code_names(void **state)
{
	(void)state;
	assert_string_equal(tc_code_name(TC_OK), "TC_OK");
	assert_string_equal(tc_code_name(TC_ERROR_SYSTEM), "TC_ERROR_SYSTEM");
	assert_string_equal(tc_code_name(TC_ERROR_NOMEM), "TC_ERROR_NOMEM");
	assert_string_equal(tc_code_name(1), "unknown code");
	assert_string_equal(tc_code_name(-11), "unknown code");
}

static void test_fail_without_an_error(void **state)
{
	(void)state;
	struct tc__refusal refusal = { .status = 404 };

	assert_int_equal(tc__fail(NULL, TC_ERROR_INPUT, "x"), TC_ERROR_INPUT);
	assert_int_equal(tc__fail_at(NULL, TC_ERROR_INPUT, "/a", "x"), TC_ERROR_INPUT);
	assert_int_equal(tc__fail_nomem(NULL), TC_ERROR_NOMEM);
	assert_int_equal(tc__fail_refused(NULL, TC_ERROR_HTTP, &refusal, "x"), TC_ERROR_HTTP);
	tc_error_prefix(NULL, "x");
}

/* For programs, too: what says where may hold a URL of theirs. */
static void test_a_prefix_tells_no_secret(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;

	tc_error_prefix(&err, "nothing failed");
	assert_int_equal(err.code, TC_OK);
	assert_string_equal(tc_error_text(&err), tc_error_text(NULL));
	tc__fail_at(&err, TC_ERROR_REPLY, "/a", "is too long");
	tc_error_prefix(&err, "%s?bewit=%s", "https://example.com/a", "geheim");
	assert_null(strstr(tc_error_text(&err), "geheim"));
	assert_non_null(strstr(tc_error_text(&err), ": /a: is too long"));
	assert_string_equal(tc_error_pointer(&err), "/a");
	assert_int_equal(err.code, TC_ERROR_REPLY);
	tc_error_clear(&err);
}

static void test_fail_replaces(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;

	tc__fail_at(&err, TC_ERROR_REPLY, "/status", "is %d", 5);
	assert_int_equal(tc__fail(&err, TC_ERROR_ARGUMENT, "was: %s", tc_error_text(&err)),
		TC_ERROR_ARGUMENT);
	assert_null(tc_error_pointer(&err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "was: /status: is 5");
	tc__fail_nomem(&err);
	assert_failure(&err, TC_ERROR_NOMEM, "out of memory");
}

static void test_fail_at(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;

	tc__fail_at(&err, TC_ERROR_INPUT, "/runs/0", "is missing");
	assert_string_equal(tc_error_text(&err), "/runs/0: is missing");
	assert_string_equal(tc_error_pointer(&err), "/runs/0");
	tc__fail_at(&err, TC_ERROR_INPUT, "", "is no object");
	assert_string_equal(tc_error_text(&err), "/: is no object");
	assert_string_equal(tc_error_pointer(&err), "");
	/* its own pointer may be the argument */
	tc__fail_at(&err, TC_ERROR_INPUT, "/a", "x");
	tc__fail_at(&err, TC_ERROR_INPUT, tc_error_pointer(&err), "y");
	assert_string_equal(tc_error_pointer(&err), "/a");
	tc_error_clear(&err);
	assert_null(tc_error_pointer(&err));
}

static void test_long_messages_are_cut(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	char text[3 * TC__MESSAGE_MAX];

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	tc__fail(&err, TC_ERROR_INPUT, "%s", text);
	assert_int_equal(strlen(tc_error_text(&err)), TC__MESSAGE_MAX);
	tc_error_prefix(&err, "%s", "in front");
	assert_int_equal(strncmp(tc_error_text(&err), "in front: xxx", 13), 0);
	/* what is in front says where: it is the end that gives way */
	for (int i = 0; i < 100; i++)
		tc_error_prefix(&err, "prefix %d", i);
	assert_int_equal(strncmp(tc_error_text(&err), "prefix 99: prefix 98: ", 22), 0);
	assert_int_equal(strlen(tc_error_text(&err)), TC__MESSAGE_MAX);
	tc_error_clear(&err);
}

/* Never within a character: what is cut is text, too. */
static void test_messages_are_cut_between_characters(void **state)
{
	(void)state;
	static const char *const characters[] = { "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80" };
	tc_error err = TC_ERROR_INIT;
	char text[2 * TC__MESSAGE_MAX];

	for (size_t i = 0; i < 3; i++) {
		size_t size = strlen(characters[i]);
		for (size_t at = TC__MESSAGE_MAX - size; at <= TC__MESSAGE_MAX; at++) {
			memset(text, 'x', at);
			snprintf(text + at, sizeof text - at, "%s%s", characters[i], "more text");
			tc__fail(&err, TC_ERROR_INPUT, "%s", text);
			bool fits = at + size <= TC__MESSAGE_MAX;
			assert_int_equal(strlen(tc_error_text(&err)), fits ? at + size : at);
		}
	}
	/* what is no UTF-8 is cut at the maximum */
	memset(text, 0x80, sizeof text - 1);
	text[sizeof text - 1] = '\0';
	tc__fail(&err, TC_ERROR_INPUT, "%s", text);
	assert_int_equal(strlen(tc_error_text(&err)), TC__MESSAGE_MAX);
	tc_error_clear(&err);
}

static void test_refused_keeps_what_the_server_said(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	char body[] = "{\"a\":\0}";
	struct tc__refusal refusal = {
		.status = 404,
		.server_code = "ResourceNotFound",
		.server_message = "no such task",
		.request_info = "{}",
		.request_id = "r1",
		.trace_id = "t1",
		.body = body,
		.body_length = sizeof body - 1,
	};

	assert_int_equal(tc__fail_refused(&err, TC_ERROR_HTTP, &refusal, "404 x"), TC_ERROR_HTTP);
	body[0] = '?'; /* all was copied */
	size_t length = 0;
	assert_memory_equal(tc_error_body(&err, &length), "{\"a\":\0}", sizeof body);
	assert_int_equal(length, sizeof body - 1);
	assert_int_equal(err.http_status, 404);
	assert_string_equal(tc_error_server_code(&err), "ResourceNotFound");
	assert_string_equal(tc_error_server_message(&err), "no such task");
	assert_string_equal(tc_error_request_info(&err), "{}");
	assert_string_equal(tc_error_request_id(&err), "r1");
	assert_string_equal(tc_error_trace_id(&err), "t1");
	assert_null(tc_error_pointer(&err));
	tc_error_prefix(&err, "after %d attempts", 6);
	assert_string_equal(tc_error_text(&err), "after 6 attempts: 404 x");
	assert_string_equal(tc_error_server_code(&err), "ResourceNotFound");
	tc_error_clear(&err);
}

/* Of what a server says nothing is cut, also when it is told where, or told twice. */
static void test_refused_is_told_whole(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT, again = TC_ERROR_INIT;
	char text[3 * TC__MESSAGE_MAX];

	memset(text, 'x', sizeof text);
	strcpy(text + sizeof text - 4, "end");
	tc__fail_refused(&err, TC_ERROR_HTTP, &(struct tc__refusal){ .status = 403 }, text);
	assert_string_equal(tc_error_text(&err), text);
	tc_error_prefix(&err, "item %d", 7);
	assert_int_equal(strncmp(tc_error_text(&err), "item 7: xxx", 11), 0);
	assert_string_equal(tc_error_text(&err) + 8, text);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tc_error_copy(&again, &err), TC_ERROR_HTTP);
		assert_string_equal(tc_error_text(&again) + 8, text);
		assert_int_equal(again.http_status, 403);
	}
	tc_error_clear(&err);
	tc_error_clear(&again);
}

static void test_a_copy_says_all(void **state)
{
	static const char fields[] = "retry-after\0007\0x-a\0b";
	const struct tc__refusal refusal = { .status = 503,
		.server_code = "Busy",
		.server_message = "later",
		.request_info = "{}",
		.request_id = "r",
		.trace_id = "t",
		.body = "body",
		.body_length = 4,
		.fields = { fields, 2 } };
	tc_error err = TC_ERROR_INIT, copy = TC_ERROR_INIT;
	size_t length;

	(void)state;
	tc__fail_refused(&err, TC_ERROR_HTTP, &refusal, "busy");
	tc__error_outlook(&err, true, 7000);
	assert_int_equal(tc_error_copy(&copy, &err), TC_ERROR_HTTP);
	tc_error_clear(&err);
	assert_int_equal(copy.http_status, 503);
	assert_string_equal(tc_error_text(&copy), "busy");
	assert_string_equal(tc_error_server_code(&copy), "Busy");
	assert_string_equal(tc_error_server_message(&copy), "later");
	assert_string_equal(tc_error_request_info(&copy), "{}");
	assert_string_equal(tc_error_request_id(&copy), "r");
	assert_string_equal(tc_error_trace_id(&copy), "t");
	assert_string_equal(tc_error_body(&copy, &length), "body");
	assert_int_equal(length, 4);
	assert_string_equal(tc_error_header(&copy, "X-A"), "b");
	assert_int_equal(tc_error_retry_after_ms(&copy), 7000);
	assert_false(tc_error_may_repeat(&copy));

	/* of nothing, onto itself, without anybody to tell */
	assert_int_equal(tc_error_copy(&copy, &copy), TC_ERROR_HTTP);
	assert_string_equal(tc_error_text(&copy), "busy");
	assert_int_equal(tc_error_copy(NULL, &copy), TC_ERROR_HTTP);
	tc__fail_nomem(&err);
	assert_int_equal(tc_error_copy(&copy, &err), TC_ERROR_NOMEM);
	assert_string_equal(tc_error_text(&copy), "out of memory");
	assert_int_equal(tc_error_copy(&copy, NULL), TC_OK);
	assert_int_equal(copy.code, TC_OK);
	tc_error_clear(&err);
}

static void test_refused_without_details(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;

	tc__fail_refused(&err, TC_ERROR_HTTP, &(struct tc__refusal){ .status = 502 }, "502");
	assert_null(tc_error_server_code(&err));
	assert_null(tc_error_body(&err, NULL));
	assert_int_equal(err.http_status, 502);
	tc_error_clear(&err);
	assert_int_equal(err.http_status, 0);
}

/* What a server answered otherwise than by a refusal is told as of one. */
static void test_what_a_server_said_is_set(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;

	tc_error_set_server(NULL, 424, "code", "words");
	tc_error_set_server(&err, 424, "code", "words");
	assert_int_equal(err.http_status, 0);
	assert_null(tc_error_server_code(&err));
	tc__fail_at(&err, TC_ERROR_HTTP, "/x", "text");
	tc_error_set_server(&err, 424, "code", "words");
	assert_int_equal(err.http_status, 424);
	assert_string_equal(tc_error_server_code(&err), "code");
	assert_string_equal(tc_error_server_message(&err), "words");
	assert_string_equal(tc_error_text(&err), "/x: text");
	assert_string_equal(tc_error_pointer(&err), "/x");
	tc_error_set_server(&err, 0, NULL, NULL);
	assert_int_equal(err.http_status, 0);
	assert_null(tc_error_server_code(&err));
	tc_error_clear(&err);
}

static void test_fail_with_moves(void **state)
{
	(void)state;
	tc_error from = TC_ERROR_INIT, to = TC_ERROR_INIT;

	tc__fail(&to, TC_ERROR_INPUT, "old");
	tc__fail_at(&from, TC_ERROR_REPLY, "/x", "new");
	assert_int_equal(tc__fail_with(&to, &from), TC_ERROR_REPLY);
	assert_int_equal(from.code, TC_OK);
	assert_string_equal(tc_error_pointer(&to), "/x");
	assert_failure(&to, TC_ERROR_REPLY, "/x: new");
	tc__fail(&from, TC_ERROR_INPUT, "dropped");
	assert_int_equal(tc__fail_with(NULL, &from), TC_ERROR_INPUT);
	assert_int_equal(from.code, TC_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh_error),
		cmocka_unit_test(test_code_names),
		cmocka_unit_test(test_fail_without_an_error),
		cmocka_unit_test(test_a_prefix_tells_no_secret),
		cmocka_unit_test(test_fail_replaces),
		cmocka_unit_test(test_fail_at),
		cmocka_unit_test(test_long_messages_are_cut),
		cmocka_unit_test(test_messages_are_cut_between_characters),
		cmocka_unit_test(test_refused_keeps_what_the_server_said),
		cmocka_unit_test(test_refused_is_told_whole),
		cmocka_unit_test(test_a_copy_says_all),
		cmocka_unit_test(test_refused_without_details),
		cmocka_unit_test(test_what_a_server_said_is_set),
		cmocka_unit_test(test_fail_with_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
