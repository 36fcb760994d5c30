/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the parameters of a service mean, once in its header: most mean the same in many functions.
 * A name that has several meanings has them one behind the other, the most frequent one first, and
 * the others with the functions they hold for.
 */
#include "codegen/src/emit/parts.h"
#include "codegen/src/emit/pool.h"
#include "codegen/src/reference/dialect.h"

#include <stdlib.h>
#include <string.h>

#define OPERATORS_SHOWN_MAX 18 /* columns: longer lists go by the name of their set */
#define PATTERN_SHOWN_MAX 40
#define VALUES_SHOWN_MAX 60

struct function {
	struct function *next;
	const struct operation *operation;
};

struct meaning {
	const char *name;
	const char *rule; /* " (integer; lt gt)", or empty */
	const char *text; /* ": How many. Default 10." */
	struct function *functions, **last;
	size_t count, order;
};

struct glossary {
	struct tc__buffer *out;
	const struct service *service;
	struct pool pool;
	struct meaning *meanings;
	size_t count;
	struct table known; /* name, rule and text -> meaning */
};

/* ---- what there is to say of a parameter ---- */

static void add_part(struct tc__buffer *parts, const char *text)
{
	tc__buffer_printf(parts, "%s%s", parts->length ? ", " : "", text);
}

/* "lt gt in*" */
static void add_operators(struct tc__buffer *text, const struct tc_query_operator *relation)
{
	for (const char *space = ""; relation->name; relation++, space = " ")
		tc__buffer_printf(text, "%s%s%s", space, relation->name,
			relation->list == TC_LIST_SINGLE ? "" : "*");
}

static size_t operators_length(const struct tc_query_operator *relation)
{
	size_t length = 0;

	for (; relation->name; relation++)
		length += strlen(relation->name) + 1 + (relation->list != TC_LIST_SINGLE);
	return length;
}

static bool goes_by_set(const struct tc_query_rule *rule, const struct dialect_word *word)
{
	return rule->operators && word->operators &&
		operators_length(rule->operators) > OPERATORS_SHOWN_MAX;
}

static void add_range(struct tc__buffer *parts, const struct tc_query_rule *rule)
{
	const char *comma = parts->length ? ", " : "";

	if (rule->minimum && rule->maximum)
		tc__buffer_printf(parts, "%s%s to %s", comma, rule->minimum, rule->maximum);
	else if (rule->minimum)
		tc__buffer_printf(parts, "%sfrom %s", comma, rule->minimum);
	else if (rule->maximum)
		tc__buffer_printf(parts, "%sat most %s", comma, rule->maximum);
}

/* The members that a select or an order may name are those of the reply's items. */
static void add_values(struct tc__buffer *parts, const struct tc_query_rule *rule)
{
	struct tc__buffer values = TC__BUFFER(EMIT_FILE_MAX);

	if (rule->role != TC_ROLE_PLAIN || !rule->values)
		return;
	tc__buffer_text(&values, rule->values[1] ? "" : "only ");
	for (const char *const *value = rule->values; *value; value++)
		tc__buffer_printf(&values, "%s%s", value == rule->values ? "" : " or ", *value);
	if (values.length <= VALUES_SHOWN_MAX)
		add_part(parts, tc__buffer_get(&values));
	parts->no_memory |= values.no_memory;
	tc__buffer_clear(&values);
}

static void add_company(struct tc__buffer *parts, const char *const *keys)
{
	add_part(parts, *keys ? "only with " : "alone");
	for (const char *const *key = keys; *key; key++)
		tc__buffer_printf(parts, "%s%s", key == keys ? "" : " and ", *key);
}

static void add_rule(
	struct tc__buffer *parts, const struct tc_query_rule *rule, const struct dialect_word *word)
{
	static const char *const types[] = { NULL, "integer", "number", "boolean", "date",
		"date-time" };

	if (rule->type)
		add_part(parts, types[rule->type]);
	if (rule->list)
		add_part(parts, "list");
	add_range(parts, rule);
	add_values(parts, rule);
	if (rule->required)
		add_part(parts, "required");
	if (rule->secret)
		add_part(parts, "secret");
	if (rule->besides)
		add_company(parts, rule->besides);
	if (!rule->operators)
		return;
	tc__buffer_text(parts, parts->length ? "; " : "text; ");
	tc__buffer_text(parts, rule->no_bare ? "only " : "");
	if (goes_by_set(rule, word))
		tc__buffer_printf(parts, "%s operators", word->operators);
	else
		add_operators(parts, rule->operators);
}

static void add_argument_rule(struct tc__buffer *parts, const struct tc_argument_rule *rule)
{
	static const char *const kinds[] = { NULL, "integer", "integer or text" };

	if (rule->kind)
		add_part(parts, kinds[rule->kind]);
	if (rule->segments)
		add_part(parts, "several segments");
	if (rule->pattern && strlen(rule->pattern) <= PATTERN_SHOWN_MAX)
		tc__buffer_printf(parts, "%smatching %s", parts->length ? ", " : "", rule->pattern);
}

static const char *rule_text(struct glossary *glossary, struct tc__buffer *parts)
{
	struct tc__buffer text = TC__BUFFER(EMIT_FILE_MAX);

	if (parts->length)
		tc__buffer_printf(&text, " (%s)", parts->data);
	glossary->pool.no_memory |= parts->no_memory;
	tc__buffer_clear(parts);
	return pool_keep(&glossary->pool, &text);
}

static const char *word_text(struct glossary *glossary, const struct dialect_word *word)
{
	struct tc__buffer text = TC__BUFFER(EMIT_FILE_MAX);

	tc__buffer_printf(&text, ": %s", word->description);
	if (word->default_text)
		tc__buffer_printf(&text, " Default %s.", word->default_text);
	if (word->since)
		tc__buffer_printf(&text, " Since %s.", word->since);
	if (word->removed_in)
		tc__buffer_printf(&text, " Removed in %s.", word->removed_in);
	return pool_keep(&glossary->pool, &text);
}

/* ---- gathering ---- */

/* The meaning that is there already, or a new one; NULL when memory ends. */
static struct meaning *find_meaning(struct glossary *glossary, struct meaning meaning)
{
	struct meaning *end = &glossary->meanings[glossary->count];
	struct tc__buffer key = TC__BUFFER(EMIT_FILE_MAX);

	table_key_add(&key, meaning.name);
	table_key_add(&key, meaning.rule);
	table_key_add(&key, meaning.text);
	struct meaning *found = table_share(&glossary->known, &key, end);
	glossary->pool.no_memory |= !found;
	if (found != end)
		return found;
	*found = meaning;
	found->order = glossary->count++;
	found->last = &found->functions;
	return found;
}

/* `parts` is the rule, and is cleared. */
static void add_meaning(struct glossary *glossary, const struct operation *operation,
	const char *name, const struct dialect_word *word, struct tc__buffer *parts)
{
	if (!word->description) {
		tc__buffer_clear(parts);
		return;
	}
	struct meaning *meaning = find_meaning(glossary,
		(struct meaning){ .name = name,
			.rule = rule_text(glossary, parts),
			.text = word_text(glossary, word) });
	struct function *function = pool_allocate(&glossary->pool, sizeof *function);
	if (!meaning || !function)
		return;
	function->operation = operation;
	*meaning->last = function;
	meaning->last = &function->next;
	meaning->count++;
}

static void add_rules(struct glossary *glossary, const struct operation *function,
	const struct tc_query_rule *rule, const struct dialect_word *word)
{
	for (; rule && rule->name; rule++, word++) {
		struct tc__buffer parts = TC__BUFFER(EMIT_FILE_MAX);
		if (word->deprecated)
			add_part(&parts, "deprecated");
		add_rule(&parts, rule, word);
		add_meaning(glossary, function, rule->name, word, &parts);
	}
}

static void add_query(struct glossary *glossary, const struct operation *function)
{
	add_rules(glossary, function, function->dialect->query, function->dialect->query_words);
}

static void add_headers(struct glossary *glossary, const struct operation *function)
{
	add_rules(glossary, function, function->dialect->headers, function->dialect->header_words);
}

static void add_arguments(struct glossary *glossary, const struct operation *function)
{
	const struct tc_argument_rule *rules = function->dialect->rules.arguments;
	const struct dialect_word *word = function->dialect->argument_words;

	for (size_t i = 0; i < function->argument_count; i++, word++) {
		struct tc__buffer parts = TC__BUFFER(EMIT_FILE_MAX);
		if (rules)
			add_argument_rule(&parts, &rules[i]);
		add_meaning(glossary, function, function->arguments[i].c_name, word, &parts);
	}
}

/* ---- writing ---- */

static int compare(const void *left, const void *right)
{
	const struct meaning *a = left, *b = right;
	int names = strcmp(a->name, b->name);

	if (names)
		return names;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* All that a name means, as one entry that hangs from it. */
static size_t write_entry(struct glossary *glossary, size_t at)
{
	const struct meaning *first = &glossary->meanings[at], *meaning = first;
	const struct meaning *end = glossary->meanings + glossary->count;
	struct tc__buffer text = TC__BUFFER(EMIT_FILE_MAX);
	size_t begin = glossary->out->length;

	for (; meaning < end && strcmp(meaning->name, first->name) == 0; meaning++) {
		if (meaning == first)
			tc__buffer_text(&text, first->name);
		const struct function *function = meaning == first ? NULL : meaning->functions;
		for (const char *before = " In "; function;
			function = function->next, before = ", ")
			tc__buffer_printf(&text, "%s%s", before, function->operation->c_name);
		if (meaning == first)
			tc__buffer_text(&text, meaning->rule);
		else if (strcmp(meaning->rule, first->rule) != 0)
			tc__buffer_text(&text, *meaning->rule ? meaning->rule : " (text)");
		tc__buffer_text(&text, meaning->text);
	}
	prose_comment(glossary->out, " *\t", tc__buffer_get(&text));
	if (glossary->out->length > begin + 2)
		glossary->out->data[begin + 2] = ' ';
	glossary->out->no_memory |= text.no_memory;
	tc__buffer_clear(&text);
	return (size_t)(meaning - glossary->meanings);
}

/* The long sets of operators, each on a line. */
static void add_sets(struct glossary *glossary, struct tc__buffer *sets)
{
	const struct service *service = glossary->service;

	for (size_t i = 0; i < service->operation_count; i++) {
		const struct dialect_entry *dialect = service->operations[i].dialect;
		const struct tc_query_rule *rule = dialect->query;
		for (size_t k = 0; rule && rule[k].name; k++) {
			struct tc__buffer set = TC__BUFFER(EMIT_FILE_MAX);
			const char *line;
			if (!goes_by_set(&rule[k], &dialect->query_words[k]))
				continue;
			tc__buffer_printf(
				&set, "%s operators: ", dialect->query_words[k].operators);
			add_operators(&set, rule[k].operators);
			if (pool_find(&glossary->pool, "", &set, &line))
				continue;
			pool_add(&glossary->pool, line, line);
			tc__buffer_printf(sets, "\n%s", line + strlen(" = "));
		}
	}
}

typedef void gather_fn(struct glossary *glossary, const struct operation *function);

static void write_section(
	struct glossary *glossary, gather_fn *gather, const char *head, const char *sets)
{
	const struct service *service = glossary->service;
	struct tc__buffer *out = glossary->out;

	glossary->count = 0;
	glossary->known = (struct table){ .arena = &glossary->pool.arena };
	for (size_t i = 0; i < service->operation_count && glossary->meanings; i++)
		gather(glossary, &service->operations[i]);
	if (!glossary->count || glossary->pool.no_memory)
		return;
	qsort(glossary->meanings, glossary->count, sizeof *glossary->meanings, compare);
	tc__buffer_text(out, "\n/*\n");
	prose_comment(out, " * ", head);
	prose_comment_lines(out, " * ", sets);
	tc__buffer_text(out, " *\n");
	for (size_t at = 0; at < glossary->count;)
		at = write_entry(glossary, at);
	tc__buffer_text(out, " */\n");
}

static size_t count_parameters(const struct service *service)
{
	size_t count = 0;

	for (size_t i = 0; i < service->operation_count; i++) {
		const struct operation *function = &service->operations[i];
		count += function->argument_count + function->query_count;
		for (const struct tc_query_rule *rule = function->dialect->query;
			rule && rule->name; rule++)
			count += rule->no_bare;
	}
	return count;
}

void emit_glossary(struct tc__buffer *out, const struct service *service)
{
	struct glossary glossary = { .out = out, .service = service };
	struct tc__buffer sets = TC__BUFFER(EMIT_FILE_MAX);

	if (!service->conventions)
		return;
	pool_open(&glossary.pool);
	glossary.meanings = pool_allocate(
		&glossary.pool, (count_parameters(service) + 1) * sizeof *glossary.meanings);
	add_sets(&glossary, &sets);
	write_section(&glossary, add_arguments,
		"Arguments: texts, unless parentheses say something else.", "");
	write_section(&glossary, add_query,
		"Query keys: one text each, unless parentheses say something else. Where they say "
		"list, there may be several values, by tc_call_query_list. Behind a semicolon are "
		"the operators, for tc_call_query; those with a * take a list, too. What is said "
		"behind \"In\" is meant in those functions only.",
		tc__buffer_get(&sets));
	write_section(&glossary, add_headers, "Headers, as members of the query struct.", "");
	out->no_memory |= sets.no_memory;
	tc__buffer_clear(&sets);
	pool_close(&glossary.pool, out);
}
