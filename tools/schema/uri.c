/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/uri.h"

#include "runtime/src/base/ascii.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
/* what stands for itself in a path; "%" is looked at apart */
#define PATH_CHARACTERS LETTERS DIGITS "-._~!$&'()*+,;=:@/"

struct span {
	const char *text;
	size_t length;
};

/* The parts of a URI without its fragment; those that are absent have no text. */
struct parts {
	struct span scheme, authority, path, query;
};

bool uri_is_percent(const char *text)
{
	return text[0] == '%' && tc__hex_digit(text[1]) >= 0 && tc__hex_digit(text[2]) >= 0;
}

static struct span take(const char **at, size_t length, size_t skipped)
{
	struct span span = { *at, length };

	*at += length + skipped;
	return span;
}

static struct parts take_apart(const char *text)
{
	struct parts parts = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	size_t scheme = strcspn(text, ":/?#");

	if (scheme > 0 && text[scheme] == ':')
		parts.scheme = take(&text, scheme, 1);
	if (text[0] == '/' && text[1] == '/') {
		text += 2;
		parts.authority = take(&text, strcspn(text, "/?#"), 0);
	}
	parts.path = take(&text, strcspn(text, "?#"), 0);
	if (*text == '?') {
		text++;
		parts.query = take(&text, strcspn(text, "#"), 0);
	}
	return parts;
}

/* ---- what a reference means ---- */

static char *copy_of(const struct span *span)
{
	char *copy = malloc(span->length + 1);

	if (!copy)
		return NULL;
	if (span->length > 0)
		memcpy(copy, span->text, span->length);
	copy[span->length] = '\0';
	return copy;
}

/* A relative path behind the base's up to its last slash. */
static char *merged(const struct parts *base, const struct span *path)
{
	size_t kept = base->path.length;
	char *text = malloc(kept + path->length + 2);

	if (!text)
		return NULL;
	while (kept > 0 && base->path.text[kept - 1] != '/')
		kept--;
	if (kept > 0)
		memcpy(text, base->path.text, kept);
	else if (base->authority.text)
		text[kept++] = '/';
	memcpy(text + kept, path->text, path->length);
	text[kept + path->length] = '\0';
	return text;
}

/* Takes "." and ".." out, in place. */
static void remove_dots(char *path)
{
	char *out = path;
	const char *at = path;

	while (*at) {
		size_t length = strcspn(at + 1, "/") + 1; /* a segment, with the slash in front */
		bool one = length == 2 && memcmp(at, "/.", 2) == 0;
		bool two = length == 3 && memcmp(at, "/..", 3) == 0;
		if (two && out > path)
			while (--out > path && *out != '/')
				;
		if ((one || two) && !at[length]) {
			*out++ = '/';
		} else if (!one && !two) {
			memmove(out, at, length);
			out += length;
		}
		at += length;
	}
	*out = '\0';
}

static char *put_together(const struct parts *parts, const char *path)
{
	char *text = NULL;
	size_t room = parts->scheme.length + parts->authority.length + strlen(path) +
		parts->query.length + 8;

	text = malloc(room);
	if (text)
		snprintf(text, room, "%.*s%s%s%.*s%s%s%.*s", (int)parts->scheme.length,
			parts->scheme.text ? parts->scheme.text : "", parts->scheme.text ? ":" : "",
			parts->authority.text ? "//" : "", (int)parts->authority.length,
			parts->authority.text ? parts->authority.text : "", path,
			parts->query.text ? "?" : "", (int)parts->query.length,
			parts->query.text ? parts->query.text : "");
	return text;
}

static char *resolved_path(const struct parts *base, const struct parts *reference)
{
	const struct span *path = &reference->path;

	if (reference->scheme.text || reference->authority.text)
		return copy_of(path);
	if (path->length == 0)
		return copy_of(&base->path);
	return *path->text == '/' ? copy_of(path) : merged(base, path);
}

char *uri_resolve(const char *base, const char *reference)
{
	struct parts from = take_apart(base), all = take_apart(reference);
	char *path = resolved_path(&from, &all);

	if (!path)
		return NULL;
	if (path[0] == '/')
		remove_dots(path);
	if (!all.scheme.text && !all.authority.text) {
		all.authority = from.authority;
		if (all.path.length == 0 && !all.query.text)
			all.query = from.query;
	}
	if (!all.scheme.text)
		all.scheme = from.scheme;
	char *uri = put_together(&all, path);
	free(path);
	return uri;
}

char *uri_decode(const char *text)
{
	char *decoded = malloc(strlen(text) + 1);
	char *out = decoded;

	for (; decoded && *text; text++) {
		if (uri_is_percent(text)) {
			*out++ = (char)(16 * tc__hex_digit(text[1]) + tc__hex_digit(text[2]));
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	if (decoded)
		*out = '\0';
	return decoded;
}

char *uri_encode_path(const char *path)
{
	char *encoded = malloc(3 * strlen(path) + 1);
	char *out = encoded;

	for (; encoded && *path; path++) {
		if (strchr(PATH_CHARACTERS, *path))
			*out++ = *path;
		else
			out += snprintf(out, 4, "%%%02X", (unsigned char)*path);
	}
	if (encoded)
		*out = '\0';
	return encoded;
}

static bool same(const struct span *a, const struct span *b)
{
	return a->length == b->length &&
		(a->length == 0 || tc__same_letters(a->text, b->text, a->length));
}

bool uri_same_origin(const char *a, const char *b)
{
	struct parts one = take_apart(a), other = take_apart(b);

	return same(&one.scheme, &other.scheme) && same(&one.authority, &other.authority);
}

/* ---- whether it is one ---- */

/* Whether a part has only what may stand in it. */
static bool has_only(const struct span *part, const char *more, unsigned kind)
{
	for (size_t i = 0; i < part->length; i++) {
		char c = part->text[i];
		if (c & 0x80 ? !(kind & URI_INTERNATIONAL)
			     : !strchr(PATH_CHARACTERS, c) && !strchr(more, c) &&
					!uri_is_percent(part->text + i))
			return false;
	}
	return true;
}

static bool is_ip_literal(const char *host, size_t length)
{
	char text[INET6_ADDRSTRLEN + 1];
	unsigned char address[16];

	if (length > 0 && (*host == 'v' || *host == 'V')) /* of a version to come */
		return length > 3 && memchr(host, '.', length);
	if (length >= sizeof text)
		return false;
	memcpy(text, host, length);
	text[length] = '\0';
	return inet_pton(AF_INET6, text, address) == 1;
}

static bool is_authority(const struct span *authority, unsigned kind)
{
	const char *end = authority->text + authority->length;
	const char *host = authority->text;

	for (const char *at = host; at < end; at++)
		if (*at == '@')
			host = at + 1;
	struct span user = { authority->text, (size_t)(host - authority->text) };
	if (!has_only(&user, "", kind))
		return false;
	const char *behind = host;
	if (host < end && *host == '[') {
		behind = memchr(host, ']', (size_t)(end - host));
		if (!behind || !is_ip_literal(host + 1, (size_t)(behind - host - 1)))
			return false;
		behind++;
	} else {
		while (behind < end && *behind != ':')
			behind++;
		struct span name = { host, (size_t)(behind - host) };
		if (!has_only(&name, "", kind))
			return false;
	}
	if (behind == end)
		return true;
	return *behind == ':' && strspn(behind + 1, DIGITS) >= (size_t)(end - behind - 1);
}

bool uri_is(const char *text, unsigned kind)
{
	struct parts parts = take_apart(text);
	const char *hash = strchr(text, '#');
	struct span fragment = { hash ? hash + 1 : text, hash ? strlen(hash + 1) : 0 };

	if (!parts.scheme.text && !(kind & URI_REFERENCE))
		return false;
	if (parts.scheme.text &&
		(strspn(parts.scheme.text, LETTERS) == 0 ||
			strspn(parts.scheme.text, LETTERS DIGITS "+.-") < parts.scheme.length))
		return false;
	if (parts.authority.text && !is_authority(&parts.authority, kind))
		return false;
	/* what stands in front of a colon would be a scheme */
	if (!parts.scheme.text && *text == ':')
		return false;
	return has_only(&parts.path, "", kind) && has_only(&parts.query, "?", kind) &&
		has_only(&fragment, "?", kind);
}
