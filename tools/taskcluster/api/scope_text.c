/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/scope_text.h"

#include <taskcluster/json.h>

#include <string.h>

#define STEP 2

/* Trees nest as deep as the JSON reader allows, which is little. */
static void print(FILE *out, int indent, const tc_json *expression);

static void print_items(FILE *out, int indent, const char *heading, const tc_json *items)
{
	if (tc_json_count(items) == 1) {
		print(out, indent, tc_json_item(items, 0));
		return;
	}
	fprintf(out, "%*s%s\n", indent, "",
		tc_json_count(items)                 ? heading
			: strcmp(heading, "all of:") ? "never"
						     : "none");
	for (size_t i = 0; i < tc_json_count(items); i++)
		print(out, indent + STEP, tc_json_item(items, i));
}

static void print_condition(FILE *out, int indent, const tc_json *expression)
{
	fprintf(out, "%*sif %s:\n", indent, "", tc_json_text(tc_json_get(expression, "if")));
	print(out, indent + STEP, tc_json_get(expression, "then"));
	if (!tc_json_get(expression, "else"))
		return;
	fprintf(out, "%*selse:\n", indent, "");
	print(out, indent + STEP, tc_json_get(expression, "else"));
}

static void print_2015(FILE *out, int indent, const tc_json *alternatives)
{
	if (tc_json_count(alternatives) != 1) {
		fprintf(out, "%*sany of:\n", indent, "");
		indent += STEP;
	}
	for (size_t i = 0; i < tc_json_count(alternatives); i++)
		print_items(out, indent, "all of:", tc_json_item(alternatives, i));
}

static void print(FILE *out, int indent, const tc_json *expression)
{
	const tc_json *each = tc_json_get(expression, "each");

	if (tc_json_kind(expression) == TC_JSON_STRING)
		fprintf(out, "%*s%s\n", indent, "", tc_json_text(expression));
	else if (tc_json_get(expression, "AllOf"))
		print_items(out, indent, "all of:", tc_json_get(expression, "AllOf"));
	else if (tc_json_get(expression, "AnyOf"))
		print_items(out, indent, "any of:", tc_json_get(expression, "AnyOf"));
	else if (each)
		fprintf(out, "%*s%s, for each %s in %s\n", indent, "", tc_json_text(each),
			tc_json_text(tc_json_get(expression, "for")),
			tc_json_text(tc_json_get(expression, "in")));
	else if (tc_json_get(expression, "if"))
		print_condition(out, indent, expression);
	else if (tc_json_kind(expression) == TC_JSON_ARRAY)
		print_2015(out, indent, expression);
}

void scope_text(FILE *out, int indent, const char *json)
{
	const tc_json *expression = NULL;

	if (!json) {
		fprintf(out, "%*snone\n", indent, "");
		return;
	}
	if (tc_json_parse(json, strlen(json), &expression, NULL) == TC_OK)
		print(out, indent, expression);
	else
		fprintf(out, "%*s%s\n", indent, "", json);
	tc_release(expression);
}
