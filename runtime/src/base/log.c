/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/log.h"

#include "runtime/src/base/ascii.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char redacted[] = "(redacted)";

/* Where a secret begins: right behind its name. */
enum where { IN_HEADER, IN_QUERY, IN_JSON };

static const struct {
	const char *name;
	enum where where;
} names[] = {
	{ "authorization", IN_HEADER }, /* also at the end of Server- and Proxy-Authorization */
	{ "cookie", IN_HEADER },        /* and of Set-Cookie */
	{ "-token", IN_HEADER },        /* Id-Token; a message about a token is none */
	{ "CSRFToken", IN_HEADER },     /* X-CSRFToken */
	{ "bewit", IN_QUERY },
	{ "signature", IN_QUERY },
	{ "token", IN_QUERY },
	{ "sig", IN_QUERY },
	{ "authorization", IN_JSON },
	{ "token", IN_JSON }, /* accessToken, and whatever else a service calls a token */
	{ "certificate", IN_JSON },
	{ "secret", IN_JSON },
	{ "password", IN_JSON },
	{ "accessKey", IN_JSON }, /* secretAccessKey of AWS */
	{ "access_key", IN_JSON },
	{ "privateKey", IN_JSON },
	{ "private_key", IN_JSON },
	{ "signature", IN_JSON },
	{ "seed", IN_JSON },
};

struct text {
	const char *at, *end;
};

static bool is_word(char c)
{
	return tc__is_alphanumeric(c) || c == '_';
}

static void skip_blanks(struct text *text)
{
	while (text->at < text->end && (*text->at == ' ' || *text->at == '\t'))
		text->at++;
}

/* Between the tokens of JSON a line may end, too. */
static void skip_space(struct text *text)
{
	while (text->at < text->end && memchr(" \t\r\n", *text->at, 4))
		text->at++;
}

/* Backslashes stand before a quote when JSON is quoted inside JSON; returns how many. */
static size_t skip_backslashes(struct text *text)
{
	size_t count = 0;

	while (text->at < text->end && *text->at == '\\') {
		text->at++;
		count++;
	}
	return count;
}

/* `name: value` up to the end of the line */
static bool is_header(struct text text, struct text *value)
{
	if (text.at == text.end || *text.at != ':')
		return false;
	text.at++;
	skip_blanks(&text);
	*value = text;
	while (value->at < value->end && *value->at != '\r' && *value->at != '\n')
		value->at++;
	value->end = value->at;
	value->at = text.at;
	return true;
}

/* `name=value`, also percent-encoded inside another URL, up to what ends a parameter */
static bool is_query(struct text text, struct text *value)
{
	size_t left = (size_t)(text.end - text.at);

	if (left >= 3 && tc__same_letters(text.at, "%3d", 3))
		text.at += 3;
	else if (left && *text.at == '=')
		text.at++;
	else
		return false;
	const char *end = text.at;
	while (end < text.end && !strchr("& \t\r\n\"'<>\\,;)", *end))
		end++;
	*value = (struct text){ text.at, end };
	return true;
}

/* Past the quote that ends a string whose own quotes have `depth` backslashes before them. */
static const char *string_end(struct text text, size_t depth)
{
	while (text.at < text.end) {
		if (*text.at == '\\') {
			size_t count = skip_backslashes(&text);
			if (text.at < text.end && *text.at == '"' && count == depth)
				return text.at + 1;
			if (text.at < text.end && *text.at == '"')
				text.at++;
			continue;
		}
		if (*text.at++ == '"' && depth == 0)
			return text.at;
	}
	return text.end;
}

/* Past the bracket that closes the object or array at the beginning of the text. */
static const char *nested_end(struct text text)
{
	size_t depth = 0;

	while (text.at < text.end) {
		size_t backslashes = skip_backslashes(&text);
		if (text.at == text.end)
			break;
		char c = *text.at++;
		if (c == '"')
			text.at = string_end(text, backslashes);
		depth += c == '{' || c == '[';
		depth -= (c == '}' || c == ']') && depth;
		if (depth == 0)
			return text.at;
	}
	return text.end;
}

/* `name": value`, of any kind, up to its end or the end of a text that was cut */
static bool is_json(struct text text, struct text *value)
{
	skip_backslashes(&text);
	if (text.at == text.end || *text.at++ != '"')
		return false;
	skip_space(&text);
	if (text.at == text.end || *text.at++ != ':')
		return false;
	skip_space(&text);
	*value = text;
	size_t depth = skip_backslashes(&text);
	if (text.at == text.end)
		return true;
	if (*text.at == '{' || *text.at == '[') {
		value->end = nested_end(text);
		return true;
	}
	if (*text.at != '"')
		return false; /* null, a number: no secret */
	text.at++;
	value->end = string_end(text, depth);
	return true;
}

static bool is_secret(enum where where, struct text rest, struct text *value)
{
	if (where == IN_HEADER)
		return is_header(rest, value);
	return where == IN_QUERY ? is_query(rest, value) : is_json(rest, value);
}

/* Whether a name that ends in one of ours ends at `rest`, with a value worth hiding behind it. */
static bool find_secret(const char *begin, struct text rest, struct text *value)
{
	if (rest.at == rest.end || !strchr(":=%\"\\", *rest.at))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i].name);
		if ((size_t)(rest.at - begin) < length)
			continue;
		if (!tc__same_letters(rest.at - length, names[i].name, length))
			continue;
		if (is_secret(names[i].where, rest, value))
			return true;
	}
	return false;
}

/* A page's token is a position, and a person who debugs wants to see it. */
static bool is_harmless(const char *begin, const char *end)
{
	static const char name[] = "continuationToken";
	size_t length = sizeof name - 1;

	return (size_t)(end - begin) >= length && tc__same_letters(end - length, name, length);
}

void tc__log_redact(struct tc__buffer *line, const char *text, size_t length)
{
	struct text rest = { text, text + length };
	const char *copied = text;
	struct text value;

	while (rest.at < rest.end) {
		if (!is_word(*rest.at++) || is_harmless(text, rest.at))
			continue;
		if (!find_secret(text, rest, &value))
			continue;
		tc__buffer_add(line, copied, (size_t)(value.at - copied));
		tc__buffer_text(line, redacted);
		copied = rest.at = value.end;
	}
	tc__buffer_add(line, copied, (size_t)(rest.end - copied));
}

static void hand_over(
	const struct tc__log *log, enum tc_log_level level, const char *text, size_t length)
{
	struct tc__buffer line = TC__BUFFER(2 * TC__LOG_LINE_MAX);

	tc__log_redact(&line, text, length);
	if (!tc__buffer_failed(&line) && line.data) {
		for (char *c = line.data; *c; c++)
			if ((unsigned char)*c < ' ' || *c == 0x7f)
				*c = ' ';
		log->fn(log->data, level, line.data);
	}
	tc__buffer_clear(&line);
}

void tc__log(const struct tc__log *log, enum tc_log_level level, const char *format, ...)
{
	char text[TC__LOG_LINE_MAX];

	if (!tc__log_wants(log, level))
		return;
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (length >= 0)
		hand_over(log, level, text, strlen(text));
	sodium_memzero(text, sizeof text); /* as it was before what is secret was taken out */
}
