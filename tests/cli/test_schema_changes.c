/* SPDX-License-Identifier: MPL-2.0 */

/* What api diff makes of two schemas: of each pair both ways, as what callers send and as what
 * readers get. */

#include "tests/harness/test.h"
#include "tools/taskcluster/differences/schema.h"

#include <stdio.h>
#include <string.h>

#define TOLD_MAX 4096

/* Changes in their order, each "callers:PLACE", "readers:PLACE" or "none:PLACE" with blanks
 * between; "" is no change. */
struct pair {
	const char *older, *newer;
	const char *sent, *read;
};

#define OBJECT(members) "{\"type\": \"object\", \"properties\": {" members "}"
#define CLOSED ", \"additionalProperties\": false"
#define OBJECT_OF_TEXTS(members) \
	"{\"properties\": {" members "}, \"additionalProperties\": {\"type\": \"string\"}}"

static const struct pair pairs[] = {
	/* nothing */
	{ "{}", "{}", "", "" },
	{ "{}", "true", "", "" },
	{ "{\"type\": \"string\"}", "{\"type\": [\"string\"]}", "", "" },
	{ "{\"title\": \"a\", \"description\": \"b\", \"$id\": \"/x\"}", "{\"title\": \"c\"}", "",
		"" },
	{ "{\"minLength\": 0}", "{}", "", "" },
	{ "{\"maximum\": 1.0}", "{\"maximum\": 1}", "", "" },
	{ "{\"enum\": [\"a\", \"b\"]}", "{\"enum\": [\"b\", \"a\"]}", "", "" },
	{ "{\"const\": 1}", "{\"enum\": [1]}", "", "" },
	{ "{\"additionalProperties\": true}", "{}", "", "" },
	{ "{\"additionalProperties\": {}}", "{}", "", "" },
	{ "{\"uniqueItems\": false}", "{}", "", "" },

	/* types */
	{ "{\"type\": \"string\"}", "{\"type\": \"integer\"}", "callers:/type", "readers:/type" },
	{ "{\"type\": \"integer\"}", "{\"type\": \"number\"}", "none:/type", "readers:/type" },
	{ "{\"type\": \"number\"}", "{\"type\": \"integer\"}", "callers:/type", "none:/type" },
	{ "{\"type\": \"string\"}", "{\"type\": [\"string\", \"null\"]}", "none:/type",
		"readers:/type" },
	{ "{\"type\": [\"string\", \"null\"]}", "{\"type\": \"string\"}", "callers:/type",
		"none:/type" },
	{ "{\"type\": \"string\"}", "{}", "none:/type", "readers:/type" },
	{ "{}", "{\"type\": \"string\"}", "callers:/type", "none:/type" },
	{ "true", "false", "callers:", "none:" },
	{ "false", "{}", "none:", "readers:" },

	/* values */
	{ "{\"enum\": [\"a\"]}", "{\"enum\": [\"a\", \"b\"]}", "none:/enum", "none:/enum" },
	{ "{\"enum\": [\"a\", \"b\"]}", "{\"enum\": [\"a\"]}", "callers:/enum", "none:/enum" },
	{ "{\"enum\": [\"a\"]}", "{\"enum\": [\"b\"]}", "callers:/enum none:/enum",
		"none:/enum none:/enum" },
	{ "{\"const\": 1}", "{\"const\": 2}", "callers:/const none:/const",
		"none:/const readers:/const" },
	{ "{\"type\": \"string\", \"enum\": [\"a\"]}", "{\"type\": \"string\"}", "none:/enum",
		"readers:/enum" },
	{ "{\"type\": \"string\"}", "{\"type\": \"string\", \"enum\": [\"a\"]}", "callers:/enum",
		"none:/enum" },
	{ "{\"default\": 1}", "{\"default\": 2}", "none:/default", "" },

	/* limits and rules */
	{ "{\"maxLength\": 5}", "{\"maxLength\": 4}", "callers:/maxLength", "none:/maxLength" },
	{ "{\"maxLength\": 5}", "{\"maxLength\": 6}", "none:/maxLength", "readers:/maxLength" },
	{ "{\"maxLength\": 5}", "{}", "none:/maxLength", "readers:/maxLength" },
	{ "{}", "{\"maxLength\": 5}", "callers:/maxLength", "none:/maxLength" },
	{ "{\"minimum\": 5}", "{\"minimum\": 4}", "none:/minimum", "readers:/minimum" },
	{ "{\"minimum\": 5}", "{\"minimum\": 6}", "callers:/minimum", "none:/minimum" },
	{ "{\"exclusiveMaximum\": 1}", "{\"exclusiveMaximum\": true}", "callers:/exclusiveMaximum",
		"readers:/exclusiveMaximum" },
	{ "{\"minItems\": 1}", "{}", "none:/minItems", "readers:/minItems" },
	{ "{}", "{\"maxProperties\": 1}", "callers:/maxProperties", "none:/maxProperties" },
	{ "{\"pattern\": \"^a\"}", "{\"pattern\": \"^b\"}", "callers:/pattern",
		"readers:/pattern" },
	{ "{\"pattern\": \"^a\"}", "{}", "none:/pattern", "readers:/pattern" },
	{ "{}", "{\"pattern\": \"^a\"}", "callers:/pattern", "none:/pattern" },
	{ "{\"format\": \"uri\"}", "{\"format\": \"date-time\"}", "callers:/format",
		"readers:/format" },
	{ "{}", "{\"multipleOf\": 2}", "callers:/multipleOf", "none:/multipleOf" },

	/* members */
	{ OBJECT("") CLOSED "}", OBJECT("\"a\": {}") CLOSED "}", "none:/properties/a",
		"none:/properties/a" },
	{ OBJECT("") CLOSED "}", OBJECT("\"a\": {}") CLOSED ", \"required\": [\"a\"]}",
		"callers:/properties/a", "none:/properties/a" },
	{ OBJECT("\"a\": {}") CLOSED "}", OBJECT("") CLOSED "}", "callers:/properties/a",
		"readers:/properties/a" },
	{ OBJECT("\"a\": {}") "}", OBJECT("") "}", "none:/properties/a", "readers:/properties/a" },
	{ OBJECT("\"a\": {}") "}", OBJECT("\"a\": {}") ", \"required\": [\"a\"]}",
		"callers:/properties/a", "none:/properties/a" },
	{ OBJECT("\"a\": {}") ", \"required\": [\"a\"]}", OBJECT("\"a\": {}") "}",
		"none:/properties/a", "readers:/properties/a" },
	{ OBJECT("\"a/b~\": {\"type\": \"null\"}") "}", OBJECT("\"a/b~\": {}") "}",
		"none:/properties/a~1b~0/type", "readers:/properties/a~1b~0/type" },
	{ "{}", "{\"required\": [\"x\"]}", "callers:/properties/x", "none:/properties/x" },
	{ "{\"required\": [\"x\"]}", "{}", "none:/properties/x", "readers:/properties/x" },
	{ "{}", "{\"additionalProperties\": false}", "callers:/additionalProperties",
		"none:/additionalProperties" },
	{ "{\"additionalProperties\": false}", "{}", "none:/additionalProperties",
		"none:/additionalProperties" },
	{ "{\"additionalProperties\": {\"type\": \"string\"}}", "{}", "none:/additionalProperties",
		"readers:/additionalProperties" },
	{ "{}", "{\"additionalProperties\": {\"type\": \"string\"}}",
		"callers:/additionalProperties", "none:/additionalProperties" },
	{ "{\"additionalProperties\": {\"type\": \"string\"}}",
		"{\"additionalProperties\": {\"type\": \"number\"}}",
		"callers:/additionalProperties/type", "readers:/additionalProperties/type" },
	{ "{\"patternProperties\": {\"^a\": {\"type\": \"string\"}}}",
		"{\"patternProperties\": {\"^a\": {}}}", "none:/patternProperties/^a/type",
		"readers:/patternProperties/^a/type" },
	{ "{\"patternProperties\": {\"^a\": {}}" CLOSED "}",
		"{\"patternProperties\": {\"^b\": {}}" CLOSED "}",
		"callers:/patternProperties/^a none:/patternProperties/^b",
		"readers:/patternProperties/^a none:/patternProperties/^b" },
	{ "{\"properties\": {\"a\": {}, \"a\\u0000b\": {}}}",
		"{\"properties\": {\"a\": {}, \"a\\u0000b\": {\"type\": \"null\"}}}",
		"callers:/properties/a/type", "none:/properties/a/type" },
	/* what was one of the others before, or may have been of a pattern */
	{ "{\"patternProperties\": {\"^a\": {}}" CLOSED "}",
		"{\"properties\": {\"ab\": {}}, \"patternProperties\": {\"^a\": {}}" CLOSED "}",
		"none:/properties/ab", "none:/properties/ab" },
	{ "{\"patternProperties\": {\"^a\": {}}" CLOSED "}",
		"{\"properties\": {\"ab\": {\"type\": \"null\"}}, \"patternProperties\": {\"^a\": "
		"{}}" CLOSED "}",
		"none:/properties/ab callers:/properties/ab",
		"none:/properties/ab readers:/properties/ab" },
	{ "{\"additionalProperties\": {\"type\": \"string\"}}",
		OBJECT_OF_TEXTS("\"a\": {\"type\": \"null\"}"),
		"none:/properties/a callers:/properties/a/type",
		"none:/properties/a readers:/properties/a/type" },
	{ "{\"additionalProperties\": {\"type\": \"string\"}}",
		"{\"additionalProperties\": {\"type\": \"string\"}, \"patternProperties\": "
		"{\"^a\": {\"type\": \"null\"}}}",
		"callers:/patternProperties/^a callers:/patternProperties/^a/type",
		"none:/patternProperties/^a readers:/patternProperties/^a/type" },
	{ "{}", "{\"properties\": {\"a\": {\"type\": \"null\"}}}", "callers:/properties/a",
		"none:/properties/a" },
	{ "{}",
		"{\"properties\": {\"a\": {\"$ref\": \"#/definitions/b\"}}, \"definitions\": "
		"{\"b\": {\"description\": \"of anything\"}}}",
		"none:/properties/a", "none:/properties/a" },
	{ "{\"propertyNames\": {\"maxLength\": 2}}", "{\"propertyNames\": {\"maxLength\": 3}}",
		"none:/propertyNames/maxLength", "readers:/propertyNames/maxLength" },

	/* items */
	{ "{\"items\": {\"type\": \"string\"}}", "{\"items\": {}}", "none:/items/type",
		"readers:/items/type" },
	{ "{}", "{\"items\": {\"type\": \"string\"}}", "callers:/items", "none:/items" },
	{ "{\"items\": [{}, {\"type\": \"null\"}]}", "{\"items\": [{}, {}]}", "none:/items/1/type",
		"readers:/items/1/type" },
	{ "{\"items\": [{}]}", "{\"items\": [{}, {}]}", "callers:/items", "none:/items" },
	{ "{\"items\": [{}], \"additionalItems\": false}",
		"{\"items\": [{}, {}], \"additionalItems\": false}", "callers:/items",
		"readers:/items" },
	{ "{\"items\": [{}, {}], \"additionalItems\": false}",
		"{\"items\": [{}], \"additionalItems\": false}", "callers:/items",
		"readers:/items" },
	{ "{\"items\": [{}]}", "{\"items\": {\"type\": \"null\"}}", "callers:/items",
		"readers:/items" },
	{ "{}", "{\"uniqueItems\": true}", "callers:/uniqueItems", "none:/uniqueItems" },
	{ "{\"uniqueItems\": true}", "{}", "none:/uniqueItems", "readers:/uniqueItems" },

	/* alternatives */
	{ "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}",
		"{\"oneOf\": [{\"type\": \"null\"}, {\"type\": \"string\", \"title\": \"t\"}]}", "",
		"" },
	{ "{\"oneOf\": [{\"type\": \"string\"}]}",
		"{\"oneOf\": [{\"type\": \"null\"}, {\"type\": \"string\"}]}", "none:/oneOf/0",
		"readers:/oneOf/0" },
	{ "{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"string\"}]}",
		"{\"anyOf\": [{\"type\": \"string\"}]}", "callers:/anyOf/0", "none:/anyOf/0" },
	{ "{\"type\": \"string\"}", "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}",
		"none:/anyOf/1", "readers:/anyOf/1" },
	{ "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}", "{\"type\": \"string\"}",
		"callers:/anyOf/1", "none:/anyOf/1" },
	{ "{\"oneOf\": [{\"type\": \"null\"}]}", "{\"anyOf\": [{\"type\": \"null\"}]}", "", "" },
	{ "{\"oneOf\": [" OBJECT("\"k\": {\"const\": 1}, \"a\": {}") "}, " OBJECT(
		  "\"k\": {\"const\": 2}") "}]}",
		"{\"oneOf\": [" OBJECT("\"k\": {\"const\": 2}, \"b\": {}") "}, " OBJECT(
			"\"k\": {\"const\": 1}, \"a\": {\"type\": \"null\"}") "}]}",
		"callers:/oneOf/1/properties/a/type none:/oneOf/0/properties/b",
		"none:/oneOf/1/properties/a/type none:/oneOf/0/properties/b" },
	{ "{\"type\": \"object\"}", "{\"type\": \"object\", \"oneOf\": [{\"required\": [\"a\"]}]}",
		"callers:/oneOf", "none:/oneOf" },
	{ "{\"type\": \"object\", \"anyOf\": [{\"required\": [\"a\"]}]}", "{\"type\": \"object\"}",
		"none:/anyOf", "readers:/anyOf" },
	{ "{}", "{\"allOf\": [{\"type\": \"string\"}]}", "callers:/allOf/0", "none:/allOf/0" },
	{ "{\"allOf\": [{\"type\": \"string\"}]}", "{\"allOf\": []}", "none:/allOf/0",
		"readers:/allOf/0" },

	/* what is of two alternatives is of no oneOf */
	{ "{\"anyOf\": [{\"type\": \"string\"}, {\"maxLength\": 5}]}",
		"{\"oneOf\": [{\"type\": \"string\"}, {\"maxLength\": 5}]}", "callers:/oneOf",
		"readers:/oneOf" },
	{ "{\"oneOf\": [{\"type\": \"string\"}]}",
		"{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"string\", \"maxLength\": 5}]}",
		"none:/oneOf/1 callers:/oneOf", "readers:/oneOf/1 readers:/oneOf" },
	{ "{\"type\": \"object\", \"oneOf\": [{\"required\": [\"a\"]}, {\"required\": [\"b\"]}]}",
		"{\"type\": \"object\", \"oneOf\": [{\"required\": [\"a\"]}, {}]}",
		"none:/oneOf/1/properties/b callers:/oneOf",
		"readers:/oneOf/1/properties/b readers:/oneOf" },

	/* what cannot be compared */
	{ "{\"not\": {\"type\": \"null\"}}", "{\"not\": {\"title\": \"t\", \"type\": \"null\"}}",
		"", "" },
	{ "{\"not\": {\"type\": \"null\"}}", "{}", "callers:/not", "readers:/not" },
	{ "{}", "{\"if\": {\"type\": \"null\"}, \"then\": {}}", "callers:/if callers:/then",
		"readers:/if readers:/then" },
	{ "{\"dependencies\": {\"a\": [\"b\"]}}", "{\"dependencies\": {\"a\": [\"c\"]}}",
		"callers:/dependencies", "readers:/dependencies" },

	{ "{\"prefixItems\": [{}]}", "{\"prefixItems\": [{\"type\": \"null\"}]}",
		"callers:/prefixItems", "readers:/prefixItems" },
	{ "{\"contains\": {}}", "{\"contains\": {}, \"minContains\": 2}", "callers:/minContains",
		"readers:/minContains" },
	{ "{}", "{\"unevaluatedProperties\": false}", "callers:/unevaluatedProperties",
		"readers:/unevaluatedProperties" },
	{ "{\"dependencies\": {\"a\": {\"$ref\": \"#/definitions/b\"}}, \"definitions\": {\"b\": "
	  "{}}}",
		"{\"dependencies\": {\"a\": {\"$ref\": \"#/definitions/b\"}}, \"definitions\": "
		"{\"b\": {\"required\": [\"c\"]}}}",
		"callers:/dependencies", "readers:/dependencies" },

	/* schemas elsewhere */
	{ "{\"items\": {\"$ref\": \"#/definitions/a\"}, \"definitions\": {\"a\": {\"type\": "
	  "\"string\"}}}",
		"{\"items\": {\"type\": \"string\"}}", "", "" },
	{ "{\"items\": {\"$ref\": \"#/definitions/a\"}, \"definitions\": {\"a\": {\"type\": "
	  "\"string\"}}}",
		"{\"items\": {\"$ref\": \"#/definitions/b\"}, \"definitions\": {\"b\": {\"type\": "
		"\"null\"}}}",
		"callers:/items/type", "readers:/items/type" },
	{ "{\"properties\": {\"next\": {\"$ref\": \"#\"}}}",
		"{\"properties\": {\"next\": {\"$ref\": \"#\"}}}", "", "" },
	{ "{\"properties\": {\"next\": {\"$ref\": \"#\"}}}",
		"{\"properties\": {\"next\": {\"$ref\": \"#\"}, \"b\": {}}}", "none:/properties/b",
		"none:/properties/b" },
	{ "{\"$ref\": \"#/nowhere\"}", "{}", "callers:", "readers:" },
	{ "{\"definitions\": {\"a\": {\"$ref\": \"#/definitions/a\"}}, \"items\": {\"$ref\": "
	  "\"#/definitions/a\"}}",
		"{\"items\": {}}", "callers:/items", "readers:/items" },
};

static const tc_json *follow(const void *root, const tc_json *schema)
{
	const char *reference = tc_json_text(tc_json_get(schema, "$ref"));

	return tc_json_at(root, reference + 1);
}

static void found(void *data, const struct change *change)
{
	static const char *const words[] = { "none", "callers", "readers" };
	char *told = data;
	size_t length = strlen(told);

	assert_string_equal(change->service, "s");
	assert_non_null(change->words);
	snprintf(told + length, TOLD_MAX - length, "%s%s:%s", length ? " " : "",
		words[change->breaks], change->place);
}

static const tc_json *parse(const char *text)
{
	const tc_json *json;
	tc_error err = TC_ERROR_INIT;

	if (tc_json_parse(text, strlen(text), &json, &err) != TC_OK)
		fail_msg("%s: %s", text, tc_error_text(&err));
	return json;
}

static void expect(const char *older, const char *newer, bool is_read, const char *expected)
{
	char told[TOLD_MAX] = "";
	const tc_json *was = parse(older), *is = parse(newer);
	struct schema_side sides[] = { { was, follow, was }, { is, follow, is } };
	struct change subject = { .service = "s", .kind = "k" };
	struct change_sink sink = { .found = found, .data = told };

	schema_compare(&sides[0], &sides[1], is_read, &subject, &sink);
	assert_false(sink.failed);
	if (strcmp(told, expected) != 0)
		fail_msg("%s\n -> %s, %s: \"%s\" and not \"%s\"", older, newer,
			is_read ? "read" : "sent", told, expected);
	tc_release(was);
	tc_release(is);
}

static void test_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		expect(pairs[i].older, pairs[i].newer, false, pairs[i].sent);
		expect(pairs[i].older, pairs[i].newer, true, pairs[i].read);
	}
}

static void test_with_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (strstr(pairs[i].older, "nowhere"))
			continue;
		expect(pairs[i].newer, pairs[i].newer, false, "");
		expect(pairs[i].newer, pairs[i].newer, true, "");
	}
}

/* Each schema leads twice to the next one, and only the last ones differ: that ends, and is told.
 */
static void test_doubling(void **state)
{
	char text[2][8192];

	(void)state;
	for (int side = 0; side < 2; side++) {
		size_t length = (size_t)sprintf(text[side], "{\"$ref\": \"#/s/0\", \"s\": [");
		for (int i = 0; i < 40; i++)
			length += (size_t)sprintf(text[side] + length,
				"{\"properties\": {\"a\": {\"$ref\": \"#/s/%d\"}, "
				"\"b\": {\"$ref\": \"#/s/%d\"}}}, ",
				i + 1, i + 1);
		sprintf(text[side] + length, "{\"title\": \"%d\"}]}", side);
	}
	expect(text[0], text[1], false, "callers:");
}

static void test_deep(void **state)
{
	char text[2][8192], expected[TOLD_MAX] = "callers:";

	(void)state;
	for (int side = 0; side < 2; side++) {
		text[side][0] = '\0';
		for (int i = 0; i < 300; i++)
			strcat(text[side], "{\"items\": ");
		strcat(text[side], side ? "{\"type\": \"null\"}" : "{}");
		for (int i = 0; i < 300; i++)
			strcat(text[side], "}");
	}
	for (int i = 0; i < 200; i++)
		strcat(expected, "/items");
	expect(text[0], text[1], false, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_with_itself),
		cmocka_unit_test(test_doubling),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
