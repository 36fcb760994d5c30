/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/types/mutate.h"

#include "tests/harness/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding places ---- */

static void add(struct places *places, const char *pointer, enum mutation what)
{
	if (places->count == places->capacity) {
		places->capacity = places->capacity ? 2 * places->capacity : 64;
		places->list = realloc(places->list, places->capacity * sizeof *places->list);
		assert_non_null(places->list);
	}
	struct place *place = &places->list[places->count++];
	snprintf(place->pointer, sizeof place->pointer, "%s", pointer);
	place->what = what;
}

static bool is_required(const tc_json *schema, const char *name)
{
	const tc_json *required = tc_json_get(schema, "required");

	for (size_t i = 0; i < tc_json_count(required); i++) {
		if (strcmp(tc_json_text(tc_json_item(required, i)), name) == 0)
			return true;
	}
	return false;
}

/* The pointer to a member, whose name is escaped. */
static void below(char out[256], const char *pointer, const char *name)
{
	size_t length = (size_t)snprintf(out, 256, "%s/", pointer);

	for (; *name && length < 250; name++) {
		if (*name == '~' || *name == '/')
			length += (size_t)snprintf(out + length, 256 - length, "~%d", *name == '/');
		else
			out[length++] = *name;
	}
	out[length] = '\0';
}

static void walk(struct places *places, struct schema schema, const tc_json *json,
	const char *pointer, bool input);

/* What tells an alternative: texts that are listed. */
static bool is_tag(const tc_json *schema)
{
	return tc_json_get(schema, "const") || tc_json_get(schema, "enum");
}

static void walk_object(struct places *places, struct schema schema, const tc_json *json,
	const char *pointer, bool input, bool arm)
{
	const tc_json *properties = tc_json_get(schema.json, "properties");
	const tc_json *others = tc_json_get(schema.json, "additionalProperties");
	char path[256];

	for (size_t i = 0; i < tc_json_count(json); i++) {
		const char *name = tc_json_text(tc_json_name(json, i));
		struct schema member = { schema.file, tc_json_get(properties, name) };
		below(path, pointer, name);
		if (!member.json && tc_json_kind(others) == TC_JSON_OBJECT && !properties)
			member.json = others;
		if (!member.json || (arm && is_tag(member.json)))
			continue;
		/* bodies may leave out what has a default */
		bool needed = is_required(schema.json, name) &&
			!(input && tc_json_get(member.json, "default"));
		if (needed && properties)
			add(places, path, WITHOUT);
		walk(places, member, tc_json_item(json, i), path, input);
	}
}

/* Whether an object is of an alternative that a member tells: one with texts of its own. */
static bool is_told(struct schema schema, const tc_json *json)
{
	const tc_json *required = tc_json_get(schema.json, "required");
	bool told = false;

	for (size_t i = 0; i < tc_json_count(required); i++) {
		const char *name = tc_json_text(tc_json_item(required, i));
		struct schema member = { schema.file,
			tc_json_get(tc_json_get(schema.json, "properties"), name) };
		const tc_json *value = tc_json_get(json, name);
		member = schemas_resolve(member);
		if (!value)
			return false;
		if (!is_tag(member.json))
			continue;
		told = tc_json_equal(tc_json_get(member.json, "const"), value);
		const tc_json *values = tc_json_get(member.json, "enum");
		for (size_t j = 0; j < tc_json_count(values); j++)
			told = told || tc_json_equal(tc_json_item(values, j), value);
		if (!told)
			return false;
	}
	return told;
}

/* In the alternative that the object shows itself to be of. */
static void walk_told(struct places *places, struct schema schema, const tc_json *alternatives,
	const tc_json *json, const char *pointer, bool input)
{
	for (size_t i = 0; i < tc_json_count(alternatives); i++) {
		struct schema alternative = { schema.file, tc_json_item(alternatives, i) };
		alternative = schemas_resolve(alternative);
		if (!is_told(alternative, json))
			continue;
		walk_object(places, alternative, json, pointer, input, true);
		return;
	}
}

static void walk(struct places *places, struct schema schema, const tc_json *json,
	const char *pointer, bool input)
{
	char path[256];

	schema = schemas_resolve(schema);
	const tc_json *type = tc_json_get(schema.json, "type");
	bool texts = type && strcmp(tc_json_text(type), "string") == 0;
	const tc_json *one_of = tc_json_get(schema.json, "oneOf");
	if ((one_of || tc_json_get(schema.json, "anyOf")) && !texts) {
		walk_told(places, schema, one_of, json, pointer, input);
		return;
	}
	if (!type && !tc_json_get(schema.json, "const") && !tc_json_get(schema.json, "enum"))
		return;
	add(places, pointer, OTHER_KIND);
	if (tc_json_kind(json) == TC_JSON_OBJECT)
		walk_object(places, schema, json, pointer, input, false);
	struct schema items = { schema.file, tc_json_get(schema.json, "items") };
	for (size_t i = 0; items.json && i < tc_json_count(json); i++) {
		snprintf(path, sizeof path, "%s/%zu", pointer, i);
		walk(places, items, tc_json_item(json, i), path, input);
	}
}

struct places places_of(const struct root *root, const tc_json *json)
{
	struct places places = { 0 };

	walk(&places, root->schema, json, "", root->input);
	return places;
}

void places_clear(struct places *places)
{
	free(places->list);
	*places = (struct places){ 0 };
}

/* ---- making copies ---- */

struct copy {
	tc_json_builder *builder;
	const tc_json *old, *new;
};

static void copy_value(const struct copy *copy, const tc_json *json)
{
	bool object = tc_json_kind(json) == TC_JSON_OBJECT;

	if (json == copy->old) {
		tc_json_add_json(copy->builder, copy->new);
		return;
	}
	if (!object && tc_json_kind(json) != TC_JSON_ARRAY) {
		tc_json_add_json(copy->builder, json);
		return;
	}
	if (object)
		tc_json_add_object(copy->builder);
	else
		tc_json_add_array(copy->builder);
	for (size_t i = 0; i < tc_json_count(json); i++) {
		const tc_json *item = tc_json_item(json, i);
		if (item == copy->old && !copy->new)
			continue;
		if (object)
			tc_json_add_name(copy->builder, tc_json_text(tc_json_name(json, i)));
		copy_value(copy, item);
	}
	tc_json_end(copy->builder);
}

const tc_json *replaced(const tc_json *json, const char *pointer, const tc_json *value)
{
	struct copy copy = { tc_json_builder_new(), tc_json_at(json, pointer), value };
	tc_error err = TC_ERROR_INIT;
	const tc_json *result = NULL;

	assert_non_null(copy.old);
	copy_value(&copy, json);
	assert_ok(tc_json_build(copy.builder, &result, &err), &err);
	return result;
}

const tc_json *mutate(const tc_json *json, const struct place *place)
{
	const tc_json *value = NULL;
	tc_error err = TC_ERROR_INIT;
	enum tc_json_kind kind = tc_json_kind(tc_json_at(json, place->pointer));
	const char *other = kind == TC_JSON_OBJECT ? "[1]"
		: kind == TC_JSON_BOOL             ? "\"true\""
						   : "{\"a\":1}";

	if (place->what == WITHOUT)
		return replaced(json, place->pointer, NULL);
	assert_ok(tc_json_parse(other, strlen(other), &value, &err), &err);
	const tc_json *result = replaced(json, place->pointer, value);
	tc_release(value);
	return result;
}
