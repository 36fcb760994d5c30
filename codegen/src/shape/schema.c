/* SPDX-License-Identifier: MPL-2.0 */
/* What a schema says of its values before a shape is made of it. */
#include "codegen/src/shape/builder.h"

#include "codegen/src/model/type.h"
#include <string.h>

#define STEPS_MAX 200

/* ---- kinds of values ---- */

static unsigned kind_of_type(const char *type, bool *integer)
{
	static const struct {
		const char *type;
		unsigned kinds;
	} types[] = { { "null", 1 << TC_JSON_NULL }, { "boolean", 1 << TC_JSON_BOOL },
		{ "integer", 1 << TC_JSON_NUMBER }, { "number", 1 << TC_JSON_NUMBER },
		{ "string", 1 << TC_JSON_STRING }, { "array", 1 << TC_JSON_ARRAY },
		{ "object", 1 << TC_JSON_OBJECT } };

	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++) {
		if (strcmp(types[i].type, type) != 0)
			continue;
		if (types[i].kinds == 1 << TC_JSON_NUMBER)
			*integer = *integer && strcmp(type, "integer") == 0;
		return types[i].kinds;
	}
	return 0;
}

static unsigned kind_of_value(const tc_json *value, bool *integer)
{
	enum tc_json_kind kind = tc_json_kind(value);
	int64_t whole;

	if (kind == TC_JSON_NUMBER)
		*integer = *integer && tc_json_int64(value, &whole);
	return kind == TC_JSON_ABSENT ? 0 : 1u << kind;
}

/* What type, const or enum say, null included. */
static unsigned all_kinds(const tc_json *schema, bool *integer)
{
	const tc_json *type = tc_json_get(schema, "type");
	unsigned kinds = 0;

	*integer = true;
	if (tc_json_kind(type) == TC_JSON_STRING)
		return kind_of_type(tc_json_text(type), integer);
	for (size_t i = 0; i < tc_json_count(type); i++)
		kinds |= kind_of_type(tc_json_text(tc_json_item(type, i)), integer);
	if (type)
		return kinds;
	const tc_json *value = tc_json_get(schema, "const");
	const tc_json *values = tc_json_get(schema, "enum");
	if (value)
		return kind_of_value(value, integer);
	for (size_t i = 0; i < tc_json_count(values); i++)
		kinds |= kind_of_value(tc_json_item(values, i), integer);
	if (kinds)
		return kinds;
	if (tc_json_kind(tc_json_get(schema, "properties")) == TC_JSON_OBJECT)
		return 1 << TC_JSON_OBJECT;
	if (tc_json_kind(tc_json_get(schema, "items")) == TC_JSON_OBJECT)
		return 1 << TC_JSON_ARRAY;
	return 0;
}

unsigned shape_kinds(const tc_json *schema, bool *integer)
{
	return all_kinds(schema, integer) & ~(1u << TC_JSON_NULL);
}

bool shape_is_null(const tc_json *schema)
{
	bool integer;

	return all_kinds(schema, &integer) == 1u << TC_JSON_NULL;
}

const tc_json *shape_alternatives(const tc_json *schema)
{
	const tc_json *one_of = tc_json_get(schema, "oneOf"),
		      *any_of = tc_json_get(schema, "anyOf");

	if (tc_json_get(schema, "allOf") || (one_of && any_of) || tc_json_get(schema, "properties"))
		return NULL;
	return one_of ? one_of : any_of;
}

/* Whether null is a value of it, and not the only one. */
static bool allows_null(const tc_json *schema)
{
	bool integer, null = false;
	unsigned kinds = all_kinds(schema, &integer);
	const tc_json *alternatives = kinds ? NULL : shape_alternatives(schema);

	for (size_t i = 0; i < tc_json_count(alternatives); i++)
		null |= shape_is_null(tc_json_item(alternatives, i));
	return null || (kinds & 1u << TC_JSON_NULL && kinds != 1u << TC_JSON_NULL);
}

/* ---- peeling ---- */

/* The list of alternatives that is all a schema consists of; NULL when there is more to it. */
static const tc_json *sole_alternatives(const tc_json *schema)
{
	static const char *const others[] = { "type", "properties", "enum", "const", "items",
		"additionalProperties", "pattern", "format", "minLength", "maxLength" };
	static const char *const lists[] = { "oneOf", "anyOf", "allOf" };
	const tc_json *found = NULL;

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (tc_json_get(schema, others[i]))
			return NULL;
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const tc_json *list = tc_json_get(schema, lists[i]);
		if (!list)
			continue;
		if (found || tc_json_kind(list) != TC_JSON_ARRAY)
			return NULL;
		found = list;
	}
	return found;
}

/* The alternative that is left when null is taken off, if it is one only. */
static const tc_json *sole_alternative(const tc_json *schema, bool *nullable)
{
	const tc_json *list = sole_alternatives(schema), *left = NULL;
	bool null = false, all_of = list && list == tc_json_get(schema, "allOf");

	for (size_t i = 0; i < tc_json_count(list); i++) {
		const tc_json *alternative = tc_json_item(list, i);
		if (shape_is_null(alternative) && !all_of) {
			null = true;
			continue;
		}
		if (left)
			return NULL;
		left = alternative;
	}
	*nullable |= left && null;
	return left;
}

struct peeled shape_peel(struct builder *b, const tc_json *schema, const char *name)
{
	struct peeled peeled = { .schema = schema, .name = name };

	for (size_t steps = 0; peeled.schema; steps++) {
		const char *description = tc_json_text(tc_json_get(peeled.schema, "description"));
		if (!peeled.description)
			peeled.description = description;
		const struct schema_edge *edge = type_edge(b->model, peeled.schema);
		const tc_json *next;
		if (steps > STEPS_MAX) {
			peeled.schema = NULL;
		} else if (edge) {
			peeled.schema = edge->to;
			peeled.name =
				edge->to ? shape_document_name(b, edge->document, edge->to) : name;
			peeled.is_root = edge->to && edge->document->root == edge->to;
		} else if ((next = sole_alternative(peeled.schema, &peeled.nullable))) {
			peeled.schema = next;
		} else {
			break;
		}
	}
	peeled.nullable |= peeled.schema && allows_null(peeled.schema);
	return peeled;
}
