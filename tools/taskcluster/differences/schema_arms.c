/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/keywords.h"

#include <stdlib.h>
#include <string.h>

/*
 * Alternatives (anyOf, oneOf), and what has to hold all at once (allOf). Which arm of one side is
 * which of the other nothing says: those that are the same belong together, then those that are
 * alike, in their order. What is left over is gone, or new.
 */

struct arms {
	const char *keyword;
	const tc_json *list, *single; /* one of them */
	bool *taken;                  /* for each: it has its other half */
	size_t count;
};

static const tc_json *arm_at(const struct arms *arms, size_t position)
{
	return arms->list ? tc_json_item(arms->list, position) : arms->single;
}

/* ---- alike ---- */

static bool is_alike(struct comparison *comparison, const tc_json *older, const tc_json *newer)
{
	older = comparison_resolve(comparison->older, older);
	newer = comparison_resolve(comparison->newer, newer);
	return (schema_types(older) & schema_types(newer)) != 0 &&
		!schema_is_told_apart(comparison, older, newer);
}

typedef bool belongs_fn(struct comparison *comparison, const tc_json *older, const tc_json *newer);

/* ---- pairs ---- */

static void compare_pair(struct comparison *comparison, const struct arms *older, size_t was,
	const struct arms *newer, size_t is)
{
	struct step step = { .keyword = newer->list ? newer->keyword : older->keyword,
		.position = newer->list ? is : was,
		.numbered = true,
		.older = arm_at(older, was),
		.newer = arm_at(newer, is) };

	older->taken[was] = newer->taken[is] = true;
	comparison_go(comparison, &step);
}

static void pair(struct comparison *comparison, const struct arms *older, const struct arms *newer,
	belongs_fn *belongs)
{
	for (size_t i = 0; i < older->count && comparison->left; i++)
		for (size_t j = 0; j < newer->count && !older->taken[i]; j++)
			if (!newer->taken[j] &&
				belongs(comparison, arm_at(older, i), arm_at(newer, j)))
				compare_pair(comparison, older, i, newer, j);
}

static void tell_arm(struct comparison *comparison, const struct schema_side *side,
	const struct arms *arms, size_t position, enum effect effect, const char *words)
{
	const struct step *outer = comparison->step;
	const tc_json *arm = comparison_resolve(side, arm_at(arms, position));
	const char *title = tc_json_text(tc_json_get(arm, "title"));
	struct step step = {
		.keyword = arms->keyword, .position = position, .numbered = true, .outer = outer
	};
	char types[TYPE_WORDS_SIZE];

	if (arms->list)
		comparison->step = &step;
	schema_types_in_words(schema_types(arm), types);
	comparison_tell(comparison, "", effect, "%s \"%s\" %s",
		strcmp(arms->keyword, "allOf") == 0 ? "the condition" : "the alternative",
		title ? title : types, words);
	comparison->step = outer;
}

static void tell_left(struct comparison *comparison, const struct schema_side *side,
	const struct arms *arms, enum effect effect, const char *words)
{
	for (size_t i = 0; i < arms->count; i++)
		if (!arms->taken[i])
			tell_arm(comparison, side, arms, i, effect, words);
}

static bool is_one_of(const struct arms *arms)
{
	return arms->list && strcmp(arms->keyword, "oneOf") == 0;
}

/* What is of two alternatives is refused by oneOf, so one that is wider may take less. */
static void compare_overlap(struct comparison *comparison, const struct arms *older,
	const struct arms *newer, bool changed)
{
	bool was = is_one_of(older), is = is_one_of(newer);

	if ((was || is) && (changed || was != is) &&
		((was && arms_overlap(comparison, comparison->older, older->list)) ||
			(is && arms_overlap(comparison, comparison->newer, newer->list))))
		comparison_tell(comparison, "oneOf", EFFECT_OTHER,
			"has alternatives that overlap: what is of two of them is refused, and "
			"that cannot be compared");
}

static void compare_lists(
	struct comparison *comparison, const struct arms *older, const struct arms *newer)
{
	bool all = strcmp(newer->keyword, "allOf") == 0;
	size_t found = comparison->found;

	pair(comparison, older, newer, comparison_is_same);
	pair(comparison, older, newer, is_alike);
	tell_left(comparison, comparison->older, older, all ? EFFECT_WIDER : EFFECT_NARROWER,
		"is gone");
	tell_left(comparison, comparison->newer, newer, all ? EFFECT_NARROWER : EFFECT_WIDER,
		"is new");
	compare_overlap(comparison, older, newer, comparison->found > found);
}

static void compare_two(struct comparison *comparison, struct arms older, struct arms newer)
{
	bool *taken = calloc(older.count + newer.count + 1, sizeof *taken);

	if (!taken) {
		comparison->found++;
		if (comparison->sink)
			comparison->sink->failed = true;
		return;
	}
	older.taken = taken;
	newer.taken = taken + older.count;
	compare_lists(comparison, &older, &newer);
	free(taken);
}

/* ---- which of them there are ---- */

static struct arms arms_of(const tc_json *schema, const char *keyword)
{
	const tc_json *list = tc_json_get(schema, keyword);

	return (struct arms){ .keyword = keyword, .list = list, .count = tc_json_count(list) };
}

/* The alternatives that a schema is, and nothing else; .list NULL: it is none. */
static struct arms only_arms_of(const tc_json *schema)
{
	struct arms any = arms_of(schema, "anyOf"), one = arms_of(schema, "oneOf");

	if (schema_rules(schema) > 1)
		return (struct arms){ .keyword = "anyOf" };
	return any.list ? any : one;
}

static bool has_arms(const tc_json *schema)
{
	return tc_json_get(schema, "anyOf") || tc_json_get(schema, "oneOf");
}

bool compare_as_arms(struct comparison *comparison)
{
	const struct step *step = comparison->step;
	struct arms older = only_arms_of(step->older), newer = only_arms_of(step->newer);

	if ((!older.list && !newer.list) || (!older.list && has_arms(step->older)) ||
		(!newer.list && has_arms(step->newer)))
		return false;
	if (!older.list)
		older = (struct arms){ newer.keyword, NULL, step->older, NULL, 1 };
	if (!newer.list)
		newer = (struct arms){ older.keyword, NULL, step->newer, NULL, 1 };
	compare_two(comparison, older, newer);
	return true;
}

void compare_arms(struct comparison *comparison)
{
	static const char *const keywords[] = { "anyOf", "oneOf", "allOf" };

	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		struct arms older = arms_of(comparison->step->older, keywords[i]);
		struct arms newer = arms_of(comparison->step->newer, keywords[i]);
		bool all = strcmp(keywords[i], "allOf") == 0;
		if (older.list && (newer.list || all))
			compare_two(comparison, older, newer);
		else if (newer.list && all)
			compare_two(comparison, older, newer);
		else if (older.list)
			comparison_tell(comparison, keywords[i], EFFECT_WIDER,
				"has not to be one of several alternatives any more");
		else if (newer.list)
			comparison_tell(comparison, keywords[i], EFFECT_NARROWER,
				"has to be one of several alternatives now");
	}
}
