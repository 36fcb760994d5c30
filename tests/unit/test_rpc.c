/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/operation/rpc.h"
#include <string.h>

static const struct tc_rpc stop = { .method = "stop" };
static const struct tc_rpc force = { .method = "force", .result_required = true };

static int check(const struct tc_rpc *rpc, const char *text, tc_error *err)
{
	const tc_json *json = NULL;

	assert_ok(tc_json_parse(text, strlen(text), &json, err), err);
	int rc = tc__rpc_check(rpc, 7, json, err);
	tc_release(json);
	return rc;
}

static void test_body(void **state)
{
	struct tc__buffer body = TC__BUFFER(1000);

	(void)state;
	tc__rpc_body(&stop, 7, "{\"reason\":\"x\"}", 14, &body);
	assert_string_equal(tc__buffer_get(&body),
		"{\"jsonrpc\":\"2.0\",\"method\":\"stop\",\"id\":7,\"params\":{\"reason\":\"x\"}}");
	tc__buffer_clear(&body);
	tc__rpc_body(&stop, 8, NULL, 0, &body);
	assert_string_equal(tc__buffer_get(&body),
		"{\"jsonrpc\":\"2.0\",\"method\":\"stop\",\"id\":8,\"params\":{}}");
	tc__buffer_clear(&body);
}

static void test_reply(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(check(&stop, "{\"id\":7,\"result\":null}", &err), &err);
	assert_ok(check(&force, "{\"id\":7,\"result\":[1,{}]}", &err), &err);
	check(&force, "{\"id\":7,\"result\":null}", &err);
	assert_failure(&err, TC_ERROR_REPLY, "the server knows no method \"force\"");
	check(&force, "{\"id\":7}", &err);
	assert_failure(&err, TC_ERROR_REPLY, "/result");
	check(&stop, "{\"id\":6,\"result\":1}", &err);
	assert_failure(&err, TC_ERROR_REPLY, "the reply is to another request");
	check(&stop, "{\"id\":\"7\",\"result\":1}", &err);
	assert_failure(&err, TC_ERROR_REPLY, "/id");
	check(&stop, "[7]", &err);
	assert_failure(&err, TC_ERROR_REPLY, "no JSON object");
	assert_int_equal(tc__rpc_check(&stop, 7, NULL, &err), TC_ERROR_REPLY);
	tc_error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
