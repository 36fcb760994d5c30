/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/operation/query_key.h"

#include <string.h>

struct tc__query tc__query_for(const struct tc_operation *operation)
{
	static const struct tc_query_rule *const none[] = { NULL };
	const struct tc_conventions *system = tc__system_of(operation);
	const struct tc_operation_conventions *rules = tc__parameter_rules_of(operation);

	return (struct tc__query){
		.operation = operation,
		.rules = rules,
		.keys = rules && rules->query ? rules->query : none,
		.separator =
			system && system->operator_separator ? system->operator_separator : "__",
	};
}

const struct tc_query_operator *tc__query_find_operator(
	const struct tc_query_rule *rule, const char *name, size_t *place)
{
	const struct tc_query_operator *relation = rule->operators;

	for (*place = 1; relation && relation->name; relation++, ++*place)
		if (strcmp(relation->name, name) == 0)
			return relation;
	return NULL;
}

/* Operators of a key stand behind it, so a key takes as many places as there may be operators. */
#define PLACES 64

static bool find_plain(
	const struct tc_operation *operation, const char *key, struct tc__query_meaning *found)
{
	for (size_t i = 0; i < operation->query_count; i++) {
		if (strcmp(operation->query[i].name, key) != 0)
			continue;
		*found = (struct tc__query_meaning){ .name = operation->query[i].name,
			.place = i * PLACES };
		return true;
	}
	return false;
}

bool tc__query_find_key(
	const struct tc__query *query, const char *key, struct tc__query_meaning *found)
{
	const struct tc_query_rule *const *rules = query->keys;

	/* without a table of its own what the struct has are headers, which must not get into the
	 * URL */
	if (!query->rules)
		return find_plain(query->operation, key, found);
	for (size_t i = 0; rules[i]; i++) {
		if (strcmp(rules[i]->name, key) != 0)
			continue;
		*found = (struct tc__query_meaning){
			.name = rules[i]->name, .rule = rules[i], .place = i * PLACES
		};
		return true;
	}
	return false;
}

bool tc__query_find_sent(
	const struct tc__query *query, const char *key, struct tc__query_meaning *found)
{
	const struct tc_query_rule *const *rules = query->keys;
	const char *separator = query->separator;

	if (tc__query_find_key(query, key, found) && !(found->rule && found->rule->no_bare))
		return true;
	for (size_t i = 0; rules[i]; i++) {
		const struct tc_query_rule *rule = rules[i];
		size_t length = strlen(rule->name), place;
		if (strncmp(rule->name, key, length) != 0 ||
			strncmp(key + length, separator, strlen(separator)) != 0)
			continue;
		const struct tc_query_operator *relation =
			tc__query_find_operator(rule, key + length + strlen(separator), &place);
		if (!relation)
			continue;
		*found = (struct tc__query_meaning){ rule->name, rule, relation,
			i * PLACES + place };
		return true;
	}
	return false;
}

bool tc__query_has_key(const struct tc_operation *operation, const char *key)
{
	struct tc__query_meaning meaning = { 0 };
	const struct tc__query query = tc__query_for(operation);

	return tc__query_find_sent(&query, key, &meaning);
}
