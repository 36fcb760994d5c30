/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/keywords.h"

/* Items of lists, and keywords that hold one schema for something else. */

/* A schema that is absent takes everything. */
static void compare_one(struct comparison *comparison, const char *keyword, const char *words)
{
	struct step step = { .keyword = keyword,
		.older = tc_json_get(comparison->step->older, keyword),
		.newer = tc_json_get(comparison->step->newer, keyword) };

	if (step.older && step.newer)
		comparison_go(comparison, &step);
	else if (step.newer)
		comparison_tell(
			comparison, keyword, EFFECT_NARROWER, "has a rule for %s now", words);
	else if (step.older)
		comparison_tell(
			comparison, keyword, EFFECT_WIDER, "has no rule for %s any more", words);
}

/* Whether an item behind those with a schema each may be anything. */
static bool takes_more_items(const tc_json *schema)
{
	const tc_json *more = tc_json_get(schema, "additionalItems");

	return !more || tc_json_true(more) ||
		(tc_json_kind(more) == TC_JSON_OBJECT && !tc_json_count(more));
}

/* An item that has a schema on one side alone was, or is, one of the others on the other side. */
static void compare_count(struct comparison *comparison, const tc_json *older, const tc_json *newer)
{
	bool more = tc_json_count(newer) > tc_json_count(older);
	bool free = takes_more_items(more ? comparison->step->older : comparison->step->newer);

	if (tc_json_count(newer) != tc_json_count(older))
		comparison_tell(comparison, "items",
			!free          ? EFFECT_OTHER
				: more ? EFFECT_NARROWER
				       : EFFECT_WIDER,
			more ? "has rules for more of its items now"
			     : "has rules for fewer of its items now");
}

/* Of lists whose items have a schema each. */
static void compare_each(struct comparison *comparison, const tc_json *older, const tc_json *newer)
{
	for (size_t i = 0; i < tc_json_count(older) && i < tc_json_count(newer); i++) {
		struct step step = { .keyword = "items",
			.position = i,
			.numbered = true,
			.older = tc_json_item(older, i),
			.newer = tc_json_item(newer, i) };
		comparison_go(comparison, &step);
	}
	compare_count(comparison, older, newer);
}

static void compare_unique(struct comparison *comparison)
{
	bool older = tc_json_true(tc_json_get(comparison->step->older, "uniqueItems"));
	bool newer = tc_json_true(tc_json_get(comparison->step->newer, "uniqueItems"));

	if (older != newer)
		comparison_tell(comparison, "uniqueItems", newer ? EFFECT_NARROWER : EFFECT_WIDER,
			newer ? "has each item once now" : "may have an item several times now");
}

void compare_items(struct comparison *comparison)
{
	const tc_json *older = tc_json_get(comparison->step->older, "items");
	const tc_json *newer = tc_json_get(comparison->step->newer, "items");
	bool was_each = tc_json_kind(older) == TC_JSON_ARRAY;
	bool is_each = tc_json_kind(newer) == TC_JSON_ARRAY;

	if (was_each && is_each)
		compare_each(comparison, older, newer);
	else if (older && newer && was_each != is_each)
		comparison_tell(comparison, "items", EFFECT_OTHER,
			"has other rules for its items: they cannot be compared");
	else
		compare_one(comparison, "items", "its items");
	compare_one(comparison, "additionalItems", "further items");
	compare_one(comparison, "contains", "some item");
	compare_one(comparison, "propertyNames", "the names of members");
	compare_unique(comparison);
}

/* A schema, or a list of names. */
static bool is_same(struct comparison *comparison, const tc_json *older, const tc_json *newer)
{
	if (tc_json_kind(older) == TC_JSON_ARRAY || !older || !newer)
		return tc_json_equal(older, newer);
	return comparison_is_same(comparison, older, newer);
}

/* Whether two tables, or two lists, hold the same under the same names and in the same places. */
static bool are_same(struct comparison *comparison, const tc_json *older, const tc_json *newer)
{
	size_t count = tc_json_count(older);

	if (tc_json_kind(older) != tc_json_kind(newer) || count != tc_json_count(newer))
		return false;
	for (size_t i = 0; i < count; i++) {
		const tc_json *name = tc_json_name(older, i);
		const tc_json *other = name
			? tc_json_get_n(newer, tc_json_text(name), tc_json_text_length(name))
			: tc_json_item(newer, i);
		if (!is_same(comparison, tc_json_item(older, i), other))
			return false;
	}
	return true;
}

static bool has_same(struct comparison *comparison, const char *keyword)
{
	const tc_json *older = tc_json_get(comparison->step->older, keyword);
	const tc_json *newer = tc_json_get(comparison->step->newer, keyword);

	return (!older && !newer) || is_same(comparison, older, newer);
}

static bool has_same_within(struct comparison *comparison, const char *keyword)
{
	return are_same(comparison, tc_json_get(comparison->step->older, keyword),
		tc_json_get(comparison->step->newer, keyword));
}

static bool has_equal(struct comparison *comparison, const char *keyword)
{
	return tc_json_equal(tc_json_get(comparison->step->older, keyword),
		tc_json_get(comparison->step->newer, keyword));
}

void compare_the_rest(struct comparison *comparison)
{
	static const struct {
		const char *keyword;
		bool (*same)(struct comparison *comparison, const char *keyword);
	} rest[] = {
		{ "not", has_same },
		{ "if", has_same },
		{ "then", has_same },
		{ "else", has_same },
		{ "dependencies", has_same_within },
		{ "dependentRequired", has_same_within },
		{ "dependentSchemas", has_same_within },
		/* of drafts after 7, which no service uses yet */
		{ "prefixItems", has_same_within },
		{ "unevaluatedItems", has_same },
		{ "unevaluatedProperties", has_same },
		{ "minContains", has_equal },
		{ "maxContains", has_equal },
		{ "$recursiveRef", has_equal },
		{ "$dynamicRef", has_equal },
	};

	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		if (!rest[i].same(comparison, rest[i].keyword))
			comparison_tell(comparison, rest[i].keyword, EFFECT_OTHER,
				"has another condition: it cannot be compared");
}
