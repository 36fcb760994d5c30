/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CREDENTIALS_H
#define TASKCLUSTER_CREDENTIALS_H

/*
 * Credentials: permanent, temporary, or temporary with a name of their own; each can be narrowed
 * to some of its scopes. A tc_credentials is immutable and counted: clients share it, also across
 * threads, and tc_credentials_free only gives back the caller's own reference. The access token
 * lies in one guarded block (not readable, not swapped, not in core dumps) and is wiped at the
 * end; no function of this library prints or logs it.
 */

#include <taskcluster/json.h>
#include <taskcluster/scope.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_credentials tc_credentials;

/*
 * `certificate` is the JSON text that belongs to temporary credentials, or NULL (or "") for
 * permanent ones. Refused: an empty id or token; characters in the id that a Hawk header cannot
 * carry, and in the token that no token has (blanks, quotes, the end of a line); a certificate that
 * is malformed or could never be accepted.
 */
TC_API tc_credentials *tc_credentials_new(
	const char *client_id, const char *access_token, const char *certificate, tc_error *err);

/* For systems with users: a name and a password, which may have blanks and quotes, but no control
 * characters. */
TC_API tc_credentials *tc_credentials_password(
	const char *user, const char *password, tc_error *err);

/* From JSON as the services write it: {clientId, accessToken, certificate?, authorizedScopes?},
 * the certificate as a string (a claim's reply) or as an object; null members are absent. */
TC_API tc_credentials *tc_credentials_from_json(const tc_json *json, tc_error *err);

/* From TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and TASKCLUSTER_CERTIFICATE;
 * TC_ERROR_CREDENTIALS, naming the variable, when the first or second is missing or empty. */
TC_API tc_credentials *tc_credentials_from_environment(tc_error *err);

/* The same credentials, for calls that may use no more than `scopes` (authorizedScopes). An empty
 * list is not the same as none: it means no scopes at all. Narrowing twice keeps the last list. */
TC_API tc_credentials *tc_credentials_authorize(
	const tc_credentials *credentials, const struct tc_scopes *scopes, tc_error *err);

struct tc_temporary {
	size_t size;             /* set by TC_TEMPORARY_INIT */
	const char *client_id;   /* a name of their own, or NULL to go by the issuer's */
	struct tc_scopes scopes; /* what they may do; the issuer must hold it */
	int64_t start_ms;        /* ms since 1970; 0: now */
	int64_t expiry_ms;       /* ms since 1970; 0: start and lifetime_ms */
	int64_t lifetime_ms;     /* used when expiry_ms is 0; 0: 15 minutes */
};
#define TC_TEMPORARY_INIT TC_SIZED_INIT(struct tc_temporary)

/* Temporary credentials, made here without a server. Refused: a span over 31 days, a start after
 * the expiry, an issuer that is itself temporary, malformed scopes, a name that is the issuer's. */
TC_API tc_credentials *tc_credentials_temporary(
	const tc_credentials *issuer, const struct tc_temporary *temporary, tc_error *err);

/* What can be told without asking a server. All of it lies in one block: release the struct. */
struct tc_credentials_facts {
	const char *client_id;
	const char *issuer; /* the client that made named temporary ones, or NULL */
	bool temporary;
	int64_t start_ms, expiry_ms; /* of temporary ones; 0 otherwise */
	bool expired;                /* now, by the system's clock */
	struct tc_scopes scopes;     /* of temporary ones: what their certificate carries */
	bool authorized;             /* whether they are narrowed, and to what */
	struct tc_scopes authorized_scopes;
};
TC_API int tc_credentials_info(
	const tc_credentials *credentials, const struct tc_credentials_facts **info, tc_error *err);

/* The secret itself, to hand to another program: {clientId, accessToken, certificate?} with the
 * certificate as a string. The tree is wiped when it is released; release it soon. */
TC_API int tc_credentials_reveal(
	const tc_credentials *credentials, const tc_json **json, tc_error *err);

/* Another reference to the same credentials. */
TC_API tc_credentials *tc_credentials_ref(const tc_credentials *credentials);
TC_API void tc_credentials_free(tc_credentials *credentials); /* NULL is fine */

#ifdef __cplusplus
}
#endif

#endif
