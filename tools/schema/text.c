/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/text.h"

#include "tools/schema/date.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define COMPARED_MAX 1000
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

bool validate_format(const char *format, const char *text, size_t length)
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

static int compare(const void *a, const void *b)
{
	const tc_json *left = *(const tc_json *const *)a;
	const tc_json *right = *(const tc_json *const *)b;
	size_t length = tc_json_text_length(left);
	size_t other = tc_json_text_length(right);

	if (length != other)
		return length < other ? -1 : 1;
	return memcmp(tc_json_text(left), tc_json_text(right), length);
}

static bool texts_unique(const tc_json **texts, size_t count)
{
	qsort(texts, count, sizeof *texts, compare);
	for (size_t i = 1; i < count; i++) {
		if (compare(&texts[i - 1], &texts[i]) == 0)
			return false;
	}
	return true;
}

static bool others_unique(const tc_json **items, size_t count)
{
	for (size_t i = 0; i < count && i < COMPARED_MAX; i++) {
		for (size_t k = 0; k < i; k++) {
			if (tc_json_equal(items[i], items[k]))
				return false;
		}
	}
	return true;
}

bool validate_unique(const tc_json *array)
{
	size_t count = tc_json_count(array);
	const tc_json **items = calloc(count + 1, sizeof *items);
	size_t texts = 0;
	size_t others = count;

	if (!items)
		return true;
	/* texts at the front, all others at the end */
	for (size_t i = 0; i < count; i++) {
		const tc_json *item = tc_json_item(array, i);
		if (tc_json_kind(item) == TC_JSON_STRING)
			items[texts++] = item;
		else
			items[--others] = item;
	}
	bool unique = texts_unique(items, texts) && others_unique(items + others, count - others);
	free(items);
	return unique;
}
