/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/input/table.h"

#include <string.h>

#define CAPACITY_MIN 64 /* a power of two */

/* FNV-1a */
static size_t hash(const void *key, size_t length)
{
	const unsigned char *bytes = key;
	uint64_t value = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		value = (value ^ bytes[i]) * 0x100000001b3;
	return (size_t)(value ^ value >> 32);
}

/* The slot that holds the key, or the free one where it belongs. */
static struct table_slot *slot_of(const struct table *table, const void *key, size_t length)
{
	size_t at = hash(key, length);

	for (;; at++) {
		struct table_slot *slot = &table->slots[at & (table->capacity - 1)];
		if (!slot->value)
			return slot;
		if (slot->length == length && memcmp(slot->key, key, length) == 0)
			return slot;
	}
}

void *table_get(const struct table *table, const void *key, size_t length)
{
	return table->count ? slot_of(table, key, length)->value : NULL;
}

static bool grow(struct table *table)
{
	struct table old = *table;
	size_t capacity = old.capacity ? old.capacity * 2 : CAPACITY_MIN;
	struct table_slot *slots = tc__arena_alloc(table->arena, capacity * sizeof *slots);

	if (!slots)
		return false;
	memset(slots, 0, capacity * sizeof *slots);
	table->slots = slots;
	table->capacity = capacity;
	for (size_t i = 0; i < old.capacity; i++) {
		struct table_slot *slot = &old.slots[i];
		if (slot->value)
			*slot_of(table, slot->key, slot->length) = *slot;
	}
	return true;
}

bool table_put(struct table *table, const void *key, size_t length, void *value)
{
	if (table->count * 2 >= table->capacity && !grow(table))
		return false;
	struct table_slot *slot = slot_of(table, key, length);
	if (!slot->value)
		table->count++;
	*slot = (struct table_slot){ .key = key, .length = length, .value = value };
	return true;
}
