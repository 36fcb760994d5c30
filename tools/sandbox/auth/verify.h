/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_VERIFY_H
#define TC_SANDBOX_VERIFY_H

/*
 * Who sent a request: the server's side of Hawk and of Taskcluster's credentials. Pure: no
 * sockets, no store, no clock of its own. Written from the rules on the wire and sharing nothing
 * with the client library's signing code.
 */

#include "runtime/src/base/memory.h"
#include <taskcluster/scope.h>

/* What of a request is signed; texts that were not sent are NULL. */
struct verify_request {
	const char *method;
	const char *resource; /* path and query, byte for byte as sent */
	const char *host;     /* the Host header */
	const char *forwarded_port, *forwarded_proto;
	const char *authorization;
	bool tls; /* port 443 when nothing else says */
	int64_t now_ms;
};

/* A client as the verifier must know it; its scopes are expanded already. */
struct verify_client {
	const char *access_token;
	struct tc_scopes scopes;
	int64_t expires_ms;
};

/* Looks a client up. `unusable` is set when it exists but may not be used, as a text that says why;
 * false when there is none. What it yields lives as long as the arena. */
typedef bool verify_find(void *data, struct tc__arena *arena, const char *client_id,
	struct verify_client *client, const char **unusable);

/* Expands `assume:` scopes; the result lives as long as the arena. */
typedef struct tc_scopes verify_expand(
	void *data, struct tc__arena *arena, const struct tc_scopes *scopes);

struct verify_keys {
	verify_find *find;
	verify_expand *expand;
	void *data;
};

enum verify_outcome {
	VERIFY_NONE,     /* no credentials were given */
	VERIFY_OK,       /* they are good */
	VERIFY_REFUSED,  /* they are bad: answer 401 with the message */
	VERIFY_EXHAUSTED /* memory ended */
};

struct verify_result {
	const char *client_id;
	const char *access_token; /* the key the request was signed with */
	struct tc_scopes scopes;
	int64_t expires_ms;
	const char *hash; /* of the payload, when the client sent one */
	const char *ts, *nonce, *app, *dlg;
	bool bewit;
	char message[256];
};

enum verify_outcome verify_request(struct tc__arena *arena, const struct verify_request *request,
	const struct verify_keys *keys, struct verify_result *result);

/* What goes into a MAC beside the request: texts that were not sent are NULL. The type is "header",
 * "response" or "bewit". */
struct verify_parts {
	const char *type, *ts, *nonce, *method, *resource, *hash, *ext, *app, *dlg;
};

/* The MAC over the normalised text, as base64. False for a Host header that is none, or what is far
 * too long. */
#define VERIFY_MAC_SIZE 45
bool verify_mac(const struct verify_request *request, const struct verify_parts *parts,
	const char *key, char mac[VERIFY_MAC_SIZE]);

/* Whether a request carries credentials at all. */
bool verify_present(const struct verify_request *request);

/* The value of WWW-Authenticate that proves the server's time to a client (`tsm`). */
bool verify_challenge(const char *access_token, int64_t now_s, char *value, size_t size);

/* The Server-Authorization value for a reply to a verified request. */
bool verify_reply(struct tc__arena *arena, const struct verify_request *request,
	const struct verify_result *result, const char *content_type, const void *body,
	size_t length, const char **value);

#endif
