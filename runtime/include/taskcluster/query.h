/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_QUERY_H
#define TASKCLUSTER_QUERY_H

/*
 * Queries that a struct cannot say: keys with an operator, and keys with several values. They are
 * added to a call before its first use, besides what its query struct had:
 *
 *	tc_call *call = tc_buildbot_list_builds_call(client, NULL, &err);
 *	tc_call_query_int64(call, "number", "ge", 100, &err);
 *	tc_call_query_list(call, "field", NULL, (const char *const[]){ "number", "results" }, 2,
 *		&err);
 *
 * Servers may ignore silently what they do not know, and answer as if there was no filter. So
 * whatever the operation's reference does not have is refused here, by name, with
 * TC_ERROR_ARGUMENT: a key or an operator that is unknown; the same key and operator twice where
 * only one value is taken; a value of the wrong type, out of range, or not among those that there
 * are; a key that the query struct has given already. What only a whole query shows is refused when
 * the call is used: a required key that is missing, and a filter or an order by a member that was
 * not selected. On failure the call keeps what it had.
 */

#include <taskcluster/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `comparison` is the operator, such as "lt"; NULL: the key alone. The value is copied. */
TC_API int tc_call_query(
	tc_call *call, const char *key, const char *comparison, const char *value, tc_error *err);

/* Several values at once, sent as the reference says (repeated, or joined by commas). An empty list
 * is refused. */
TC_API int tc_call_query_list(tc_call *call, const char *key, const char *comparison,
	const char *const *values, size_t count, tc_error *err);

/* Numbers and booleans as the server reads them. */
TC_API int tc_call_query_int64(
	tc_call *call, const char *key, const char *comparison, int64_t value, tc_error *err);
TC_API int tc_call_query_bool(
	tc_call *call, const char *key, const char *comparison, bool value, tc_error *err);

/* Whether an operation has this key, with its operator (`count__lt`) where it has one: what
 * tc_call_by_name takes beside arguments. */
TC_API bool tc_query_has_key(const struct tc_operation *operation, const char *key);

#ifdef __cplusplus
}
#endif

#endif
