/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/rules.h"

const struct tc_query_rule *rules_query_at(const struct tc_operation *operation, size_t position)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	return rules && rules->query ? rules->query[position] : NULL;
}

const struct tc_query_rule *rules_header_at(const struct tc_operation *operation, size_t position)
{
	const struct tc_operation_conventions *rules = operation->conventions;
	const struct tc_query_rule *rule = rules ? rules->headers : NULL;

	return rule && rule[position].name ? &rule[position] : NULL;
}

const char *rules_separator(const struct tc_operation *operation)
{
	const struct tc_conventions *system = operation->service->conventions;

	return system && system->operator_separator ? system->operator_separator : "__";
}

const struct tc_paging *rules_paging(const struct tc_operation *operation)
{
	static const struct tc_paging by_token = { .query = "continuationToken" };
	const struct tc_operation_conventions *rules = operation->conventions;

	if (!operation->pages)
		return NULL;
	return rules && rules->paging ? rules->paging : &by_token;
}

const struct tc_event_stream *rules_events(const struct tc_operation *operation)
{
	return operation->conventions ? operation->conventions->events : NULL;
}
