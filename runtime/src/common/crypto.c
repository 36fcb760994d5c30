/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/common/crypto.h"

#include "runtime/src/base/error.h"
#include <openssl/err.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 64 /* of SHA-256 */

/* The hash after the key's inner and its outer pad (RFC 2104). Copying them costs less than
 * OpenSSL's own HMAC object, which moreover keeps the raw key on the heap. */
struct tc__hmac_key {
	EVP_MD_CTX *inner, *outer;
};

struct tc__hmac_scratch {
	EVP_MD_CTX *hash;
};

int tc__crypto_start(tc_error *err)
{
	if (sodium_init() < 0)
		return tc__fail(err, TC_ERROR_SYSTEM, "libsodium does not start");
	return TC_OK;
}

/* What OpenSSL's failures leave behind lies in a queue of the thread, which the host's own calls of
 * OpenSSL go by: every work with it stands between ERR_set_mark and this. */
static int finish(bool good, tc_error *err)
{
	ERR_pop_to_mark();
	if (good)
		return TC_OK;
	return tc__fail(err, TC_ERROR_SYSTEM, "OpenSSL cannot compute SHA-256");
}

int tc__sha256(
	const struct tc__piece *pieces, size_t count, uint8_t hash[TC__SHA256_SIZE], tc_error *err)
{
	ERR_set_mark();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	for (size_t i = 0; i < count && good; i++)
		good = EVP_DigestUpdate(context, pieces[i].bytes, pieces[i].length);
	good = good && EVP_DigestFinal_ex(context, hash, NULL);
	EVP_MD_CTX_free(context);
	return finish(good, err);
}

/* A pad is exactly one block, which the hash takes in at once and does not buffer: no trace of the
 * key stays in the context. */
static EVP_MD_CTX *absorb_pad(const uint8_t block[BLOCK_SIZE], uint8_t mask)
{
	uint8_t pad[BLOCK_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] = block[i] ^ mask;
	bool good = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
		EVP_DigestUpdate(context, pad, sizeof pad);
	sodium_memzero(pad, sizeof pad);
	if (good)
		return context;
	EVP_MD_CTX_free(context);
	return NULL;
}

static int absorb_key(struct tc__hmac_key *made, const void *key, size_t length, tc_error *err)
{
	uint8_t block[BLOCK_SIZE] = { 0 };
	int rc = TC_OK;

	if (length > sizeof block) /* RFC 2104: longer keys are hashed first */
		rc = tc__sha256(&(struct tc__piece){ key, length }, 1, block, err);
	else if (length > 0)
		memcpy(block, key, length);
	if (rc == TC_OK) {
		ERR_set_mark();
		made->inner = absorb_pad(block, 0x36);
		made->outer = absorb_pad(block, 0x5c);
		rc = finish(made->inner && made->outer, err);
	}
	sodium_memzero(block, sizeof block);
	return rc;
}

struct tc__hmac_key *tc__hmac_key_new(const void *key, size_t length, tc_error *err)
{
	struct tc__hmac_key *made = calloc(1, sizeof *made);

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
	if (!key)
		return;
	EVP_MD_CTX_free(key->inner);
	EVP_MD_CTX_free(key->outer);
	free(key);
}

struct tc__hmac_scratch *tc__hmac_scratch_new(tc_error *err)
{
	struct tc__hmac_scratch *scratch = malloc(sizeof *scratch);

	if (!scratch) {
		tc__fail_nomem(err);
		return NULL;
	}
	ERR_set_mark();
	scratch->hash = EVP_MD_CTX_new();
	if (finish(scratch->hash, err) == TC_OK)
		return scratch;
	free(scratch);
	return NULL;
}

void tc__hmac_scratch_free(struct tc__hmac_scratch *scratch)
{
	if (!scratch)
		return;
	EVP_MD_CTX_free(scratch->hash);
	free(scratch);
}

int tc__hmac(const struct tc__hmac_key *key, struct tc__hmac_scratch *scratch, const void *text,
	size_t length, uint8_t mac[TC__SHA256_SIZE], tc_error *err)
{
	EVP_MD_CTX *hash = scratch->hash;

	ERR_set_mark();
	bool good = EVP_MD_CTX_copy_ex(hash, key->inner) && EVP_DigestUpdate(hash, text, length) &&
		EVP_DigestFinal_ex(hash, mac, NULL) && EVP_MD_CTX_copy_ex(hash, key->outer) &&
		EVP_DigestUpdate(hash, mac, TC__SHA256_SIZE) && EVP_DigestFinal_ex(hash, mac, NULL);
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
