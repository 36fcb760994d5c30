/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_ROUTE_H
#define TC_SANDBOX_ROUTE_H

/* From method and path to an operation of the references and its handler. */

#include <taskcluster/json.h>
#include <taskcluster/operation.h>

struct request;

struct route {
	const struct tc_operation *operation;
	int (*run)(struct request *request); /* NULL: not implemented */
	bool authorizes;       /* the handler checks the scopes: they name what only it knows */
	const tc_json *scopes; /* the expression, or NULL */
};

struct routes {
	struct route_service {
		const struct tc_service *service;
		char prefix[64]; /* "/api/queue/v1" */
		struct route *routes;
	} * services;
	size_t count;
};

/* Finds what answers an operation and fills `run` and `authorizes` in, or leaves them. */
typedef void route_handler_fn(const struct tc_operation *operation, struct route *route);

/* Builds the routes of all services that have Taskcluster's conventions. */
int route_build(struct routes *routes, const struct tc_service *const *services, size_t count,
	route_handler_fn *find_handler, tc_error *err);
void route_clear(struct routes *routes);

/* Whether a path lies under /api/ or /classic/. */
bool route_is_api(const char *target);

/* Finds request->route and fills its arguments in, decoded; false when there is none, or when the
 * path holds an escape that is none. */
bool route_find(const struct routes *routes, struct request *request);

/* The route of an operation by its names; NULL when there is none. */
const struct route *route_named(const struct routes *routes, const char *service, const char *name);

/* Decodes %XX (and, in a query, `+`) within `length` bytes. NULL when it is malformed, or memory
 * ends. */
char *route_decode(struct request *request, const char *text, size_t length, bool query);

#endif
