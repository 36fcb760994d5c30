/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/decimal.h>
#include <taskcluster/query.h>

#include "runtime/src/call/call.h"

int tc_call_query_list(tc_call *call, const char *key, const char *comparison,
	const char *const *values, size_t count, tc_error *err)
{
	tc_error_clear(err);
	int rc = tc__call_check_unused(call, err);

	if (rc != TC_OK)
		return rc;
	rc = tc__request_query(&call->request, key, comparison, values, count, err);
	return tc__operation_prefix(call->request.operation, rc, err);
}

int tc_call_query(
	tc_call *call, const char *key, const char *comparison, const char *value, tc_error *err)
{
	return tc_call_query_list(call, key, comparison, &value, 1, err);
}

int tc_call_query_int64(
	tc_call *call, const char *key, const char *comparison, int64_t value, tc_error *err)
{
	return tc_call_query(call, key, comparison, TC_DECIMAL(value), err);
}

int tc_call_query_bool(
	tc_call *call, const char *key, const char *comparison, bool value, tc_error *err)
{
	return tc_call_query(call, key, comparison, value ? "true" : "false", err);
}
