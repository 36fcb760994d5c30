/* SPDX-License-Identifier: MPL-2.0 */

/* Keywords of arrays and objects. */

#include "tools/schema/check.h"
#include "tools/schema/unique.h"

#include <string.h>

#define UNWANTED "must not have the member "

/* The schema of an item by its position: that of all, its own, or of those behind. NULL: any. */
static const tc_json *item_schema(struct schema schema, size_t position)
{
	const tc_json *items = tc_json_get(schema.json, "items");

	if (tc_json_kind(items) != TC_JSON_ARRAY)
		return items;
	if (position < tc_json_count(items))
		return tc_json_item(items, position);
	return tc_json_get(schema.json, "additionalItems");
}

static bool is_false(const tc_json *schema)
{
	return tc_json_kind(schema) == TC_JSON_BOOL && !tc_json_true(schema);
}

static bool check_items(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	bool good = true;

	for (size_t i = 0; i < tc_json_count(value) && !check_is_done(c, good); i++) {
		struct step step = { where, NULL, i };
		const tc_json *inside = item_schema(schema, i);
		if (!inside)
			break; /* nor has any that follows */
		if (is_false(inside))
			return check_fault(
				c, &step, "must not be there: the list ends before", NULL);
		good = check(c, schemas_inside(schema, inside), tc_json_item(value, i), &step) &&
			good;
	}
	return good;
}

static bool check_contains(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *wanted = check_since(schema, 6, "contains");

	for (size_t i = 0; wanted && i < tc_json_count(value); i++)
		if (check_quietly(c, schemas_inside(schema, wanted), tc_json_item(value, i)))
			return true;
	return !wanted || check_fault(c, where, "holds no item such as ", wanted);
}

bool check_array(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	bool good =
		check_count(c, schema.json, "minItems", "maxItems", tc_json_count(value), where);

	if (tc_json_true(tc_json_get(schema.json, "uniqueItems")) && !unique_items(value))
		good = check_fault(c, where, "must not hold an item twice", NULL);
	if (check_is_done(c, good))
		return false;
	good = check_items(c, schema, value, where) && good;
	return check_contains(c, schema, value, where) && good;
}

static const tc_json *get(const tc_json *object, const tc_json *name)
{
	return tc_json_get_n(object, tc_json_text(name), tc_json_text_length(name));
}

static bool check_required(
	struct check *c, const tc_json *required, const tc_json *value, const struct step *where)
{
	bool good = true;

	for (size_t i = 0; i < tc_json_count(required); i++) {
		const tc_json *name = tc_json_item(required, i);
		if (!get(value, name))
			good = check_fault(c, where, "lacks the member ", name);
	}
	return good;
}

/* A member by the patterns that its name has; *known: there is any. */
static bool check_by_patterns(struct check *c, struct schema schema, const tc_json *name,
	const tc_json *member, const struct step *step, bool *known)
{
	const tc_json *patterns = tc_json_get(schema.json, "patternProperties");
	bool good = true;

	for (size_t i = 0; i < tc_json_count(patterns); i++) {
		if (!check_pattern(c, tc_json_name(patterns, i), name))
			continue;
		*known = true;
		good = check(c, schemas_inside(schema, tc_json_item(patterns, i)), member, step) &&
			good;
	}
	return good;
}

static bool check_member(struct check *c, struct schema schema, const tc_json *name,
	const tc_json *member, const struct step *where)
{
	const tc_json *own = get(tc_json_get(schema.json, "properties"), name);
	const tc_json *others = tc_json_get(schema.json, "additionalProperties");
	struct step step = { where, tc_json_text(name), 0 };
	bool known = own != NULL;
	bool good = !own || check(c, schemas_inside(schema, own), member, &step);

	good = check_by_patterns(c, schema, name, member, &step, &known) && good;
	if (known || !others)
		return good;
	if (is_false(others))
		return check_fault(c, where, UNWANTED, name);
	return check(c, schemas_inside(schema, others), member, &step);
}

static bool check_members(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *names = check_since(schema, 6, "propertyNames");
	bool good = true;

	for (size_t i = 0; i < tc_json_count(value) && !check_is_done(c, good); i++) {
		const tc_json *name = tc_json_name(value, i);
		if (names && !check_quietly(c, schemas_inside(schema, names), name))
			good = check_fault(
				c, where, "has a member whose name must not be so: ", name);
		good = check_member(c, schema, name, tc_json_item(value, i), where) && good;
	}
	return good;
}

/* A member whose presence asks for others, or for a schema. */
static bool check_dependencies(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *all = tc_json_get(schema.json, "dependencies");
	bool good = true;

	for (size_t i = 0; i < tc_json_count(all); i++) {
		const tc_json *wanted = tc_json_item(all, i);
		if (!get(value, tc_json_name(all, i)))
			continue;
		if (tc_json_kind(wanted) == TC_JSON_ARRAY)
			good = check_required(c, wanted, value, where) && good;
		else
			good = check(c, schemas_inside(schema, wanted), value, where) && good;
	}
	return good;
}

bool check_object(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	bool good = check_count(
		c, schema.json, "minProperties", "maxProperties", tc_json_count(value), where);

	good = check_required(c, tc_json_get(schema.json, "required"), value, where) && good;
	good = check_members(c, schema, value, where) && good;
	return check_dependencies(c, schema, value, where) && good;
}

const tc_json *validate_unwanted(const char *text)
{
	const char *name = text + strlen(UNWANTED);
	const tc_json *json = NULL;

	if (strncmp(text, UNWANTED, strlen(UNWANTED)) == 0)
		tc_json_parse(name, strlen(name), &json, NULL);
	return json;
}
