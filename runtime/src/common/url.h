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

/* The steps of it: that all bytes can stand in a URL; and host and port, which take all of `length`
 * (without a port parts->port stays). No message repeats the text: a refused one may hold a
 * password.
 */
int tc__url_check_bytes(const char *url, tc_error *err);
int tc__url_authority(const char *authority, size_t length, struct tc__url *parts, tc_error *err);

/* A root or base URL, taken apart once for all the URLs that begin with it. */
struct tc__url_base {
	const char *text;     /* borrowed */
	size_t length;        /* without its trailing slashes */
	size_t path;          /* where its path begins; `length` when it has none */
	struct tc__url parts; /* of it */
};
int tc__url_base_read(struct tc__url_base *base, const char *text, tc_error *err);

/* The parts of a URL that is the base, then what begins with a slash: as tc__url_parse reads them.
 */
int tc__url_parse_behind(const struct tc__url_base *base, const char *url, size_t length,
	struct tc__url *parts, tc_error *err);

/* Appends a URL as libcurl will send it, whatever version it is, so that this is what is signed: an
 * IPv4 address in one of its old forms (127.1, 0x7f000001, 1.2.3.4.) and an IPv6 address get their
 * usual form, and in the path %3f becomes %3F (libcurl 8.22 does that; the query stays). All else
 * stays byte for byte, but for the scheme's case; and so does a text that is no URL. */
void tc__url_as_sent(struct tc__buffer *buffer, const char *url);

/* The same with a path and query, which begin with a slash. */
void tc__url_path_as_sent(struct tc__buffer *buffer, const char *path);

/* Whether libcurl can use a proxy's URL. TC_ERROR_ARGUMENT says what is wrong with it and never
 * repeats it, for it may hold a password. */
int tc__url_check_proxy(const char *proxy, tc_error *err);

/* Appends a text percent-encoded: all but A-Z a-z 0-9 - . _ ~ become %XX, upper case. */
void tc__url_encode(struct tc__buffer *buffer, const char *text);

/* Appends a URL for people to see: without its fragment, and the values of its query, any of which
 * may be a signature, as "(redacted)". */
void tc__url_show(struct tc__buffer *buffer, const char *url);

/* Appends a root or base URL without its trailing slashes. */
void tc__url_root(struct tc__buffer *buffer, const char *root_url);

/* Appends an absolute URL without its fragment, and `name=value` at the end of its query; both are
 * encoded already. A trailing `?` is a query too, though an empty one: servers keep it when they
 * take the pair out again. A URL without a path gets one. */
void tc__url_with_query(
	struct tc__buffer *buffer, const char *url, const char *name, const char *value);

#endif
