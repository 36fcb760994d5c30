/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_HAWK_H
#define TC_RUNTIME_HAWK_H

/*
 * Hawk, stage by stage: normalised string, payload hash, MAC, header, bewit, and the checks of what
 * servers send back. Rules: the Hawk 9 reference implementation.
 */

#include "runtime/src/auth/credentials.h"
#include "runtime/src/auth/hawk_nonce.h"
#include "runtime/src/base/buffer.h"
#include "runtime/src/common/crypto.h"
#include <taskcluster/credentials.h>
#include <taskcluster/seams.h>

/* Servers refuse a longer Authorization value, and a longer path and query with a bewit. */
#define TC__HAWK_MAX 4096

/* What is signed. Texts that are NULL are absent; `hash`, `ext`, `app`, `dlg` may be. */
struct tc__hawk_artifacts {
	int64_t ts; /* seconds; of a bewit its expiry */
	const char *nonce;
	const char *method;   /* any case */
	const char *resource; /* path and query as sent */
	size_t resource_length;
	const char *host; /* any case; IPv6 with its brackets */
	size_t host_length;
	uint16_t port;
	const char *hash;
	const char *ext;
	const char *app;
	const char *dlg;
};

/* Stage 1: the text under the MAC; type is "header", "response" or "bewit". */
void tc__hawk_normalise(
	struct tc__buffer *text, const char *type, const struct tc__hawk_artifacts *artifacts);

/* Stage 2: the hash of a payload; the content type may carry parameters and any case, and be NULL.
 * An empty payload has a hash, too. */
int tc__hawk_payload_hash(const char *content_type, const void *payload, size_t length,
	char hash[TC__MAC_SIZE], tc_error *err);

/* The per-client state of signing: nonces (a random prefix, drawn anew after fork, and a counter),
 * and the text that is signed. `seams` is copied and may be NULL. For one thread at a time. */
struct tc__hawk;
struct tc__hawk *tc__hawk_new(const struct tc_seams *seams, tc_error *err);
void tc__hawk_free(struct tc__hawk *hawk);
void tc__hawk_nonce(struct tc__hawk *hawk, char nonce[TC__NONCE_SIZE]);

/* Stage 3: the MAC of artifacts. */
int tc__hawk_mac(struct tc__hawk *hawk, const struct tc__hmac_key *key, const char *type,
	const struct tc__hawk_artifacts *artifacts, char mac[TC__MAC_SIZE], tc_error *err);

/* Stage 4: the value of the Authorization header, appended to *header. What a server would not
 * take is refused with TC_ERROR_CREDENTIALS, naming the culprit. The credentials' ext is used;
 * artifacts->ext must be NULL or the same. */
int tc__hawk_header(struct tc__hawk *hawk, const tc_credentials *credentials,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *header, tc_error *err);

/* A bewit for a GET of artifacts->resource until artifacts->ts, appended to *bewit: base64url
 * without padding. artifacts->method is NULL, GET or HEAD. Refuses ids that a bewit cannot carry,
 * and a resource that would become too long with it. */
int tc__hawk_bewit(struct tc__hawk *hawk, const tc_credentials *credentials,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *bewit, tc_error *err);

/* A whole URL with a bewit until `expiry` (seconds since 1970, by the server's clock), appended to
 * *signed_url. A fragment is dropped. */
int tc__hawk_signed_url(struct tc__hawk *hawk, const tc_credentials *credentials, const char *url,
	int64_t expiry, struct tc__buffer *signed_url, tc_error *err);

/* Stage 4 for anybody: who signs, without a tc_credentials. ext is the artifacts'. */
struct tc__hawk_signer {
	const char *id;
	const struct tc__hmac_key *key;
	const char *bulk; /* as tc__credentials_bulk */
};
int tc__hawk_sign_header(struct tc__hawk *hawk, const struct tc__hawk_signer *signer,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *header, tc_error *err);
int tc__hawk_sign_bewit(struct tc__hawk *hawk, const struct tc__hawk_signer *signer,
	const struct tc__hawk_artifacts *artifacts, struct tc__buffer *bewit, tc_error *err);

/* What a 401's `WWW-Authenticate: Hawk ts="…", tsm="…"` says of the server's clock: true, and the
 * time in *ts (seconds), only when its tsm proves it. */
bool tc__hawk_challenge(const struct tc__hmac_key *key, const char *www_authenticate, int64_t *ts);

/* Checks a Server-Authorization header against the request's artifacts (ts, nonce, method,
 * resource, host, port, app, dlg) and the reply's body. TC_ERROR_REPLY when it is missing,
 * malformed or wrong. A NULL body is one that cannot be there (a reply to HEAD, a 204 or 304): then
 * the header need not hold a hash; else it must, also for an empty body. */
int tc__hawk_verify_reply(struct tc__hawk *hawk, const struct tc__hmac_key *key,
	const struct tc__hawk_artifacts *request, const char *server_authorization,
	const char *content_type, const void *body, size_t length, tc_error *err);

/* HMAC and its base64 of any text, for the checks above. */
int tc__hawk_mac_text(const struct tc__hmac_key *key, const char *text, size_t length,
	char mac[TC__MAC_SIZE], tc_error *err);

#endif
