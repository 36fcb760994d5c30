/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_TABLE_H
#define TC_CODEGEN_TABLE_H

/* A hash table from bytes to pointers, in an arena. Keys and values are borrowed. Nobody can choose
 * keys that make it slow. */

#include "runtime/src/base/hash.h"
#include "runtime/src/base/memory.h"

struct table_slot {
	const void *key;
	size_t length;
	void *value; /* NULL: the slot is free */
};

/* Starts as { .arena = … }. */
struct table {
	struct tc__arena *arena;
	struct table_slot *slots;
	size_t capacity, count;
	struct tc__hash_key key; /* of the hash; there with the first slots */
};

/* NULL when there is none. */
void *table_get(const struct table *table, const void *key, size_t length);

/* `value` must not be NULL. Replaces one put before. False when memory ends. */
bool table_put(struct table *table, const void *key, size_t length, void *value);

#endif
