/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/table.h"

#include <stdlib.h>

#define BUCKETS_MIN 64

/* Numbers follow each other, so their last bits spread them evenly. */
static struct tc__entry **bucket_of(const struct tc__table *table, uint64_t id)
{
	return &table->buckets[id & (table->bucket_count - 1)];
}

static bool grow(struct tc__table *table)
{
	struct tc__table larger = { .bucket_count = BUCKETS_MIN };

	if (table->bucket_count)
		larger.bucket_count = 2 * table->bucket_count;
	larger.buckets = calloc(larger.bucket_count, sizeof *larger.buckets);
	if (!larger.buckets)
		return false;
	for (size_t i = 0; i < table->bucket_count; i++) {
		struct tc__entry *next;
		for (struct tc__entry *entry = table->buckets[i]; entry; entry = next) {
			next = entry->same_bucket;
			entry->same_bucket = *bucket_of(&larger, entry->id);
			*bucket_of(&larger, entry->id) = entry;
		}
	}
	free(table->buckets);
	larger.count = table->count;
	*table = larger;
	return true;
}

bool tc__table_add(struct tc__table *table, struct tc__entry *entry)
{
	if (table->count == table->bucket_count && !grow(table))
		return false;
	struct tc__entry **bucket = bucket_of(table, entry->id);
	entry->same_bucket = *bucket;
	*bucket = entry;
	table->count++;
	return true;
}

struct tc__entry *tc__table_find(const struct tc__table *table, uint64_t id)
{
	struct tc__entry *entry = table->count ? *bucket_of(table, id) : NULL;

	while (entry && entry->id != id)
		entry = entry->same_bucket;
	return entry;
}

void tc__table_remove(struct tc__table *table, struct tc__entry *entry)
{
	struct tc__entry **link = bucket_of(table, entry->id);

	while (*link != entry)
		link = &(*link)->same_bucket;
	*link = entry->same_bucket;
	table->count--;
}

struct tc__entry *tc__table_any(const struct tc__table *table, size_t *hint)
{
	for (; table->count && *hint < table->bucket_count; ++*hint)
		if (table->buckets[*hint])
			return table->buckets[*hint];
	return NULL;
}

void tc__table_clear(struct tc__table *table)
{
	free(table->buckets);
	*table = (struct tc__table){ 0 };
}
