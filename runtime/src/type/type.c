/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/type/type.h"

#include <stdio.h>
#include <string.h>

#define ANY_KIND \
	(TC_JSON_IS(NULL) | TC_JSON_IS(BOOL) | TC_JSON_IS(NUMBER) | TC_JSON_IS(STRING) | \
		TC_JSON_IS(ARRAY) | TC_JSON_IS(OBJECT))

static unsigned union_kinds(const struct tc_type *type)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < type->count; i++)
		kinds |= tc__type_kinds(type->of.arms[i].type);
	return kinds;
}

unsigned tc__type_kinds(const struct tc_type *type)
{
	switch ((enum tc_type_kind)type->kind) {
	case TC_TYPE_TEXT:
		return TC_JSON_IS(STRING);
	case TC_TYPE_INT64:
	case TC_TYPE_DOUBLE:
		return TC_JSON_IS(NUMBER);
	case TC_TYPE_BOOL:
		return TC_JSON_IS(BOOL);
	case TC_TYPE_JSON:
		return type->flags ? type->flags : ANY_KIND;
	case TC_TYPE_OBJECT:
	case TC_TYPE_MAP:
		return TC_JSON_IS(OBJECT);
	case TC_TYPE_ARRAY:
		return TC_JSON_IS(ARRAY);
	case TC_TYPE_UNION:
		return union_kinds(type);
	}
	return 0;
}

size_t tc__type_size(const struct tc_type *type)
{
	switch ((enum tc_type_kind)type->kind) {
	case TC_TYPE_TEXT:
	case TC_TYPE_JSON:
		return sizeof(const char *);
	case TC_TYPE_INT64:
		return sizeof(int64_t);
	case TC_TYPE_DOUBLE:
		return sizeof(double);
	case TC_TYPE_BOOL:
		return sizeof(bool);
	case TC_TYPE_OBJECT:
	case TC_TYPE_UNION:
		return type->size;
	case TC_TYPE_ARRAY:
	case TC_TYPE_MAP:
		return sizeof(struct tc__list);
	}
	return 0;
}

/* Lengths rule out most of them. */
const struct tc_field *tc__type_field(const struct tc_type *type, const char *name, size_t length)
{
	const struct tc_field *field = type->of.fields;

	for (size_t left = type->count; left; left--, field++) {
		if (field->name_length == length && memcmp(field->name, name, length) == 0)
			return field;
	}
	return NULL;
}

bool tc__type_text_in(const char *texts, size_t count, const char *text, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		size_t candidate = strlen(texts);
		if (candidate == length && memcmp(texts, text, length) == 0)
			return true;
		texts += candidate + 1;
	}
	return false;
}

const struct tc_arm *tc__type_arm_by_text(
	const struct tc_type *type, const char *text, size_t length)
{
	for (size_t i = 0; i < type->count; i++) {
		const struct tc_arm *arm = &type->of.arms[i];
		if (tc__type_text_in(arm->values, arm->value_count, text, length))
			return arm;
	}
	return NULL;
}

/* How many of the object's members the type does not name; SIZE_MAX when a required one is not
 * there. */
static size_t misfit(const struct tc_type *type, const tc_json *object)
{
	size_t known = 0;

	if (type->kind != TC_TYPE_OBJECT)
		return 0; /* a map or free-form object takes all */
	for (size_t i = 0; i < type->count; i++) {
		const struct tc_field *field = &type->of.fields[i];
		bool there = tc_json_get_n(object, field->name, field->name_length) != NULL;
		if (!there && field->flags & TC_REQUIRED)
			return SIZE_MAX;
		known += there;
	}
	return tc_json_count(object) - known;
}

const struct tc_arm *tc__type_arm_by_shape(const struct tc_type *type, const tc_json *object)
{
	const struct tc_arm *best = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < type->count; i++) {
		const struct tc_arm *arm = &type->of.arms[i];
		if (!(tc__type_kinds(arm->type) & TC_JSON_IS(OBJECT)))
			continue;
		size_t unknown = misfit(arm->type, object);
		if (unknown < least) {
			least = unknown;
			best = arm;
		}
	}
	return best;
}

const char *tc__type_kinds_text(unsigned kinds, char text[TC__KINDS_TEXT])
{
	static const char *const names[] = { [TC_JSON_NULL] = "null",
		[TC_JSON_BOOL] = "true or false",
		[TC_JSON_NUMBER] = "a number",
		[TC_JSON_STRING] = "a string",
		[TC_JSON_ARRAY] = "an array",
		[TC_JSON_OBJECT] = "an object" };
	size_t length = 0;

	text[0] = '\0';
	for (size_t kind = TC_JSON_NULL; kind <= TC_JSON_OBJECT; kind++) {
		if (!(kinds & 1u << kind))
			continue;
		int added = snprintf(text + length, TC__KINDS_TEXT - length, "%s%s",
			length ? " or " : "", names[kind]);
		length += (size_t)added;
	}
	return text;
}

void tc__pointer_add(struct tc__buffer *pointer, const char *token, size_t length)
{
	tc__buffer_char(pointer, '/');
	for (size_t i = 0; i < length; i++) {
		if (token[i] == '~')
			tc__buffer_text(pointer, "~0");
		else if (token[i] == '/')
			tc__buffer_text(pointer, "~1");
		else
			tc__buffer_char(pointer, token[i]);
	}
}
