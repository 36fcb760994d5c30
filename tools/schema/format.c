/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/format.h"

#include "tools/schema/date.h"
#include "tools/schema/pattern.h"
#include "tools/schema/uri.h"

#include "runtime/src/base/ascii.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* ---- times (RFC 3339) ---- */

static bool take_two(const char **text, char after, int most, int *value)
{
	const char *at = *text;

	if (!tc__is_digit(at[0]) || !tc__is_digit(at[1]))
		return false;
	*value = (at[0] - '0') * 10 + (at[1] - '0');
	if (*value > most || (after && at[2] != after))
		return false;
	*text += after ? 3 : 2;
	return true;
}

/* Minutes east of Greenwich. */
static bool take_offset(const char *text, int *minutes)
{
	int sign = *text == '-' ? -1 : 1;
	int hours, rest;

	*minutes = 0;
	if ((*text == 'Z' || *text == 'z') && !text[1])
		return true;
	if (*text != '+' && *text != '-')
		return false;
	text++;
	if (!take_two(&text, ':', 23, &hours) || !take_two(&text, '\0', 59, &rest) || *text)
		return false;
	*minutes = sign * (hours * 60 + rest);
	return true;
}

static bool is_time(const char *text)
{
	int hour, minute, second, offset;

	if (!take_two(&text, ':', 23, &hour) || !take_two(&text, ':', 59, &minute) ||
		!take_two(&text, '\0', 60, &second))
		return false;
	if (*text == '.') {
		if (!tc__is_digit(text[1]))
			return false;
		for (text++; tc__is_digit(*text);)
			text++;
	}
	if (!take_offset(text, &offset))
		return false;
	/* a leap second ends a day of UTC */
	int utc = (hour * 60 + minute - offset + 2 * 24 * 60) % (24 * 60);
	return second < 60 || utc == 24 * 60 - 1;
}

static bool is_date(const char *text)
{
	char whole[32];
	int64_t when;

	if (strlen(text) != 10)
		return false;
	snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
	return date_read(whole, &when) == DATE_READ;
}

static bool is_date_time(const char *text)
{
	char day[11];

	if (strlen(text) < 12 || (text[10] != 'T' && text[10] != 't'))
		return false;
	memcpy(day, text, 10);
	day[10] = '\0';
	return is_date(day) && is_time(text + 11);
}

/* ---- names and addresses ---- */

/* Labels with dots between them; `international`: with any letters. */
static bool are_labels(const char *text, bool international)
{
	size_t length = strlen(text);

	if (length > 0 && text[length - 1] == '.')
		length--;
	if (length == 0 || length > 253)
		return false;
	for (const char *end = text + length; text < end; text++) {
		const char *label = text;
		while (text < end && *text != '.') {
			if (!tc__is_alphanumeric(*text) && *text != '-' &&
				!(international && (*text & 0x80)))
				return false;
			text++;
		}
		if (text == label || text - label > 63 || *label == '-' || text[-1] == '-')
			return false;
		if (text < end && text + 1 == end)
			return false;
	}
	return true;
}

static bool is_hostname(const char *text)
{
	return are_labels(text, false);
}

static bool is_idn_hostname(const char *text)
{
	return are_labels(text, true);
}

static bool is_quoted(const char *text, const char *end)
{
	if (end - text < 2 || *text != '"' || end[-1] != '"')
		return false;
	for (text++; text < end - 1; text++) {
		if (*text == '\\' && text < end - 2)
			text++;
		else if (*text == '"' || *text == '\\' || (unsigned char)*text < ' ')
			return false;
	}
	return true;
}

/* Words with dots between them, in front of the @. */
static bool are_words(const char *text, const char *end, bool international)
{
	char before = '.';

	for (; text < end; before = *text++) {
		if (*text == '.' ? before == '.'
				 : !tc__is_alphanumeric(*text) &&
					!strchr("!#$%&'*+/=?^_`{|}~-", *text) &&
					!(international && (*text & 0x80)))
			return false;
	}
	return before != '.';
}

static bool is_address(const char *text, bool international)
{
	const char *at = strrchr(text, '@');

	return at && (are_words(text, at, international) || is_quoted(text, at)) &&
		are_labels(at + 1, international);
}

static bool is_email(const char *text)
{
	return is_address(text, false);
}

static bool is_idn_email(const char *text)
{
	return is_address(text, true);
}

static bool is_ipv4(const char *text)
{
	unsigned char address[4];

	return inet_pton(AF_INET, text, address) == 1;
}

static bool is_ipv6(const char *text)
{
	unsigned char address[16];

	return inet_pton(AF_INET6, text, address) == 1;
}

static bool is_uri(const char *text)
{
	return uri_is(text, URI_ABSOLUTE);
}

static bool is_uri_reference(const char *text)
{
	return uri_is(text, URI_REFERENCE);
}

static bool is_iri(const char *text)
{
	return uri_is(text, URI_INTERNATIONAL);
}

static bool is_iri_reference(const char *text)
{
	return uri_is(text, URI_REFERENCE | URI_INTERNATIONAL);
}

/* ---- small languages ---- */

/* What a variable's name has; the length of it, or 0. */
static size_t template_character(const char *text)
{
	if (tc__is_alphanumeric(*text) || *text == '_' || *text == '.')
		return 1;
	return uri_is_percent(text) ? 3 : 0;
}

/* A variable of a template: "name", "name:30" or "name*"; NULL: it is none. */
static const char *template_variable(const char *text)
{
	size_t length = template_character(text);

	if (length == 0)
		return NULL;
	for (; length > 0; length = template_character(text))
		text += length;
	if (*text == '*')
		return text + 1;
	if (*text != ':')
		return text;
	length = strspn(text + 1, "0123456789");
	return length >= 1 && length <= 4 && text[1] != '0' ? text + 1 + length : NULL;
}

/* What stands in braces (RFC 6570); the text behind it, or NULL. */
static const char *template_expression(const char *text)
{
	do {
		text = template_variable(
			text + 1 + (*text == '{' && text[1] && strchr("+#./;?&=,!@|", text[1])));
	} while (text && *text == ',');
	return text && *text == '}' ? text + 1 : NULL;
}

static bool is_uri_template(const char *text)
{
	while (text && *text) {
		if (*text == '{')
			text = template_expression(text);
		else if ((unsigned char)*text <= ' ' || strchr("\"'<>\\^`|}\x7f", *text) ||
			(*text == '%' && !uri_is_percent(text)))
			return false;
		else
			text++;
	}
	return text != NULL;
}

static bool is_json_pointer(const char *text)
{
	if (*text && *text != '/')
		return false;
	for (; *text; text++)
		if (*text == '~' && text[1] != '0' && text[1] != '1')
			return false;
	return true;
}

static bool is_relative_json_pointer(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || (digits > 1 && *text == '0'))
		return false;
	return strcmp(text + digits, "#") == 0 || is_json_pointer(text + digits);
}

static bool is_regex(const char *text)
{
	char reason[PATTERN_REASON_SIZE];
	struct pattern *pattern = pattern_new(text, strlen(text), reason);

	pattern_free(pattern);
	return pattern != NULL;
}

static bool is_uuid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof shape; i++)
		if (shape[i] == 'x' ? tc__hex_digit(text[i]) < 0 : text[i] != shape[i])
			return false;
	return true;
}

static const struct format {
	const char *name;
	bool (*is)(const char *text);
} formats[] = { { "date-time", is_date_time }, { "date", is_date }, { "time", is_time },
	{ "email", is_email }, { "idn-email", is_idn_email }, { "hostname", is_hostname },
	{ "idn-hostname", is_idn_hostname }, { "ipv4", is_ipv4 }, { "ipv6", is_ipv6 },
	{ "uri", is_uri }, { "uri-reference", is_uri_reference }, { "iri", is_iri },
	{ "iri-reference", is_iri_reference }, { "uri-template", is_uri_template },
	{ "json-pointer", is_json_pointer }, { "relative-json-pointer", is_relative_json_pointer },
	{ "regex", is_regex }, { "uuid", is_uuid } };

static const struct format *find(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

bool format_is_known(const char *format)
{
	return find(format) != NULL;
}

bool format_is_kept(const char *name, const char *text, size_t length)
{
	const struct format *format = find(name);

	/* a NUL is in none of them */
	return !format || (strlen(text) == length && format->is(text));
}
