/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/response.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/buffer.h"
#include "runtime/src/json/utf8.h"
#include <string.h>

/* The name that a reply gives its bytes: Content-Disposition's filename* and filename (RFC 6266).
 * Whoever sends it must not choose where a file goes or what it is taken for, so only a plain name
 * is one. */

#define NAME_MAX_BYTES 255

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tc__lower(c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* charset'language'percent-encoded */
static void read_extended(struct tc__buffer *name, const char *value)
{
	const char *at = strchr(value, '\'');

	at = at ? strchr(at + 1, '\'') : NULL;
	for (at = at ? at + 1 : ""; *at && !strchr("; \t", *at); at++) {
		int high = *at == '%' ? hex(at[1]) : -1;
		int low = high >= 0 ? hex(at[2]) : -1;
		tc__buffer_char(name, low >= 0 ? (char)(high * 16 + low) : *at);
		at += low >= 0 ? 2 : 0;
	}
}

static void read_plain(struct tc__buffer *name, const char *value)
{
	bool quoted = *value == '"';

	for (value += quoted; *value && (quoted ? *value != '"' : *value != ';'); value++) {
		if (quoted && *value == '\\' && value[1])
			value++;
		tc__buffer_char(name, *value);
	}
	while (!quoted && name->length && strchr(" \t", name->data[name->length - 1]))
		tc__buffer_truncate(name, name->length - 1);
}

/* The value of a parameter behind the disposition's kind, or NULL. */
static const char *find(const char *header, const char *parameter)
{
	size_t length = strlen(parameter);
	bool quoted = false;

	for (const char *at = header; *at; at++) {
		quoted ^= *at == '"' && (at == header || at[-1] != '\\');
		if (quoted || *at != ';')
			continue;
		const char *name = at + 1 + strspn(at + 1, " \t");
		if (strlen(name) <= length || !tc__same_letters(name, parameter, length))
			continue;
		const char *equals = name + length + strspn(name + length, " \t");
		if (*equals == '=')
			return equals + 1 + strspn(equals + 1, " \t");
	}
	return NULL;
}

/* Whoever prints a name must not be at the mercy of its controls: those of ASCII, those of UTF-8,
 * and in what is no UTF-8 those of Latin-1. */
static bool has_control(const char *name)
{
	bool valid = tc__utf8_valid(name, strlen(name));

	for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
		if (*at < ' ' || *at == 0x7f || (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
			return true;
		if (!valid && *at >= 0x80 && *at < 0xa0)
			return true;
	}
	return false;
}

/* What changes the direction or the line of the text around it (UAX 9, 2; UAX 14), so that
 * "exe.fdp" is shown for "pdf.exe": U+061C, U+200E and F, U+2028 to E, U+2066 to 9. Returns how
 * many of the last bytes are such a mark. */
static size_t mark_length(const unsigned char *begin, const unsigned char *end)
{
	if (end - begin >= 2 && end[-2] == 0xd8 && end[-1] == 0x9c)
		return 2;
	if (end - begin < 3 || end[-3] != 0xe2)
		return 0;
	const unsigned char high = end[-2], low = end[-1];
	if (high == 0x80 && (low == 0x8e || low == 0x8f || (low >= 0xa8 && low <= 0xae)))
		return 3;
	return high == 0x81 && low >= 0xa6 && low <= 0xa9 ? 3 : 0;
}

/* Looked for at the end of what is kept, so that what stood around a mark makes no new one. */
static void drop_marks(char *name)
{
	unsigned char *const begin = (unsigned char *)name;
	unsigned char *to = begin;

	for (; *name; name++) {
		*to++ = (unsigned char)*name;
		to -= mark_length(begin, to);
	}
	*to = '\0';
}

/* A leading dot hides a file or makes it some program's settings, a leading dash makes it an option
 * of whatever command it is given to. */
static char *plain_part(char *name)
{
	const char *last = name;

	drop_marks(name);
	for (const char *at = name; *at; at++)
		last = *at == '/' || *at == '\\' ? at + 1 : last;
	last += strspn(last, ".-");
	return *last && !has_control(last) ? tc__object_text(last, strlen(last)) : NULL;
}

char *tc__file_name(const char *disposition)
{
	struct tc__buffer name = TC__BUFFER(NAME_MAX_BYTES);
	const char *extended = disposition ? find(disposition, "filename*") : NULL;
	const char *plain = disposition ? find(disposition, "filename") : NULL;
	char *result = NULL;

	if (extended)
		read_extended(&name, extended);
	if (plain && !name.length) /* also when the other one is malformed */
		read_plain(&name, plain);
	if (name.length && !tc__buffer_failed(&name) && strlen(name.data) == name.length)
		result = plain_part(name.data);
	tc__buffer_clear(&name);
	return result;
}
