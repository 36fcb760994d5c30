/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/text/plain.h"

#include <stdlib.h>
#include <string.h>

/* The bytes of the control that the text begins with; 0: none. */
static size_t control(const char *text, size_t length)
{
	unsigned char first = (unsigned char)text[0];

	if (first < ' ' || first == 0x7f)
		return 1;
	if (first != 0xc2 || length < 2)
		return 0;
	unsigned char second = (unsigned char)text[1];
	return second >= 0x80 && second < 0xa0 ? 2 : 0;
}

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
	for (size_t i = 0; i < length; i++)
		if (control(text + i, length - i) &&
			(text[i] == '\0' || !strchr("\t\n\r", text[i])))
			return false;
	return true;
}

/* All but `spared`. */
static void print(FILE *out, const char *text, size_t length, char spared)
{
	for (size_t i = 0; i < length; i++) {
		size_t bytes = text[i] == spared ? 0 : control(text + i, length - i);
		fputc(bytes ? ' ' : text[i], out);
		i += bytes == 2;
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

char *plain_json(const char *text, size_t length, size_t *plain_length)
{
	size_t count = 0, used = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] != '\n' && control(text + i, length - i);
	char *plain = malloc(length + 6 * count + 1);
	for (size_t i = 0; plain && i < length; i++) {
		size_t bytes = text[i] == '\n' ? 0 : control(text + i, length - i);
		if (bytes)
			used += (size_t)sprintf(plain + used, "\\u%04x",
				(unsigned)(unsigned char)text[i + bytes - 1]);
		else
			plain[used++] = text[i];
		i += bytes == 2;
	}
	*plain_length = used;
	return plain;
}
