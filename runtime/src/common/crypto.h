/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CRYPTO_H
#define TC_RUNTIME_CRYPTO_H

/* SHA-256, HMAC-SHA-256 and base64 as Hawk needs them, over OpenSSL and libsodium. */

#include <stddef.h>
#include <stdint.h>
#include <taskcluster/error.h>

#define TC__SHA256_SIZE 32
#define TC__MAC_SIZE 45 /* base64 of a SHA-256, and NUL */

/* libsodium's start-up, once in a process and from any thread. TC_ERROR_SYSTEM when it fails. */
int tc__crypto_start(tc_error *err);

/* SHA-256 of several pieces of memory, one behind the other: none of them is copied. */
struct tc__piece {
	const void *bytes; /* may be NULL when the length is 0 */
	size_t length;
};
int tc__sha256(
	const struct tc__piece *pieces, size_t count, uint8_t hash[TC__SHA256_SIZE], tc_error *err);

/* A key as the two hash states that HMAC begins with, in guarded memory: the raw key is not kept.
 * Immutable, for any thread. */
struct tc__hmac_key;
struct tc__hmac_key *tc__hmac_key_new(const void *key, size_t length, tc_error *err);
void tc__hmac_key_free(struct tc__hmac_key *key);

/* HMAC-SHA-256 of one text. Allocates nothing. */
int tc__hmac(const struct tc__hmac_key *key, const void *text, size_t length,
	uint8_t mac[TC__SHA256_SIZE], tc_error *err);

/* Standard base64 with padding of a SHA-256 or its MAC. */
void tc__mac_base64(const uint8_t mac[TC__SHA256_SIZE], char text[TC__MAC_SIZE]);

/* Compares in a time that tells nothing about where the texts differ. */
bool tc__same_secret(const char *a, const char *b);

#endif
