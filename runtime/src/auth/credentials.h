/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CREDENTIALS_H
#define TC_RUNTIME_CREDENTIALS_H

/* What signing needs of credentials. All of it is prepared when they are made, immutable, and lives
 * as long as they do. */

#include "runtime/src/common/crypto.h"
#include <taskcluster/credentials.h>

const char *tc__credentials_client_id(const tc_credentials *credentials);

/* The Hawk ext, base64 of {certificate?, authorizedScopes?}; NULL when there is neither. */
const char *tc__credentials_ext(const tc_credentials *credentials);

/* The access token as a key for HMAC. */
const struct tc__hmac_key *tc__credentials_key(const tc_credentials *credentials);

/* Appends base64 of "id:secret", as Basic authentication has it (RFC 7617), in one allocation
 * that the caller wipes. TC_ERROR_CREDENTIALS for an id with a colon, and for credentials with a
 * certificate. */
struct tc__buffer;
int tc__credentials_basic(
	const tc_credentials *credentials, struct tc__buffer *text, tc_error *err);

/* What makes a header as long as it is, for a message, such as "a certificate with 212 scopes". */
const char *tc__credentials_bulk(const tc_credentials *credentials);

/* tc_credentials_temporary with a seed given, as test vectors need it: 44 characters of base64url.
 */
#define TC__SEED_SIZE 45
tc_credentials *tc__credentials_temporary(const tc_credentials *issuer,
	const struct tc_temporary *temporary, const char seed[TC__SEED_SIZE], tc_error *err);

#endif
