/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_TABLE_H
#define TC_CODEGEN_TABLE_H

/* A hash table from bytes to pointers, in an arena. Keys and values are borrowed. Nobody can choose
 * keys that make it slow. */

#include "runtime/src/base/buffer.h"
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

/* The number of a text in a table of numbers: 0 at first, and the caller's to change. NULL when
 * memory ends. */
unsigned *table_number(struct table *table, const char *text);

/* Adds a part to a key of several: a text, or NULL, which is another part than "". */
void table_key_add(struct tc__buffer *key, const char *text);

/* What lies under a key; where there is nothing `value` does from now on. The key is cleared. NULL
 * when memory ends. */
void *table_share(struct table *table, struct tc__buffer *key, void *value);

#endif
