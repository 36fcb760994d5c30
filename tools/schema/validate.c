/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/validate.h"

#include "tools/schema/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PROBLEMS_MAX 10
#define TEXT_MAX ((size_t)1 << 20)

/* Where a value stands in the body: the way back to its root. */
struct step {
	const struct step *above;
	const char *name; /* NULL: an item */
	size_t position;
};

struct check {
	struct schemas *schemas;
	validate_fault_fn *fault; /* NULL: only whether there is any */
	void *data;
	int count;
};

static bool check(
	struct check *check, struct schema schema, const tc_json *value, const struct step *where);

static void add_path(struct tc__buffer *text, const struct step *where)
{
	if (!where)
		return;
	add_path(text, where->above);
	if (where->name)
		tc__buffer_printf(text, "/%s", where->name);
	else
		tc__buffer_printf(text, "/%zu", where->position);
}

static bool complain(
	struct check *check, const struct step *where, const char *what, const tc_json *expected)
{
	struct tc__buffer path = TC__BUFFER(TEXT_MAX);
	struct tc__buffer sentence = TC__BUFFER(TEXT_MAX);
	char *text = NULL;

	if (!check->fault || check->count++ >= PROBLEMS_MAX)
		return false;
	if (expected && tc_json_write(expected, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		text = NULL;
	add_path(&path, where);
	tc__buffer_printf(&sentence, "%s%s", what, text ? text : "");
	check->fault(check->data, tc__buffer_get(&path), tc__buffer_get(&sentence));
	tc__buffer_clear(&path);
	tc__buffer_clear(&sentence);
	tc_release(text);
	return false;
}

static bool is_type(const char *name, const tc_json *value)
{
	static const char *const names[] = { "", "null", "boolean", "number", "string", "array",
		"object" };
	enum tc_json_kind kind = tc_json_kind(value);
	double number;

	if (strcmp(name, "integer") == 0)
		return tc_json_double(value, &number) && floor(number) == number;
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
	return complain(c, where, "must be of type ", types);
}

static bool check_values(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where)
{
	const tc_json *types = tc_json_get(schema, "type");
	const tc_json *allowed = tc_json_get(schema, "enum");
	const tc_json *only = tc_json_get(schema, "const");
	size_t i = 0;

	if (types && !check_type(c, types, value, where))
		return false; /* what follows would only say it again */
	while (i < tc_json_count(allowed) && !tc_json_equal(tc_json_item(allowed, i), value))
		i++;
	if (allowed && i == tc_json_count(allowed))
		return complain(c, where, "must be one of ", allowed);
	if (only && !tc_json_equal(only, value))
		return complain(c, where, "must be ", only);
	return true;
}

static bool check_number(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where)
{
	const tc_json *minimum = tc_json_get(schema, "minimum");
	const tc_json *maximum = tc_json_get(schema, "maximum");
	const tc_json *multiple = tc_json_get(schema, "multipleOf");
	double number = 0;
	double limit;

	if (!tc_json_double(value, &number)) /* beyond all doubles */
		number = *tc_json_text(value) == '-' ? -HUGE_VAL : HUGE_VAL;
	if (tc_json_double(minimum, &limit) && number < limit)
		return complain(c, where, "must be at least ", minimum);
	if (tc_json_double(maximum, &limit) && number > limit)
		return complain(c, where, "must be at most ", maximum);
	if (tc_json_double(multiple, &limit) && limit > 0 && fmod(number, limit) != 0)
		return complain(c, where, "must be a multiple of ", multiple);
	return true;
}

/* Whether a count keeps two limits, given by the names of their keywords. */
static bool check_count(struct check *c, const tc_json *schema, const char *least, const char *most,
	size_t count, const struct step *where)
{
	const tc_json *minimum = tc_json_get(schema, least);
	const tc_json *maximum = tc_json_get(schema, most);
	double limit;

	if (tc_json_double(minimum, &limit) && (double)count < limit)
		return complain(c, where, "is too short: at least ", minimum);
	if (tc_json_double(maximum, &limit) && (double)count > limit)
		return complain(c, where, "is too long: at most ", maximum);
	return true;
}

static bool check_string(
	struct check *c, const tc_json *schema, const tc_json *value, const struct step *where)
{
	const char *text = tc_json_text(value);
	size_t length = tc_json_text_length(value);
	const tc_json *pattern = tc_json_get(schema, "pattern");
	const tc_json *format = tc_json_get(schema, "format");
	bool good = check_count(
		c, schema, "minLength", "maxLength", validate_characters(text, length), where);

	if (tc_json_kind(pattern) == TC_JSON_STRING &&
		!schemas_match(c->schemas, pattern, text, length))
		good = complain(c, where, "must match the pattern ", pattern);
	if (tc_json_kind(format) == TC_JSON_STRING &&
		!validate_format(tc_json_text(format), text, length))
		good = complain(c, where, "must have the format ", format);
	return good;
}

static bool check_array(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *items = tc_json_get(schema.json, "items");
	size_t count = tc_json_count(value);
	bool good = check_count(c, schema.json, "minItems", "maxItems", count, where);

	if (tc_json_true(tc_json_get(schema.json, "uniqueItems")) && !validate_unique(value))
		good = complain(c, where, "must not hold an item twice", NULL);
	for (size_t i = 0; items && i < count; i++) {
		struct step step = { where, NULL, i };
		if (!check(c, schemas_inside(schema, items), tc_json_item(value, i), &step))
			good = false;
		if (!good && (!c->fault || c->count >= PROBLEMS_MAX))
			return false;
	}
	return good;
}

static bool check_required(
	struct check *c, const tc_json *required, const tc_json *value, const struct step *where)
{
	bool good = true;

	for (size_t i = 0; i < tc_json_count(required); i++) {
		const tc_json *name = tc_json_item(required, i);
		if (!tc_json_get(value, tc_json_text(name)))
			good = complain(c, where, "lacks the member ", name);
	}
	return good;
}

static bool check_members(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *properties = tc_json_get(schema.json, "properties");
	const tc_json *others = tc_json_get(schema.json, "additionalProperties");
	bool closed = tc_json_kind(others) == TC_JSON_BOOL && !tc_json_true(others);
	bool good = true;

	for (size_t i = 0; i < tc_json_count(value); i++) {
		const tc_json *name = tc_json_name(value, i);
		const tc_json *inside =
			tc_json_get_n(properties, tc_json_text(name), tc_json_text_length(name));
		struct step step = { where, tc_json_text(name), 0 };
		if (!inside && closed)
			good = complain(c, where, "must not have the member ", name);
		if (!inside && tc_json_kind(others) == TC_JSON_OBJECT)
			inside = others;
		if (inside &&
			!check(c, schemas_inside(schema, inside), tc_json_item(value, i), &step))
			good = false;
		if (!good && (!c->fault || c->count >= PROBLEMS_MAX))
			return false;
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
		if (!tc_json_get(value, tc_json_text(tc_json_name(all, i))))
			continue;
		if (tc_json_kind(wanted) == TC_JSON_ARRAY)
			good = check_required(c, wanted, value, where) && good;
		else
			good = check(c, schemas_inside(schema, wanted), value, where) && good;
	}
	return good;
}

static bool check_object(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	bool good = check_count(
		c, schema.json, "minProperties", "maxProperties", tc_json_count(value), where);

	good = check_required(c, tc_json_get(schema.json, "required"), value, where) && good;
	good = check_members(c, schema, value, where) && good;
	return check_dependencies(c, schema, value, where) && good;
}

/* How many of a list of schemas the value keeps. */
static size_t count_kept(
	struct check *c, struct schema schema, const tc_json *list, const tc_json *value)
{
	struct check quiet = { .schemas = c->schemas };
	size_t kept = 0;

	for (size_t i = 0; i < tc_json_count(list); i++)
		kept += check(&quiet, schemas_inside(schema, tc_json_item(list, i)), value, NULL);
	return kept;
}

static bool check_combined(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *all = tc_json_get(schema.json, "allOf");
	const tc_json *any = tc_json_get(schema.json, "anyOf");
	const tc_json *one = tc_json_get(schema.json, "oneOf");
	const tc_json *not = tc_json_get(schema.json, "not");
	struct check quiet = { .schemas = c->schemas };
	bool good = true;

	for (size_t i = 0; i < tc_json_count(all); i++)
		good = check(c, schemas_inside(schema, tc_json_item(all, i)), value, where) && good;
	if (any && count_kept(c, schema, any, value) == 0)
		good = complain(c, where, "matches none of the shapes it may have", NULL);
	if (one && count_kept(c, schema, one, value) != 1)
		good = complain(c, where, "must match exactly one of the shapes it may have", NULL);
	if (not &&check(&quiet, schemas_inside(schema, not ), value, NULL))
		good = complain(c, where, "must not be as it is: ", not );
	return good;
}

static bool check(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	bool good = true;

	schema = schemas_resolve(c->schemas, schema);
	if (!schema.json || !check_values(c, schema.json, value, where))
		return !schema.json;
	switch (tc_json_kind(value)) {
	case TC_JSON_NUMBER:
		good = check_number(c, schema.json, value, where);
		break;
	case TC_JSON_STRING:
		good = check_string(c, schema.json, value, where);
		break;
	case TC_JSON_ARRAY:
		good = check_array(c, schema, value, where);
		break;
	case TC_JSON_OBJECT:
		good = check_object(c, schema, value, where);
		break;
	case TC_JSON_ABSENT:
	case TC_JSON_NULL:
	case TC_JSON_BOOL:
		break;
	}
	return check_combined(c, schema, value, where) && good;
}

bool validate_each(struct schemas *schemas, struct schema schema, const tc_json *value,
	validate_fault_fn *fault, void *data)
{
	struct check c = { schemas, fault, data, 0 };

	return check(&c, schema, value, NULL);
}

static void add_fault(void *data, const char *pointer, const char *text)
{
	tc__buffer_printf(data, "\n  * %s %s", *pointer ? pointer : "/", text);
}

bool validate(struct schemas *schemas, struct schema schema, const tc_json *value,
	struct tc__buffer *problems)
{
	return validate_each(schemas, schema, value, add_fault, problems);
}
