/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/input/table.h"

#include <string.h>

#define CAPACITY_MIN 64 /* a power of two */

/* The bits of a pointer, or of a text that is as long. */
static uint64_t word_of(const void *key)
{
	uint64_t word;

	memcpy(&word, key, sizeof word);
	return word;
}

/* Most keys are pointers: for them a mix of all bits (murmur's) is enough, and quick. */
static size_t hash(const struct table *table, const void *key, size_t length)
{
	if (length != sizeof(uint64_t))
		return (size_t)tc__hash(&table->key, key, length);
	uint64_t value = word_of(key) ^ word_of(&table->key);
	value = (value ^ value >> 33) * 0xff51afd7ed558ccd;
	value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53;
	return (size_t)(value ^ value >> 33);
}

static bool same(const struct table_slot *slot, const void *key, size_t length)
{
	if (slot->length != length)
		return false;
	return length == sizeof(uint64_t) ? word_of(slot->key) == word_of(key)
					  : memcmp(slot->key, key, length) == 0;
}

/* The slot that holds the key, or the free one where it belongs. */
static struct table_slot *slot_of(const struct table *table, const void *key, size_t length)
{
	size_t at = hash(table, key, length);

	for (;; at++) {
		struct table_slot *slot = &table->slots[at & (table->capacity - 1)];
		if (!slot->value || same(slot, key, length))
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
	if (!old.capacity)
		table->key = tc__hash_key();
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

unsigned *table_number(struct table *table, const char *text)
{
	size_t length = strlen(text);
	unsigned *number = table_get(table, text, length);

	if (number)
		return number;
	number = tc__arena_alloc(table->arena, sizeof *number);
	if (!number || !table_put(table, text, length, number))
		return NULL;
	*number = 0;
	return number;
}

void table_key_add(struct tc__buffer *key, const char *text)
{
	tc__buffer_char(key, text ? '=' : '-');
	tc__buffer_add(key, text ? text : "", text ? strlen(text) + 1 : 1);
}

/* Puts what is under no key yet, whose bytes are kept. */
static bool put_kept(struct table *table, const struct tc__buffer *key, void *value)
{
	const char *bytes = tc__arena_text(table->arena, key->data, key->length);

	return bytes && table_put(table, bytes, key->length, value);
}

void *table_share(struct table *table, struct tc__buffer *key, void *value)
{
	void *found = NULL;

	if (!tc__buffer_failed(key))
		found = table_get(table, key->data, key->length);
	if (!found && !tc__buffer_failed(key) && put_kept(table, key, value))
		found = value;
	tc__buffer_clear(key);
	return found;
}
