/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/base/write.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>

static void begin_value(struct writer *writer)
{
	if (writer->comma)
		tc__buffer_char(&writer->text, ',');
	writer->comma = true;
}

static void open_with(struct writer *writer, char bracket)
{
	begin_value(writer);
	tc__buffer_char(&writer->text, bracket);
	writer->comma = false;
}

static void close_with(struct writer *writer, char bracket)
{
	tc__buffer_char(&writer->text, bracket);
	writer->comma = true;
}

void write_object(struct writer *writer)
{
	open_with(writer, '{');
}

void write_end_object(struct writer *writer)
{
	close_with(writer, '}');
}

void write_array(struct writer *writer)
{
	open_with(writer, '[');
}

void write_end_array(struct writer *writer)
{
	close_with(writer, ']');
}

void write_name(struct writer *writer, const char *name)
{
	write_string(writer, name);
	tc__buffer_char(&writer->text, ':');
	writer->comma = false;
}

static void write_escape(struct writer *writer, unsigned char c)
{
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *s = shorts; *s; s += 2) {
		if ((unsigned char)*s == c) {
			tc__buffer_char(&writer->text, '\\');
			tc__buffer_char(&writer->text, s[1]);
			return;
		}
	}
	tc__buffer_printf(&writer->text, "\\u%04x", c);
}

void write_string_n(struct writer *writer, const char *text, size_t length)
{
	size_t plain = 0;

	begin_value(writer);
	tc__buffer_char(&writer->text, '"');
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		tc__buffer_add(&writer->text, text + plain, i - plain);
		write_escape(writer, c);
		plain = i + 1;
	}
	tc__buffer_add(&writer->text, text + plain, length - plain);
	tc__buffer_char(&writer->text, '"');
}

void write_string(struct writer *writer, const char *text)
{
	if (text)
		write_string_n(writer, text, strlen(text));
	else
		write_raw(writer, "null", 4);
}

void write_int(struct writer *writer, int64_t value)
{
	begin_value(writer);
	tc__buffer_int(&writer->text, value);
}

void write_bool(struct writer *writer, bool value)
{
	begin_value(writer);
	tc__buffer_text(&writer->text, value ? "true" : "false");
}

void write_raw(struct writer *writer, const char *json, size_t length)
{
	begin_value(writer);
	tc__buffer_add(&writer->text, json, length);
}

void write_json(struct writer *writer, const tc_json *json)
{
	char *text = NULL;
	size_t length;

	if (tc_json_write(json, TC_JSON_COMPACT, &text, &length, NULL) == TC_OK)
		write_raw(writer, text, length);
	else
		writer->text.no_memory = true;
	tc_release(text);
}

void write_member(struct writer *writer, const char *name, const char *text)
{
	if (!text)
		return;
	write_name(writer, name);
	write_string(writer, text);
}

void write_member_int(struct writer *writer, const char *name, int64_t value)
{
	write_name(writer, name);
	write_int(writer, value);
}

void write_member_bool(struct writer *writer, const char *name, bool value)
{
	write_name(writer, name);
	write_bool(writer, value);
}

void write_member_raw(struct writer *writer, const char *name, const char *json)
{
	if (!json)
		return;
	write_name(writer, name);
	write_raw(writer, json, strlen(json));
}

void write_member_date(struct writer *writer, const char *name, int64_t ms)
{
	char date[DATE_SIZE];

	if (!ms)
		return;
	write_date(date, ms);
	write_member(writer, name, date);
}

void write_member_zoned(struct writer *writer, const char *name, int64_t ms)
{
	char date[DATE_SIZE + 8];

	write_date(date, ms);
	size_t length = strlen(date) - 1; /* without the Z */
	while (date[length - 1] == '0')
		length--;
	if (date[length - 1] == '.')
		length--;
	snprintf(date + length, sizeof date - length, "+00:00");
	write_member(writer, name, date);
}

void write_date(char date[DATE_SIZE], int64_t ms)
{
	struct timespec when = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	if (tc_date_format(when, date, NULL) != TC_OK)
		snprintf(date, DATE_SIZE, "9999-12-31T23:59:59.999Z");
}
