/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/hash.h"

#include "runtime/src/base/random.h"
#include <assert.h>
#include <sodium.h>

static_assert(sizeof(struct tc__hash_key) == crypto_shorthash_KEYBYTES, "libsodium's key");

struct tc__hash_key tc__hash_key(void)
{
	struct tc__hash_key key;

	tc__random_bytes(key.bytes, sizeof key.bytes);
	return key;
}

uint64_t tc__hash(const struct tc__hash_key *key, const char *text, size_t length)
{
	uint64_t hash;

	crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text, length, key->bytes);
	return hash;
}
