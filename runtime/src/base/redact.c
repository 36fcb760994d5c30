/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/redact.h"

#include "runtime/src/base/ascii.h"
#include <string.h>

static const char redacted[] = "(redacted)";
#define REDACTED_LENGTH (sizeof redacted - 1)

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
	{ "password", IN_QUERY },
	{ "secret", IN_QUERY },
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

/* What a URL or a quoted text ends at. */
static bool ends_word(char c)
{
	return (unsigned char)c <= ' ' || strchr("\"'<>\\`", c) != NULL;
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

static bool is_number(const char *at, const char *end)
{
	while (at < end && tc__is_digit(*at))
		at++;
	return at == end;
}

/* RFC 3986, 3.2.1, without the colon: a pattern for URLs is none. */
static bool is_user(const char *at, const char *end)
{
	while (at < end && (tc__is_alphanumeric(*at) || strchr("-._~%!$&'()*+,;=", *at)))
		at++;
	return at == end;
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

/* `name: value` up to the end of the line; behind a slash the name is a JSON pointer's. */
static bool is_header(const char *begin, struct text text, struct text *value)
{
	const char *name = text.at;

	if (text.at == text.end || *text.at != ':')
		return false;
	while (name > begin && (is_word(name[-1]) || name[-1] == '-'))
		name--;
	if (name > begin && name[-1] == '/')
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

static bool is_secret(enum where where, const char *begin, struct text rest, struct text *value)
{
	if (where == IN_HEADER)
		return is_header(begin, rest, value);
	return where == IN_QUERY ? is_query(rest, value) : is_json(rest, value);
}

/* Whether a name that ends in one of ours ends at `rest`, with a value worth hiding behind it. */
static bool is_named_secret(const char *begin, struct text rest, struct text *value)
{
	if (rest.at == rest.end || !strchr(":=%\"\\", *rest.at))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i].name);
		if ((size_t)(rest.at - begin) < length)
			continue;
		if (!tc__same_letters(rest.at - length, names[i].name, length))
			continue;
		if (is_secret(names[i].where, begin, rest, value))
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

/*
 * Behind the "//" of a URL: `user:password@`, of which the password is hidden, or `token@`, which
 * is hidden whole. A password with a slash in it makes what stands before the slash look like host
 * and port; that the port is no number, or an @ before the slash, tells it: it ends at the last @.
 */
static bool is_user_info(struct text text, struct text *value)
{
	const char *end = text.at, *colon = NULL, *at = NULL;

	while (end < text.end && !ends_word(*end) && !strchr("/?#", *end)) {
		if (*end == ':' && !colon && *text.at != '[')
			colon = end;
		if (*end == '@')
			at = end;
		end++;
	}
	if (colon && (at ? colon < at : end - colon > 1 && !is_number(colon + 1, end)))
		for (; end < text.end && !ends_word(*end); end++)
			if (*end == '@')
				at = end;
	if (!at)
		return false;
	*value = (struct text){ colon && colon < at ? colon + 1 : text.at, at };
	return value->at > text.at || is_user(text.at, at);
}

static bool is_hidden(const struct text *value)
{
	return (size_t)(value->end - value->at) >= REDACTED_LENGTH - 1 &&
		memcmp(value->at, redacted, REDACTED_LENGTH - 1) == 0;
}

/* The next secret in a text, whose name is in it, too. */
static bool find_secret(struct text from, struct text *value)
{
	const char *begin = from.at;

	while (from.at < from.end) {
		bool slash = *from.at == '/' && from.at - begin >= 2 && from.at[-1] == '/' &&
			from.at[-2] == ':';
		bool word = is_word(*from.at++);
		if (!slash && (!word || is_harmless(begin, from.at)))
			continue;
		if (!(slash ? is_user_info(from, value) : is_named_secret(begin, from, value)))
			continue;
		if (!is_hidden(value))
			return true;
		from.at = value->end;
	}
	return false;
}

void tc__redact(struct tc__buffer *line, const char *text, size_t length)
{
	struct text rest = { text, text + length };
	struct text value;

	while (find_secret(rest, &value)) {
		tc__buffer_add(line, rest.at, (size_t)(value.at - rest.at));
		tc__buffer_text(line, redacted);
		rest.at = value.end;
	}
	tc__buffer_add(line, rest.at, (size_t)(rest.end - rest.at));
}

void tc__redact_in_place(char *text, size_t size)
{
	size_t length = strlen(text), from = 0;
	struct text value;

	while (find_secret((struct text){ text + from, text + length }, &value)) {
		size_t begin = (size_t)(value.at - text), end = (size_t)(value.end - text);
		size_t behind = begin + REDACTED_LENGTH, rest = length - end;
		if (behind >= size)
			behind = size - 1;
		if (rest > size - 1 - behind)
			rest = size - 1 - behind;
		memmove(text + behind, text + end, rest);
		memcpy(text + begin, redacted, behind - begin);
		from = behind;
		length = behind + rest;
		text[length] = '\0';
	}
}
