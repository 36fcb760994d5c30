/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/scopes.h"

#include <stddef.h>
#include <string.h>

/* Alternatives within alternatives double what is to be tried. */
#define STEPS_MAX 100000

/* Whether whoever satisfies the first satisfies the second: true only where it is sure. */
static bool implies(const tc_json *first, const tc_json *second, size_t *steps);

static const tc_json *all_of(const tc_json *expression)
{
	return tc_json_get(expression, "AllOf");
}

static const tc_json *any_of(const tc_json *expression)
{
	return tc_json_get(expression, "AnyOf");
}

static bool same_text(const tc_json *first, const tc_json *second, const char *member)
{
	return tc_json_equal(tc_json_get(first, member), tc_json_get(second, member));
}

/* `a:*` holds all that begins with `a:`. */
static bool scope_implies(const char *first, const char *second)
{
	size_t length = strlen(first);

	if (strcmp(first, second) == 0)
		return true;
	return length && first[length - 1] == '*' && strncmp(first, second, length - 1) == 0;
}

/* Scopes for each of a list: of the same list. */
static bool each_implies(const tc_json *first, const tc_json *second, size_t *steps)
{
	return same_text(first, second, "for") && same_text(first, second, "in") &&
		implies(tc_json_get(first, "each"), tc_json_get(second, "each"), steps);
}

/* Both ways that a condition may turn out; without `else` nothing is asked for then. */
static bool condition_implies(const tc_json *first, const tc_json *second, size_t *steps)
{
	bool splits = tc_json_get(second, "if") != NULL;
	const tc_json *on_true = splits ? tc_json_get(second, "then") : second;
	const tc_json *on_false = splits ? tc_json_get(second, "else") : second;

	if (splits && !same_text(first, second, "if"))
		return implies(first, on_true, steps) && implies(first, on_false, steps);
	return implies(tc_json_get(first, "then"), on_true, steps) &&
		implies(tc_json_get(first, "else"), on_false, steps);
}

static bool all_imply(const tc_json *alternatives, const tc_json *second, size_t *steps)
{
	for (size_t i = 0; i < tc_json_count(alternatives); i++)
		if (!implies(tc_json_item(alternatives, i), second, steps))
			return false;
	return true;
}

static bool implies_all(const tc_json *first, const tc_json *parts, size_t *steps)
{
	for (size_t i = 0; i < tc_json_count(parts); i++)
		if (!implies(first, tc_json_item(parts, i), steps))
			return false;
	return true;
}

static bool some_part_implies(const tc_json *first, const tc_json *second, size_t *steps)
{
	const tc_json *parts = all_of(first), *alternatives = any_of(second);

	for (size_t i = 0; i < tc_json_count(parts); i++)
		if (implies(tc_json_item(parts, i), second, steps))
			return true;
	for (size_t i = 0; i < tc_json_count(alternatives); i++)
		if (implies(first, tc_json_item(alternatives, i), steps))
			return true;
	return false;
}

static bool implies(const tc_json *first, const tc_json *second, size_t *steps)
{
	if (*steps == 0)
		return false;
	--*steps;
	if (!second || tc_json_equal(first, second))
		return true;
	if (all_of(second))
		return implies_all(first, all_of(second), steps);
	if (any_of(first))
		return all_imply(any_of(first), second, steps);
	if (tc_json_get(first, "if") || tc_json_get(second, "if"))
		return condition_implies(first, second, steps);
	if (tc_json_get(first, "each") && tc_json_get(second, "each"))
		return each_implies(first, second, steps);
	if (tc_json_kind(first) == TC_JSON_STRING && tc_json_kind(second) == TC_JSON_STRING)
		return scope_implies(tc_json_text(first), tc_json_text(second));
	return some_part_implies(first, second, steps);
}

enum scopes_relation scopes_compare(const tc_json *older, const tc_json *newer)
{
	size_t there = STEPS_MAX, back = STEPS_MAX;
	bool less = implies(older, newer, &there);
	bool more = implies(newer, older, &back);

	if (less)
		return more ? SCOPES_SAME : SCOPES_LESS;
	return more ? SCOPES_MORE : SCOPES_UNKNOWN;
}
