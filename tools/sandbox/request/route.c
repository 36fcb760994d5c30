/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/route.h"

#include "runtime/src/base/error.h"
#include "tools/sandbox/request/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/conventions.h>

#define CLASSIC "classic-"

static int build_routes(struct route_service *made, route_handler_fn *find_handler, tc_error *err)
{
	const struct tc_service *service = made->service;

	made->routes = calloc(service->operation_count + 1u, sizeof *made->routes);
	if (!made->routes)
		return tc__fail_nomem(err);
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct tc_operation *operation = &service->operations[i];
		struct route *route = &made->routes[i];
		route->operation = operation;
		find_handler(operation, route);
		if (!operation->scopes)
			continue;
		int rc = tc_json_parse(
			operation->scopes, strlen(operation->scopes), &route->scopes, err);
		if (rc != TC_OK)
			return rc;
	}
	return TC_OK;
}

int route_build(struct routes *routes, const struct tc_service *const *services, size_t count,
	route_handler_fn *find_handler, tc_error *err)
{
	routes->services = calloc(count + 1, sizeof *routes->services);
	if (!routes->services)
		return tc__fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const struct tc_service *service = services[i];
		bool classic = strncmp(service->name, CLASSIC, strlen(CLASSIC)) == 0;
		struct route_service *made = &routes->services[routes->count];
		/* other systems have a base URL and conventions of their own */
		if (service->operation_count == 0 || (service->base_url && !classic))
			continue;
		made->service = service;
		if (classic)
			snprintf(made->prefix, sizeof made->prefix, "/classic/%s/v1",
				service->name + strlen(CLASSIC));
		else
			snprintf(made->prefix, sizeof made->prefix, "/api/%s/%s", service->name,
				service->version);
		routes->count++;
		int rc = build_routes(made, find_handler, err);
		if (rc != TC_OK)
			return rc;
	}
	return TC_OK;
}

void route_clear(struct routes *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		struct route_service *service = &routes->services[i];
		for (size_t k = 0; service->routes && k < service->service->operation_count; k++)
			tc_release(service->routes[k].scopes);
		free(service->routes);
	}
	free(routes->services);
	*routes = (struct routes){ 0 };
}

bool route_is_api(const char *target)
{
	return strncmp(target, "/api/", 5) == 0 || strncmp(target, "/classic/", 9) == 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *route_decode(struct request *request, const char *text, size_t length, bool query)
{
	char *decoded = tc__arena_bytes(&request->arena, length + 1);
	char *to = decoded;

	for (size_t i = 0; decoded && i < length; i++) {
		char c = text[i];
		if (query && c == '+')
			c = ' ';
		if (c == '%') {
			if (length - i < 3 || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
				return NULL;
			c = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
			i += 2;
		}
		if (!c)
			return NULL;
		*to++ = c;
	}
	if (decoded)
		*to = '\0';
	return decoded;
}

struct span {
	const char *text;
	size_t length;
};

/* Without its final slash, which every route takes and none needs. */
static size_t without_slash(const char *text, size_t length)
{
	return length > 1 && text[length - 1] == '/' ? length - 1 : length;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Which arguments may hold raw slashes: names and prefixes at the end any number (but where an
 * upload begins or ends, none), and the queues and pools of these routes their one. */
static bool takes_slashes(const char *route, const char *argument, size_t length)
{
	return !argument[length] && !begins(route, "/upload/") &&
		!begins(route, "/finish-upload/") &&
		(begins(argument, "<name>") || begins(argument, "<prefix>"));
}

static bool takes_one_slash(const char *route, const char *argument, size_t length)
{
	static const char *const routes[] = { "/claim-work/", "/pending/", "/purge-cache/",
		"/worker-pool/", "/worker-pool-errors/" };

	if (!begins(argument, "<taskQueueId>") && !begins(argument, "<workerPoolId>"))
		return false;
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (begins(route, routes[i]))
			return true;
	}
	return begins(route, "/task-queues/") && argument[length];
}

static bool has_escape(const char *text, const char *end)
{
	return memchr(text, '%', (size_t)(end - text)) != NULL;
}

/* Where an argument of a path ends. */
static const char *argument_end(
	const char *route, const char *argument, size_t length, const char *path, const char *end)
{
	const char *slash = memchr(path, '/', (size_t)(end - path));

	if (!slash || takes_slashes(route, argument, length))
		return end;
	/* escapes stand for slashes: nothing else of a queue's or a pool's name needs them */
	if (!takes_one_slash(route, argument, length) || has_escape(path, slash))
		return slash;
	const char *next = memchr(slash + 1, '/', (size_t)(end - slash - 1));
	return next ? next : end;
}

/* Before an argument that may be absent, such as the namespace of what the index lists: conventions
 * let it be empty. */
static bool may_end_here(const struct tc_operation *operation, const char *route)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	return begins(route, "/<") && !strchr(route + 1, '/') && rules && rules->arguments &&
		rules->arguments[operation->argument_count - 1].empty;
}

/* A path against a template such as "/task/<taskId>/runs/<runId>". */
static bool match(
	const struct tc_operation *operation, const char *path, size_t length, struct span *spans)
{
	const char *template = operation->route, *route = template;
	const char *route_end = route + without_slash(route, strlen(route));
	const char *whole = path + length;
	const char *end = path + without_slash(path, length);

	while (route < route_end) {
		if (path == end && may_end_here(operation, route)) {
			*spans = (struct span){ path, 0 };
			return true;
		}
		if (*route != '<') {
			if (path == end || *route++ != *path++)
				return false;
			continue;
		}
		size_t name = strcspn(route, ">") + 1;
		if (takes_slashes(template, route, name)) /* the one at its end is part of a name */
			end = whole;
		const char *stop = argument_end(template, route, name, path, end);
		if (stop == path)
			return false;
		*spans++ = (struct span){ path, (size_t)(stop - path) };
		path = stop;
		route += name;
	}
	return path == end;
}

static bool decode_arguments(struct request *request, const struct span *spans)
{
	for (size_t i = 0; i < request->route->operation->argument_count; i++) {
		request->arguments[i] =
			route_decode(request, spans[i].text, spans[i].length, false);
		if (!request->arguments[i])
			return false;
	}
	return true;
}

static bool find_in(const struct route_service *service, struct request *request, const char *path,
	size_t length)
{
	struct span spans[ARGUMENTS_MAX];

	for (size_t i = 0; i < service->service->operation_count; i++) {
		const struct route *route = &service->routes[i];
		if (strcmp(route->operation->method, request->method) != 0 ||
			route->operation->argument_count > ARGUMENTS_MAX ||
			!match(route->operation, path, length, spans))
			continue;
		request->route = route;
		if (decode_arguments(request, spans))
			return true;
		request->route = NULL;
		return false;
	}
	return false;
}

bool route_find(const struct routes *routes, struct request *request)
{
	size_t length = strcspn(request->target, "?");

	for (size_t i = 0; i < routes->count; i++) {
		const struct route_service *service = &routes->services[i];
		size_t prefix = strlen(service->prefix);
		if (length > prefix && request->target[prefix] == '/' &&
			strncmp(request->target, service->prefix, prefix) == 0)
			return find_in(service, request, request->target + prefix, length - prefix);
	}
	return false;
}

const struct route *route_named(const struct routes *routes, const char *service, const char *name)
{
	for (size_t i = 0; i < routes->count; i++) {
		const struct route_service *made = &routes->services[i];
		if (strcmp(made->service->name, service) != 0)
			continue;
		for (size_t k = 0; k < made->service->operation_count; k++) {
			if (strcmp(made->service->operations[k].name, name) == 0)
				return &made->routes[k];
		}
	}
	return NULL;
}
