/* SPDX-License-Identifier: MPL-2.0 */
#include "json.h"
#include "sax.h"
#include "type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTER_MAX 4096

/* The way from the root to the value that is written, for messages. */
struct step {
	const struct step *outer;
	const char *name; /* NULL: an array's item, */
	size_t position;  /* its position; else the length of the name */
};

struct encoder {
	struct tc__buffer out;
	bool checked;
	struct tc__matcher matcher;
	const struct step *step; /* innermost */
	size_t depth;
	tc_error *err;
};

static int write_value(struct encoder *e, const struct tc_type *type, const char *at);

/*
 * Failures
 */

static void write_pointer(struct tc__buffer *pointer, const struct step *step)
{
	if (!step)
		return;
	write_pointer(pointer, step->outer); /* as deep as types nest, at most TC_JSON_DEPTH_MAX */
	if (step->name)
		tc__pointer_add(pointer, step->name, step->position);
	else
		tc__buffer_printf(pointer, "/%lu", (unsigned long)step->position);
}

TC__PRINTF(2, 3) static int refuse(struct encoder *e, const char *format, ...)
{
	struct tc__buffer pointer = TC__BUFFER(POINTER_MAX);
	char text[TC__MESSAGE_MAX + 1];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	write_pointer(&pointer, e->step);
	int rc = tc__fail_at(e->err, TC_ERROR_INPUT, tc__buffer_get(&pointer), "%s", text);
	tc__buffer_clear(&pointer);
	return rc;
}

/*
 * Texts
 */

/* Unicode characters of valid UTF-8 */
static size_t characters(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* The allowed texts as a list for a message. */
static int refuse_other(struct encoder *e, const struct tc_text_rules *rules, const char *text)
{
	struct tc__buffer list = TC__BUFFER(TC__MESSAGE_MAX);
	const char *allowed = rules->allowed;

	for (size_t i = 0; i < rules->allowed_count; i++, allowed += strlen(allowed) + 1)
		tc__buffer_printf(&list, "%s\"%s\"", i ? ", " : "", allowed);
	int rc = refuse(e, "expected %s%s, got \"%s\"", rules->allowed_count == 1 ? "" : "one of ",
		tc__buffer_get(&list), text);
	tc__buffer_clear(&list);
	return rc;
}

static int check_length(
	struct encoder *e, const struct tc_text_rules *rules, const char *text, size_t length)
{
	size_t max = rules->has_max_length ? rules->max_length : SIZE_MAX;

	if (length >= 4 * (size_t)rules->min_length && length <= max)
		return TC_OK;
	size_t count = characters(text, length);
	if (count < rules->min_length)
		return refuse(e, "expected at least %lu characters, got %lu",
			(unsigned long)rules->min_length, (unsigned long)count);
	if (count > max)
		return refuse(e, "expected at most %lu characters, got %lu", (unsigned long)max,
			(unsigned long)count);
	return TC_OK;
}

static int check_format(struct encoder *e, unsigned formats, const char *text)
{
	static const char *const names[] = { "a date (RFC 3339) such as 2026-01-31T23:59:59.000Z",
		"a URI", "an e-mail address", "a host name", "an IPv4 address", "an IPv6 address" };
	struct tc__buffer list = TC__BUFFER(TC__MESSAGE_MAX);

	if (tc__text_has_format(formats, text))
		return TC_OK;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (formats & 1u << i)
			tc__buffer_printf(&list, "%s%s", list.length ? " or " : "", names[i]);
	}
	/* other texts may carry a secret */
	bool shown = formats & TC_FORMAT_DATE_TIME;
	int rc = refuse(e, "expected %s%s%s%s", tc__buffer_get(&list), shown ? ", got \"" : "",
		shown ? text : "", shown ? "\"" : "");
	tc__buffer_clear(&list);
	return rc;
}

static int check_pattern(
	struct encoder *e, const struct tc_text_rules *rules, const char *text, size_t length)
{
	int rc = tc__pattern_match(rules->pattern, &e->matcher, text, length);

	if (rc == 1)
		return TC_OK;
	if (rc == TC_ERROR_NOMEM)
		return tc__fail_nomem(e->err);
	return refuse(e,
		rc ? "cannot be compared with the pattern %s"
		   : "expected a text that matches the pattern %s",
		rules->pattern->source);
}

static int check_text(
	struct encoder *e, const struct tc_text_rules *rules, const char *text, size_t length)
{
	if (rules->allowed_count) {
		bool in = tc__type_text_in(rules->allowed, rules->allowed_count, text, length);
		if (!in && !rules->allowed_or_rest)
			return refuse_other(e, rules, text);
		if (in && rules->allowed_or_rest)
			return TC_OK;
	}
	int rc = check_length(e, rules, text, length);
	if (rc == TC_OK && rules->formats)
		rc = check_format(e, rules->formats, text);
	if (rc == TC_OK && rules->pattern)
		rc = check_pattern(e, rules, text, length);
	return rc;
}

static int write_text(struct encoder *e, const struct tc_type *type, const char *text)
{
	size_t length = strlen(text);

	if (!tc__utf8_valid(text, length))
		return refuse(e, "is not valid UTF-8");
	if (e->checked && type->of.text) {
		int rc = check_text(e, type->of.text, text, length);
		if (rc != TC_OK)
			return rc;
	}
	tc__json_write_string(&e->out, text, length);
	return TC_OK;
}

/*
 * Numbers and booleans
 */

static int check_int64(struct encoder *e, const struct tc_int64_rules *rules, int64_t value)
{
	long long shown = value;
	bool allowed = rules->allowed_count == 0;

	if (rules->has_minimum && value < rules->minimum)
		return refuse(
			e, "expected at least %lld, got %lld", (long long)rules->minimum, shown);
	if (rules->has_maximum && value > rules->maximum)
		return refuse(
			e, "expected at most %lld, got %lld", (long long)rules->maximum, shown);
	if (rules->multiple_of > 0 && value % rules->multiple_of != 0)
		return refuse(e, "expected a multiple of %lld, got %lld",
			(long long)rules->multiple_of, shown);
	for (size_t i = 0; i < rules->allowed_count; i++)
		allowed = allowed || rules->allowed[i] == value;
	if (allowed)
		return TC_OK;
	struct tc__buffer list = TC__BUFFER(TC__MESSAGE_MAX);
	for (size_t i = 0; i < rules->allowed_count; i++)
		tc__buffer_printf(&list, "%s%lld", i ? ", " : "", (long long)rules->allowed[i]);
	int rc = refuse(e, "expected %s%s, got %lld", rules->allowed_count == 1 ? "" : "one of ",
		tc__buffer_get(&list), shown);
	tc__buffer_clear(&list);
	return rc;
}

static int write_int64(struct encoder *e, const struct tc_type *type, int64_t value)
{
	if (e->checked && type->of.int64) {
		int rc = check_int64(e, type->of.int64, value);
		if (rc != TC_OK)
			return rc;
	}
	tc__buffer_int(&e->out, value);
	return TC_OK;
}

static int check_double(struct encoder *e, const struct tc_double_rules *rules, double value)
{
	char bound[TC__NUMBER_MAX], shown[TC__NUMBER_MAX];
	bool low = rules->has_minimum &&
		(rules->above_minimum ? value <= rules->minimum : value < rules->minimum);
	bool high = rules->has_maximum &&
		(rules->below_maximum ? value >= rules->maximum : value > rules->maximum);

	if (!low && !high)
		return TC_OK;
	tc__number_write(shown, value);
	tc__number_write(bound, low ? rules->minimum : rules->maximum);
	if (low)
		return refuse(e, "expected %s %s, got %s",
			rules->above_minimum ? "more than" : "at least", bound, shown);
	return refuse(e, "expected %s %s, got %s", rules->below_maximum ? "less than" : "at most",
		bound, shown);
}

static int write_double(struct encoder *e, const struct tc_type *type, double value)
{
	char text[TC__NUMBER_MAX];

	if (value - value != 0)
		return refuse(e, "JSON has no infinite number and no NaN");
	if (e->checked && type->of.number) {
		int rc = check_double(e, type->of.number, value);
		if (rc != TC_OK)
			return rc;
	}
	tc__buffer_add(&e->out, text, tc__number_write(text, value));
	return TC_OK;
}

static int write_bool(struct encoder *e, const struct tc_type *type, bool value)
{
	bool only = type->flags & TC_ONLY_TRUE;

	if (e->checked && type->flags & (TC_ONLY_TRUE | TC_ONLY_FALSE) && value != only)
		return refuse(e, "expected %s, got %s", only ? "true" : "false",
			value ? "true" : "false");
	tc__buffer_text(&e->out, value ? "true" : "false");
	return TC_OK;
}

static int write_json(struct encoder *e, const struct tc_type *type, const tc_json *json)
{
	char expected[TC__KINDS_TEXT], got[TC__KINDS_TEXT];
	unsigned kinds = tc__type_kinds(type), kind = 1u << tc_json_kind(json);

	if (e->checked && !(kinds & kind))
		return refuse(e, "expected %s, got %s", tc__type_kinds_text(kinds, expected),
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
static int write_item(struct encoder *e, const struct tc_type *list, const char *at)
{
	const struct tc_type *type = list->of.item;
	bool indirect = list->flags & TC_INDIRECT;

	if (!is_absent(type, at, indirect))
		return write_value(e, type, indirect ? direct(type, at) : at);
	if (!indirect)
		return refuse(e, "a value is missing: the pointer is NULL");
	tc__buffer_text(&e->out, "null");
	return TC_OK;
}

/*
 * Arrays and maps
 */

static int check_count(
	struct encoder *e, const struct tc_count_rules *rules, size_t count, const char *what)
{
	if (!e->checked || !rules)
		return TC_OK;
	if (count < rules->minimum)
		return refuse(e, "expected at least %lu %s, got %lu", (unsigned long)rules->minimum,
			what, (unsigned long)count);
	if (rules->has_maximum && count > rules->maximum)
		return refuse(e, "expected at most %lu %s, got %lu", (unsigned long)rules->maximum,
			what, (unsigned long)count);
	return TC_OK;
}

/* Where the items of an array begin in the text, with its end behind the last. */
struct written {
	const char *text;
	const size_t *begins;
};

/* An item's text, without the comma or bracket behind it. */
static struct tc__span written_item(const void *context, size_t position)
{
	const struct written *written = context;
	size_t begin = written->begins[position];

	return (struct tc__span){ written->text + begin,
		written->begins[position + 1] - begin - 1 };
}

/* Equal items are written equally. */
static int check_unique(struct encoder *e, size_t *begins, size_t count)
{
	size_t first = 0, second = 0;

	if (tc__buffer_failed(&e->out))
		return TC_OK; /* told at the end */
	struct written written = { tc__buffer_get(&e->out), begins };
	int twice = tc__spans_twice(written_item, &written, count, &first, &second);
	if (twice == TC_ERROR_NOMEM)
		return tc__fail_nomem(e->err);
	if (!twice)
		return TC_OK;
	return refuse(e, "expected items that differ, but items %lu and %lu are equal",
		(unsigned long)first, (unsigned long)second);
}

/* The items of an array; where each begins goes to `begins`, unless that is NULL. */
static int write_items(
	struct encoder *e, const struct tc_type *type, const struct tc__list *list, size_t *begins)
{
	struct step step = { .outer = e->step };
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

static int write_array(struct encoder *e, const struct tc_type *type, const struct tc__list *list)
{
	const struct tc_count_rules *rules = type->by.counts;
	size_t some[17], *begins = NULL;
	int rc = check_count(e, rules, list->count, "items");

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
		rc = check_unique(e, begins, list->count);
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
static void write_name(struct encoder *e, const char *name, size_t length, bool first)
{
	if (!first)
		tc__buffer_char(&e->out, ',');
	tc__json_write_string(&e->out, name, length);
	tc__buffer_char(&e->out, ':');
}

static int write_entries(struct encoder *e, const struct tc_type *type, const struct tc__list *list)
{
	struct keys keys = { list->items, type->size };
	struct step step = { .outer = e->step };
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < list->count; i++) {
		const char *key = key_at(&keys, i);
		if (!key)
			return refuse(e, "the key of member %lu is NULL", (unsigned long)i);
		step.name = key;
		step.position = strlen(key);
		if (!tc__utf8_valid(key, step.position))
			return refuse(
				e, "the key of member %lu is not valid UTF-8", (unsigned long)i);
		e->step = &step;
		write_name(e, key, step.position, i == 0);
		rc = write_item(e, type, keys.entries + i * keys.size + type->offset);
		e->step = step.outer;
	}
	return rc;
}

static int write_map(struct encoder *e, const struct tc_type *type, const struct tc__list *list)
{
	struct keys keys = { list->items, type->size };
	size_t first = 0, second = 0;
	int rc = check_count(e, type->by.counts, list->count, "members");

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
	return twice ? refuse(e, "the member \"%s\" is there twice", key_at(&keys, second)) : TC_OK;
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
	struct encoder *e, const struct tc_field *field, const char *object, size_t *count)
{
	const char *at = object + field->offset;
	bool indirect = field->flags & TC_INDIRECT, null = false;
	const char *only = NULL;

	if (field->flags & TC_NULLABLE)
		null = *(const bool *)(const void *)(object + field->null_offset);
	if (!null && is_absent(field->type, at, indirect)) {
		only = only_text(field);
		if (!only && field->flags & TC_REQUIRED && e->checked)
			return refuse(e, "a required member is missing");
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
	struct encoder *e, const struct tc_type *type, const tc_json *others, size_t *count)
{
	struct step step = { .outer = e->step };

	if (others && tc_json_kind(others) != TC_JSON_OBJECT)
		return refuse(e, "its other members are no JSON object");
	for (size_t i = 0; i < tc_json_count(others); i++) {
		const tc_json *name = tc_json_name(others, i);
		step.name = tc_json_text(name);
		step.position = tc_json_text_length(name);
		if (tc__type_field(type, step.name, step.position)) {
			e->step = &step;
			return refuse(e, "is among the other members, but the struct has it, too");
		}
		write_name(e, step.name, step.position, (*count)++ == 0);
		tc__json_append(&e->out, tc_json_item(others, i), TC_JSON_COMPACT);
	}
	return TC_OK;
}

static int write_object(struct encoder *e, const struct tc_type *type, const char *at)
{
	struct step step = { .outer = e->step };
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
	return rc == TC_OK ? check_count(e, type->by.counts, count, "members") : rc;
}

static int write_union(struct encoder *e, const struct tc_type *type, const char *at)
{
	int tag = 0;

	memcpy(&tag, at, sizeof tag);
	at += type->offset;
	if (tag == TC_TAG_UNKNOWN) {
		const tc_json *unknown = pointer_at(at);
		return unknown ? write_json(e, &tc_type_json, unknown)
			       : refuse(e, "the tag says that it is unknown, but there is no JSON");
	}
	if (tag == TC_TAG_UNSET)
		return refuse(e, "the tag that says which of its shapes it has is not set");
	if (tag < 0 || tag > type->count)
		return refuse(e, "there is no shape with the tag %d", tag);
	const struct tc_type *arm = type->of.arms[tag - 1].type;
	return is_absent(arm, at, false) ? refuse(e, "a value is missing: the pointer is NULL")
					 : write_value(e, arm, at);
}

/* A value that is there and held directly. */
static int write_value(struct encoder *e, const struct tc_type *type, const char *at)
{
	const void *value = at;
	int rc = TC_OK;

	if (e->depth == TC_JSON_DEPTH_MAX)
		return refuse(e, "is nested deeper than %d", TC_JSON_DEPTH_MAX);
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

static int run(struct encoder *e, const struct tc_type *type, const void *value)
{
	int rc;

	if (is_absent(type, value, false))
		rc = refuse(e, "the value is missing: the pointer is NULL");
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
	struct encoder e = { .out = TC__BUFFER(SIZE_MAX / 4),
		.checked = !(flags & TC_ENCODE_UNCHECKED),
		.err = err };

	if (length)
		*length = 0;
	if (!text)
		return tc__fail(err, TC_ERROR_ARGUMENT, "text is NULL");
	*text = NULL;
	if (!value)
		return tc__fail(err, TC_ERROR_ARGUMENT, "value is NULL: there is nothing to write");
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
	char *text = NULL;
	int rc = tc_encode(type, value, 0, &text, NULL, err);

	tc_release(text);
	return rc;
}
