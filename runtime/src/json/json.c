/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/json.h"

#include "runtime/src/json/node.h"

#include <math.h>
#include <string.h>

enum tc_json_kind tc_json_kind(const tc_json *json)
{
	return json ? (enum tc_json_kind)json->kind : TC_JSON_ABSENT;
}

static bool is(const tc_json *json, enum tc_json_kind kind)
{
	return json && json->kind == kind;
}

static bool has_text(const tc_json *json)
{
	return is(json, TC_JSON_STRING) || is(json, TC_JSON_NUMBER);
}

const char *tc_json_text(const tc_json *json)
{
	return has_text(json) ? tc__json_node_text(json) : NULL;
}

const char *tc__json_plain_text(const tc_json *json)
{
	const char *text = is(json, TC_JSON_STRING) ? tc__json_node_text(json) : NULL;

	return text && strlen(text) == json->length ? text : NULL;
}

size_t tc_json_text_length(const tc_json *json)
{
	return has_text(json) ? json->length : 0;
}

bool tc_json_true(const tc_json *json)
{
	return is(json, TC_JSON_BOOL) && (json->flags & TC__JSON_TRUE);
}

bool tc_json_int64(const tc_json *json, int64_t *value)
{
	return is(json, TC_JSON_NUMBER) &&
		tc__number_int64(tc__json_node_text(json), json->length, value);
}

bool tc_json_double(const tc_json *json, double *value)
{
	if (!is(json, TC_JSON_NUMBER))
		return false;
	double number = tc__number_double(tc__json_node_text(json), json->length);
	if (!isfinite(number))
		return false;
	*value = number;
	return true;
}

size_t tc_json_count(const tc_json *json)
{
	return is(json, TC_JSON_ARRAY) || is(json, TC_JSON_OBJECT) ? json->length : 0;
}

const tc_json *tc_json_item(const tc_json *json, size_t position)
{
	if (position >= tc_json_count(json))
		return NULL;
	return &json->as.items[position];
}

const tc_json *tc_json_name(const tc_json *json, size_t position)
{
	if (!is(json, TC_JSON_OBJECT) || position >= json->length)
		return NULL;
	return &tc__json_node_shape(json)->names[position];
}

static const tc_json *search_index(const tc_json *object, const char *name, size_t length)
{
	const struct tc__json_shape *shape = tc__json_node_shape(object);
	size_t slot = tc__json_index_slot(shape, shape->index, name, length);
	uint32_t position = shape->index->slots[slot]; /* from 1 */

	return position && position <= object->length ? &object->as.items[position - 1] : NULL;
}

const tc_json *tc_json_get_n(const tc_json *json, const char *name, size_t length)
{
	if (!is(json, TC_JSON_OBJECT) || !json->length || !name)
		return NULL;
	const struct tc__json_shape *shape = tc__json_node_shape(json);
	if (shape->index)
		return search_index(json, name, length);
	for (size_t i = 0; i < json->length; i++)
		if (tc__json_is_text(&shape->names[i], name, length))
			return &json->as.items[i];
	return NULL;
}

const tc_json *tc_json_get(const tc_json *json, const char *name)
{
	return name ? tc_json_get_n(json, name, strlen(name)) : NULL;
}

/* An array's item by a reference token: digits, and no zero in front of others. */
static const tc_json *item_at(const tc_json *array, const char *token, size_t length)
{
	size_t position = 0;

	if (length == 0 || length > 10 || (length > 1 && *token == '0'))
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (token[i] < '0' || token[i] > '9')
			return NULL;
		uint64_t next = (uint64_t)position * 10 + (uint64_t)(token[i] - '0');
		if (next > UINT32_MAX)
			return NULL;
		position = (size_t)next;
	}
	return tc_json_item(array, position);
}

/* Whether a reference token, unescaped, is the name. */
static bool is_token(const tc_json *name, const char *token, size_t length)
{
	const char *text = tc__json_node_text(name), *end = token + length;
	size_t at = 0;

	for (; token < end; token++, at++) {
		char c = *token;
		if (c == '~' && ++token < end)
			c = *token == '0' ? '~' : *token == '1' ? '/' : '\0';
		else if (c == '~')
			return false;
		if (c == '\0' || at >= name->length || text[at] != c)
			return false;
	}
	return at == name->length;
}

static const tc_json *member_at(const tc_json *object, const char *token, size_t length)
{
	if (!memchr(token, '~', length))
		return tc_json_get_n(object, token, length);
	for (size_t i = 0; i < tc_json_count(object); i++)
		if (is_token(tc_json_name(object, i), token, length))
			return tc_json_item(object, i);
	return NULL;
}

const tc_json *tc_json_at(const tc_json *json, const char *pointer)
{
	if (!pointer)
		return NULL;
	while (json && *pointer == '/') {
		const char *token = pointer + 1;
		size_t length = strcspn(token, "/");
		json = is(json, TC_JSON_ARRAY) ? item_at(json, token, length)
					       : member_at(json, token, length);
		pointer = token + length;
	}
	return *pointer ? NULL : json;
}

static bool equal_items(const tc_json *a, const tc_json *b)
{
	for (size_t i = 0; i < a->length; i++)
		if (!tc_json_equal(&a->as.items[i], &b->as.items[i]))
			return false;
	return true;
}

/* As many members and no name twice: it is enough to find each of one in the other. */
static bool equal_members(const tc_json *a, const tc_json *b)
{
	for (size_t i = 0; i < a->length; i++) {
		const tc_json *name = tc_json_name(a, i);
		const tc_json *other = tc_json_get_n(b, tc__json_node_text(name), name->length);
		if (!other || !tc_json_equal(tc_json_item(a, i), other))
			return false;
	}
	return true;
}

bool tc_json_equal(const tc_json *a, const tc_json *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind)
		return false;
	if (a->kind == TC_JSON_NUMBER)
		return tc__number_equal(
			tc__json_node_text(a), a->length, tc__json_node_text(b), b->length);
	if (a->length != b->length)
		return false;
	switch ((enum tc_json_kind)a->kind) {
	case TC_JSON_BOOL:
		return tc_json_true(a) == tc_json_true(b);
	case TC_JSON_STRING:
		return memcmp(tc__json_node_text(a), tc__json_node_text(b), a->length) == 0;
	case TC_JSON_ARRAY:
		return equal_items(a, b);
	case TC_JSON_OBJECT:
		return equal_members(a, b);
	default:
		return true;
	}
}
