/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/keywords.h"

/* Limits of numbers, lengths and counts; and rules of which only being equal can be told. */

enum direction { LOWER, UPPER };

struct limit {
	const char *keyword, *words;
	enum direction direction;
	bool counts; /* absent is 0 */
};

static const struct limit limits[] = {
	{ "minimum", "minimum", LOWER, false },
	{ "exclusiveMinimum", "exclusive minimum", LOWER, false },
	{ "maximum", "maximum", UPPER, false },
	{ "exclusiveMaximum", "exclusive maximum", UPPER, false },
	{ "minLength", "least length", LOWER, true },
	{ "maxLength", "greatest length", UPPER, false },
	{ "minItems", "least number of items", LOWER, true },
	{ "maxItems", "greatest number of items", UPPER, false },
	{ "minProperties", "least number of members", LOWER, true },
	{ "maxProperties", "greatest number of members", UPPER, false },
};

static const char *const rules[][2] = {
	{ "pattern", "pattern" },
	{ "format", "format" },
	{ "multipleOf", "number that it is a multiple of" },
	{ "contentEncoding", "encoding" },
	{ "contentMediaType", "media type" },
};

static bool is_zero(const tc_json *number)
{
	double value;

	return tc_json_double(number, &value) && value == 0;
}

static enum effect effect_of(const struct limit *limit, const tc_json *older, const tc_json *newer)
{
	double was, is;

	if (!older)
		return EFFECT_NARROWER;
	if (!newer)
		return EFFECT_WIDER;
	if (!tc_json_double(older, &was) || !tc_json_double(newer, &is))
		return EFFECT_OTHER;
	if (was == is) /* they differ by less than a double does */
		return EFFECT_OTHER;
	return (is > was) == (limit->direction == LOWER) ? EFFECT_NARROWER : EFFECT_WIDER;
}

/* "is 5 now; there was none" */
static void tell_rule(
	struct comparison *comparison, const char *keyword, const char *words, enum effect effect)
{
	const tc_json *older = tc_json_get(comparison->step->older, keyword);
	const tc_json *newer = tc_json_get(comparison->step->newer, keyword);
	const char *was = tc_json_text(older), *is = tc_json_text(newer);

	if (!newer)
		comparison_tell(comparison, keyword, effect, "has no %s any more%s%s%s", words,
			was ? " (it was " : "", was ? was : "", was ? ")" : "");
	else if (!older)
		comparison_tell(comparison, keyword, effect, "has a %s now%s%s", words,
			is ? ": " : "", is ? is : "");
	else
		comparison_tell(comparison, keyword, effect, "the %s is %s; it was %s", words,
			is ? is : "another", was ? was : "another");
}

static void compare_limit(struct comparison *comparison, const struct limit *limit)
{
	const tc_json *older = tc_json_get(comparison->step->older, limit->keyword);
	const tc_json *newer = tc_json_get(comparison->step->newer, limit->keyword);

	if (limit->counts && is_zero(older))
		older = NULL;
	if (limit->counts && is_zero(newer))
		newer = NULL;
	if (!tc_json_equal(older, newer))
		tell_rule(comparison, limit->keyword, limit->words, effect_of(limit, older, newer));
}

static void compare_rule(struct comparison *comparison, const char *keyword, const char *words)
{
	const tc_json *older = tc_json_get(comparison->step->older, keyword);
	const tc_json *newer = tc_json_get(comparison->step->newer, keyword);

	if (tc_json_equal(older, newer))
		return;
	tell_rule(comparison, keyword, words,
		!older           ? EFFECT_NARROWER
			: !newer ? EFFECT_WIDER
				 : EFFECT_OTHER);
}

void compare_limits(struct comparison *comparison)
{
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		compare_limit(comparison, &limits[i]);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		compare_rule(comparison, rules[i][0], rules[i][1]);
}
