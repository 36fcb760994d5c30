/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/common/url.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/error.h"
#include <arpa/inet.h>
#include <string.h>

#define HTTP_PORT 80
#define HTTPS_PORT 443

/* Whether the text begins with `prefix`, which is in lower case. */
static bool begins_with(const char *text, const char *prefix)
{
	for (; *prefix; text++, prefix++)
		if (tc__lower(*text) != *prefix)
			return false;
	return true;
}

/* The first byte that cannot stand in a URL: anything but printable ASCII. NULL: all can. */
static const char *find_bad_byte(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return text;
	return NULL;
}

static int check_bytes(const char *what, const char *text, tc_error *err)
{
	const char *bad = find_bad_byte(text);

	if (!bad)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"%s has byte 0x%02x at position %zu: spaces, control characters and non-ASCII "
		"must be percent-encoded",
		what, (unsigned)(unsigned char)*bad, (size_t)(bad - text));
}

static const char *read_scheme(const char *url, struct tc__url *parts)
{
	parts->https = begins_with(url, "https://");
	parts->port = parts->https ? HTTPS_PORT : HTTP_PORT;
	if (parts->https)
		return url + strlen("https://");
	return begins_with(url, "http://") ? url + strlen("http://") : NULL;
}

/* An address in brackets; what lies between them is for the system to judge. */
static size_t ipv6_length(const char *host, size_t limit)
{
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN];
	const char *end = memchr(host, ']', limit);
	size_t length = end ? (size_t)(end - host) - 1 : 0;

	if (length == 0 || length >= sizeof text)
		return 0;
	memcpy(text, host + 1, length);
	text[length] = '\0';
	return inet_pton(AF_INET6, text, &address) == 1 ? length + 2 : 0;
}

static size_t host_length(const char *host, size_t limit)
{
	size_t length = 0;

	if (limit > 0 && *host == '[')
		return ipv6_length(host, limit);
	while (length < limit && (tc__is_alphanumeric(host[length]) || strchr("-._", host[length])))
		length++;
	return length;
}

/* `text` begins behind the colon and has `length` digits at most 5; 0 when it is no port. */
static uint16_t read_port(const char *text, size_t length)
{
	unsigned long port = 0;

	if (length == 0 || length > 5)
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (!tc__is_digit(text[i]))
			return 0;
		port = port * 10 + (unsigned long)(text[i] - '0');
	}
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

int tc__url_check_bytes(const char *url, tc_error *err)
{
	return check_bytes("the URL", url, err);
}

int tc__url_authority(const char *authority, size_t length, struct tc__url *parts, tc_error *err)
{
	if (memchr(authority, '@', length))
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "the URL has user info in front of its host (…@)");
	parts->host = authority;
	parts->host_length = host_length(authority, length);
	if (parts->host_length == 0)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"the URL has no valid host; expected a name, an IPv4 address, or an IPv6 "
			"address in brackets");
	if (parts->host_length == length)
		return TC_OK;
	if (authority[parts->host_length] != ':')
		return tc__fail(err, TC_ERROR_ARGUMENT, "the URL's host contains '%c'",
			authority[parts->host_length]);
	const char *port = authority + parts->host_length + 1;
	parts->port = read_port(port, length - parts->host_length - 1);
	if (parts->port == 0)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "the URL's port is not a number from 1 to 65535");
	return TC_OK;
}

static int read_parts(const char *url, struct tc__url *parts, tc_error *err)
{
	const char *authority = read_scheme(url, parts);

	if (!authority)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "the URL begins with neither http:// nor https://");
	size_t length = strcspn(authority, "/?#");
	int rc = tc__url_authority(authority, length, parts, err);
	if (rc != TC_OK)
		return rc;
	parts->resource = authority + length;
	parts->resource_length = strcspn(parts->resource, "#");
	if (*parts->resource == '?')
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"the URL has a query right behind its host; write a / before the ?");
	if (parts->resource_length == 0) {
		parts->resource = "/";
		parts->resource_length = 1;
	}
	return TC_OK;
}

int tc__url_parse(const char *url, struct tc__url *parts, tc_error *err)
{
	struct tc__url read = { 0 };

	if (!url)
		return tc__fail(err, TC_ERROR_ARGUMENT, "the URL is NULL");
	if (strlen(url) > TC__URL_MAX)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "the URL has more than %d bytes", TC__URL_MAX);
	int rc = tc__url_check_bytes(url, err);
	if (rc == TC_OK)
		rc = read_parts(url, &read, err);
	if (rc == TC_OK)
		*parts = read;
	return rc;
}

static size_t length_without_slashes(const char *url)
{
	size_t length = strlen(url);

	while (length > 0 && url[length - 1] == '/')
		length--;
	return length;
}

int tc__url_base_read(struct tc__url_base *base, const char *text, tc_error *err)
{
	struct tc__url parts;
	int rc = tc__url_parse(text, &parts, err);

	if (rc != TC_OK)
		return rc;
	size_t length = length_without_slashes(text);
	size_t path = (size_t)(parts.host - text) + strcspn(parts.host, "/");
	*base = (struct tc__url_base){ text, length, path < length ? path : length, parts };
	return TC_OK;
}

/* Bit 7 is set in one of the eight, at least, when any of them is at most a space, above '~' or a
 * '#'. */
static uint64_t strange_among(uint64_t eight)
{
	uint64_t hash = eight ^ TC__EACH('#');

	return (((eight - TC__EACH('!')) | (hash - TC__EACH(1))) & ~eight) | eight |
		(eight + TC__EACH(0x7f - '~'));
}

/* Whether there is nothing in it that ends a URL's path and query, or cannot stand there. */
static bool is_resource(const char *text, size_t length)
{
	uint64_t strange = 0;

	for (; length >= 8; text += 8, length -= 8)
		strange |= strange_among(tc__eight(text));
	for (; length; text++, length--)
		strange |= strange_among(TC__EACH((unsigned char)*text));
	return !(strange & TC__EACH(0x80));
}

int tc__url_parse_behind(const struct tc__url_base *base, const char *url, size_t length,
	struct tc__url *parts, tc_error *err)
{
	if (length > TC__URL_MAX || url[base->length] != '/' ||
		!is_resource(url + base->length, length - base->length))
		return tc__url_parse(url, parts, err);
	*parts = base->parts;
	parts->host = url + (base->parts.host - base->text);
	parts->resource = url + base->path;
	parts->resource_length = length - base->path;
	return TC_OK;
}

/* What RFC 3986 (2.3) calls unreserved: a bit for each of "-.0-9", and for each of "A-Z_a-z~". */
static bool is_unreserved(unsigned char c)
{
	static const uint64_t sets[4] = { UINT64_C(0x03ff600000000000),
		UINT64_C(0x47fffffe87fffffe), 0, 0 };

	return sets[c >> 6] >> (c & 63) & 1;
}

void tc__url_encode(struct tc__buffer *buffer, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (;;) {
		const char *begin = text;
		while (is_unreserved((unsigned char)*text))
			text++;
		tc__buffer_add(buffer, begin, (size_t)(text - begin));
		if (!*text)
			return;
		unsigned char c = (unsigned char)*text++;
		tc__buffer_add(buffer, (char[]){ '%', digits[c >> 4], digits[c & 15] }, 3);
	}
}

void tc__url_root(struct tc__buffer *buffer, const char *root_url)
{
	tc__buffer_add(buffer, root_url, length_without_slashes(root_url));
}

void tc__url_with_query(
	struct tc__buffer *buffer, const char *url, const char *name, const char *value)
{
	size_t length = strcspn(url, "#");
	const char *scheme_end = strstr(url, "://");
	const char *authority = scheme_end ? scheme_end + 3 : url;

	tc__buffer_add(buffer, url, length);
	if (authority + strcspn(authority, "/?") >= url + length)
		tc__buffer_char(buffer, '/'); /* no path: it is signed as this one */
	tc__buffer_char(buffer, memchr(url, '?', length) ? '&' : '?');
	tc__buffer_text(buffer, name);
	tc__buffer_char(buffer, '=');
	tc__buffer_text(buffer, value);
}

static int check_root(const char *root_url, tc_error *err)
{
	struct tc__url parts;

	if (!root_url || !*root_url)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "root_url is %s", root_url ? "empty" : "NULL");
	int rc = tc__url_parse(root_url, &parts, err);
	if (rc != TC_OK) {
		tc_error_prefix(err, "root_url");
		return rc;
	}
	if (strpbrk(root_url, "?#"))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"root_url has a query or a fragment; expected such as "
			"https://tc.example.com");
	return TC_OK;
}

/* A part of a URL's path, under the name it has in the caller's parameters. */
struct part {
	const char *name;
	const char *text;
	bool path; /* may be empty; its leading slashes are stripped */
};

static int check_part(const struct part *part, tc_error *err)
{
	if (!part->text)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", part->name);
	if (!*part->text && !part->path)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is empty", part->name);
	return check_bytes(part->name, part->text, err);
}

static void add_part(struct tc__buffer *buffer, const struct part *part)
{
	const char *text = part->text;

	if (part->path)
		text += strspn(text, "/");
	tc__buffer_char(buffer, '/');
	tc__buffer_text(buffer, text);
}

/* <root><prefix>/<part>/<part>…<suffix> */
static int build(const char *root_url, const char *prefix, const struct part *parts, size_t count,
	const char *suffix, char **url, tc_error *err)
{
	struct tc__buffer buffer = TC__BUFFER(TC__URL_MAX);

	if (!url)
		return tc__fail(err, TC_ERROR_ARGUMENT, "url is NULL");
	*url = NULL;
	int rc = check_root(root_url, err);
	for (size_t i = 0; i < count && rc == TC_OK; i++)
		rc = check_part(&parts[i], err);
	if (rc != TC_OK)
		return rc;
	tc__url_root(&buffer, root_url);
	tc__buffer_text(&buffer, prefix);
	for (size_t i = 0; i < count; i++)
		add_part(&buffer, &parts[i]);
	tc__buffer_text(&buffer, suffix);
	*url = tc__buffer_take(&buffer);
	if (*url)
		return TC_OK;
	rc = buffer.too_long ? tc__fail(err, TC_ERROR_ARGUMENT,
				       "the URL would have more than %d bytes", TC__URL_MAX)
			     : tc__fail_nomem(err);
	tc__buffer_clear(&buffer);
	return rc;
}

int tc_url_api(const char *root_url, const char *service, const char *version, const char *path,
	char **url, tc_error *err)
{
	struct part parts[] = { { "service", service, false }, { "version", version, false },
		{ "path", path, true } };

	tc_error_clear(err);
	return build(root_url, "/api", parts, 3, "", url, err);
}

int tc_url_api_reference(
	const char *root_url, const char *service, const char *version, char **url, tc_error *err)
{
	struct part parts[] = { { "service", service, false }, { "version", version, false } };

	tc_error_clear(err);
	return build(root_url, "/references", parts, 2, "/api.json", url, err);
}

int tc_url_exchange_reference(
	const char *root_url, const char *service, const char *version, char **url, tc_error *err)
{
	struct part parts[] = { { "service", service, false }, { "version", version, false } };

	tc_error_clear(err);
	return build(root_url, "/references", parts, 2, "/exchanges.json", url, err);
}

int tc_url_manifest(const char *root_url, char **url, tc_error *err)
{
	tc_error_clear(err);
	return build(root_url, "/references", NULL, 0, "/manifest.json", url, err);
}

int tc_url_schema(
	const char *root_url, const char *service, const char *name, char **url, tc_error *err)
{
	struct part parts[] = { { "service", service, false }, { "name", name, true } };

	tc_error_clear(err);
	return build(root_url, "/schemas", parts, 2, "", url, err);
}

int tc_url_docs(const char *root_url, const char *path, char **url, tc_error *err)
{
	struct part part = { "path", path, true };

	tc_error_clear(err);
	return build(root_url, "/docs", &part, 1, "", url, err);
}

int tc_url_ui(const char *root_url, const char *path, char **url, tc_error *err)
{
	struct part part = { "path", path, true };

	tc_error_clear(err);
	return build(root_url, "", &part, 1, "", url, err);
}
