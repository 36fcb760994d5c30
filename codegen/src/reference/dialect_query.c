/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/reference/dialect.h"

#include "codegen/src/reference/dialect_value.h"
#include <stdlib.h>
#include <string.h>

#define SETS_DEEP 8
#define OPERATORS_MAX 32
#define EXPANDED_MAX 200 /* with the arguments they are counted by a uint8_t */

/* ---- lists with their sets in place ---- */

static int add_items(const struct dialect_reader *reader, const struct node *items, int depth,
	struct dialect_list *list);

static int add_set(const struct dialect_reader *reader, const struct node *set, int depth,
	struct dialect_list *list)
{
	const char *name = NULL;
	int rc = node_text(set, &name, reader->err);

	if (rc != TC_OK)
		return rc;
	struct node *sets = dialect_allocate(reader, 2, sizeof *sets);
	if (!sets)
		return TC_ERROR_NOMEM;
	sets[0] = node_member(reader->root, "parameterSets");
	sets[1] = node_member(&sets[0], name);
	if (!sets[1].json)
		return node_fail(set, reader->err,
			"is \"%.64s\"; expected the name of one of parameterSets", name);
	if (depth == SETS_DEEP)
		return node_fail(
			set, reader->err, "is \"%.64s\", a set within itself or too deep", name);
	if (list->sets++ == EXPANDED_MAX)
		return node_fail(
			set, reader->err, "is one set too many; expected at most %d", EXPANDED_MAX);
	return add_items(reader, &sets[1], depth + 1, list);
}

static int add_item(const struct dialect_reader *reader, const struct node *node, int depth,
	struct dialect_list *list)
{
	struct node set = node_member(node, "set");
	bool object = tc_json_kind(node->json) == TC_JSON_OBJECT;

	if (object && set.json)
		return add_set(reader, &set, depth, list);
	if (list->count == EXPANDED_MAX)
		return node_fail(
			node, reader->err, "is one too many; expected at most %d", EXPANDED_MAX);
	struct dialect_parameter *item = &list->items[list->count++];
	item->node = *node;
	item->name = object ? node_member(&item->node, "name") : *node;
	item->bare = true;
	return object ? dialect_flag(reader, &item->node, "bare", &item->bare) : TC_OK;
}

static int add_items(const struct dialect_reader *reader, const struct node *items, int depth,
	struct dialect_list *list)
{
	int rc = node_array(items, reader->err);

	for (size_t i = 0; i < tc_json_count(items->json) && rc == TC_OK; i++) {
		struct node item = node_item(items, i);
		rc = add_item(reader, &item, depth, list);
	}
	return rc;
}

int dialect_expand(const struct dialect_reader *reader, const struct node *entry,
	const char *member, struct dialect_list *list)
{
	*list = (struct dialect_list){ 0 };
	struct node *items = dialect_allocate(reader, 1, sizeof *items);
	list->items = dialect_allocate(reader, EXPANDED_MAX, sizeof *list->items);
	if (!items || !list->items)
		return TC_ERROR_NOMEM;
	*items = node_member(entry, member);
	return items->json ? add_items(reader, items, 0, list) : TC_OK;
}

/* ---- parameters ---- */

static const char *const lists[] = { "single", "repeat", "comma", NULL };

static int read_operator(const struct dialect_reader *reader, const struct node *node, void *row)
{
	static const char *const known[] = { "name", "list", NULL };
	struct tc_query_operator *relation = row;
	bool object = tc_json_kind(node->json) == TC_JSON_OBJECT;
	struct node name = object ? node_member(node, "name") : *node;
	int rc = object ? dialect_refuse_others(reader, node, known) : TC_OK;

	if (rc == TC_OK)
		rc = node_text(&name, &relation->name, reader->err);
	if (rc == TC_OK && !name_is_identifier(relation->name))
		rc = node_fail(&name, reader->err,
			"is \"%.100s\"; expected a name of letters, digits and _, a letter first",
			relation->name);
	return rc == TC_OK && object ? dialect_choice(reader, node, "list", lists, &relation->list)
				     : rc;
}

static int check_operators(const struct dialect_reader *reader, const struct node *list,
	const struct tc_query_operator *operators)
{
	if (!operators->name)
		return node_fail(list, reader->err, "is empty; expected operators");
	for (size_t i = 0; operators[i].name; i++) {
		struct node item = node_item(list, i);
		for (size_t k = 0; k < i; k++)
			if (strcmp(operators[k].name, operators[i].name) == 0)
				return node_fail(&item, reader->err,
					"is \"%s\" a second time; expected each operator once",
					operators[i].name);
	}
	return TC_OK;
}

static int read_operator_list(const struct dialect_reader *reader, const struct node *list,
	const struct tc_query_operator **operators)
{
	void *rows = NULL;
	int rc = dialect_rows(reader, list, sizeof **operators, read_operator, &rows);

	if (rc == TC_OK && tc_json_count(list->json) > OPERATORS_MAX)
		rc = node_fail(list, reader->err, "has over %d operators", OPERATORS_MAX);
	*operators = rows;
	return rc == TC_OK ? check_operators(reader, list, *operators) : rc;
}

static int read_operators(const struct dialect_reader *reader, const struct node *object,
	struct tc_query_rule *rule, struct dialect_word *word)
{
	struct node node = node_member(object, "operators");

	if (!node.json)
		return TC_OK;
	if (tc_json_kind(node.json) == TC_JSON_ARRAY)
		return read_operator_list(reader, &node, &rule->operators);
	int rc = node_text(&node, &word->operators, reader->err);
	if (rc != TC_OK)
		return rc;
	struct node sets = node_member(reader->root, "operatorSets");
	struct node set = node_member(&sets, word->operators);
	if (!set.json)
		return node_fail(&node, reader->err,
			"is \"%.64s\"; expected the name of one of operatorSets", word->operators);
	return read_operator_list(reader, &set, &rule->operators);
}

/* Which member of the items it is about: the one of its own name, or another. */
static int read_member(
	const struct dialect_reader *reader, const struct node *node, struct tc_query_rule *rule)
{
	struct node member = node_member(node, "field");

	if (tc_json_kind(member.json) != TC_JSON_STRING)
		return dialect_flag(reader, node, "field", &rule->field);
	rule->field = true;
	return node_text(&member, &rule->member, reader->err);
}

static int read_flags(
	const struct dialect_reader *reader, const struct node *node, struct tc_query_rule *rule)
{
	static const char *const roles[] = { "plain", "select", "order", NULL };
	int rc = dialect_choice(reader, node, "role", roles, &rule->role);

	if (rc == TC_OK)
		rc = dialect_flag(reader, node, "required", &rule->required);
	if (rc == TC_OK)
		rc = dialect_flag(reader, node, "reversible", &rule->reversible);
	if (rc == TC_OK)
		rc = read_member(reader, node, rule);
	if (rc == TC_OK)
		rc = dialect_flag(reader, node, "secret", &rule->secret);
	if (rc == TC_OK && rule->role != TC_ROLE_PLAIN && !rule->values)
		rc = node_fail(node, reader->err, "has a role, but no values");
	if (rc == TC_OK && rule->no_bare && !rule->operators)
		rc = node_fail(node, reader->err, "is never bare and has no operators");
	return rc;
}

/* What people should know of a parameter. */
static int read_word(const struct dialect_reader *reader, const struct node *node, const char *name,
	struct dialect_word *word)
{
	struct tc__arena *arena = &reader->model->arena;
	struct node fallback = node_member(node, "default");
	char *text = NULL;
	size_t length = 0;
	int rc = TC_OK;

	word->name = name;
	word->c_name = name_snake(arena, name);
	if (fallback.json)
		rc = tc_json_write(fallback.json, TC_JSON_COMPACT, &text, &length, reader->err);
	if (text)
		word->default_text = tc__arena_text(arena, text, length);
	tc_release(text);
	if (rc == TC_OK && (!word->c_name || (text && !word->default_text)))
		rc = tc__fail_nomem(reader->err);
	if (rc == TC_OK)
		rc = dialect_text(reader, node, "description", &word->description);
	if (rc == TC_OK)
		rc = dialect_text(reader, node, "since", &word->since);
	if (rc == TC_OK)
		rc = dialect_text(reader, node, "removedIn", &word->removed_in);
	return rc == TC_OK ? dialect_flag(reader, node, "deprecated", &word->deprecated) : rc;
}

static int read_rule(const struct dialect_reader *reader, const struct dialect_parameter *item,
	struct tc_query_rule *rule, struct dialect_word *word)
{
	static const char *const known[] = { "name", "description", "type", "list", "operators",
		"bare", "besides", "required", "minimum", "maximum", "default", "values",
		"reversible", "role", "field", "secret", "deprecated", "since", "removedIn", NULL };
	static const char *const types[] = { "string", "integer", "number", "boolean", "date",
		"date-time", NULL };
	const struct node *node = &item->node;
	int rc = node_text(&item->name, &rule->name, reader->err);

	rule->no_bare = !item->bare;
	if (rc == TC_OK)
		rc = read_word(reader, node, rule->name, word);
	if (rc != TC_OK || tc_json_kind(node->json) != TC_JSON_OBJECT)
		return rc;
	rc = dialect_refuse_others(reader, node, known);
	if (rc == TC_OK)
		rc = dialect_choice(reader, node, "type", types, &rule->type);
	if (rc == TC_OK)
		rc = dialect_choice(reader, node, "list", lists, &rule->list);
	if (rc == TC_OK)
		rc = read_operators(reader, node, rule, word);
	if (rc == TC_OK)
		rc = dialect_digits(reader, node, "minimum", &rule->minimum);
	if (rc == TC_OK)
		rc = dialect_digits(reader, node, "maximum", &rule->maximum);
	if (rc == TC_OK && rule->minimum && rule->maximum &&
		strtoll(rule->minimum, NULL, 10) > strtoll(rule->maximum, NULL, 10))
		rc = node_fail(node, reader->err, "has the minimum %s above the maximum %s",
			rule->minimum, rule->maximum);
	if (rc == TC_OK)
		rc = dialect_texts(reader, node, "values", &rule->values);
	if (rc == TC_OK)
		rc = dialect_texts(reader, node, "besides", &rule->besides);
	return rc == TC_OK ? read_flags(reader, node, rule) : rc;
}

static int check_rule(const struct dialect_reader *reader, const struct dialect_parameter *item,
	const struct tc_query_rule *rules, size_t at)
{
	/* those of the query struct have been told apart by their names in C */
	if (!name_is_key(rules[at].name))
		return node_fail(&item->name, reader->err,
			"is \"%.100s\"; expected a name of letters, digits and _ - ., a letter "
			"first",
			rules[at].name);
	for (size_t i = 0; i < at; i++)
		if (strcmp(rules[i].name, rules[at].name) == 0)
			return node_fail(&item->name, reader->err,
				"is \"%s\" a second time; expected each key once", rules[at].name);
	return TC_OK;
}

static int read_rules(const struct dialect_reader *reader, const struct dialect_list *list,
	const struct tc_query_rule **rules, const struct dialect_word **words)
{
	struct tc_query_rule *array = dialect_allocate(reader, list->count + 1, sizeof *array);
	struct dialect_word *beside = dialect_allocate(reader, list->count + 1, sizeof *beside);
	int rc = TC_OK;

	if (!array || !beside)
		return TC_ERROR_NOMEM;
	for (size_t i = 0; i < list->count && rc == TC_OK; i++) {
		rc = read_rule(reader, &list->items[i], &array[i], &beside[i]);
		if (rc == TC_OK)
			rc = check_rule(reader, &list->items[i], array, i);
	}
	*rules = list->count ? array : NULL;
	*words = beside;
	return rc;
}

static int check_header(const struct dialect_reader *reader, const struct dialect_parameter *item,
	const struct tc_query_rule *rule)
{
	/* Authorization is for logins, which carry none of the library's own */
	static const char *const ours[] = { "accept", "connection", "content-length",
		"content-type", "cookie", "host", "transfer-encoding", "user-agent" };

	if (rule->operators || rule->list != TC_LIST_SINGLE || rule->no_bare || rule->besides)
		return node_fail(&item->node, reader->err,
			"is a header; expected no list, operators, besides, or bare: false");
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		size_t k = 0;
		while (ours[i][k] && (rule->name[k] | 0x20) == ours[i][k])
			k++;
		if (!ours[i][k] && !rule->name[k])
			return node_fail(&item->name, reader->err,
				"is \"%s\", a header that the library sets itself", rule->name);
	}
	return TC_OK;
}

/* What is selected must be there to be compared and sorted by. */
static int check_fields(const struct dialect_reader *reader, const struct dialect_list *list,
	const struct tc_query_rule *rules)
{
	const struct tc_query_rule *select = NULL;

	for (size_t i = 0; i < list->count; i++)
		select = rules[i].role == TC_ROLE_SELECT ? &rules[i] : select;
	for (size_t i = 0; i < list->count; i++) {
		const char *member = rules[i].member ? rules[i].member : rules[i].name;
		const char *const *value = select && rules[i].field ? select->values : NULL;
		while (value && *value && strcmp(*value, member) != 0)
			value++;
		if (rules[i].field && (!value || !*value))
			return node_fail(&list->items[i].name, reader->err,
				"is \"%s\" and has field, but \"%s\" cannot be selected",
				rules[i].name, member);
	}
	return TC_OK;
}

/* Keys that go together are keys, by their names alone. */
static int check_besides(const struct dialect_reader *reader, const struct dialect_list *list,
	const struct tc_query_rule *rules, size_t at)
{
	struct node node = node_member(&list->items[at].node, "besides");

	for (size_t k = 0; rules[at].besides && rules[at].besides[k]; k++) {
		struct node item = node_item(&node, k);
		size_t i = 0;
		while (i < list->count &&
			(i == at || strcmp(rules[i].name, rules[at].besides[k]) != 0))
			i++;
		if (i == list->count)
			return node_fail(&item, reader->err,
				"is \"%.64s\"; expected another key of the query, without an "
				"operator",
				rules[at].besides[k]);
	}
	return TC_OK;
}

int dialect_read_query(const struct dialect_reader *reader, const struct node *entry,
	struct dialect_entry *dialect)
{
	struct dialect_list query, headers;
	int rc = dialect_expand(reader, entry, "query", &query);

	if (rc == TC_OK)
		rc = read_rules(reader, &query, &dialect->query, &dialect->query_words);
	if (rc == TC_OK && query.count)
		rc = check_fields(reader, &query, dialect->query);
	for (size_t i = 0; rc == TC_OK && i < query.count; i++)
		rc = check_besides(reader, &query, dialect->query, i);
	if (rc == TC_OK)
		rc = dialect_expand(reader, entry, "headers", &headers);
	if (rc == TC_OK)
		rc = read_rules(reader, &headers, &dialect->headers, &dialect->header_words);
	for (size_t i = 0; rc == TC_OK && i < headers.count; i++)
		rc = check_header(reader, &headers.items[i], &dialect->headers[i]);
	return rc;
}

bool dialect_has_key(const struct dialect_reader *reader, const struct dialect_entry *dialect,
	const char *key, bool *bare)
{
	const struct tc_conventions *conventions = reader->service->conventions;
	const char *separator =
		conventions->operator_separator ? conventions->operator_separator : "__";

	for (const struct tc_query_rule *rule = dialect->query; rule && rule->name; rule++) {
		size_t length = strlen(rule->name);
		if (strncmp(rule->name, key, length) != 0)
			continue;
		*bare = !key[length];
		if (*bare && !rule->no_bare)
			return true;
		if (strncmp(key + length, separator, strlen(separator)) != 0)
			continue;
		const char *name = key + length + strlen(separator);
		const struct tc_query_operator *relation = rule->operators;
		for (; relation && relation->name; relation++)
			if (strcmp(relation->name, name) == 0)
				return true;
	}
	return false;
}

/* ---- arguments ---- */

static int read_kinds(
	const struct dialect_reader *reader, const struct node *node, struct tc_argument_rule *rule)
{
	const char *const *kinds = NULL;
	bool integer = false, string = false;
	int rc = dialect_texts(reader, node, "types", &kinds);

	if (rc != TC_OK || !kinds)
		return rc;
	for (; *kinds; kinds++) {
		integer |= strcmp(*kinds, "integer") == 0;
		string |= strcmp(*kinds, "string") == 0;
	}
	if (!integer && !string)
		return node_fail(node, reader->err, "has types; expected integer or string");
	rule->kind = !integer ? TC_ARGUMENT_STRING
		: string      ? TC_ARGUMENT_EITHER
			      : TC_ARGUMENT_INTEGER;
	return TC_OK;
}

/* Its slashes are the path's, so nothing may follow but the end. */
static int check_segments(const struct dialect_reader *reader, const struct node *node,
	const struct operation *operation, const char *name)
{
	size_t length = strlen(name);
	const char *last = strrchr(operation->route, '/');

	if (last && last[1] == '<' && strncmp(last + 2, name, length) == 0 &&
		strcmp(last + 2 + length, ">") == 0)
		return TC_OK;
	return node_fail(node, reader->err,
		"is \"%s\" and has segments; expected it as the last segment of the route", name);
}

int dialect_read_arguments(const struct dialect_reader *reader, const struct node *entry,
	const struct operation *operation, struct dialect_entry *dialect)
{
	static const char *const known[] = { "name", "description", "types", "pattern", "segments",
		NULL };
	struct tc_argument_rule *rules =
		dialect_allocate(reader, operation->argument_count + 1, sizeof *rules);
	struct dialect_word *words =
		dialect_allocate(reader, operation->argument_count + 1, sizeof *words);
	struct dialect_list list;
	bool any = false;
	int rc = rules && words ? dialect_expand(reader, entry, "args", &list) : TC_ERROR_NOMEM;

	for (size_t i = 0; rc == TC_OK && i < list.count; i++) {
		const struct node *node = &list.items[i].node;
		rc = read_word(reader, node, operation->arguments[i].name, &words[i]);
		if (rc != TC_OK || tc_json_kind(node->json) != TC_JSON_OBJECT)
			continue;
		rc = dialect_refuse_others(reader, node, known);
		if (rc == TC_OK)
			rc = read_kinds(reader, node, &rules[i]);
		if (rc == TC_OK)
			rc = dialect_pattern(reader, node, "pattern", &rules[i].pattern);
		if (rc == TC_OK)
			rc = dialect_flag(reader, node, "segments", &rules[i].segments);
		if (rc == TC_OK && rules[i].segments)
			rc = check_segments(reader, node, operation, operation->arguments[i].name);
		any |= rules[i].kind || rules[i].pattern || rules[i].segments;
	}
	dialect->rules.arguments = any ? rules : NULL;
	dialect->argument_words = words;
	return rc;
}
