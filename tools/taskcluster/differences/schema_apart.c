/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/keywords.h"

/* What a schema takes, as far as it keeps schemas apart. */

size_t schema_rules(const tc_json *schema)
{
	static const char *const annotations[] = { "title", "description", "$id", "id", "$schema",
		"definitions", "$defs", "default", "examples", "$comment" };
	size_t ignored = 0;

	if (tc_json_kind(schema) == TC_JSON_BOOL)
		return !tc_json_true(schema);
	for (size_t i = 0; i < sizeof annotations / sizeof *annotations; i++)
		ignored += tc_json_get(schema, annotations[i]) != NULL;
	return tc_json_count(schema) - ignored;
}

bool schema_is_told_apart(
	struct comparison *comparison, const tc_json *first, const tc_json *second)
{
	const tc_json *one = tc_json_get(first, "properties");
	const tc_json *other = tc_json_get(second, "properties");

	if (!comparison_spend(comparison, tc_json_count(one)))
		return true;
	for (size_t i = 0; i < tc_json_count(one); i++) {
		const tc_json *name = tc_json_name(one, i);
		const tc_json *a = schema_value(tc_json_item(one, i));
		const tc_json *b = schema_value(
			tc_json_get_n(other, tc_json_text(name), tc_json_text_length(name)));
		if (a && b && !tc_json_equal(a, b))
			return true;
	}
	return false;
}

static bool is_apart(struct comparison *comparison, const struct schema_side *side,
	const tc_json *a, const tc_json *b)
{
	const tc_json *first = comparison_resolve(side, a), *second = comparison_resolve(side, b);

	return (schema_types(first) & schema_types(second)) == 0 ||
		schema_is_told_apart(comparison, first, second);
}

bool arms_overlap(
	struct comparison *comparison, const struct schema_side *side, const tc_json *list)
{
	size_t count = tc_json_count(list);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (!comparison_spend(comparison, 1) ||
				!is_apart(comparison, side, tc_json_item(list, j),
					tc_json_item(list, i)))
				return true;
	return false;
}
