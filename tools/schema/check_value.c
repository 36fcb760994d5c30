/* SPDX-License-Identifier: MPL-2.0 */

/* Keywords of any value, of numbers and of strings. */

#include "tools/schema/check.h"
#include "tools/schema/number.h"
#include "tools/schema/text.h"

#include <string.h>

static bool is_type(const char *name, const tc_json *value)
{
	static const char *const names[] = { "", "null", "boolean", "number", "string", "array",
		"object" };
	enum tc_json_kind kind = tc_json_kind(value);

	if (!name)
		return false;
	if (strcmp(name, "integer") == 0)
		return kind == TC_JSON_NUMBER && number_is_integer(value);
	return strcmp(name, names[kind]) == 0;
}

static bool check_type(
	struct check *c, const tc_json *types, const tc_json *value, const struct step *where)
{
	if (tc_json_kind(types) == TC_JSON_STRING && is_type(tc_json_text(types), value))
		return true;
	for (size_t i = 0; i < tc_json_count(types); i++) {
		if (is_type(tc_json_text(tc_json_item(types, i)), value))
			return true;
	}
	return check_fault(c, where,
		tc_json_kind(types) == TC_JSON_ARRAY ? "must be of a type of " : "must be of type ",
		types);
}

bool check_values(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *types = tc_json_get(schema.json, "type");
	const tc_json *allowed = tc_json_get(schema.json, "enum");
	const tc_json *only = check_since(schema, 6, "const");
	size_t i = 0;

	if (types && !check_type(c, types, value, where))
		return false; /* what follows would only say it again */
	while (i < tc_json_count(allowed) && !tc_json_equal(tc_json_item(allowed, i), value))
		i++;
	if (allowed && i == tc_json_count(allowed))
		return check_fault(c, where, "must be one of ", allowed);
	if (only && !tc_json_equal(only, value))
		return check_fault(c, where, "must be ", only);
	return true;
}

static bool is_number(const tc_json *json)
{
	return tc_json_kind(json) == TC_JSON_NUMBER;
}

static bool check_minimum(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where)
{
	const tc_json *minimum = tc_json_get(schema, "minimum");
	const tc_json *exclusive = tc_json_get(schema, "exclusiveMinimum");
	int order = is_number(minimum) ? number_compare(value, minimum) : 1;

	if (order == 0 && tc_json_true(exclusive))
		return check_fault(c, where, "must be greater than ", minimum);
	if (order < 0)
		return check_fault(c, where, "must be at least ", minimum);
	if (is_number(exclusive) && number_compare(value, exclusive) <= 0)
		return check_fault(c, where, "must be greater than ", exclusive);
	return true;
}

static bool check_maximum(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where)
{
	const tc_json *maximum = tc_json_get(schema, "maximum");
	const tc_json *exclusive = tc_json_get(schema, "exclusiveMaximum");
	int order = is_number(maximum) ? number_compare(value, maximum) : -1;

	if (order == 0 && tc_json_true(exclusive))
		return check_fault(c, where, "must be less than ", maximum);
	if (order > 0)
		return check_fault(c, where, "must be at most ", maximum);
	if (is_number(exclusive) && number_compare(value, exclusive) >= 0)
		return check_fault(c, where, "must be less than ", exclusive);
	return true;
}

bool check_number(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where)
{
	const tc_json *step = tc_json_get(schema, "multipleOf");
	bool good = check_minimum(c, schema, value, where);

	good = check_maximum(c, schema, value, where) && good;
	if (is_number(step) && !number_is_multiple(value, step))
		good = check_fault(c, where, "must be a multiple of ", step);
	return good;
}

bool check_string(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where)
{
	const char *text = tc_json_text(value);
	size_t length = tc_json_text_length(value);
	const tc_json *pattern = tc_json_get(schema, "pattern");
	const tc_json *format = tc_json_get(schema, "format");
	bool good = check_count(
		c, schema, "minLength", "maxLength", validate_characters(text, length), where);

	if (tc_json_kind(pattern) == TC_JSON_STRING && !check_pattern(c, pattern, value))
		good = check_fault(c, where, "must match the pattern ", pattern);
	if (tc_json_kind(format) == TC_JSON_STRING &&
		!validate_format(tc_json_text(format), text, length, c->strict))
		good = check_fault(c, where, "must have the format ", format);
	return good;
}
