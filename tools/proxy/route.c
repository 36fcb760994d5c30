/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/route.h"

#include "runtime/src/base/ascii.h"
#include <string.h>

static void refuse(struct route *route, const char *why)
{
	*route = (struct route){ .kind = ROUTE_NOWHERE, .why = why };
}

/* The length of a segment that begins behind a slash. */
static size_t segment_length(const char *segment)
{
	return strcspn(segment, "/?");
}

/* Whether SERVICE/VERSION/REST stands here; the rest may be empty. */
static bool has_service(const char *at)
{
	size_t service = segment_length(at);

	if (service == 0 || at[service] != '/')
		return false;
	at += service + 1;
	size_t version = segment_length(at);
	return version > 0 && at[version] == '/';
}

static bool is_host(const char *segment, size_t length)
{
	return memchr(segment, '.', length) || memchr(segment, ':', length);
}

/* The proxy's own paths are these alone, or with a query that says nothing. */
static bool is_own(const char *target, const char *path)
{
	size_t length = strlen(path);

	return strncmp(target, path, length) == 0 && (!target[length] || target[length] == '?');
}

void route_find(const char *target, struct route *route)
{
	*route = (struct route){ .kind = ROUTE_ROOT, .prefix = "", .path = target };
	if (*target != '/') {
		refuse(route, "The request's target has to be a path.");
		return;
	}
	if (is_own(target, "/bewit")) {
		route->kind = ROUTE_BEWIT;
		return;
	}
	if (is_own(target, "/credentials")) {
		route->kind = ROUTE_CREDENTIALS;
		return;
	}
	const char *segment = target + 1;
	size_t length = segment_length(segment);
	if (length == 3 && memcmp(segment, "api", 3) == 0) {
		if (segment[3] != '/' || !has_service(segment + 4))
			refuse(route,
				"Invalid /api path; expected such as /api/queue/v1/task/TASKID.");
		return;
	}
	if (is_host(segment, length)) {
		route->kind = ROUTE_HOST;
		route->host = segment;
		route->host_length = length;
		route->path = segment + length;
		return;
	}
	route->prefix = "/api";
	if (!has_service(segment))
		refuse(route,
			"There is nothing here; expected such as /api/queue/v1/task/TASKID, "
			"/bewit or /credentials.");
}

const char *route_authority(const char *url, size_t *length)
{
	const char *host = strstr(url, "://");

	*length = host ? strcspn(host + 3, "/?#") : 0;
	return host ? host + 3 : url;
}

static bool begins_with(const char *text, const char *prefix, size_t length)
{
	return strlen(text) >= length && tc__same_letters(text, prefix, length);
}

void route_url(const char *url, const char *root_url, struct route *route)
{
	size_t root = strlen(root_url);

	while (root && root_url[root - 1] == '/')
		root--;
	*route = (struct route){ .kind = ROUTE_ROOT, .prefix = "", .path = url + root };
	if (begins_with(url, root_url, root) && url[root] == '/')
		return;
	route->kind = ROUTE_HOST;
	route->host = route_authority(url, &route->host_length);
	route->path = route->host + route->host_length;
	if (!begins_with(url, "https://", 8) || !route->host_length)
		refuse(route, "The body has to be a URL below the root URL.");
	else if (*route->path != '/')
		refuse(route, "The URL in the body has no path.");
}
