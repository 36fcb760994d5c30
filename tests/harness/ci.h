/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_CI_H
#define TC_TESTS_CI_H

/*
 * Three systems that are nobody's, as the generator would write them into tables, with one of each
 * convention: `ci` knows sessions (and logs in by Basic), `signed` knows Hawk, and `closed` is
 * `signed` with all that Hawk can do without taken away.
 */

#include <taskcluster/conventions.h>
#include <taskcluster/generated.h>

#define CI_ROOT "https://ci.example.com"

struct ci_thing {
	int64_t id;
	const char *name; /* NULL: absent */
};

struct ci_things { /* of rows */
	const struct ci_thing *things;
	size_t things_count;
};

struct ci_stopped { /* of a tuple */
	int64_t set;
	const tc_json *requests;
};

extern const struct tc_service ci_service, ci_signed_service, ci_closed_service;
extern const struct tc_operation ci_operations[], ci_signed_operations[], ci_closed_operations[];

enum {
	CI_LOGIN,
	CI_LOGOUT,
	CI_READ,   /* GET, no query */
	CI_WRITE,  /* POST, needs the session */
	CI_FIND,   /* typed queries: size, ratio, when, day, tag, field, order, key (a secret) */
	CI_ROWS,   /* typed, reshaped */
	CI_STOP,   /* a remote procedure call, its result a tuple */
	CI_LISTEN, /* events */
	CI_FILE,   /* bytes */
	CI_OPEN,   /* GET with headers of the caller's, one of them a secret */
	CI_BY_TOKEN,
	CI_BY_OFFSET,
	CI_BY_PAGE,
	CI_BY_CURSOR,
	CI_BY_KEY,
	CI_OPERATIONS
};
#define CI(name) (&ci_operations[CI_##name])

enum { CI_SIGNED_READ, CI_SIGNED_WRITE, CI_SIGNED_ONCE, CI_SIGNED_UNSENT, CI_SIGNED_OPERATIONS };
#define CI_SIGNED(name) (&ci_signed_operations[CI_SIGNED_##name])
#define CI_CLOSED(name) (&ci_closed_operations[CI_SIGNED_##name])

/* The keys of the listing operations, in their order. */
struct ci_list_query {
	const char *count;
	const char *at; /* token, offset, page, cursor or key */
};

struct ci_open_query {
	const char *x_who, *x_why; /* the first is required, and a secret */
};

#endif
