/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/shared/rules.h"
#include "tools/taskcluster/text/paragraph.h"

/* The keys of a query, as options; a paragraph for each. */

#define INDENT 2
#define FURTHER 6

static const char *placeholder(const struct tc_query_rule *rule)
{
	static const char *const names[] = { "VALUE", "INTEGER", "NUMBER", "true|false",
		"YYYY-MM-DD", "YYYY-MM-DD[THH:MM[:SS]]" };

	if (rule->values && !rule->values[1] && rule->role == TC_ROLE_PLAIN)
		return rule->values[0];
	return names[rule->type];
}

static const char *list_text(uint8_t list)
{
	static const char *const texts[] = { "", ", repeatable", ", several with commas" };

	return texts[list];
}

static void print_range(FILE *out, const struct tc_query_rule *rule)
{
	if (rule->minimum && rule->maximum)
		fprintf(out, ", %s to %s", rule->minimum, rule->maximum);
	else if (rule->minimum)
		fprintf(out, ", at least %s", rule->minimum);
	else if (rule->maximum)
		fprintf(out, ", at most %s", rule->maximum);
}

static void print_values(FILE *out, const struct tc_query_rule *rule)
{
	static const char *const purposes[] = { "one of", "selects members:", "sorts by:" };
	const char *const *value = rule->values;

	if (!value || placeholder(rule) == *value)
		return;
	fprintf(out, "; %s %s", purposes[rule->role], *value);
	while (*++value)
		fprintf(out, ", %s", *value);
	if (rule->reversible)
		fprintf(out, "; with - in front, backwards");
}

/* What all values are, behind the first names that a rule has. */
static void print_details(FILE *out, const struct tc_query_rule *rule, uint8_t list)
{
	fprintf(out, " %s%s%s", placeholder(rule), rule->required ? ", required" : "",
		list_text(list));
	print_range(out, rule);
	if (rule->secret)
		fprintf(out, ", a secret");
	for (const char *const *key = rule->besides; key && *key; key++)
		fprintf(out, "%s--%s", key == rule->besides ? ", only with " : " and ", *key);
	if (rule->besides && !*rule->besides)
		fprintf(out, ", alone");
	print_values(out, rule);
}

/* Names whose values are listed alike: the bare one, when there is one, and operators. */
static const struct tc_query_operator *print_names(FILE *out, const struct tc_query_rule *rule,
	const struct tc_query_operator *from, bool bare, const char *separator)
{
	uint8_t list = bare ? rule->list : from->list;

	if (bare)
		fprintf(out, "--%s", rule->name);
	for (; from && from->name && from->list == list; from++) {
		fputs(bare ? ", " : "", out);
		/* one shows what the rest is short for */
		if (from == rule->operators)
			fprintf(out, "--%s", rule->name);
		fprintf(out, "%s%s", separator, from->name);
		bare = true;
	}
	return from;
}

static void print_rule(const struct tc_query_rule *rule, const char *separator)
{
	const struct tc_query_operator *next = rule->operators;
	struct paragraph text;
	uint8_t list = rule->no_bare ? next->list : rule->list;

	paragraph_begin(&text);
	next = print_names(text.out, rule, next, !rule->no_bare, separator);
	print_details(text.out, rule, list);
	while (next && next->name) {
		list = next->list;
		fputs("; ", text.out);
		next = print_names(text.out, rule, next, false, separator);
		fputs(list_text(list), text.out);
	}
	printf("%*s", INDENT - 1, "");
	paragraph_end(&text, INDENT - 1, FURTHER);
}

static void print_query(const struct tc_operation *operation)
{
	const struct tc_query_rule *rule;

	if (rules_query_at(operation, 0))
		puts("\nQuery");
	for (size_t i = 0; (rule = rules_query_at(operation, i)); i++)
		print_rule(rule, rules_separator(operation));
}

static void print_headers(const struct tc_operation *operation)
{
	const struct tc_query_rule *rule;

	if (rules_header_at(operation, 0))
		puts("\nHeaders");
	for (size_t i = 0; (rule = rules_header_at(operation, i)); i++)
		print_rule(rule, "");
}

/* Servers that let members be left out cannot filter and sort by those. */
static void print_selection(const struct tc_operation *operation)
{
	const struct tc_query_rule *rule;
	const char *select = NULL;
	bool fields = false;

	for (size_t i = 0; (rule = rules_query_at(operation, i)); i++) {
		select = rule->role == TC_ROLE_SELECT ? rule->name : select;
		fields |= rule->field;
	}
	if (select && fields)
		printf("  With --%s, filter and sort by its values only.\n", select);
}

void api_print_alternatives(FILE *out, const char *mark, const char *const *const *sets)
{
	for (const char *const *const *set = sets; *set; set++)
		for (const char *const *key = *set; *key; key++)
			fprintf(out, "%s%s%s",
				key != *set           ? " and "
					: set != sets ? ", or "
						      : "",
				mark, *key);
}

static void print_needs(const char *const *const *sets)
{
	struct paragraph text;

	if (!sets)
		return;
	paragraph_begin(&text);
	fprintf(text.out, "Needed: ");
	api_print_alternatives(text.out, "--", sets);
	printf("%*s", INDENT - 1, "");
	paragraph_end(&text, INDENT - 1, FURTHER);
}

void api_explain_query(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	if (!rules) {
		if (operation->query_count)
			puts("\nQuery");
		for (size_t i = 0; i < operation->query_count; i++)
			printf("  --%s VALUE\n", operation->query[i].name);
		return;
	}
	print_query(operation);
	print_selection(operation);
	print_needs(rules->require_one_of);
	print_headers(operation);
}
