/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/metaschema.h"

#include "tools/schema/keywords.h"

#include "runtime/src/base/buffer.h"

#include <string.h>

#define TEXT_MAX ((size_t)1 << 20)
#define SELF "{\"$ref\":\"#\"}"
#define MAP(values) "{\"type\":\"object\",\"additionalProperties\":" values "}"
#define TYPE(name) "{\"type\":\"" name "\"}"
#define DEFINED(name) "{\"$ref\":\"#/definitions/" name "\"}"
#define ANY_OF(one, other) "{\"anyOf\":[" one "," other "]}"

/* What a keyword's value has to be, by its shape; in draft 4 it may be another. */
static const struct {
	const char *since_6, *in_4;
} shapes[] = {
	[KEYWORD_ANY] = { "{}", "{}" },
	[KEYWORD_VALUE] = { "{}", "{}" },
	[KEYWORD_VALUES] = { TYPE("array"),
		"{\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true}" },
	[KEYWORD_SCHEMA] = { SELF, SELF },
	[KEYWORD_FLAG_SCHEMA] = { SELF, ANY_OF(TYPE("boolean"), SELF) },
	[KEYWORD_SCHEMAS] = { DEFINED("schemaArray"), DEFINED("schemaArray") },
	[KEYWORD_ITEMS] = { ANY_OF(SELF, DEFINED("schemaArray")),
		ANY_OF(SELF, DEFINED("schemaArray")) },
	[KEYWORD_SCHEMA_MAP] = { MAP(SELF), MAP(SELF) },
	[KEYWORD_DEFINITIONS] = { MAP(SELF), MAP(SELF) },
	[KEYWORD_PATTERN_MAP] = { MAP(SELF), MAP(SELF) },
	[KEYWORD_DEPENDENCIES] = { MAP(ANY_OF(SELF, DEFINED("stringArray"))),
		MAP(ANY_OF(SELF, DEFINED("stringArray"))) },
	[KEYWORD_TYPES] = { ANY_OF(DEFINED("simpleTypes"),
				    "{\"type\":\"array\",\"items\":" DEFINED(
					    "simpleTypes") ",\"minItems\":1,\"uniqueItems\":true}"),
		ANY_OF(DEFINED("simpleTypes"),
			"{\"type\":\"array\",\"items\":" DEFINED(
				"simpleTypes") ",\"minItems\":1,\"uniqueItems\":true}") },
	[KEYWORD_NAMES] = { DEFINED("stringArray"), DEFINED("stringArray") },
	[KEYWORD_TEXT] = { "{\"type\":\"string\",\"format\":\"uri-reference\"}", TYPE("string") },
	[KEYWORD_OLD_ID] = { "{}", TYPE("string") },
	[KEYWORD_PATTERN] = { "{\"type\":\"string\",\"format\":\"regex\"}",
		"{\"type\":\"string\",\"format\":\"regex\"}" },
	[KEYWORD_FORMAT] = { TYPE("string"), "{}" },
	[KEYWORD_NUMBER] = { TYPE("number"), TYPE("number") },
	[KEYWORD_POSITIVE] = { "{\"type\":\"number\",\"exclusiveMinimum\":0}",
		"{\"type\":\"number\",\"minimum\":0,\"exclusiveMinimum\":true}" },
	[KEYWORD_LIMIT] = { TYPE("number"), TYPE("boolean") },
	[KEYWORD_COUNT] = { DEFINED("nonNegativeInteger"), DEFINED("positiveInteger") },
	[KEYWORD_FLAG] = { TYPE("boolean"), TYPE("boolean") },
};

/* What only says something to people. */
static const struct {
	const char *name, *schema;
	int since;
} remarks[] = { { "title", TYPE("string"), 4 }, { "description", TYPE("string"), 4 },
	{ "examples", TYPE("array"), 6 }, { "$comment", TYPE("string"), 7 },
	{ "readOnly", TYPE("boolean"), 7 }, { "contentMediaType", TYPE("string"), 7 },
	{ "contentEncoding", TYPE("string"), 7 } };

static void add_definitions(struct tc__buffer *text, int draft)
{
	tc__buffer_printf(text,
		"\"definitions\":{\"schemaArray\":{\"type\":\"array\",\"minItems\":1,"
		"\"items\":" SELF
		"},\"%s\":{\"type\":\"integer\",\"minimum\":0},\"%sDefault0\":" DEFINED(
			"%s") ",\"simpleTypes\":{\"enum\":[\"array\",\"boolean\",\"integer\","
			      "\"null\",\"number\","
			      "\"object\",\"string\"]},\"stringArray\":{\"type\":\"array\","
			      "\"items\":" TYPE("string") ",%s\"uniqueItems\":true}}",
		draft == 4 ? "positiveInteger" : "nonNegativeInteger",
		draft == 4 ? "positiveInteger" : "nonNegativeInteger",
		draft == 4 ? "positiveInteger" : "nonNegativeInteger",
		draft == 4 ? "\"minItems\":1," : "");
}

static void add_properties(struct tc__buffer *text, int draft)
{
	const struct keyword *keyword;
	const char *between = "";

	tc__buffer_text(text, "\"properties\":{");
	for (size_t i = 0; (keyword = keyword_at(i)) != NULL; i++) {
		if (keyword->since == 0 || keyword->since > draft)
			continue;
		tc__buffer_printf(text, "%s\"%s\":%s", between, keyword->name,
			draft == 4 ? shapes[keyword->shape].in_4 : shapes[keyword->shape].since_6);
		between = ",";
	}
	for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++)
		if (remarks[i].since <= draft)
			tc__buffer_printf(text, ",\"%s\":%s", remarks[i].name, remarks[i].schema);
	tc__buffer_char(text, '}');
}

const tc_json *metaschema_of(const char *uri)
{
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);
	const tc_json *json = NULL;
	int draft = strstr(uri, "://json-schema.org/") ? keyword_draft(uri) : 0;

	if (!draft)
		return NULL;
	tc__buffer_printf(
		&text, "{\"$schema\":\"http://json-schema.org/draft-0%d/schema#\",", draft);
	tc__buffer_printf(&text, "\"%s\":\"http://json-schema.org/draft-0%d/schema#\",",
		draft == 4 ? "id" : "$id", draft);
	add_definitions(&text, draft);
	tc__buffer_text(&text,
		draft == 4 ? ",\"type\":\"object\",\"dependencies\":{\"exclusiveMaximum\":["
			     "\"maximum\"],"
			     "\"exclusiveMinimum\":[\"minimum\"]},"
			   : ",\"type\":[\"object\",\"boolean\"],");
	add_properties(&text, draft);
	tc__buffer_char(&text, '}');
	if (!tc__buffer_failed(&text))
		tc_json_parse(text.data, text.length, &json, NULL);
	tc__buffer_clear(&text);
	return json;
}
