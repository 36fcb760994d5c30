/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/auth/verify.h"

#include "runtime/src/base/buffer.h"
#include "tools/sandbox/auth/certificate.h"
#include "tools/sandbox/base/digest.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEADER_MAX 4096
#define SKEW_MS (15 * 60 * 1000)
#define TEXT_MAX 20000

enum field { ID, TS, NONCE, HASH, EXT, MAC, APP, DLG, FIELDS };

static const char *const field_names[FIELDS] = { "id", "ts", "nonce", "hash", "ext", "mac", "app",
	"dlg" };

static enum verify_outcome refuse(struct verify_result *result, const char *why)
{
	snprintf(result->message, sizeof result->message, "%s", why);
	return VERIFY_REFUSED;
}

static const char *find_bewit(const char *resource)
{
	const char *query = strchr(resource, '?');
	const char *found = NULL;

	for (const char *at = query; at; at = strchr(at + 1, '&')) {
		if (strncmp(at + 1, "bewit=", 6) == 0)
			found = at;
	}
	return found;
}

bool verify_present(const struct verify_request *request)
{
	return request->authorization || find_bewit(request->resource);
}

static bool value_char(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* name="value" pairs, separated by commas; a NUL goes behind each value in the copy */
static const char *parse_fields(char *text, char *fields[FIELDS])
{
	while (*text) {
		size_t length = strcspn(text, "=");
		int field = 0;
		while (field < FIELDS &&
			(strlen(field_names[field]) != length ||
				strncmp(text, field_names[field], length) != 0))
			field++;
		if (text[length] != '=' || text[length + 1] != '"')
			return "Bad header format";
		if (field == FIELDS)
			return "Unknown attribute";
		if (fields[field])
			return "Duplicate attribute";
		text += length + 2;
		fields[field] = text;
		while (value_char(*text))
			text++;
		if (*text != '"')
			return "Bad attribute value";
		*text++ = '\0';
		size_t gap = strspn(text, ", ");
		if (*text && !memchr(text, ',', gap))
			return "Bad header format";
		text += gap;
	}
	return NULL;
}

static const char *parse_header(struct tc__arena *arena, const char *header, char *fields[FIELDS])
{
	if (strlen(header) > HEADER_MAX)
		return "Header length too long";
	if (strncasecmp(header, "hawk", 4) != 0)
		return "Unauthorized";
	if (!isspace((unsigned char)header[4]))
		return header[4] ? "Unauthorized" : "Invalid header syntax";
	header += 4 + strspn(header + 4, " ");
	char *copy = tc__arena_text(arena, header, strlen(header));
	return copy ? parse_fields(copy, fields) : "Invalid header syntax";
}

/* The host as it is signed, and the port: the header's, or what a proxy in front says. */
static bool split_host(const struct verify_request *request, struct tc__buffer *host, long *port)
{
	const char *text = request->host ? request->host : "";
	size_t length = *text == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":");

	if (length > strlen(text) || length == 0)
		return false;
	bool https = request->tls;
	if (request->forwarded_proto)
		https = strcmp(request->forwarded_proto, "https") == 0;
	*port = https ? 443 : 80;
	if (text[length] == ':')
		*port = strtol(text + length + 1, NULL, 10);
	if (request->forwarded_proto)
		*port = https ? 443 : 80;
	if (request->forwarded_port)
		*port = strtol(request->forwarded_port, NULL, 10);
	for (size_t i = 0; i < length; i++)
		tc__buffer_char(host, (char)tolower((unsigned char)text[i]));
	return true;
}

static void add_escaped(struct tc__buffer *text, const char *ext)
{
	for (; *ext; ext++) {
		if (*ext == '\\')
			tc__buffer_text(text, "\\\\");
		else if (*ext == '\n')
			tc__buffer_text(text, "\\n");
		else
			tc__buffer_char(text, *ext);
	}
}

bool verify_mac(const struct verify_request *request, const struct verify_parts *parts,
	const char *key, char mac[VERIFY_MAC_SIZE])
{
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);
	struct tc__buffer host = TC__BUFFER(1024);
	long port;
	bool ok = split_host(request, &host, &port);

	tc__buffer_printf(&text, "hawk.1.%s\n%s\n%s\n%s\n%s\n%s\n", parts->type, parts->ts,
		parts->nonce, parts->method, parts->resource, tc__buffer_get(&host));
	tc__buffer_int(&text, ok ? port : 0);
	tc__buffer_printf(&text, "\n%s\n", parts->hash ? parts->hash : "");
	add_escaped(&text, parts->ext ? parts->ext : "");
	tc__buffer_char(&text, '\n');
	if (parts->app)
		tc__buffer_printf(&text, "%s\n%s\n", parts->app, parts->dlg ? parts->dlg : "");
	ok = ok && !tc__buffer_failed(&text) && !tc__buffer_failed(&host) &&
		digest_hmac(key, text.data, text.length, mac);
	tc__buffer_clear(&text);
	tc__buffer_clear(&host);
	return ok;
}

/* A time in seconds; -1 when it is none. More digits than a time has are a time far away. */
static int64_t read_seconds(const char *text)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (*end)
		return -1;
	return errno || value > 1LL << 50 ? 1LL << 50 : value;
}

static enum verify_outcome check_time(const char *ts, int64_t now_ms, struct verify_result *result)
{
	int64_t seconds = read_seconds(ts);
	int64_t away = seconds * 1000 - now_ms;

	if (seconds < 0 || away > SKEW_MS || away < -SKEW_MS)
		return refuse(result, "Unauthorized: Stale timestamp");
	return VERIFY_OK;
}

static enum verify_outcome verify_header(struct tc__arena *arena,
	const struct verify_request *request, const struct verify_keys *keys,
	struct verify_result *result)
{
	char *fields[FIELDS] = { 0 };
	char mac[DIGEST_SIZE];
	const char *problem = parse_header(arena, request->authorization, fields);

	if (!problem && (!fields[ID] || !fields[TS] || !fields[NONCE] || !fields[MAC]))
		problem = "Missing attributes";
	if (problem) {
		snprintf(result->message, sizeof result->message,
			strcmp(problem, "Unauthorized") == 0 ? "%s" : "Unauthorized: %s", problem);
		return VERIFY_REFUSED;
	}
	enum verify_outcome outcome =
		certificate_resolve(arena, keys, fields[ID], fields[EXT], request->now_ms, result);
	if (outcome != VERIFY_OK)
		return outcome;
	struct verify_parts parts = { "header", fields[TS], fields[NONCE], request->method,
		request->resource, fields[HASH], fields[EXT], fields[APP], fields[DLG] };
	if (!verify_mac(request, &parts, result->access_token, mac) ||
		!digest_same(mac, fields[MAC]))
		return refuse(result, "Unauthorized: Bad mac");
	result->ts = fields[TS];
	result->nonce = fields[NONCE];
	result->app = fields[APP];
	result->dlg = fields[DLG];
	result->hash = fields[HASH];
	return check_time(fields[TS], request->now_ms, result);
}

/* The resource as it was before the bewit was put in. */
static char *without_bewit(struct tc__arena *arena, const char *resource, const char *bewit)
{
	size_t before = (size_t)(bewit - resource);
	const char *rest = strchr(bewit + 1, '&');
	char *plain = tc__arena_text(arena, resource, strlen(resource));

	if (!plain)
		return NULL;
	plain[before] = '\0';
	if (rest) {
		plain[before] = *bewit;
		memmove(plain + before + 1, rest + 1, strlen(rest));
	}
	return plain;
}

/* id\exp\mac\ext */
static bool split_bewit(struct tc__arena *arena, const char *bewit, char *parts[4])
{
	const char *text = bewit + strlen("?bewit=");
	size_t length = strcspn(text, "&");
	char *decoded = tc__arena_bytes(arena, length + 4);
	size_t size;

	/* a padded one is refused, as the reference implementation does */
	if (!decoded || memchr(text, '=', length) || memchr(text, '+', length) ||
		memchr(text, '/', length) || !digest_unbase64(text, length, decoded, &size) ||
		strlen(decoded) != size)
		return false;
	for (int i = 0; i < 4; i++) {
		parts[i] = decoded;
		decoded = decoded ? strchr(decoded, '\\') : NULL;
		if (decoded)
			*decoded++ = '\0';
		else if (i < 3)
			return false;
	}
	return !decoded;
}

static enum verify_outcome verify_bewit(struct tc__arena *arena,
	const struct verify_request *request, const struct verify_keys *keys, const char *bewit,
	struct verify_result *result)
{
	char *parts[4];
	char mac[DIGEST_SIZE];

	if (strlen(request->resource) > HEADER_MAX)
		return refuse(result, "Unauthorized: Header length too long");
	if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
		return refuse(result, "Unauthorized: Invalid method");
	if (request->authorization)
		return refuse(result, "Unauthorized: Multiple authentications");
	if (!bewit[strlen("?bewit=")] || bewit[strlen("?bewit=")] == '&')
		return refuse(result, "Unauthorized: Empty bewit");
	if (!split_bewit(arena, bewit, parts))
		return refuse(result, "Unauthorized: Invalid bewit structure");
	if (!*parts[0] || !*parts[1] || !*parts[2])
		return refuse(result, "Unauthorized: Missing bewit attributes");
	int64_t expires = read_seconds(parts[1]);
	if (expires < 0 || expires * 1000 <= request->now_ms)
		return refuse(result, "Unauthorized: Access expired");
	enum verify_outcome outcome = certificate_resolve(
		arena, keys, parts[0], *parts[3] ? parts[3] : NULL, request->now_ms, result);
	if (outcome != VERIFY_OK)
		return outcome;
	char *plain = without_bewit(arena, request->resource, bewit);
	if (!plain)
		return VERIFY_EXHAUSTED;
	struct verify_parts signed_parts = { .type = "bewit",
		.ts = parts[1],
		.nonce = "",
		.method = "GET",
		.resource = plain,
		.ext = parts[3] };
	if (!verify_mac(request, &signed_parts, result->access_token, mac) ||
		!digest_same(mac, parts[2]))
		return refuse(result, "Unauthorized: Bad mac");
	result->bewit = true;
	return VERIFY_OK;
}

enum verify_outcome verify_request(struct tc__arena *arena, const struct verify_request *request,
	const struct verify_keys *keys, struct verify_result *result)
{
	const char *bewit = find_bewit(request->resource);

	*result = (struct verify_result){ 0 };
	if (bewit)
		return verify_bewit(arena, request, keys, bewit, result);
	if (request->authorization)
		return verify_header(arena, request, keys, result);
	return VERIFY_NONE;
}

bool verify_challenge(const char *access_token, int64_t now_s, char *value, size_t size)
{
	char text[64];
	char mac[DIGEST_SIZE];

	snprintf(text, sizeof text, "hawk.1.ts\n%lld\n", (long long)now_s);
	if (!digest_hmac(access_token, text, strlen(text), mac))
		return false;
	int length = snprintf(value, size,
		"Hawk ts=\"%lld\", tsm=\"%s\", error=\"Stale timestamp\"", (long long)now_s, mac);
	return length > 0 && (size_t)length < size;
}

bool verify_reply(struct tc__arena *arena, const struct verify_request *request,
	const struct verify_result *result, const char *content_type, const void *body,
	size_t length, const char **value)
{
	char hash[DIGEST_SIZE];
	char mac[DIGEST_SIZE];
	char text[256];
	struct verify_parts parts = { .type = "response",
		.ts = result->ts,
		.nonce = result->nonce,
		.method = request->method,
		.resource = request->resource,
		.hash = hash,
		.app = result->app,
		.dlg = result->dlg };

	if (!result->ts || !digest_payload(content_type, body, length, hash) ||
		!verify_mac(request, &parts, result->access_token, mac))
		return false;
	snprintf(text, sizeof text, "Hawk mac=\"%s\", hash=\"%s\"", mac, hash);
	*value = tc__arena_text(arena, text, strlen(text));
	return *value != NULL;
}
