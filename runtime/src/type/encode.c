/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/type/encode.h"
#include "runtime/src/json/json.h"
#include "runtime/src/json/utf8.h"

#include <stdlib.h>
#include <string.h>

static int write_value(struct tc__encoder *e, const struct tc_type *type, const char *at);

/*
 * Texts
 */

static int write_text(struct tc__encoder *e, const struct tc_type *type, const char *text)
{
	size_t length = strlen(text);

	if (!tc__utf8_valid(text, length))
		return tc__refuse(e, "is not valid UTF-8");
	if (e->checked && type->of.text) {
		int rc = tc__check_text(e, type->of.text, text, length);
		if (rc != TC_OK)
			return rc;
	}
	tc__json_write_string(&e->out, text, length);
	return TC_OK;
}

/*
 * Numbers and booleans
 */

static int write_int64(struct tc__encoder *e, const struct tc_type *type, int64_t value)
{
	if (e->checked && type->of.int64) {
		int rc = tc__check_int64(e, type->of.int64, value);
		if (rc != TC_OK)
			return rc;
	}
	tc__buffer_int(&e->out, value);
	return TC_OK;
}

static int write_double(struct tc__encoder *e, const struct tc_type *type, double value)
{
	char text[TC__NUMBER_MAX];

	if (value - value != 0)
		return tc__refuse(e, "JSON has no infinite number and no NaN");
	if (e->checked && type->of.number) {
		int rc = tc__check_double(e, type->of.number, value);
		if (rc != TC_OK)
			return rc;
	}
	tc__buffer_add(&e->out, text, tc__number_write(text, value));
	return TC_OK;
}

static int write_bool(struct tc__encoder *e, const struct tc_type *type, bool value)
{
	bool only = type->flags & TC_ONLY_TRUE;

	if (e->checked && type->flags & (TC_ONLY_TRUE | TC_ONLY_FALSE) && value != only)
		return tc__refuse(e, "expected %s, got %s", only ? "true" : "false",
			value ? "true" : "false");
	tc__buffer_text(&e->out, value ? "true" : "false");
	return TC_OK;
}

static int write_json(struct tc__encoder *e, const struct tc_type *type, const tc_json *json)
{
	char expected[TC__KINDS_TEXT], got[TC__KINDS_TEXT];
	unsigned kinds = tc__type_kinds(type), kind = 1u << tc_json_kind(json);

	if (e->checked && !(kinds & kind))
		return tc__refuse(e, "expected %s, got %s", tc__type_kinds_text(kinds, expected),
			tc__type_kinds_text(kind, got));
	tc__json_append(&e->out, json, TC_JSON_COMPACT);
	return TC_OK;
}

/*
 * Presence
 */

static const void *pointer_at(const char *at)
{
	return *(const void *const *)(const void *)at;
}

static bool is_absent(const struct tc_type *type, const char *at, bool indirect)
{
	switch ((enum tc_type_kind)type->kind) {
	case TC_TYPE_TEXT:
	case TC_TYPE_JSON:
	case TC_TYPE_ARRAY:
	case TC_TYPE_MAP:
		return pointer_at(at) == NULL;
	case TC_TYPE_INT64:
		return indirect && !((const struct tc_opt_int64 *)(const void *)at)->present;
	case TC_TYPE_DOUBLE:
		return indirect && !((const struct tc_opt_double *)(const void *)at)->present;
	case TC_TYPE_BOOL:
		return indirect && !((const struct tc_opt_bool *)(const void *)at)->present;
	case TC_TYPE_OBJECT:
	case TC_TYPE_UNION:
		return indirect && pointer_at(at) == NULL;
	}
	return true;
}

/* What an absent value must not have: a count, whose list was forgotten. */
static int check_absent(struct tc__encoder *e, const struct tc_type *type, const char *at)
{
	bool array = type->kind == TC_TYPE_ARRAY;

	if (!array && type->kind != TC_TYPE_MAP)
		return TC_OK;
	size_t count = ((const struct tc__list *)(const void *)at)->count;
	return count ? tc__refuse(e, "has %lu %s, but its pointer is NULL", (unsigned long)count,
			       array ? "items" : "members")
		     : TC_OK;
}

/* A value that is needed is absent. */
static int refuse_absent(
	struct tc__encoder *e, const struct tc_type *type, const char *at, const char *wrong)
{
	int rc = check_absent(e, type, at);

	return rc == TC_OK ? tc__refuse(e, "%s", wrong) : rc;
}

/* A value that is held indirectly, and is there, as one that is held directly. */
static const char *direct(const struct tc_type *type, const char *at)
{
	switch ((enum tc_type_kind)type->kind) {
	case TC_TYPE_INT64:
		return at + offsetof(struct tc_opt_int64, value);
	case TC_TYPE_DOUBLE:
		return at + offsetof(struct tc_opt_double, value);
	case TC_TYPE_BOOL:
		return at + offsetof(struct tc_opt_bool, value);
	case TC_TYPE_OBJECT:
	case TC_TYPE_UNION:
		return pointer_at(at);
	default:
		return at;
	}
}

/* An item, or a map's value: they cannot be absent, only null where that is allowed. */
static int write_item(struct tc__encoder *e, const struct tc_type *list, const char *at)
{
	const struct tc_type *type = list->of.item;
	bool indirect = list->flags & TC_INDIRECT;

	if (!is_absent(type, at, indirect))
		return write_value(e, type, indirect ? direct(type, at) : at);
	if (!indirect)
		return refuse_absent(e, type, at, "a value is missing: the pointer is NULL");
	tc__buffer_text(&e->out, "null");
	return check_absent(e, type, at);
}

/*
 * Arrays and maps
 */

/* The items of an array; where each begins goes to `begins`, unless that is NULL. */
static int write_items(struct tc__encoder *e, const struct tc_type *type,
	const struct tc__list *list, size_t *begins)
{
	struct tc__step step = { .outer = e->step };
	int rc = TC_OK;

	tc__buffer_char(&e->out, '[');
	e->step = &step;
	for (size_t i = 0; rc == TC_OK && i < list->count; i++) {
		step.position = i;
		if (i)
			tc__buffer_char(&e->out, ',');
		if (begins)
			begins[i] = e->out.length;
		rc = write_item(e, type, (const char *)list->items + i * type->size);
	}
	e->step = step.outer;
	tc__buffer_char(&e->out, ']');
	if (begins)
		begins[list->count] = e->out.length;
	return rc;
}

static int write_array(
	struct tc__encoder *e, const struct tc_type *type, const struct tc__list *list)
{
	const struct tc_count_rules *rules = type->by.counts;
	size_t some[17], *begins = NULL;
	int rc = tc__check_count(e, rules, list->count, "items");

	if (rc != TC_OK)
		return rc;
	if (e->checked && rules && rules->unique && list->count > 1) {
		begins = some;
		if (list->count >= sizeof some / sizeof *some)
			begins = list->count < SIZE_MAX / sizeof *begins
				? malloc((list->count + 1) * sizeof *begins)
				: NULL;
		if (!begins)
			return tc__fail_nomem(e->err);
	}
	rc = write_items(e, type, list, begins);
	if (rc == TC_OK && begins)
		rc = tc__check_unique(e, begins, list->count);
	if (begins != some)
		free(begins);
	return rc;
}

struct keys {
	const char *entries;
	size_t size;
};

static const char *key_at(const struct keys *keys, size_t position)
{
	return pointer_at(keys->entries + position * keys->size);
}

static struct tc__span key_span(const void *context, size_t position)
{
	const char *key = key_at(context, position);

	return (struct tc__span){ key, strlen(key) };
}

/* A name before its value. */
static void write_name(struct tc__encoder *e, const char *name, size_t length, bool first)
{
	if (!first)
		tc__buffer_char(&e->out, ',');
	tc__json_write_string(&e->out, name, length);
	tc__buffer_char(&e->out, ':');
}

static int write_entries(
	struct tc__encoder *e, const struct tc_type *type, const struct tc__list *list)
{
	struct keys keys = { list->items, type->size };
	struct tc__step step = { .outer = e->step };
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < list->count; i++) {
		const char *key = key_at(&keys, i);
		if (!key)
			return tc__refuse(e, "the key of member %lu is NULL", (unsigned long)i);
		step.name = key;
		step.position = strlen(key);
		if (!tc__utf8_valid(key, step.position))
			return tc__refuse(
				e, "the key of member %lu is not valid UTF-8", (unsigned long)i);
		e->step = &step;
		write_name(e, key, step.position, i == 0);
		rc = write_item(e, type, keys.entries + i * keys.size + type->offset);
		e->step = step.outer;
	}
	return rc;
}

static int write_map(struct tc__encoder *e, const struct tc_type *type, const struct tc__list *list)
{
	struct keys keys = { list->items, type->size };
	size_t first = 0, second = 0;
	int rc = tc__check_count(e, type->by.counts, list->count, "members");

	if (rc != TC_OK)
		return rc;
	tc__buffer_char(&e->out, '{');
	rc = write_entries(e, type, list);
	tc__buffer_char(&e->out, '}');
	if (rc != TC_OK)
		return rc;
	int twice = tc__spans_twice(key_span, &keys, list->count, &first, &second);
	if (twice == TC_ERROR_NOMEM)
		return tc__fail_nomem(e->err);
	return twice ? tc__refuse(e, "the member \"%s\" is there twice", key_at(&keys, second))
		     : TC_OK;
}

/*
 * Objects
 */

/* What a required string is when only one is allowed, or NULL. */
static const char *only_text(const struct tc_field *field)
{
	const struct tc_text_rules *rules =
		field->type->kind == TC_TYPE_TEXT ? field->type->of.text : NULL;

	if (!rules || !(field->flags & TC_REQUIRED) || rules->allowed_count != 1 ||
		rules->allowed_or_rest)
		return NULL;
	return rules->allowed;
}

/* Writes a member unless it is absent; counts it in *count. */
static int write_member(
	struct tc__encoder *e, const struct tc_field *field, const char *object, size_t *count)
{
	const char *at = object + field->offset;
	bool indirect = field->flags & TC_INDIRECT, null = false;
	const char *only = NULL;

	if (field->flags & TC_NULLABLE)
		null = *(const bool *)(const void *)(object + field->null_offset);
	if (!null && is_absent(field->type, at, indirect)) {
		int rc = check_absent(e, field->type, at);
		if (rc != TC_OK)
			return rc;
		only = only_text(field);
		if (!only && field->flags & TC_REQUIRED && e->checked)
			return tc__refuse(e, "a required member is missing");
		if (!only)
			return TC_OK;
	}
	write_name(e, field->name, field->name_length, (*count)++ == 0);
	if (null || only) {
		if (null)
			tc__buffer_text(&e->out, "null");
		else
			tc__json_write_string(&e->out, only, strlen(only));
		return TC_OK;
	}
	return write_value(e, field->type, indirect ? direct(field->type, at) : at);
}

static int write_others(
	struct tc__encoder *e, const struct tc_type *type, const tc_json *others, size_t *count)
{
	struct tc__step step = { .outer = e->step };

	if (others && tc_json_kind(others) != TC_JSON_OBJECT)
		return tc__refuse(e, "its other members are no JSON object");
	for (size_t i = 0; i < tc_json_count(others); i++) {
		const tc_json *name = tc_json_name(others, i);
		step.name = tc_json_text(name);
		step.position = tc_json_text_length(name);
		if (tc__type_field(type, step.name, step.position)) {
			e->step = &step;
			return tc__refuse(
				e, "is among the other members, but the struct has it, too");
		}
		write_name(e, step.name, step.position, (*count)++ == 0);
		tc__json_append(&e->out, tc_json_item(others, i), TC_JSON_COMPACT);
	}
	return TC_OK;
}

static int write_object(struct tc__encoder *e, const struct tc_type *type, const char *at)
{
	struct tc__step step = { .outer = e->step };
	size_t count = 0;
	int rc = TC_OK;

	tc__buffer_char(&e->out, '{');
	e->step = &step;
	for (size_t i = 0; rc == TC_OK && i < type->count; i++) {
		const struct tc_field *field = &type->of.fields[i];
		step.name = field->name;
		step.position = field->name_length;
		rc = write_member(e, field, at, &count);
	}
	e->step = step.outer;
	if (rc == TC_OK && type->flags & TC_OPEN)
		rc = write_others(e, type, pointer_at(at + type->offset), &count);
	tc__buffer_char(&e->out, '}');
	return rc == TC_OK ? tc__check_count(e, type->by.counts, count, "members") : rc;
}

static int write_union(struct tc__encoder *e, const struct tc_type *type, const char *at)
{
	int tag = 0;

	memcpy(&tag, at, sizeof tag);
	at += type->offset;
	if (tag == TC_TAG_UNKNOWN) {
		const tc_json *unknown = pointer_at(at);
		return unknown
			? write_json(e, &tc_type_json, unknown)
			: tc__refuse(e, "the tag says that it is unknown, but there is no JSON");
	}
	if (tag == TC_TAG_UNSET)
		return tc__refuse(e, "the tag that says which of its shapes it has is not set");
	if (tag < 0 || tag > type->count)
		return tc__refuse(e, "there is no shape with the tag %d", tag);
	const struct tc_type *arm = type->of.arms[tag - 1].type;
	return is_absent(arm, at, false)
		? refuse_absent(e, arm, at, "a value is missing: the pointer is NULL")
		: write_value(e, arm, at);
}

/* A value that is there and held directly. */
static int write_value(struct tc__encoder *e, const struct tc_type *type, const char *at)
{
	const void *value = at;
	int rc = TC_OK;

	if (e->depth == TC_JSON_DEPTH_MAX)
		return tc__refuse(e, "is nested deeper than %d", TC_JSON_DEPTH_MAX);
	e->depth++;
	switch ((enum tc_type_kind)type->kind) {
	case TC_TYPE_TEXT:
		rc = write_text(e, type, pointer_at(at));
		break;
	case TC_TYPE_INT64:
		rc = write_int64(e, type, *(const int64_t *)value);
		break;
	case TC_TYPE_DOUBLE:
		rc = write_double(e, type, *(const double *)value);
		break;
	case TC_TYPE_BOOL:
		rc = write_bool(e, type, *(const bool *)value);
		break;
	case TC_TYPE_JSON:
		rc = write_json(e, type, pointer_at(at));
		break;
	case TC_TYPE_OBJECT:
		rc = write_object(e, type, at);
		break;
	case TC_TYPE_ARRAY:
		rc = write_array(e, type, value);
		break;
	case TC_TYPE_MAP:
		rc = write_map(e, type, value);
		break;
	case TC_TYPE_UNION:
		rc = write_union(e, type, at);
		break;
	}
	e->depth--;
	return rc;
}

/*
 * From the outside
 */

static int run(struct tc__encoder *e, const struct tc_type *type, const void *value)
{
	int rc;

	if (is_absent(type, value, false))
		rc = refuse_absent(e, type, value, "the value is missing: the pointer is NULL");
	else
		rc = write_value(e, type, value);
	tc__matcher_clear(&e->matcher);
	if (rc == TC_OK && tc__buffer_failed(&e->out))
		rc = tc__fail_nomem(e->err);
	return rc;
}

int tc_encode(const struct tc_type *type, const void *value, unsigned flags, char **text,
	size_t *length, tc_error *err)
{
	tc_error_clear(err);
	struct tc__encoder e = { .out = TC__BUFFER(SIZE_MAX / 4),
		.checked = !(flags & TC_ENCODE_UNCHECKED),
		.err = err };

	if (length)
		*length = 0;
	if (!text)
		return tc__fail(err, TC_ERROR_ARGUMENT, "text is NULL");
	*text = NULL;
	if (!type || !value)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			type ? "value is NULL: there is nothing to write" : "type is NULL");
	int rc = run(&e, type, value);
	if (rc == TC_OK) {
		if (length)
			*length = e.out.length;
		*text = tc__buffer_take(&e.out);
	}
	tc__buffer_clear(&e.out);
	return rc;
}

int tc_check(const struct tc_type *type, const void *value, tc_error *err)
{
	tc_error_clear(err);
	char *text = NULL;
	int rc = tc_encode(type, value, 0, &text, NULL, err);

	tc_release(text);
	return rc;
}
