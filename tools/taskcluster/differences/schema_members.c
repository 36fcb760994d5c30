/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/keywords.h"

#include <string.h>

/* Members of objects: named, by pattern, and all others. */

enum others { OTHERS_ANY, OTHERS_NONE, OTHERS_SOME };

static enum others others_of(const tc_json *schema)
{
	const tc_json *others = tc_json_get(schema, "additionalProperties");

	if (!others || tc_json_true(others))
		return OTHERS_ANY;
	if (tc_json_kind(others) == TC_JSON_OBJECT)
		return tc_json_count(others) ? OTHERS_SOME : OTHERS_ANY;
	return OTHERS_NONE;
}

static bool is_required(struct comparison *comparison, const tc_json *schema, const char *name)
{
	const tc_json *required = tc_json_get(schema, "required");
	size_t count = tc_json_count(required);

	if (!comparison_spend(comparison, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *text = tc_json_text(tc_json_item(required, i));
		if (text && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

/* Both sides of a member; NULL where it is not named. */
struct member {
	const char *keyword, *name;
	const tc_json *older, *newer;
};

static void tell_member(struct comparison *comparison, const struct member *member,
	enum effect effect, const char *words)
{
	const struct step *outer = comparison->step;
	struct step step = { .keyword = member->keyword, .name = member->name, .outer = outer };

	comparison->step = &step;
	comparison_tell(comparison, "", effect, "%s", words);
	comparison->step = outer;
}

/* A reader has it no more; a caller is refused where none but the named are taken. */
static void tell_gone(struct comparison *comparison, const struct member *member)
{
	if (comparison->is_read)
		tell_member(comparison, member, EFFECT_WIDER, "is gone");
	else if (others_of(comparison->step->newer) == OTHERS_ANY)
		tell_member(comparison, member, EFFECT_NONE,
			"is gone, and taken all the same, without a meaning");
	else
		tell_member(comparison, member, EFFECT_NARROWER, "is gone");
}

/* Whether the newer side refuses some values for it. */
static bool has_rules(const struct comparison *comparison, const struct member *member)
{
	return schema_rules(comparison_resolve(comparison->newer, member->newer)) > 0;
}

static void tell_new(struct comparison *comparison, const struct member *member, bool required)
{
	if (required)
		tell_member(comparison, member, EFFECT_NARROWER,
			comparison->is_read ? "is new, and always there" : "is new, and required");
	else if (!comparison->is_read && others_of(comparison->step->older) == OTHERS_ANY &&
		has_rules(comparison, member))
		tell_member(comparison, member, EFFECT_NARROWER,
			"is new, and was taken whatever it was");
	else
		tell_member(comparison, member, EFFECT_NONE, "is new");
}

/* What was by the rule for all others before, or may have been by that of a pattern. */
static void compare_with_others(struct comparison *comparison, const struct member *member)
{
	struct step step = { .keyword = member->keyword,
		.name = member->name,
		.older = tc_json_get(comparison->step->older, "additionalProperties"),
		.newer = member->newer };

	if (others_of(comparison->step->older) == OTHERS_SOME)
		comparison_go(comparison, &step);
	if (tc_json_count(tc_json_get(comparison->step->older, "patternProperties")) &&
		has_rules(comparison, member))
		tell_member(comparison, member, EFFECT_OTHER,
			"may have been of a pattern before: that cannot be compared");
}

static const char *words_of_required(const struct comparison *comparison, bool required)
{
	if (!required)
		return "may be absent now";
	return comparison->is_read ? "is always there now" : "is required now";
}

static void compare_member(struct comparison *comparison, const struct member *member)
{
	struct step step = { .keyword = member->keyword,
		.name = member->name,
		.older = member->older,
		.newer = member->newer };
	bool was = is_required(comparison, comparison->step->older, member->name);
	bool is = is_required(comparison, comparison->step->newer, member->name);

	if (!member->newer) {
		tell_gone(comparison, member);
		return;
	}
	if (!member->older) {
		tell_new(comparison, member, is);
		compare_with_others(comparison, member);
		return;
	}
	if (was != is)
		tell_member(comparison, member, is ? EFFECT_NARROWER : EFFECT_WIDER,
			words_of_required(comparison, is));
	comparison_go(comparison, &step);
}

/* Schemas by name; NULL: none, or no table. */
static const tc_json *table_of(const tc_json *schema, const char *keyword)
{
	const tc_json *table = tc_json_get(schema, keyword);

	return tc_json_kind(table) == TC_JSON_OBJECT ? table : NULL;
}

/* The member of the same name, which may hold a NUL. */
static const tc_json *of_name(const tc_json *table, const tc_json *name)
{
	return tc_json_get_n(table, tc_json_text(name), tc_json_text_length(name));
}

static void compare_named(struct comparison *comparison)
{
	const tc_json *older = table_of(comparison->step->older, "properties");
	const tc_json *newer = table_of(comparison->step->newer, "properties");
	struct member member = { .keyword = "properties" };

	for (size_t i = 0; i < tc_json_count(older); i++) {
		member.name = tc_json_text(tc_json_name(older, i));
		member.older = tc_json_item(older, i);
		member.newer = of_name(newer, tc_json_name(older, i));
		compare_member(comparison, &member);
	}
	member.older = NULL;
	for (size_t i = 0; i < tc_json_count(newer); i++) {
		member.name = tc_json_text(tc_json_name(newer, i));
		member.newer = tc_json_item(newer, i);
		if (!of_name(older, tc_json_name(newer, i)))
			compare_member(comparison, &member);
	}
}

/* Names that are required of `from` alone, and that neither side explains. */
static void tell_unnamed(struct comparison *comparison, const tc_json *from, const tc_json *other,
	enum effect effect, const char *words)
{
	const tc_json *required = tc_json_get(from, "required");

	for (size_t i = 0; i < tc_json_count(required); i++) {
		struct member member = { .keyword = "properties",
			.name = tc_json_text(tc_json_item(required, i)) };
		if (!member.name || is_required(comparison, other, member.name) ||
			tc_json_get(tc_json_get(from, "properties"), member.name) ||
			tc_json_get(tc_json_get(other, "properties"), member.name))
			continue;
		tell_member(comparison, &member, effect, words);
	}
}

static void compare_unnamed(struct comparison *comparison)
{
	const tc_json *older = comparison->step->older, *newer = comparison->step->newer;

	tell_unnamed(
		comparison, newer, older, EFFECT_NARROWER, words_of_required(comparison, true));
	tell_unnamed(comparison, older, newer, EFFECT_WIDER, words_of_required(comparison, false));
}

/* Whether a name has a pattern's form is asked nowhere here: a pattern is like a name. */
static void compare_patterns(struct comparison *comparison)
{
	const tc_json *older = table_of(comparison->step->older, "patternProperties");
	const tc_json *newer = table_of(comparison->step->newer, "patternProperties");
	bool were_refused = others_of(comparison->step->older) == OTHERS_NONE;
	struct member member = { .keyword = "patternProperties" };

	for (size_t i = 0; i < tc_json_count(older); i++) {
		member.name = tc_json_text(tc_json_name(older, i));
		member.older = tc_json_item(older, i);
		member.newer = of_name(newer, tc_json_name(older, i));
		if (member.newer)
			compare_member(comparison, &member);
		else
			tell_gone(comparison, &member);
	}
	for (size_t i = 0; i < tc_json_count(newer); i++) {
		member.name = tc_json_text(tc_json_name(newer, i));
		member.newer = tc_json_item(newer, i);
		if (of_name(older, tc_json_name(newer, i)))
			continue;
		tell_member(comparison, &member, were_refused ? EFFECT_NONE : EFFECT_NARROWER,
			"is new");
		compare_with_others(comparison, &member);
	}
}

/* Members that are new to readers break none; what those of a table may be does. */
static void compare_others(struct comparison *comparison)
{
	static const char keyword[] = "additionalProperties";
	enum others older = others_of(comparison->step->older);
	enum others newer = others_of(comparison->step->newer);
	struct step step = { .keyword = keyword,
		.older = tc_json_get(comparison->step->older, keyword),
		.newer = tc_json_get(comparison->step->newer, keyword) };

	if (older == OTHERS_SOME && newer == OTHERS_SOME)
		comparison_go(comparison, &step);
	else if (older == newer)
		return;
	else if (newer == OTHERS_NONE)
		comparison_tell(comparison, keyword, EFFECT_NARROWER,
			"has no other members than those named any more");
	else if (older == OTHERS_NONE)
		comparison_tell(comparison, keyword, EFFECT_NONE,
			"may have other members than those named");
	else if (newer == OTHERS_SOME)
		comparison_tell(comparison, keyword, EFFECT_NARROWER,
			"has a rule for other members than those named now");
	else
		comparison_tell(comparison, keyword, EFFECT_WIDER,
			"has no rule for other members than those named any more");
}

void compare_members(struct comparison *comparison)
{
	compare_named(comparison);
	compare_unnamed(comparison);
	compare_patterns(comparison);
	compare_others(comparison);
}
