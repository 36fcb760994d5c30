/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/documents/place.h"

#include <stdint.h>
#include <string.h>

#define POSITION_MAX_DIGITS 18

static bool is_continued(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* "\n", "\r" or, of "\r\n", the latter. */
static bool ends_line(const char *at)
{
	return *at == '\n' || (*at == '\r' && at[1] != '\n');
}

struct place place_of(const char *text, size_t offset)
{
	struct place place = { 1, 1 };

	for (size_t i = 0; i < offset; i++) {
		if (ends_line(text + i))
			place = (struct place){ place.line + 1, 1 };
		else
			place.column += !is_continued(text[i]);
	}
	return place;
}

bool place_next(const char **pointer, const char **token, size_t *length)
{
	if (**pointer != '/')
		return false;
	*token = *pointer + 1;
	*length = strcspn(*token, "/");
	*pointer = *token + *length;
	return true;
}

bool place_is_name(const char *token, size_t length, const char *name, size_t name_length)
{
	const char *end = token + length;

	for (size_t i = 0; i < name_length; i++) {
		if (token == end)
			return false;
		char c = *token++;
		if (c == '~' && token < end)
			c = *token++ == '1' ? '/' : '~';
		if (c != name[i])
			return false;
	}
	return token == end;
}

size_t place_position(const char *token, size_t length)
{
	size_t position = 0;

	if (length == 0 || length > POSITION_MAX_DIGITS)
		return SIZE_MAX;
	for (size_t i = 0; i < length; i++) {
		if (token[i] < '0' || token[i] > '9')
			return SIZE_MAX;
		position = position * 10 + (size_t)(token[i] - '0');
	}
	return position;
}
