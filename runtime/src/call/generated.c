/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/generated.h>

#include "runtime/src/call/call.h"
#include "runtime/src/operation/binding.h"
#include <string.h>

/* The i-th member of a struct whose members are all `const char *`. Its type is known only to the
 * caller, so its bytes are copied rather than read through a type that it does not have. */
static const char *member(const void *object, size_t position)
{
	const char *text;

	memcpy(&text, (const char *)object + position * sizeof text, sizeof text);
	return text;
}

tc_call *tc_generated_call(tc_client *client, const struct tc_operation *operation,
	const char *const *arguments, const void *query, tc_error *err)
{
	const char *values[TC__NAMES_MAX];

	tc_error_clear(err);
	for (size_t i = 0; query && i < operation->query_count; i++)
		values[i] = member(query, i);
	return tc__call_new(client, operation, arguments, query ? values : NULL, err);
}

int tc_generated_binding(const struct tc_exchange *exchange, const void *key,
	struct tc_binding *binding, tc_error *err)
{
	const char *values[TC__NAMES_MAX] = { 0 };
	const char *given = NULL;
	size_t position = 0;

	tc_error_clear(err);
	if (!binding)
		return tc__fail(err, TC_ERROR_ARGUMENT, "binding is NULL");
	for (size_t i = 0; key && i < exchange->word_count; i++) {
		if (exchange->words[i].constant)
			continue;
		values[i] = member(key, position++);
		given = values[i] ? exchange->words[i].name : given;
	}
	const char *pattern = key ? member(key, position) : NULL;
	if (!pattern)
		return tc__binding(exchange, values, binding, err);
	if (!given)
		return tc_binding_from_pattern(exchange, pattern, binding, err);
	*binding = (struct tc_binding){ .exchange = "" };
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"%s.%s: routing_key_pattern is given, and %s, too; only one of them can hold",
		exchange->service->name, exchange->name, given);
}
