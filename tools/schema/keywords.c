/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/keywords.h"

#include "tools/schema/number.h"

#include <string.h>

static const struct keyword keywords[] = {
	{ "$ref", KEYWORD_TEXT, 4 },
	{ "$schema", KEYWORD_TEXT, 4 },
	{ "id", KEYWORD_OLD_ID, 4 },
	{ "$id", KEYWORD_TEXT, 6 },
	{ "definitions", KEYWORD_DEFINITIONS, 4 },
	{ "$defs", KEYWORD_DEFINITIONS,
		4 }, /* the later name; references lead there all the same */
	{ "type", KEYWORD_TYPES, 4 },
	{ "enum", KEYWORD_VALUES, 4 },
	{ "const", KEYWORD_VALUE, 6 },
	{ "multipleOf", KEYWORD_POSITIVE, 4 },
	{ "maximum", KEYWORD_NUMBER, 4 },
	{ "minimum", KEYWORD_NUMBER, 4 },
	{ "exclusiveMaximum", KEYWORD_LIMIT, 4 },
	{ "exclusiveMinimum", KEYWORD_LIMIT, 4 },
	{ "maxLength", KEYWORD_COUNT, 4 },
	{ "minLength", KEYWORD_COUNT, 4 },
	{ "pattern", KEYWORD_PATTERN, 4 },
	{ "format", KEYWORD_FORMAT, 4 },
	{ "items", KEYWORD_ITEMS, 4 },
	{ "additionalItems", KEYWORD_FLAG_SCHEMA, 4 },
	{ "contains", KEYWORD_SCHEMA, 6 },
	{ "maxItems", KEYWORD_COUNT, 4 },
	{ "minItems", KEYWORD_COUNT, 4 },
	{ "uniqueItems", KEYWORD_FLAG, 4 },
	{ "maxProperties", KEYWORD_COUNT, 4 },
	{ "minProperties", KEYWORD_COUNT, 4 },
	{ "required", KEYWORD_NAMES, 4 },
	{ "properties", KEYWORD_SCHEMA_MAP, 4 },
	{ "patternProperties", KEYWORD_PATTERN_MAP, 4 },
	{ "additionalProperties", KEYWORD_FLAG_SCHEMA, 4 },
	{ "propertyNames", KEYWORD_SCHEMA, 6 },
	{ "dependencies", KEYWORD_DEPENDENCIES, 4 },
	{ "allOf", KEYWORD_SCHEMAS, 4 },
	{ "anyOf", KEYWORD_SCHEMAS, 4 },
	{ "oneOf", KEYWORD_SCHEMAS, 4 },
	{ "not", KEYWORD_SCHEMA, 4 },
	{ "if", KEYWORD_SCHEMA, 7 },
	{ "then", KEYWORD_SCHEMA, 7 },
	{ "else", KEYWORD_SCHEMA, 7 },
	{ "$anchor", KEYWORD_FOREIGN, 0 },
	{ "$dynamicAnchor", KEYWORD_FOREIGN, 0 },
	{ "$dynamicRef", KEYWORD_FOREIGN, 0 },
	{ "$recursiveAnchor", KEYWORD_FOREIGN, 0 },
	{ "$recursiveRef", KEYWORD_FOREIGN, 0 },
	{ "dependentRequired", KEYWORD_FOREIGN, 0 },
	{ "dependentSchemas", KEYWORD_FOREIGN, 0 },
	{ "disallow", KEYWORD_FOREIGN, 0 },
	{ "divisibleBy", KEYWORD_FOREIGN, 0 },
	{ "extends", KEYWORD_FOREIGN, 0 },
	{ "maxContains", KEYWORD_FOREIGN, 0 },
	{ "minContains", KEYWORD_FOREIGN, 0 },
	{ "prefixItems", KEYWORD_FOREIGN, 0 },
	{ "unevaluatedItems", KEYWORD_FOREIGN, 0 },
	{ "unevaluatedProperties", KEYWORD_FOREIGN, 0 },
};

const struct keyword *keyword_find(const char *name)
{
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (strcmp(keywords[i].name, name) == 0)
			return &keywords[i];
	return NULL;
}

const struct keyword *keyword_at(size_t position)
{
	return position < sizeof keywords / sizeof *keywords ? &keywords[position] : NULL;
}

static bool is_type(const tc_json *json)
{
	static const char *const names[] = { "null", "boolean", "integer", "number", "string",
		"array", "object" };
	const char *text = tc_json_kind(json) == TC_JSON_STRING ? tc_json_text(json) : NULL;

	for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
		if (strcmp(text, names[i]) == 0)
			return true;
	return false;
}

static bool is_text(const tc_json *json)
{
	return tc_json_kind(json) == TC_JSON_STRING;
}

/* Whether it is an array of only those. */
static bool are(const tc_json *array, bool (*is)(const tc_json *))
{
	for (size_t i = 0; i < tc_json_count(array); i++)
		if (!is(tc_json_item(array, i)))
			return false;
	return tc_json_kind(array) == TC_JSON_ARRAY;
}

static bool is_number(const tc_json *json)
{
	return tc_json_kind(json) == TC_JSON_NUMBER;
}

/* Zero has no digit but zeros. */
static bool is_above_zero(const tc_json *json)
{
	const char *text = is_number(json) ? tc_json_text(json) : "-";

	return *text != '-' && strcspn(text, "123456789") < strcspn(text, "eE");
}

static bool is_count(const tc_json *json)
{
	int64_t count;

	return tc_json_int64(json, &count) && count >= 0;
}

static bool is_flag(const tc_json *json)
{
	return tc_json_kind(json) == TC_JSON_BOOL;
}

static const char *limit_problem(const tc_json *value, int draft)
{
	if (draft == 4)
		return is_flag(value) ? NULL : "must be a boolean in draft 4";
	if (is_number(value) || (draft == 0 && is_flag(value)))
		return NULL;
	return is_flag(value) ? "must be a number since draft 6: a boolean is draft 4's"
			      : "must be a number";
}

const char *keyword_problem(enum keyword_shape shape, const tc_json *value, int draft)
{
	switch (shape) {
	case KEYWORD_VALUES:
		return tc_json_kind(value) == TC_JSON_ARRAY ? NULL : "must be an array";
	case KEYWORD_TYPES:
		return is_type(value) || (are(value, is_type) && tc_json_count(value))
			? NULL
			: "must be a type or an array of them: null, boolean, integer, "
			  "number, string, array, object";
	case KEYWORD_NAMES:
		return are(value, is_text) ? NULL : "must be an array of names";
	case KEYWORD_TEXT:
	case KEYWORD_PATTERN:
	case KEYWORD_FORMAT:
		return is_text(value) ? NULL : "must be a string";
	case KEYWORD_OLD_ID:
		return draft != 4 || is_text(value) ? NULL : "must be a string";
	case KEYWORD_NUMBER:
		return is_number(value) ? NULL : "must be a number";
	case KEYWORD_POSITIVE:
		return is_above_zero(value) ? NULL : "must be a number above 0";
	case KEYWORD_LIMIT:
		return limit_problem(value, draft);
	case KEYWORD_COUNT:
		return is_count(value) ? NULL : "must be an integer from 0";
	case KEYWORD_FLAG:
		return is_flag(value) ? NULL : "must be a boolean";
	case KEYWORD_FOREIGN:
		return "is of a draft that is not understood: 4, 6 and 7 are";
	default:
		return NULL;
	}
}

static bool is_at_end(const char *text, size_t length, const char *end)
{
	size_t count = strlen(end);

	return length >= count && strncmp(text + length - count, end, count) == 0;
}

int keyword_draft(const char *uri)
{
	static const struct {
		const char *uri;
		int draft;
	} drafts[] = { { "://json-schema.org/draft-04/schema", 4 },
		{ "://json-schema.org/draft-06/schema", 6 },
		{ "://json-schema.org/draft-07/schema", 7 },
		/* of Taskcluster's own schemas: draft 6 in all but its name */
		{ "/schemas/common/metaschema.json", 6 },
		{ "/schemas/common/metadata-metaschema.json", 6 } };
	size_t length = strcspn(uri, "#");

	if (uri[length] && uri[length + 1])
		return 0;
	for (size_t i = 0; i < sizeof drafts / sizeof *drafts; i++)
		if (is_at_end(uri, length, drafts[i].uri))
			return drafts[i].draft;
	return 0;
}
