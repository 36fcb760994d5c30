/* SPDX-License-Identifier: MPL-2.0 */
/* Rules of texts: the formats of JSON schema that references use, patterns, and lengths. */
#include "runtime/src/type/type.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <arpa/inet.h>
#include <pcre2.h>
#include <stdatomic.h>
#include <string.h>

/* Steps that one match may take; the schemas' patterns need some hundred. */
#define MATCH_LIMIT 1000000
#define HEAP_LIMIT_KIB 4096

/*
 * Patterns
 */

/* What stands for a pattern that cannot be compiled. */
static const char broken_pattern;

/* As ECMA-262 reads it: $ only at the very end, \u and \x as there, [] matches nothing, an unset
 * group matches empty text, and a dot no line end. */
static pcre2_code *compile(const char *source)
{
	const uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY |
		PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF;
	int error = 0;
	PCRE2_SIZE offset = 0;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);

	if (!context)
		return NULL;
	pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	pcre2_code *code = pcre2_compile(
		(PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED, options, &error, &offset, context);
	pcre2_compile_context_free(context);
	if (code)
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* matching works without it, too */
	if (code || error == PCRE2_ERROR_HEAP_FAILED)
		return code;
	return (pcre2_code *)(uintptr_t)&broken_pattern;
}

/* Two threads may both compile it; the first to store its result wins. */
static const pcre2_code *compiled(struct tc_pattern *pattern)
{
	void *code = atomic_load_explicit(&pattern->compiled, memory_order_acquire);

	if (code)
		return code;
	pcre2_code *mine = compile(pattern->source);
	if (!mine || atomic_compare_exchange_strong(&pattern->compiled, &code, mine))
		return mine;
	if ((const void *)mine != &broken_pattern)
		pcre2_code_free(mine);
	return code;
}

static bool prepare(struct tc__matcher *matcher)
{
	if (matcher->limits)
		return true;
	if (!matcher->data)
		matcher->data = pcre2_match_data_create(1, NULL);
	pcre2_match_context *limits = matcher->data ? pcre2_match_context_create(NULL) : NULL;
	if (!limits)
		return false;
	pcre2_set_match_limit(limits, MATCH_LIMIT);
	pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
	matcher->limits = limits;
	return true;
}

int tc__pattern_match(
	struct tc_pattern *pattern, struct tc__matcher *matcher, const char *text, size_t length)
{
	const pcre2_code *code = compiled(pattern);

	if (!code || !prepare(matcher))
		return TC_ERROR_NOMEM;
	if ((const void *)code == &broken_pattern)
		return TC_ERROR_INPUT;
	int rc = pcre2_match(code, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK, matcher->data,
		matcher->limits);
	if (rc >= 0)
		return 1;
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return rc == PCRE2_ERROR_NOMEMORY ? TC_ERROR_NOMEM : TC_ERROR_INPUT;
}

void tc__matcher_clear(struct tc__matcher *matcher)
{
	pcre2_match_data_free(matcher->data);
	pcre2_match_context_free(matcher->limits);
	*matcher = (struct tc__matcher){ 0 };
}

/*
 * Lengths
 */

size_t tc__characters(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/*
 * Formats
 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* `digits` digits at the front of *text as a number; moves on. -1: there are none. */
static int take_number(const char **text, int digits)
{
	int value = 0;

	for (; digits; digits--, ++*text) {
		if (!is_digit(**text))
			return -1;
		value = value * 10 + (**text - '0');
	}
	return value;
}

static bool take(const char **text, const char *any_of)
{
	if (!**text || !strchr(any_of, **text))
		return false;
	++*text;
	return true;
}

static int days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(const char **text)
{
	int year = take_number(text, 4);
	if (year < 0 || !take(text, "-"))
		return false;
	int month = take_number(text, 2);
	if (month < 1 || month > 12 || !take(text, "-"))
		return false;
	int day = take_number(text, 2);
	return day >= 1 && day <= days_of(year, month);
}

static bool take_time(const char **text)
{
	int hour = take_number(text, 2);
	if (hour < 0 || hour > 23 || !take(text, ":"))
		return false;
	int minute = take_number(text, 2);
	if (minute < 0 || minute > 59 || !take(text, ":"))
		return false;
	int second = take_number(text, 2);
	if (second < 0 || second > 60)
		return false;
	if (!take(text, "."))
		return true;
	if (take_number(text, 1) < 0)
		return false;
	while (is_digit(**text))
		++*text;
	return true;
}

static bool take_offset(const char **text)
{
	if (take(text, "Zz"))
		return true;
	if (!take(text, "+-"))
		return false;
	int hour = take_number(text, 2);
	if (hour < 0 || hour > 23 || !take(text, ":"))
		return false;
	int minute = take_number(text, 2);
	return minute >= 0 && minute <= 59;
}

/* RFC 3339, section 5.6 */
static bool is_date_time(const char *text)
{
	return take_date(&text) && take(&text, "Tt") && take_time(&text) && take_offset(&text) &&
		!*text;
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Characters that a part of a URI may have, and whole escapes; behind them. */
static const char *skip_uri_part(const char *at, const char *others)
{
	for (; *at; at++) {
		if (*at == '%' && is_hex(at[1]) && is_hex(at[2]))
			at += 2;
		else if (!is_letter(*at) && !is_digit(*at) && !strchr("-._~:@!$&'()*+,;=", *at) &&
			!strchr(others, *at))
			break;
	}
	return at;
}

/* RFC 3986: a scheme, then authority, path, query and fragment of what each may have */
static bool is_uri(const char *text)
{
	const char *at = text;

	if (!is_letter(*at))
		return false;
	while (is_letter(*at) || is_digit(*at) || (*at && strchr("+-.", *at)))
		at++;
	if (*at++ != ':' || !*at)
		return false;
	if (strncmp(at, "//", 2) == 0)
		at = skip_uri_part(at + 2, "[]");
	at = skip_uri_part(at, "/");
	if (*at == '?')
		at = skip_uri_part(at + 1, "/?");
	if (*at == '#')
		at = skip_uri_part(at + 1, "/?");
	return !*at;
}

static bool is_hostname(const char *text)
{
	size_t label = 0, length = strlen(text);

	if (!length || length > 253 + (text[length - 1] == '.'))
		return false;
	for (size_t i = 0; i < length; i++) {
		bool dash = text[i] == '-', dot = text[i] == '.';
		if (dot && (label == 0 || text[i - 1] == '-'))
			return false;
		if (!dot && !is_letter(text[i]) && !is_digit(text[i]) && !(dash && label))
			return false;
		label = dot ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return text[length - 1] != '-';
}

static bool is_email(const char *text)
{
	const char *at = strchr(text, '@');

	if (!at || at == text || at[-1] == '.' || *text == '.' || strstr(text, ".."))
		return false;
	for (; text < at; text++) {
		if (!is_letter(*text) && !is_digit(*text) && !strchr("!#$%&'*+/=?^_`{|}~.-", *text))
			return false;
	}
	return is_hostname(at + 1) && strchr(at + 1, '.');
}

bool tc__text_has_format(unsigned formats, const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return (formats & TC_FORMAT_DATE_TIME && is_date_time(text)) ||
		(formats & TC_FORMAT_URI && is_uri(text)) ||
		(formats & TC_FORMAT_EMAIL && is_email(text)) ||
		(formats & TC_FORMAT_HOSTNAME && is_hostname(text)) ||
		(formats & TC_FORMAT_IPV4 && inet_pton(AF_INET, text, address) == 1) ||
		(formats & TC_FORMAT_IPV6 && inet_pton(AF_INET6, text, address) == 1);
}
