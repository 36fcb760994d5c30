/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_HASH_H
#define TC_RUNTIME_HASH_H

/* Hashes for tables whose texts somebody else chooses: with a key that nobody knows, nobody can
 * choose texts that all fall into one place (SipHash). */

#include <stddef.h>
#include <stdint.h>

struct tc__hash_key {
	unsigned char bytes[16];
};

/* A random key; a table needs one as long as it lives. */
struct tc__hash_key tc__hash_key(void);

uint64_t tc__hash(const struct tc__hash_key *key, const char *text, size_t length);

#endif
