/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_CERTIFICATE_H
#define TC_SANDBOX_CERTIFICATE_H

/* What Taskcluster adds to Hawk through `ext`: certificates of temporary credentials, and
 * authorizedScopes. */

#include "tools/sandbox/auth/verify.h"

/* Finds the client that a request names, under the certificate and the restriction that its ext
 * (NULL for none) brings. Fills client_id, access_token, scopes, expires_ms, or message. */
enum verify_outcome certificate_resolve(struct tc__arena *arena, const struct verify_keys *keys,
	const char *client_id, const char *ext, int64_t now_ms, struct verify_result *result);

/* Makes temporary credentials, for the services that give them out: the certificate's JSON text and
 * the access token to sign with. The name is NULL for unnamed ones. */
bool certificate_make(struct tc__arena *arena, const char *issuer, const char *issuer_token,
	const char *name, const struct tc_scopes *scopes, int64_t start_ms, int64_t expiry_ms,
	const char **certificate, const char **access_token);

#endif
