/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_URL_H
#define TC_RUNTIME_URL_H

/* Taking URLs apart and putting them together, byte for byte as they will be sent and signed. */

#include "runtime/src/base/buffer.h"
#include <taskcluster/url.h>

/* The most bytes a URL may have here; what is signed has limits of its own. */
#define TC__URL_MAX 65536

/* The parts of an absolute http or https URL, as spans of its text. The host has no user info
 * (refused); an IPv6 host keeps its brackets; the resource is path and query as they stand, "/" for
 * none, without a fragment. */
struct tc__url {
	bool https;
	const char *host;
	size_t host_length;
	uint16_t port; /* 443 or 80 by default */
	const char *resource;
	size_t resource_length;
};

/* TC_ERROR_ARGUMENT for anything else, among it what would be sent otherwise than it was signed:
 * bytes outside printable ASCII, spaces, and a query right behind the host. */
int tc__url_parse(const char *url, struct tc__url *parts, tc_error *err);

/* Appends a text percent-encoded: all but A-Z a-z 0-9 - . _ ~ become %XX, upper case. */
void tc__url_encode(struct tc__buffer *buffer, const char *text);

/* Appends a root or base URL without its trailing slashes. */
void tc__url_root(struct tc__buffer *buffer, const char *root_url);

/* Appends an absolute URL without its fragment, and `name=value` at the end of its query; both are
 * encoded already. A trailing `?` is a query too, though an empty one: servers keep it when they
 * take the pair out again. A URL without a path gets one. */
void tc__url_with_query(
	struct tc__buffer *buffer, const char *url, const char *name, const char *value);

#endif
