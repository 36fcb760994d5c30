/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/web.h"

#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/request/error.h"
#include "tools/sandbox/server/files.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define METHODS "OPTIONS,GET,HEAD,POST,PUT,DELETE,TRACE,CONNECT"
#define HEADERS \
	"X-Requested-With,Content-Type,Authorization,Accept,Origin,Cache-Control," \
	"X-Taskcluster-Trace-Id"

static bool is_api(const struct request *request)
{
	return strncmp(request->target, "/api/", 5) == 0;
}

/* ---- the name ---- */

/* "name" of "name:80", "[::1]" of "[::1]:80". */
static size_t name_length(const char *host)
{
	const char *bracket = *host == '[' ? strchr(host, ']') : NULL;

	return bracket ? (size_t)(bracket + 1 - host) : strcspn(host, ":");
}

static bool is_name(const char *host, size_t length, const char *name)
{
	return strlen(name) == length && strncasecmp(host, name, length) == 0;
}

/* An address cannot be pointed elsewhere. */
static bool is_address(const char *host, size_t length)
{
	if (*host != '[')
		return strspn(host, DIGITS ".") == length;
	return host[length - 1] == ']' && strspn(host + 1, DIGITS "abcdefABCDEF:.") == length - 2;
}

/* Nothing, or the port. */
static bool is_end(const char *text)
{
	return !*text || (*text == ':' && text[1 + strspn(text + 1, DIGITS)] == '\0');
}

static bool is_root(const struct request *request, const char *host, size_t length)
{
	const char *root = strstr(request->sandbox->root_url, "://") + 3;

	return name_length(root) == length && strncasecmp(root, host, length) == 0;
}

static bool is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 &&
		(IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_V4MAPPED(&v6));
}

int web_check_host(struct request *request)
{
	const char *host = request_header(request, "Host");

	if (!host || !is_loopback(request->sandbox->options.host))
		return 0;
	size_t length = name_length(host);
	bool known = is_address(host, length) || is_name(host, length, "localhost") ||
		is_root(request, host, length);
	if (known && is_end(host + length))
		return 0;
	return refuse_with(request, 421, "MisdirectedRequest",
		"this sandbox is not called by the name in Host; --root-url gives it one");
}

/* ---- the page that asks ---- */

/* That of the root URL, or of the URL that was called. */
static bool is_ours(const struct request *request, const char *origin)
{
	const struct sandbox *sandbox = request->sandbox;
	const char *scheme = sandbox->options.certificate ? "https://" : "http://";
	const char *host = request_header(request, "Host");

	if (is_name(sandbox->root_url, sandbox_origin_length(sandbox), origin))
		return true;
	return host && strncmp(origin, scheme, strlen(scheme)) == 0 &&
		strcasecmp(origin + strlen(scheme), host) == 0;
}

int web_check_origin(struct request *request)
{
	const char *origin = request_header(request, "Origin");
	bool reads = strcmp(request->method, "GET") == 0;

	if (!files_is(request, FILES_OURS) || (reads && !origin))
		return 0;
	if (origin && is_ours(request, origin))
		return 0;
	return refuse_with(request, 403, "ForeignOrigin",
		origin ? "Origin is not this sandbox: only its own page may ask for this"
		       : "Origin is missing: only this sandbox's own page may ask for this");
}

/* ---- browsers ---- */

bool web_is_preflight(struct request *request, int *status)
{
	if (!is_api(request) || strcmp(request->method, "OPTIONS") != 0)
		return false;
	request->content_type = "text/html; charset=utf-8";
	tc__buffer_text(&request->reply.text, METHODS);
	*status = 200;
	return true;
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
	MHD_add_response_header(response, name, value);
}

static void add_api_headers(struct MHD_Response *response)
{
	add(response, "Access-Control-Allow-Origin", "*");
	add(response, "Access-Control-Max-Age", "900");
	add(response, "Access-Control-Allow-Methods", METHODS);
	add(response, "Access-Control-Request-Method", "*");
	add(response, "Access-Control-Allow-Headers", HEADERS);
	add(response, "Cache-Control", "no-store, no-cache, must-revalidate");
}

/* What a task made may be a page, too: that is of no origin, and so far from ours. */
static void add_bytes_headers(struct MHD_Response *response)
{
	add(response, "Content-Security-Policy", "sandbox allow-scripts");
	add(response, "Access-Control-Allow-Origin", "*");
	add(response, "Access-Control-Expose-Headers", "Content-Range, Content-Encoding, ETag");
}

static void add_page_headers(const struct request *request, struct MHD_Response *response)
{
	add(response, "Content-Security-Policy", request->policy);
	add(response, "Vary", "Accept, Accept-Encoding");
	add(response, "Referrer-Policy", "no-referrer");
	add(response, "Cross-Origin-Opener-Policy", "same-origin");
}

void web_add_headers(const struct request *request, struct MHD_Response *response)
{
	if (is_api(request)) {
		add_api_headers(response);
		return;
	}
	add(response, "X-Content-Type-Options", "nosniff");
	if (files_is(request, FILES_OURS)) {
		add(response, "Cross-Origin-Resource-Policy", "same-origin");
		add(response, "Cache-Control", request->policy ? "no-cache" : "no-store");
	}
	if (files_is(request, FILES_BYTES))
		add_bytes_headers(response);
	else if (request->policy)
		add_page_headers(request, response);
	else
		add(response, "Content-Security-Policy",
			"default-src 'none'; frame-ancestors 'none'");
}

/* ---- caches ---- */

/* Whether If-None-Match names the tag. The comparison is the weak one. */
static bool names(const char *list, const char *tag)
{
	return list && (strcmp(list, "*") == 0 || strstr(list, tag) != NULL);
}

bool web_is_known(struct request *request)
{
	struct tc__buffer *text = &request->reply.text;
	char hash[DIGEST_SIZE];

	if ((!is_api(request) && !request->policy) || request->etag || request->file ||
		text->length == 0 || !digest_sha1(tc__buffer_get(text), text->length, hash))
		return false;
	request->etag = request_printf(request, "W/\"%zx-%.27s\"", text->length, hash);
	if (!request->etag || request->status >= 300 || strcmp(request->method, "GET") != 0 ||
		!names(request_header(request, "If-None-Match"), request->etag + 2))
		return false;
	tc__buffer_truncate(text, 0);
	request->status = 304;
	return true;
}
