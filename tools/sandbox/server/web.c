/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/web.h"

#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/request/error.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

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
	return *host == '[' || strspn(host, "0123456789.") == length;
}

static bool is_root(const struct request *request, const char *host, size_t length)
{
	const char *root = strstr(request->sandbox->root_url, "://") + 3;

	return name_length(root) == length && strncasecmp(root, host, length) == 0;
}

int web_check_host(struct request *request)
{
	const char *host = request_header(request, "Host");
	const char *listens = request->sandbox->options.host;
	bool loopback = strncmp(listens, "127.", 4) == 0 || strcmp(listens, "::1") == 0;

	if (!loopback || !host)
		return 0;
	size_t length = name_length(host);
	if (is_address(host, length) || is_name(host, length, "localhost") ||
		is_root(request, host, length))
		return 0;
	return refuse_with(request, 421, "MisdirectedRequest",
		"this sandbox is not called by the name in Host; --root-url gives it one");
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

void web_add_headers(const struct request *request, struct MHD_Response *response)
{
	if (!is_api(request))
		return;
	add(response, "Access-Control-Allow-Origin", "*");
	add(response, "Access-Control-Max-Age", "900");
	add(response, "Access-Control-Allow-Methods", METHODS);
	add(response, "Access-Control-Request-Method", "*");
	add(response, "Access-Control-Allow-Headers", HEADERS);
	add(response, "Cache-Control", "no-store, no-cache, must-revalidate");
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

	if (!is_api(request) || request->etag || request->file || text->length == 0 ||
		!digest_sha1(tc__buffer_get(text), text->length, hash))
		return false;
	request->etag = request_printf(request, "W/\"%zx-%.27s\"", text->length, hash);
	if (!request->etag || request->status >= 300 || strcmp(request->method, "GET") != 0 ||
		!names(request_header(request, "If-None-Match"), request->etag + 2))
		return false;
	tc__buffer_truncate(text, 0);
	request->status = 304;
	return true;
}
