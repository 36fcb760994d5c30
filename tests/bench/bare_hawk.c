/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_hawk.h"

#include <openssl/evp.h>
#include <string.h>

#define BLOCK 64

static EVP_MD_CTX *inner, *outer, *work;

static int absorb(EVP_MD_CTX *context, const char *key, unsigned char mask)
{
	unsigned char pad[BLOCK] = { 0 };

	memcpy(pad, key, strlen(key));
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] ^= mask;
	return EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
		EVP_DigestUpdate(context, pad, BLOCK);
}

int bare_hawk_start(const char *key)
{
	inner = EVP_MD_CTX_new();
	outer = EVP_MD_CTX_new();
	work = EVP_MD_CTX_new();
	return inner && outer && work && absorb(inner, key, 0x36) && absorb(outer, key, 0x5c);
}

int bare_hawk_hmac(const char *text, size_t length, unsigned char mac[32])
{
	return EVP_MD_CTX_copy_ex(work, inner) && EVP_DigestUpdate(work, text, length) &&
		EVP_DigestFinal_ex(work, mac, NULL) && EVP_MD_CTX_copy_ex(work, outer) &&
		EVP_DigestUpdate(work, mac, 32) && EVP_DigestFinal_ex(work, mac, NULL);
}

void bare_hawk_end(void)
{
	EVP_MD_CTX_free(inner);
	EVP_MD_CTX_free(outer);
	EVP_MD_CTX_free(work);
}
