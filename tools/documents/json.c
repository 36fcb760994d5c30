/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/documents/json.h"

#include <stdint.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* All of these take well-formed text: it was read before. */

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, BLANKS);
}

static const char *skip_string(const char *at)
{
	for (at++; *at != '"'; at++)
		at += *at == '\\';
	return at + 1;
}

static const char *skip_container(const char *at)
{
	size_t depth = 0;

	do {
		if (*at == '"') {
			at = skip_string(at);
			continue;
		}
		depth += *at == '{' || *at == '[';
		depth -= *at == '}' || *at == ']';
		at++;
	} while (depth > 0);
	return at;
}

static const char *skip_value(const char *at)
{
	if (*at == '"')
		return skip_string(at);
	if (*at == '{' || *at == '[')
		return skip_container(at);
	return at + strcspn(at, ",]}" BLANKS);
}

/* From a member's name to its value. */
static const char *skip_name(const char *at)
{
	at = skip_blanks(skip_string(at));
	return skip_blanks(at + 1); /* the colon */
}

/* The item, or the value of the member, at a position of what begins here. */
static const char *enter(const char *at, bool is_object, size_t position)
{
	for (at = skip_blanks(at + 1);; at = skip_blanks(at + 1)) { /* the bracket; commas */
		if (is_object)
			at = skip_name(at);
		if (position-- == 0)
			return at;
		at = skip_blanks(skip_value(at));
	}
}

static size_t position_of(const tc_json *json, const char *token, size_t length)
{
	if (tc_json_kind(json) == TC_JSON_ARRAY)
		return place_position(token, length);
	for (size_t i = 0; i < tc_json_count(json); i++) {
		const tc_json *name = tc_json_name(json, i);
		if (place_is_name(token, length, tc_json_text(name), tc_json_text_length(name)))
			return i;
	}
	return SIZE_MAX;
}

struct place json_place(const char *text, const tc_json *root, const char *pointer)
{
	const char *at = skip_blanks(text);
	const char *token;
	size_t length;

	while (place_next(&pointer, &token, &length)) {
		size_t position = position_of(root, token, length);
		if (position >= tc_json_count(root))
			break;
		at = enter(at, tc_json_kind(root) == TC_JSON_OBJECT, position);
		root = tc_json_item(root, position);
	}
	return place_of(text, (size_t)(at - text));
}
