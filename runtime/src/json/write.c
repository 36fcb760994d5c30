/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/json.h"

#include "runtime/src/json/node.h"

#include <string.h>

/* How many bytes of a name a message shows */
#define SHOWN_MAX 100

#define EACH_BYTE(value) ((value)*UINT64_C(0x0101010101010101))

static bool needs_escape(unsigned char byte)
{
	return byte < 0x20 || byte == '"' || byte == '\\';
}

/* The number of bytes at the front that stand for themselves, eight at a time. A subtraction
 * carries into the next byte only behind one that stops the scan anyway. */
static size_t plain_span(const char *text, size_t length)
{
	size_t i = 0;
	uint64_t word;

	for (; length - i >= sizeof word; i += sizeof word) {
		memcpy(&word, text + i, sizeof word);
		uint64_t control = word - EACH_BYTE(0x20);
		uint64_t quote = (word ^ EACH_BYTE('"')) - EACH_BYTE(1);
		uint64_t backslash = (word ^ EACH_BYTE('\\')) - EACH_BYTE(1);
		if ((control | quote | backslash) & ~word & EACH_BYTE(0x80))
			break;
	}
	while (i < length && !needs_escape((unsigned char)text[i]))
		i++;
	return i;
}

static void write_escape(struct tc__buffer *buffer, unsigned char byte)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	static const char digits[] = "0123456789abcdef";
	const char *found = byte ? strchr(plain, byte) : NULL;
	char escape[6] = { '\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15] };

	if (found)
		escape[1] = letters[found - plain];
	tc__buffer_add(buffer, escape, found ? 2 : sizeof escape);
}

static void write_escaped(struct tc__buffer *buffer, const char *text, size_t length)
{
	size_t at = 0;

	tc__buffer_char(buffer, '"');
	while (at < length && !tc__buffer_failed(buffer)) {
		size_t span = plain_span(text + at, length - at);
		tc__buffer_add(buffer, text + at, span);
		at += span;
		if (at < length)
			write_escape(buffer, (unsigned char)text[at++]);
	}
	tc__buffer_char(buffer, '"');
}

void tc__json_write_string(struct tc__buffer *buffer, const char *text, size_t length)
{
	if (length > SIZE_MAX - 2 || plain_span(text, length) < length) {
		write_escaped(buffer, text, length);
		return;
	}
	char *room = tc__buffer_room(buffer, length + 2);
	if (!room)
		return;
	room[0] = '"';
	if (length)
		memcpy(room + 1, text, length);
	room[length + 1] = '"';
	room[length + 2] = '\0';
	buffer->length += length + 2;
}

void tc__json_show_name(struct tc__buffer *buffer, const tc_json *name)
{
	const char *text = tc__json_node_text(name);
	size_t shown = name->length;

	if (shown > SHOWN_MAX)
		for (shown = SHOWN_MAX; ((unsigned char)text[shown] & 0xC0) == 0x80; shown--)
			; /* not within a character */
	tc__json_write_string(buffer, text, shown);
	if (shown < name->length)
		tc__buffer_text(buffer, "…");
}

struct writer {
	struct tc__buffer *buffer;
	bool pretty;
	size_t depth;
};

static void write_line(struct writer *writer)
{
	if (!writer->pretty)
		return;
	size_t length = 1 + 2 * writer->depth;
	char *room = tc__buffer_room(writer->buffer, length);
	if (!room)
		return;
	memset(room, ' ', length);
	room[0] = '\n';
	room[length] = '\0';
	writer->buffer->length += length;
}

static void write_value(struct writer *writer, const tc_json *json);

static void write_items(struct writer *writer, const tc_json *json)
{
	bool object = json->kind == TC_JSON_OBJECT;
	struct tc__buffer *buffer = writer->buffer;

	tc__buffer_char(buffer, object ? '{' : '[');
	writer->depth++;
	for (size_t i = 0; i < json->length && !tc__buffer_failed(buffer); i++) {
		if (i)
			tc__buffer_char(buffer, ',');
		write_line(writer);
		if (object) {
			const tc_json *name = tc_json_name(json, i);
			tc__json_write_string(buffer, tc__json_node_text(name), name->length);
			tc__buffer_add(buffer, ": ", writer->pretty ? 2 : 1);
		}
		write_value(writer, tc_json_item(json, i));
	}
	writer->depth--;
	if (json->length)
		write_line(writer);
	tc__buffer_char(buffer, object ? '}' : ']');
}

/* Recursion ends at TC_JSON_DEPTH_MAX, as every tree does. */
static void write_value(struct writer *writer, const tc_json *json)
{
	switch ((enum tc_json_kind)json->kind) {
	case TC_JSON_BOOL:
		tc__buffer_text(writer->buffer, tc_json_true(json) ? "true" : "false");
		return;
	case TC_JSON_NUMBER:
		tc__buffer_add(writer->buffer, tc__json_node_text(json), json->length);
		return;
	case TC_JSON_STRING:
		tc__json_write_string(writer->buffer, tc__json_node_text(json), json->length);
		return;
	case TC_JSON_ARRAY:
	case TC_JSON_OBJECT:
		write_items(writer, json);
		return;
	default:
		tc__buffer_text(writer->buffer, "null");
	}
}

int tc__json_append(struct tc__buffer *buffer, const tc_json *json, enum tc_json_style style)
{
	struct writer writer = { .buffer = buffer, .pretty = style == TC_JSON_PRETTY };

	if (!json)
		return TC_ERROR_ARGUMENT;
	write_value(&writer, json);
	if (writer.pretty)
		tc__buffer_char(buffer, '\n');
	return tc__buffer_failed(buffer) ? TC_ERROR_NOMEM : TC_OK;
}

int tc_json_write(
	const tc_json *json, enum tc_json_style style, char **text, size_t *length, tc_error *err)
{
	struct tc__buffer buffer = TC__BUFFER(SIZE_MAX / 4);

	tc_error_clear(err);
	if (length)
		*length = 0;
	if (!text)
		return tc__fail(err, TC_ERROR_ARGUMENT, "text is NULL");
	*text = NULL;
	if (!json)
		return tc__fail(err, TC_ERROR_ARGUMENT, "json is NULL: there is no value to write");
	if (tc__json_append(&buffer, json, style) != TC_OK) {
		tc__buffer_clear(&buffer);
		return tc__fail_nomem(err);
	}
	if (length)
		*length = buffer.length;
	*text = tc__buffer_take(&buffer);
	return TC_OK;
}
