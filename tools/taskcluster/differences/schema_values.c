/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/keywords.h"

/* Lists of the values that are taken, and what stands for a value that is left out. */

const tc_json *schema_value(const tc_json *schema)
{
	const tc_json *values = tc_json_get(schema, "enum");
	const tc_json *value = tc_json_get(schema, "const");

	if (value)
		return value;
	return tc_json_count(values) == 1 ? tc_json_item(values, 0) : NULL;
}

/* A list, or the one value of `const`. */
struct values {
	const char *keyword; /* NULL: every value is taken */
	const tc_json *list, *single;
	size_t count;
};

static struct values values_of(const tc_json *schema)
{
	const tc_json *list = tc_json_get(schema, "enum");
	const tc_json *single = tc_json_get(schema, "const");

	if (single)
		return (struct values){ "const", NULL, single, 1 };
	return (struct values){ list ? "enum" : NULL, list, NULL, tc_json_count(list) };
}

static const tc_json *value_at(const struct values *values, size_t position)
{
	return values->single ? values->single : tc_json_item(values->list, position);
}

static bool has(struct comparison *comparison, const struct values *values, const tc_json *value)
{
	if (!comparison_spend(comparison, values->count))
		return true;
	for (size_t i = 0; i < values->count; i++)
		if (tc_json_equal(value_at(values, i), value))
			return true;
	return false;
}

static void tell_value(struct comparison *comparison, const char *keyword, enum effect effect,
	const tc_json *value, const char *words)
{
	char *text = NULL;

	tc_json_write(value, TC_JSON_COMPACT, &text, NULL, NULL);
	comparison_tell(comparison, keyword, effect, "the value %s %s", text ? text : "…", words);
	tc_release(text);
}

/* Values of one that the other does not have. */
static void tell_missing(struct comparison *comparison, const struct values *from,
	const struct values *other, enum effect effect, const char *words)
{
	for (size_t i = 0; i < from->count; i++)
		if (!has(comparison, other, value_at(from, i)))
			tell_value(comparison, other->keyword, effect, value_at(from, i), words);
}

/* A value of `const` tells alternatives apart, which a reader may stand on. */
static enum effect effect_of_new(const struct comparison *comparison, const struct values *older)
{
	return comparison->is_read && older->list ? EFFECT_NONE : EFFECT_WIDER;
}

/* Nothing that was taken is refused for it. */
static void compare_default(struct comparison *comparison)
{
	static const char keyword[] = "default";
	const tc_json *older = tc_json_get(comparison->step->older, keyword);
	const tc_json *newer = tc_json_get(comparison->step->newer, keyword);

	if (comparison->is_read || tc_json_equal(older, newer))
		return;
	if (newer)
		tell_value(comparison, keyword, EFFECT_NONE, newer, "is the default now");
	else
		comparison_tell(comparison, keyword, EFFECT_NONE, "has no default any more");
}

void compare_values(struct comparison *comparison)
{
	struct values older = values_of(comparison->step->older);
	struct values newer = values_of(comparison->step->newer);

	compare_default(comparison);
	if (!older.keyword && !newer.keyword)
		return;
	if (!newer.keyword) {
		comparison_tell(comparison, older.keyword, EFFECT_WIDER,
			"may have other values than those listed before");
		return;
	}
	if (!older.keyword) {
		comparison_tell(comparison, newer.keyword, EFFECT_NARROWER,
			"may have only the values that are listed now");
		return;
	}
	tell_missing(comparison, &older, &newer, EFFECT_NARROWER, "is gone");
	tell_missing(comparison, &newer, &older, effect_of_new(comparison, &older), "is new");
}
