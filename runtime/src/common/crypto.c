/* SPDX-License-Identifier: MPL-2.0 */
/* OpenSSL calls the plain functions of SHA-256 old since 3.0. They are the only ones whose state
 * lies where the caller wants it: that of EVP is a block on OpenSSL's heap, in every core dump, and
 * copied by an allocation each time. They also take no lock and leave nothing in the queue of
 * errors, which is the host's. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "runtime/src/common/crypto.h"

#include "runtime/src/base/error.h"
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

#define BLOCK_SIZE SHA256_CBLOCK

/* The hash after the key's inner and its outer pad (RFC 2104): whoever has them can sign. They lie
 * in a block of libsodium's: locked, between guard pages, left out of core dumps, wiped when it is
 * freed. It stays readable, since to open and close it would take longer than to sign. */
struct tc__hmac_key {
	SHA256_CTX inner, outer;
};

int tc__crypto_start(tc_error *err)
{
	if (sodium_init() < 0)
		return tc__fail(err, TC_ERROR_SYSTEM, "libsodium does not start");
	return TC_OK;
}

static int finish(bool good, tc_error *err)
{
	return good ? TC_OK : tc__fail(err, TC_ERROR_SYSTEM, "OpenSSL cannot compute SHA-256");
}

int tc__sha256(
	const struct tc__piece *pieces, size_t count, uint8_t hash[TC__SHA256_SIZE], tc_error *err)
{
	SHA256_CTX state;

	bool good = SHA256_Init(&state);
	for (size_t i = 0; i < count && good; i++)
		good = SHA256_Update(&state, pieces[i].bytes, pieces[i].length);
	good = good && SHA256_Final(hash, &state);
	sodium_memzero(&state, sizeof state); /* of a long key it is the key */
	return finish(good, err);
}

/* A pad is exactly one block, which the hash takes in at once and does not buffer: no trace of the
 * key stays in the state. */
static bool absorb_pad(SHA256_CTX *state, const uint8_t block[BLOCK_SIZE], uint8_t mask)
{
	uint8_t pad[BLOCK_SIZE];

	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] = block[i] ^ mask;
	bool good = SHA256_Init(state) && SHA256_Update(state, pad, sizeof pad);
	sodium_memzero(pad, sizeof pad);
	return good;
}

static int absorb_key(struct tc__hmac_key *made, const void *key, size_t length, tc_error *err)
{
	uint8_t block[BLOCK_SIZE] = { 0 };
	int rc = TC_OK;

	if (length > sizeof block) /* RFC 2104: longer keys are hashed first */
		rc = tc__sha256(&(struct tc__piece){ key, length }, 1, block, err);
	else if (length > 0)
		memcpy(block, key, length);
	if (rc == TC_OK)
		rc = finish(absorb_pad(&made->inner, block, 0x36) &&
				absorb_pad(&made->outer, block, 0x5c),
			err);
	sodium_memzero(block, sizeof block);
	return rc;
}

struct tc__hmac_key *tc__hmac_key_new(const void *key, size_t length, tc_error *err)
{
	if (tc__crypto_start(err) != TC_OK)
		return NULL;
	struct tc__hmac_key *made = sodium_malloc(sizeof *made);
	if (!made) {
		tc__fail_nomem(err);
		return NULL;
	}
	int rc = absorb_key(made, key, length, err);
	sodium_stackzero(1024); /* what the hash spilled of its message */
	if (rc == TC_OK)
		return made;
	tc__hmac_key_free(made);
	return NULL;
}

void tc__hmac_key_free(struct tc__hmac_key *key)
{
	sodium_free(key); /* wipes */
}

int tc__hmac(const struct tc__hmac_key *key, const void *text, size_t length,
	uint8_t mac[TC__SHA256_SIZE], tc_error *err)
{
	SHA256_CTX state = key->inner;

	bool good = SHA256_Update(&state, text, length) && SHA256_Final(mac, &state);
	state = key->outer;
	good = good && SHA256_Update(&state, mac, TC__SHA256_SIZE) && SHA256_Final(mac, &state);
	if (!good) /* else it has become the MAC, which is no secret */
		sodium_memzero(&state, sizeof state);
	return finish(good, err);
}

/* By OpenSSL: libsodium's base64 hides from caches what it writes, at nearly the price of the MAC
 * itself, and a MAC is no secret. */
void tc__mac_base64(const uint8_t mac[TC__SHA256_SIZE], char text[TC__MAC_SIZE])
{
	EVP_EncodeBlock((unsigned char *)text, mac, TC__SHA256_SIZE);
}

bool tc__same_secret(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && sodium_memcmp(a, b, length) == 0;
}
