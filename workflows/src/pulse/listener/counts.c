/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/listener/counts.h"

#include <stdlib.h>
#include <string.h>

struct count {
	struct tc__row row;
	int64_t count;
	char key[];
};

static struct count *find(const struct tc__counts *counts, const char *key, uint64_t hash)
{
	struct tc__row *row = tc__rows_look_up(&counts->rows, hash);

	while (row && strcmp(((struct count *)row)->key, key) != 0)
		row = row->chain;
	return (struct count *)row;
}

static void drop(struct tc__counts *counts, struct tc__row *row)
{
	tc__rows_remove(&counts->rows, row);
	free(row);
}

static struct count *insert(struct tc__counts *counts, const char *key, uint64_t hash)
{
	size_t size = strlen(key) + 1;
	struct count *count = malloc(sizeof *count + size);

	if (!count)
		return NULL;
	*count = (struct count){ .row = { .hash = hash } };
	memcpy(count->key, key, size);
	if (counts->rows.count >= counts->limit && counts->rows.first)
		drop(counts, counts->rows.first);
	if (tc__rows_add(&counts->rows, &count->row))
		return count;
	free(count);
	return NULL;
}

int64_t tc__counts_add(struct tc__counts *counts, const char *key)
{
	uint64_t hash = tc__rows_hash(TC__ROWS_HASH, key);
	struct count *count = find(counts, key, hash);

	count = count ? count : insert(counts, key, hash);
	return count ? ++count->count : -1;
}

void tc__counts_forget(struct tc__counts *counts, const char *key)
{
	struct count *count = find(counts, key, tc__rows_hash(TC__ROWS_HASH, key));

	if (count)
		drop(counts, &count->row);
}

void tc__counts_clear(struct tc__counts *counts)
{
	tc__rows_clear(&counts->rows);
}
