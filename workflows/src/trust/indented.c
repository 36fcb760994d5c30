/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/indented.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/decimal.h>

#define FIRST_ROOM ((size_t)4096)

/* ---- bytes ---- */

static void lose(struct tc__indented *text)
{
	if (text->failure.code == TC_OK)
		tc__no_memory(&text->failure);
}

static bool make_room(struct tc__indented *text, size_t more)
{
	size_t needed = text->length + more + 1, room = text->room ? text->room : FIRST_ROOM;

	if (text->failure.code != TC_OK)
		return false;
	if (needed <= text->room)
		return true;
	while (room < needed)
		room *= 2;
	char *bytes = tc_block_resize(text->bytes, room);
	if (!bytes) {
		lose(text);
		return false;
	}
	text->bytes = bytes;
	text->room = room;
	return true;
}

static void add(struct tc__indented *text, const char *bytes, size_t length)
{
	if (!make_room(text, length))
		return;
	if (length)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

static void add_line(struct tc__indented *text)
{
	add(text, "\n", 1);
	for (size_t i = 0; i < text->depth; i++)
		add(text, "  ", 2);
}

/* ---- the parts of it ---- */

static void begin_item(struct tc__indented *text)
{
	if (text->begun)
		add(text, ",", 1);
	text->begun = true;
	add_line(text);
}

void tc__indented_begin(struct tc__indented *text, char bracket)
{
	add(text, &bracket, 1);
	text->depth++;
	text->begun = false;
}

void tc__indented_end(struct tc__indented *text, char bracket)
{
	text->depth--;
	if (text->begun)
		add_line(text);
	add(text, &bracket, 1);
	text->begun = true; /* this one is an item of the next outer */
}

void tc__indented_name(struct tc__indented *text, const char *name, size_t length)
{
	begin_item(text);
	tc__indented_string(text, name, length);
	add(text, ": ", 2);
}

/* The bytes of a character that is escaped; 0: it stands for itself. */
static size_t escaped_length(const unsigned char *at, size_t left)
{
	if (*at < 0x20 || *at == '"' || *at == '\\' || *at == '<' || *at == '>' || *at == '&')
		return 1;
	/* U+2028 and U+2029 */
	return left >= 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] | 1) == 0xa9 ? 3 : 0;
}

static void add_escape(struct tc__indented *text, const unsigned char *at, size_t length)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	static const char digits[] = "0123456789abcdef";
	const char *found = *at ? strchr(plain, *at) : NULL;
	char escape[6] = { '\\', 'u', '0', '0', digits[*at >> 4], digits[*at & 15] };

	if (found)
		escape[1] = letters[found - plain];
	if (length == 3)
		memcpy(escape + 2, at[2] == 0xa8 ? "2028" : "2029", 4);
	add(text, escape, found ? 2 : sizeof escape);
}

void tc__indented_string(struct tc__indented *text, const char *value, size_t length)
{
	size_t done = 0;

	add(text, "\"", 1);
	for (size_t at = 0; at < length;) {
		const unsigned char *here = (const unsigned char *)value + at;
		size_t escaped = escaped_length(here, length - at);
		if (escaped) {
			add(text, value + done, at - done);
			add_escape(text, here, escaped);
			done = at + escaped;
		}
		at += escaped ? escaped : 1;
	}
	add(text, value + done, length - done);
	add(text, "\"", 1);
}

void tc__indented_int64(struct tc__indented *text, int64_t value)
{
	char number[TC_DECIMAL_SIZE];

	tc_decimal(number, value);
	add(text, number, strlen(number));
}

/* ---- values ---- */

/* The shortest text that reads as the double, with a sign in a large exponent: 1e+21. */
static int number_text(const tc_json *json, const tc_json **number, tc_error *err)
{
	tc_json_builder *builder;
	double value;

	if (!tc_json_double(json, &value))
		return tc_error_set(err, TC_ERROR_INPUT,
			"the number %.40s is beyond what a certificate can have: no double is near",
			tc_json_text(json));
	builder = tc_json_builder_new();
	tc_json_add_double(builder, value);
	return tc_json_build(builder, number, err);
}

static void add_double(struct tc__indented *text, const tc_json *json)
{
	const tc_json *number = NULL;

	if (text->failure.code != TC_OK || number_text(json, &number, &text->failure) != TC_OK)
		return;
	const char *digits = tc_json_text(number), *end = digits + strcspn(digits, "e");
	add(text, digits, (size_t)(end - digits));
	if (*end) {
		add(text, end[1] == '-' ? "e" : "e+", end[1] == '-' ? 1 : 2);
		add(text, end + 1, strlen(end + 1));
	}
	tc_release(number);
}

static void add_scalar(struct tc__indented *text, const tc_json *json, bool doubles)
{
	switch (tc_json_kind(json)) {
	case TC_JSON_STRING:
		tc__indented_string(text, tc_json_text(json), tc_json_text_length(json));
		return;
	case TC_JSON_NUMBER:
		if (doubles)
			add_double(text, json);
		else
			add(text, tc_json_text(json), tc_json_text_length(json));
		return;
	case TC_JSON_BOOL:
		add(text, tc_json_true(json) ? "true" : "false", tc_json_true(json) ? 4 : 5);
		return;
	default:
		add(text, "null", 4);
	}
}

/* Recursion ends at TC_JSON_DEPTH_MAX, as every tree does. */
void tc__indented_json(struct tc__indented *text, const tc_json *json)
{
	bool object = tc_json_kind(json) == TC_JSON_OBJECT;
	size_t count = tc_json_count(json);

	if (!object && tc_json_kind(json) != TC_JSON_ARRAY) {
		add_scalar(text, json, false);
		return;
	}
	tc__indented_begin(text, object ? '{' : '[');
	for (size_t i = 0; i < count; i++) {
		const tc_json *name = tc_json_name(json, i);
		if (object)
			tc__indented_name(text, tc_json_text(name), tc_json_text_length(name));
		else
			begin_item(text);
		tc__indented_json(text, tc_json_item(json, i));
	}
	tc__indented_end(text, object ? '}' : ']');
}

static void add_sorted_object(struct tc__indented *text, const tc_json *json, const tc_json *under)
{
	size_t count;
	struct tc__member *members = tc__members_sorted(json, under, &count);

	if (!members) {
		lose(text);
		return;
	}
	tc__indented_begin(text, '{');
	for (size_t i = 0; i < count; i++) {
		const struct tc__member *member = &members[i];
		tc__indented_name(text, member->name, member->length);
		if (member->json)
			tc__indented_sorted(text, member->json, member->under);
		else
			tc__indented_sorted(text, member->under, NULL);
	}
	tc__indented_end(text, '}');
	free(members);
}

void tc__indented_sorted(struct tc__indented *text, const tc_json *json, const tc_json *under)
{
	enum tc_json_kind kind = tc_json_kind(json);
	size_t count = tc_json_count(json);

	if (kind == TC_JSON_OBJECT) {
		add_sorted_object(text, json, under);
		return;
	}
	if (kind != TC_JSON_ARRAY) {
		add_scalar(text, json, true);
		return;
	}
	tc__indented_begin(text, '[');
	for (size_t i = 0; i < count; i++) {
		begin_item(text);
		tc__indented_sorted(text, tc_json_item(json, i), NULL);
	}
	tc__indented_end(text, ']');
}

int tc__indented_take(struct tc__indented *text, char **bytes, size_t *length, tc_error *err)
{
	int rc = tc_error_copy(err, &text->failure);

	if (rc == TC_OK) {
		*bytes = text->bytes;
		*length = text->length;
	} else {
		tc_release(text->bytes);
	}
	tc_error_clear(&text->failure);
	*text = (struct tc__indented)TC__INDENTED_NONE;
	return rc;
}

/* ---- members by name ---- */

static int compare(const void *a, const void *b)
{
	const struct tc__member *one = a, *other = b;
	size_t shorter = one->length < other->length ? one->length : other->length;
	int order = memcmp(one->name, other->name, shorter);

	return order ? order : (one->length > other->length) - (one->length < other->length);
}

static void take_name(struct tc__member *member, const tc_json *name)
{
	member->name = tc_json_text(name);
	member->length = tc_json_text_length(name);
}

struct tc__member *tc__members_sorted(const tc_json *json, const tc_json *under, size_t *count)
{
	bool objects = tc_json_kind(under) == TC_JSON_OBJECT;
	size_t own = tc_json_count(json), besides = objects ? tc_json_count(under) : 0;
	struct tc__member *members = calloc(own + besides + 1, sizeof *members);

	*count = 0;
	if (!members)
		return NULL;
	for (size_t i = 0; i < own; i++) {
		struct tc__member *member = &members[(*count)++];
		take_name(member, tc_json_name(json, i));
		member->json = tc_json_item(json, i);
		if (objects)
			member->under = tc_json_get_n(under, member->name, member->length);
	}
	for (size_t i = 0; i < besides; i++) {
		struct tc__member *member = &members[*count];
		take_name(member, tc_json_name(under, i));
		member->under = tc_json_item(under, i);
		*count += !tc_json_get_n(json, member->name, member->length);
	}
	qsort(members, *count, sizeof *members, compare);
	return members;
}
