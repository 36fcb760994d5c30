/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/scope.h>

#include "runtime/src/base/error.h"
#include <string.h>

bool tc_scope_satisfies(const char *held, const char *required)
{
	if (!held || !required)
		return false;
	size_t length = strlen(held);
	if (length > 0 && held[length - 1] == '*')
		return strncmp(held, required, length - 1) == 0;
	return strcmp(held, required) == 0;
}

static bool held_by_any(const struct tc_scopes *held, const char *required)
{
	for (size_t i = 0; held && i < held->count; i++)
		if (tc_scope_satisfies(held->scopes[i], required))
			return true;
	return false;
}

bool tc_scopes_satisfy(const struct tc_scopes *held, const struct tc_scopes *required)
{
	for (size_t i = 0; required && i < required->count; i++)
		if (!held_by_any(held, required->scopes[i]))
			return false;
	return true;
}

bool tc_scopes_satisfy_any(
	const struct tc_scopes *held, const struct tc_scopes *alternatives, size_t count)
{
	for (size_t i = 0; alternatives && i < count; i++)
		if (tc_scopes_satisfy(held, &alternatives[i]))
			return true;
	return false;
}

int tc_scope_check(const char *scope, tc_error *err)
{
	tc_error_clear(err);
	if (!scope)
		return tc__fail(err, TC_ERROR_ARGUMENT, "scope is NULL");
	for (const char *at = scope; *at; at++)
		if (*at < ' ' || *at > '~')
			return tc__fail(err, TC_ERROR_INPUT,
				"the scope \"%.*s…\" is malformed: byte 0x%02x at position %zu; "
				"scopes are printable ASCII",
				(int)(at - scope < 200 ? at - scope : 200), scope,
				(unsigned)(unsigned char)*at, (size_t)(at - scope));
	return TC_OK;
}
