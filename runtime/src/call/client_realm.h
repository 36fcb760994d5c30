/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CLIENT_REALM_H
#define TC_RUNTIME_CLIENT_REALM_H

/*
 * What a client knows of a system that is not Taskcluster: where its server is, whose credentials
 * are for it, its clock, its session. Each system is a realm of its own: what belongs to one never
 * goes to another.
 */

#include "runtime/src/call/client.h"
#include "runtime/src/operation/conventions.h"

struct tc__realm {
	struct tc__realm *next;
	const struct tc_conventions *system;
	struct tc__buffer root;  /* {root} of its server; empty: nobody gave one */
	struct tc__buffer trace; /* the header line of the trace id, where it has another name */
	tc_credentials *credentials; /* from its own environment variables, or NULL */
	struct tc__offset offset;
	struct tc__gate gate;
	struct tc__session session;
};

/* The realm of an operation's system, made when first asked for; *realm is NULL for an operation of
 * Taskcluster. */
int tc__client_realm(tc_client *client, const struct tc_operation *operation,
	struct tc__realm **realm, tc_error *err);

/* The credentials that are for its server, or NULL. */
const tc_credentials *tc__realm_credentials(const tc_client *client, const struct tc__realm *realm);

/* The same rule for the services of 2015, whose servers are apart, too, but belong to no system:
 * whether the client's credentials are not for the server of an operation. */
bool tc__client_withholds(const tc_client *client, const struct tc_operation *operation);

/* What to say when that may be why a call failed. */
#define TC__WITHHELD \
	"the credentials are for the root URL; for this service's own server, name it by " \
	"base_url " \
	"when the client is made"

/* Where calls of an operation go. */
int tc__client_site(tc_client *client, const struct tc_operation *operation, struct tc__site *site,
	tc_error *err);

/* The clock offset that belongs to an operation's server, for reading and for correcting. */
struct tc__offset *tc__client_offset(tc_client *client, const struct tc_operation *operation);

/* The gate in front of an operation's servers. */
struct tc__gate *tc__client_gate(tc_client *client, const struct tc_operation *operation);

/* The server's time for an operation; ms since 1970. */
int64_t tc__client_operation_ms(tc_client *client, const struct tc_operation *operation);

/* The credentials are others now: sessions end. */
void tc__client_end_sessions(tc_client *client);

/* Gives what a client knows of realms' clocks to its copy. */
int tc__client_copy_realms(tc_client *to, const tc_client *from, tc_error *err);

void tc__client_free_realms(tc_client *client);

#endif
