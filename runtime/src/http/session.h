/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_SESSION_H
#define TC_RUNTIME_SESSION_H

/*
 * The cookies of one server, by which it knows a session. They belong to the origin (scheme, host,
 * port) that set them and are given to no other; they are wiped before their memory is freed. Pure:
 * who logs in, and when, is the call room's business.
 */

#include "runtime/src/common/url.h"
#include "runtime/src/operation/conventions.h"

/* More and larger ones than any server of such a kind sets are not kept. */
#define TC__COOKIES_MAX 32
#define TC__COOKIE_MAX 4096

struct tc__cookie {
	struct tc__cookie *next;
	bool secure;       /* for https only */
	size_t size;       /* of what follows */
	const char *value; /* in text, behind the name */
	char text[];       /* name NUL value NUL */
};

/* Starts as {0}. */
struct tc__session {
	struct tc__cookie *cookies; /* in the order they came */
	struct tc__buffer origin;   /* whose they are */
	int64_t begun_ms;           /* when the last login was; server's time */
	uint64_t generation;        /* another one is another session, or none; 0: never any */
};

/* Takes a Set-Cookie header of a reply from `parts` (RFC 6265, 5.2): a name and a value, Secure,
 * and Max-Age and Expires as far as they end a cookie. Of several of one name the last wins. One
 * that is malformed or too large is not kept. `now_ms` is the server's time. */
int tc__session_take(struct tc__session *session, const struct tc__url *parts, const char *header,
	int64_t now_ms, tc_error *err);

/* Whether a Set-Cookie header is about a cookie that holds the session, and with another value than
 * it has now. */
bool tc__session_is_about(const struct tc_session_scheme *scheme, const char *header);
bool tc__session_would_change(
	const struct tc__session *session, const struct tc__url *parts, const char *header);

/* A cookie's value for a request to `parts`, or NULL. */
const char *tc__session_cookie(
	const struct tc__session *session, const struct tc__url *parts, const char *name);

/* Whether a request to `parts` would carry a session of this scheme that has not outlived it. */
bool tc__session_holds(const struct tc__session *session, const struct tc__url *parts,
	const struct tc_session_scheme *scheme, int64_t now_ms);

/* Appends "Cookie: a=b; c=d", or nothing, in one allocation that the caller wipes. */
void tc__session_line(
	const struct tc__session *session, const struct tc__url *parts, struct tc__buffer *line);

/* Appends "https://host:port" without a default port. */
void tc__session_origin(const struct tc__url *parts, struct tc__buffer *origin);

/* The cookies go, and a session of another generation begins. */
void tc__session_clear(struct tc__session *session);

#endif
