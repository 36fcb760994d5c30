/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CLIENT_H
#define TC_RUNTIME_CLIENT_H

/* What calls need of their client. */

#include "runtime/src/base/log.h"
#include "runtime/src/call/gate.h"
#include "runtime/src/http/pool.h"
#include "runtime/src/http/retry.h"
#include "runtime/src/http/transport.h"
#include <taskcluster/client.h>

/* A server's clock minus ours. Nobody signs a Date: it is good enough to sign requests by, which
 * that server then judges, but not for anything that others rely on. */
struct tc__offset {
	int64_t ms;        /* as far as anybody told */
	int64_t proved_ms; /* as far as it was told with the key's MAC */
};

struct tc_client {
	size_t references;         /* the caller's, and one for each call; all on one thread */
	struct tc_options options; /* with every default filled in; texts lie in the arena */
	struct tc_seams seams;     /* what options.seams points to, always */
	struct tc__arena texts;
	bool environment; /* made without options */
	struct tc__site site;
	struct tc__url_base root; /* of it */
	struct tc__signer signer;
	tc_credentials *credentials; /* what the signer points to */
	int64_t renew_again_ms;      /* options.renew is not asked before (steady clock) */
	struct tc__retry_policy retry;
	struct tc__log log;
	struct tc__offset offset;
	struct tc__rate rate;
	struct tc__gate gate;            /* of Taskcluster's servers */
	struct tc__realm *realms;        /* of other systems; see client_realm.h */
	bool credentials_given;          /* by the caller, not by the environment */
	bool root_only;                  /* they are for the root URL, whatever base_url is named */
	int64_t rpc_id;                  /* of the last remote procedure call */
	struct tc__transport *transport; /* NULL until the first attempt */
	struct tc__network *network;     /* what its transfers are set up with, also on a loop */
	struct tc__pool pool;            /* where its calls, lists and streams fly */
};

/* One more reference, which tc_client_free gives back. */
tc_client *tc__client_ref(tc_client *client);

/* Its transport, made when first asked for: a client that only signs URLs has none. */
struct tc__transport *tc__client_transport(tc_client *client, tc_error *err);

/* Another transport instead, which the client then owns. For tests. */
void tc__client_set_transport(tc_client *client, struct tc__transport *transport);

/* Asks options.renew, if it is time to. Not TC_OK only when the credentials have ended and there
 * are no others. */
int tc__client_renew(tc_client *client, tc_error *err);

/* A 401 has refused these: whether the client has others by now, asked for if need be. */
bool tc__client_renew_refused(tc_client *client, const tc_credentials *refused);

/* What time it is for the server, as far as we know; ms since 1970. */
int64_t tc__client_server_ms(const tc_client *client);

/* The same as far as it is proved: what expiries are told and judged by. */
int64_t tc__client_proved_ms(const tc_client *client, const struct tc__offset *offset);

#endif
