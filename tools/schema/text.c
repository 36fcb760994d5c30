/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/text.h"

#include "tools/schema/date.h"
#include "tools/schema/format.h"

#include <arpa/inet.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

size_t validate_characters(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static bool is_uri(const char *text)
{
	size_t scheme = strspn(text, LETTERS DIGITS "+.-");

	return strspn(text, LETTERS) > 0 && text[scheme] == ':' && !strpbrk(text, " \"<>\\^`{|}");
}

static bool is_email(const char *text)
{
	const char *at = strrchr(text, '@');

	return at && at != text && at[1] && !strpbrk(text, " \t\r\n");
}

static bool is_hostname(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length <= 255 && strspn(text, LETTERS DIGITS "-._") == length;
}

static bool is_taken(const char *format, const char *text, size_t length)
{
	int64_t when;
	unsigned char address[16];

	if (strlen(text) != length)
		return false;
	if (strcmp(format, "date-time") == 0)
		return date_read(text, &when) != DATE_NONE;
	if (strcmp(format, "uri") == 0)
		return is_uri(text);
	if (strcmp(format, "email") == 0)
		return is_email(text);
	if (strcmp(format, "hostname") == 0)
		return is_hostname(text);
	if (strcmp(format, "ipv4") == 0)
		return inet_pton(AF_INET, text, address) == 1;
	if (strcmp(format, "ipv6") == 0)
		return inet_pton(AF_INET6, text, address) == 1;
	return true;
}

bool validate_format(const char *format, const char *text, size_t length, bool strict)
{
	return strict ? format_is_kept(format, text, length) : is_taken(format, text, length);
}
