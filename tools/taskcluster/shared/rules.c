/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/rules.h"

#include <string.h>
#include <taskcluster/registry.h>

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

/* `key` is the rule's, bare or with an operator; else it takes none. */
static bool takes_several(const struct tc_query_rule *rule, const char *key, const char *separator)
{
	size_t name = strlen(rule->name), gap = strlen(separator);

	if (strncmp(key, rule->name, name) != 0)
		return false;
	if (!key[name])
		return rule->list != TC_LIST_SINGLE;
	if (strncmp(key + name, separator, gap) != 0)
		return false;
	for (const struct tc_query_operator *at = rule->operators; at && at->name; at++)
		if (strcmp(at->name, key + name + gap) == 0)
			return at->list != TC_LIST_SINGLE;
	return false;
}

bool rules_take_several(const struct tc_operation *operation, const char *key)
{
	const char *separator = rules_separator(operation);
	const struct tc_query_rule *rule;

	for (size_t i = 0; (rule = rules_query_at(operation, i)); i++)
		if (takes_several(rule, key, separator))
			return true;
	return false;
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

const char *rules_empty(const struct tc_operation *operation, size_t position)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	return rules && rules->arguments ? rules->arguments[position].empty : NULL;
}

bool rules_is_elsewhere(const struct tc_service *service)
{
	return service->conventions && service->conventions->server_url;
}

/* Whether it is where a person's name and password go, whatever else it says. */
static bool is_login(const struct tc_operation *operation, const struct tc_conventions *system)
{
	const struct tc_session_scheme *session = system->session;

	return session && session->basic && strcmp(operation->name, session->login) == 0;
}

/* As the library does it. */
static bool is_open_elsewhere(
	const struct tc_operation *operation, const struct tc_conventions *system)
{
	const struct tc_operation_conventions *rules = operation->conventions;
	uint8_t authentication = rules ? rules->authentication : TC_AUTHENTICATION_OPTIONAL;

	if (is_login(operation, system) || authentication == TC_AUTHENTICATION_REQUIRED)
		return false;
	return authentication == TC_AUTHENTICATION_NEVER ||
		(system->anonymous_reads && strcmp(operation->method, "GET") == 0);
}

/* What a deployment's references have in the same place is this program's: they do not say who may
 * call without credentials. NULL: it knows no such function. */
static const struct tc_operation *own_row(const struct tc_operation *operation)
{
	const struct tc_operation *own =
		tc_find_operation(operation->service->name, operation->name);

	if (!own || strcmp(own->method, operation->method) != 0 ||
		strcmp(own->route, operation->route) != 0)
		return NULL;
	return own;
}

bool rules_is_own(const struct tc_operation *operation)
{
	return tc_find_operation(operation->service->name, operation->name) == operation;
}

bool rules_is_open(const struct tc_operation *operation)
{
	static const char tests[] = "testAuthenticate";

	if (rules_is_elsewhere(operation->service))
		return is_open_elsewhere(operation, operation->service->conventions);
	const struct tc_operation *own = own_row(operation);
	return own && !own->scopes && strncmp(own->name, tests, strlen(tests)) != 0;
}
