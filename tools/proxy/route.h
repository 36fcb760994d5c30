/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_ROUTE_H
#define TC_PROXY_ROUTE_H

/*
 * Where a request wants to go, by its target as it was sent:
 *
 *	/api/SERVICE/VERSION/REST   below the root URL, as it is
 *	/SERVICE/VERSION/REST       the same without /api, as tasks of old write it
 *	/HOST/REST                  on another host; HOST has a dot or a port
 *	/bewit, /credentials        the proxy's own
 */

#include <stdbool.h>
#include <stddef.h>

enum route_kind { ROUTE_NOWHERE, ROUTE_ROOT, ROUTE_HOST, ROUTE_BEWIT, ROUTE_CREDENTIALS };

/* All texts lie in the target, or live for ever. */
struct route {
	enum route_kind kind;
	const char *prefix; /* goes before the path: "" or "/api" */
	const char *path;   /* with the query, escapes as they came */
	const char *host;   /* of ROUTE_HOST, with its port if it has one */
	size_t host_length;
	const char *why; /* of ROUTE_NOWHERE: a sentence */
};

void route_find(const char *target, struct route *route);

/* The same for an absolute URL, of which a signed one is wanted: ROUTE_ROOT when it lies below
 * `root_url`, ROUTE_HOST for https at another host, else ROUTE_NOWHERE. */
void route_url(const char *url, const char *root_url, struct route *route);

/* "http://127.0.0.1:8080/" -> "127.0.0.1:8080"; *length 0: there is none. */
const char *route_authority(const char *url, size_t *length);

#endif
