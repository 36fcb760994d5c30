/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_DIGEST_H
#define TC_SANDBOX_DIGEST_H

/* SHA-256, HMAC and base64 for the verifier, straight on OpenSSL: it shares nothing with the code
 * that signs in the client library, so that one checks the other. */

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_SIZE 45 /* base64 of 32 bytes, and NUL */

/* HMAC-SHA-256 of a text, as standard base64 with padding. */
bool digest_hmac(const char *key, const char *text, size_t length, char mac[DIGEST_SIZE]);

/* The same as base64url without padding: how temporary access tokens are written. */
bool digest_hmac_url(const char *key, const char *text, size_t length, char mac[DIGEST_SIZE]);

/* Hawk's hash of a payload. A NULL content type is the empty one. */
bool digest_payload(
	const char *content_type, const void *payload, size_t length, char hash[DIGEST_SIZE]);

/* SHA-1 as standard base64: for ETags, where it protects nothing. */
bool digest_sha1(const void *bytes, size_t length, char hash[DIGEST_SIZE]);

/* Takes either base64 alphabet, padded or not, as the services do. `bytes` needs length * 3 / 4 +
 * 1; a NUL goes behind what was decoded. False for any other character. */
bool digest_unbase64(const char *text, size_t length, char *bytes, size_t *decoded);

/* Standard base64; `text` needs (length + 2) / 3 * 4 + 1. */
void digest_base64(const void *bytes, size_t length, char *text);

/* Equal, in a time that depends on the lengths alone. */
bool digest_same(const char *a, const char *b);

#endif
