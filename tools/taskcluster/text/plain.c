/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/text/plain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t plain_character(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	/* the least second bytes that are not another way to write less, or half a pair */
	unsigned char least = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char most = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
	size_t length = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4 || at[1] < least || at[1] > most)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* The same of a text that may end within one. */
static size_t character(const char *text, size_t length)
{
	char begin[4] = { 0 };

	memcpy(begin, text, length < sizeof begin ? length : sizeof begin);
	size_t bytes = plain_character(begin);
	return bytes <= length ? bytes : 0;
}

/* The number of a character of so many bytes. */
static unsigned code_of(const char *text, size_t bytes)
{
	static const unsigned char firsts[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned code = (unsigned char)text[0] & firsts[bytes];

	for (size_t i = 1; i < bytes; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	return code;
}

static bool is_control(unsigned code)
{
	return code < ' ' || (code >= 0x7f && code < 0xa0);
}

/* What turns the direction of the text behind it, and ends of lines that are none in ASCII. */
static bool turns_text(unsigned code)
{
	return code == 0x61c || code == 0x200e || code == 0x200f ||
		(code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

bool plain_steers(const char *text, size_t bytes)
{
	unsigned code = code_of(text, bytes);

	return is_control(code) || turns_text(code);
}

char *plain_utf8(const char *text, size_t length)
{
	char *copy = malloc(length + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	for (size_t at = 0, bytes; at < length; at += bytes ? bytes : 1) {
		bytes = plain_character(copy + at);
		if (bytes == 0)
			copy[at] = '?';
	}
	return copy;
}

bool plain_is(const char *text, size_t length)
{
	for (size_t at = 0, bytes; at < length; at += bytes ? bytes : 1) {
		bytes = character(text + at, length - at);
		if (bytes && is_control(code_of(text + at, bytes)) &&
			(text[at] == '\0' || !strchr("\t\n\r", text[at])))
			return false;
	}
	return true;
}

/* All but `spared`. */
static void print(FILE *out, const char *text, size_t length, char spared)
{
	for (size_t at = 0, bytes; at < length; at += bytes ? bytes : 1) {
		bytes = character(text + at, length - at);
		if (bytes == 0)
			fputc('?', out);
		else if (text[at] != spared && plain_steers(text + at, bytes))
			fputc(' ', out);
		else
			fwrite(text + at, 1, bytes, out);
	}
}

void plain_print(FILE *out, const char *text, size_t length)
{
	print(out, text, length, '\n');
}

void plain_print_line(FILE *out, const char *text, size_t length)
{
	print(out, text, length, ' '); /* which is no control */
}

void plain_print_name(FILE *out, const char *text, size_t length)
{
	int fd = fileno(out);

	if (fd < 0 || isatty(fd))
		plain_print_line(out, text, length);
	else
		fwrite(text, 1, length, out);
}

/* Whether it needs an escape: tabs and line ends stand between values, where JSON has them. */
static bool is_escaped(const char *text, size_t bytes)
{
	return bytes > 0 && *text != '\n' && plain_steers(text, bytes);
}

char *plain_json(const char *text, size_t length, size_t *plain_length)
{
	size_t count = 0, used = 0, bytes;

	for (size_t at = 0; at < length; at += bytes ? bytes : 1) {
		bytes = character(text + at, length - at);
		count += is_escaped(text + at, bytes);
	}
	char *plain = malloc(length + 6 * count + 1);
	for (size_t at = 0; plain && at < length; at += bytes) {
		bytes = character(text + at, length - at);
		if (is_escaped(text + at, bytes)) {
			used += (size_t)sprintf(plain + used, "\\u%04x", code_of(text + at, bytes));
			continue;
		}
		bytes = bytes ? bytes : 1;
		memcpy(plain + used, text + at, bytes);
		used += bytes;
	}
	*plain_length = used;
	return plain;
}
