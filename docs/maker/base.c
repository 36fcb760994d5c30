/* SPDX-License-Identifier: MPL-2.0 */
#include "docs/maker/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

void *keep(size_t size)
{
	static struct tc__arena arena;
	void *memory = tc__arena_alloc(&arena, size);

	if (!memory)
		die("there is no memory left");
	return memset(memory, 0, size);
}

const char *keep_text(const char *text, size_t length)
{
	char *copy = keep(length + 1);

	memcpy(copy, text, length);
	return copy;
}

const char *keep_printf(const char *format, ...)
{
	va_list arguments, again;

	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	char *text = keep((size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	va_end(arguments);
	return text;
}

void *grow(void *list, size_t *count, size_t item_size)
{
	bool full = (*count & (*count - 1)) == 0; /* at 0, 1, 2, 4, 8 … */

	if (full) {
		void *larger = keep((*count ? 2 * *count : 1) * item_size);
		if (*count)
			memcpy(larger, list, *count * item_size);
		list = larger;
	}
	++*count;
	return list;
}

const char *read_file(const char *path)
{
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);
	FILE *file = fopen(path, "r");
	char piece[8192];
	size_t length;

	if (!file)
		die("%s: %s", path, strerror(errno));
	while ((length = fread(piece, 1, sizeof piece, file)) > 0)
		tc__buffer_add(&text, piece, length);
	if (ferror(file) || tc__buffer_failed(&text))
		die("%s: it cannot be read as a whole", path);
	fclose(file);
	const char *copy = keep_text(tc__buffer_get(&text), text.length);
	tc__buffer_clear(&text);
	return copy;
}

void write_file(const char *path, struct tc__buffer *text)
{
	FILE *file = fopen(path, "w");

	if (!file || tc__buffer_failed(text))
		die("%s: %s", path, file ? "its text is too long" : strerror(errno));
	fwrite(tc__buffer_get(text), 1, text->length, file);
	if (ferror(file) | fclose(file))
		die("%s: it cannot be written", path);
	tc__buffer_clear(text);
}

bool begins(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

bool ends(const char *text, const char *end)
{
	size_t length = strlen(text), wanted = strlen(end);

	return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

bool next_line(const char **at, const char **line, size_t *length)
{
	if (!**at)
		return false;
	*line = *at;
	*length = strcspn(*at, "\n");
	*at += *length + ((*at)[*length] == '\n');
	return true;
}

const char *first_sentence(const char *text, size_t most)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);

	for (; *text && out.length < most; text++) {
		bool space = *text == ' ' || *text == '\n' || *text == '\t';
		if (space && (!out.length || out.data[out.length - 1] == ' '))
			continue;
		if (space && out.data[out.length - 1] == '.')
			break;
		tc__buffer_char(&out, space ? ' ' : *text);
	}
	while (out.length && (out.data[out.length - 1] & 0xc0) == 0x80 && *text)
		out.length--; /* no half of a character */
	const char *sentence = keep_text(tc__buffer_get(&out), out.length);
	tc__buffer_clear(&out);
	return sentence;
}
