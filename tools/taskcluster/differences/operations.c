/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/functions.h"
#include "tools/taskcluster/differences/services.h"

#include <string.h>

/* ---- how it is called ---- */

static bool has_argument(const struct tc_operation *operation, const char *name)
{
	for (uint8_t i = 0; i < operation->argument_count; i++)
		if (strcmp(operation->arguments[i].name, name) == 0)
			return true;
	return false;
}

/* One that is only called otherwise is the same to callers, who give values in their order. */
static void compare_argument(const struct functions *both, const char *older, const char *newer)
{
	bool moved = has_argument(both->newer, older) || has_argument(both->older, newer);
	struct change change =
		functions_change(both->older, "argument", moved ? BREAKS_CALLERS : BREAKS_NONE);

	if (strcmp(older, newer) == 0)
		return;
	if (moved)
		change_tell(both->pair->sink, &change, "<%s> is where <%s> was", newer, older);
	else
		change_tell(both->pair->sink, &change, "<%s> is called <%s> now", older, newer);
}

static void compare_route(const struct functions *both)
{
	const struct tc_operation *older = both->older, *newer = both->newer;
	struct change route = functions_change(older, "route", BREAKS_CALLERS);

	if (!functions_same_shape(both)) {
		change_tell(
			both->pair->sink, &route, "is %s; it was %s", newer->route, older->route);
		return;
	}
	for (uint8_t i = 0; i < older->argument_count && i < newer->argument_count; i++)
		compare_argument(both, older->arguments[i].name, newer->arguments[i].name);
}

static void compare_method(const struct functions *both)
{
	struct change change = functions_change(both->older, "method", BREAKS_CALLERS);

	if (strcmp(both->older->method, both->newer->method) != 0)
		change_tell(both->pair->sink, &change, "is %s; it was %s", both->newer->method,
			both->older->method);
}

static bool has_key(const struct tc_operation *operation, const char *name)
{
	for (uint8_t i = 0; i < operation->query_count; i++)
		if (strcmp(operation->query[i].name, name) == 0)
			return true;
	return false;
}

/* Services refuse keys that they do not know. */
static void compare_query(const struct functions *both)
{
	struct change gone = functions_change(both->older, "query", BREAKS_CALLERS);
	struct change added = functions_change(both->older, "query", BREAKS_NONE);

	for (uint8_t i = 0; i < both->older->query_count; i++)
		if (!has_key(both->newer, both->older->query[i].name))
			change_tell(
				both->pair->sink, &gone, "%s is gone", both->older->query[i].name);
	for (uint8_t i = 0; i < both->newer->query_count; i++)
		if (!has_key(both->older, both->newer->query[i].name))
			change_tell(
				both->pair->sink, &added, "%s is new", both->newer->query[i].name);
}

static void compare_stability(const struct functions *both)
{
	static const char *const words[] = { "stable", "experimental", "deprecated" };
	struct change change = functions_change(both->older, "stability", BREAKS_NONE);

	if (both->older->stability != both->newer->stability)
		change_tell(both->pair->sink, &change, "is %s; it was %s",
			words[both->newer->stability], words[both->older->stability]);
}

/* ---- what goes in and out ---- */

static void compare_input(const struct functions *both)
{
	const struct tc_operation *older = both->older, *newer = both->newer;
	struct change change = functions_change(older, "input", BREAKS_CALLERS);

	if (older->has_input != newer->has_input)
		change_tell(both->pair->sink, &change,
			newer->has_input ? "a body is needed now" : "no body is taken any more");
	else
		pair_compare_schemas(both->pair,
			tc_references_operation_schema(both->pair->older, older, TC_SCHEMA_INPUT),
			tc_references_operation_schema(both->pair->newer, newer, TC_SCHEMA_INPUT),
			false, &change);
}

/* "JSON", "bytes", or nothing that a client may count on. */
static const char *reply_of(const struct tc_operation *operation)
{
	if (operation->blob_output)
		return "bytes";
	return operation->has_output ? "JSON" : "nothing";
}

static void compare_output(const struct functions *both)
{
	const struct tc_operation *older = both->older, *newer = both->newer;
	const char *was = reply_of(older), *is = reply_of(newer);
	struct change change = functions_change(older, "output",
		older->has_output || older->blob_output ? BREAKS_READERS : BREAKS_NONE);

	if (strcmp(was, is) != 0)
		change_tell(both->pair->sink, &change, "the reply is %s; it was %s", is, was);
	else
		pair_compare_schemas(both->pair,
			tc_references_operation_schema(both->pair->older, older, TC_SCHEMA_OUTPUT),
			tc_references_operation_schema(both->pair->newer, newer, TC_SCHEMA_OUTPUT),
			true, &change);
}

/* ---- of a service ---- */

static void compare_function(const struct functions *both)
{
	compare_method(both);
	compare_route(both);
	compare_query(both);
	functions_compare_scopes(both);
	compare_stability(both);
	compare_input(both);
	compare_output(both);
}

void operations_compare(
	const struct pair *pair, const struct tc_service *older, const struct tc_service *newer)
{
	for (size_t i = 0; i < older->operation_count; i++) {
		struct functions both = { pair, &older->operations[i],
			tc_references_find_operation(
				pair->newer, newer->name, older->operations[i].name) };
		struct change gone = functions_change(both.older, "function", BREAKS_CALLERS);
		if (both.newer)
			compare_function(&both);
		else
			change_tell(pair->sink, &gone, "is gone");
	}
	for (size_t i = 0; i < newer->operation_count; i++) {
		const struct tc_operation *operation = &newer->operations[i];
		struct change added = functions_change(operation, "function", BREAKS_NONE);
		if (!tc_references_find_operation(pair->older, older->name, operation->name))
			change_tell(pair->sink, &added, "is new: %s %s", operation->method,
				operation->route);
	}
}
