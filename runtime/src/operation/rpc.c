/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/operation/rpc.h"

void tc__rpc_body(const struct tc_rpc *rpc, int64_t id, const char *params, size_t length,
	struct tc__buffer *body)
{
	tc__buffer_printf(body, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"id\":", rpc->method);
	tc__buffer_int(body, id);
	tc__buffer_text(body, ",\"params\":");
	if (params && length)
		tc__buffer_add(body, params, length);
	else
		tc__buffer_text(body, "{}");
	tc__buffer_char(body, '}');
}

bool tc__rpc_is_error(const tc_json *reply)
{
	enum tc_json_kind kind = tc_json_kind(tc_json_get(reply, "error"));

	/* some servers write "error": null beside a result */
	return kind != TC_JSON_ABSENT && kind != TC_JSON_NULL;
}

int tc__rpc_check(const struct tc_rpc *rpc, int64_t id, const tc_json *reply, tc_error *err)
{
	int64_t given;

	if (tc_json_kind(reply) != TC_JSON_OBJECT)
		return tc__fail(
			err, TC_ERROR_REPLY, "the reply is no JSON object, as JSON-RPC has them");
	if (!tc_json_int64(tc_json_get(reply, "id"), &given) || given != id)
		return tc__fail_at(err, TC_ERROR_REPLY, "/id",
			"is not %lld: the reply is to another request", (long long)id);
	enum tc_json_kind result = tc_json_kind(tc_json_get(reply, "result"));
	if (rpc->result_required && (result == TC_JSON_ABSENT || result == TC_JSON_NULL))
		return tc__fail_at(err, TC_ERROR_REPLY, "/result",
			"is %s: the server knows no method \"%s\" there",
			result == TC_JSON_NULL ? "null" : "absent", rpc->method);
	return TC_OK;
}
