/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOOP_TABLE_H
#define TC_RUNTIME_LOOP_TABLE_H

/* Things found by their number, in the same time however many there are. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A member of each thing; its number stays while it is in the table. */
struct tc__entry {
	uint64_t id;
	struct tc__entry *same_bucket;
};

/* Begins as {0}. */
struct tc__table {
	struct tc__entry **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
};

bool tc__table_add(struct tc__table *table, struct tc__entry *entry); /* false: no memory */
struct tc__entry *tc__table_find(const struct tc__table *table, uint64_t id);
void tc__table_remove(struct tc__table *table, struct tc__entry *entry);

/* Any that is left; NULL: none. *hint begins as 0 and spares looking at the same place again, while
 * nothing is added. */
struct tc__entry *tc__table_any(const struct tc__table *table, size_t *hint);

/* What is in it is left alone. */
void tc__table_clear(struct tc__table *table);

#endif
