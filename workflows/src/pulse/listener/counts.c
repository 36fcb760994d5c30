/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/listener/counts.h"

#include <stdlib.h>
#include <string.h>

#define ROWS 1000

struct tc__count {
	char *key; /* NULL: free */
	uint64_t hash;
	int64_t count;
};

/* FNV-1a */
static uint64_t hash_of(const char *key)
{
	uint64_t hash = 14695981039346656037u;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 1099511628211u;
	return hash;
}

static struct tc__count *find(const struct tc__counts *counts, const char *key, uint64_t hash)
{
	for (size_t i = 0; counts->used && i < ROWS; i++) {
		struct tc__count *row = &counts->rows[i];
		if (row->key && row->hash == hash && strcmp(row->key, key) == 0)
			return row;
	}
	return NULL;
}

static void empty(struct tc__counts *counts, struct tc__count *row)
{
	if (!row || !row->key)
		return;
	free(row->key);
	row->key = NULL;
	counts->used--;
}

static struct tc__count *insert(struct tc__counts *counts, const char *key, uint64_t hash)
{
	if (!counts->rows)
		counts->rows = calloc(ROWS, sizeof *counts->rows);
	char *copy = counts->rows ? strdup(key) : NULL;
	if (!copy)
		return NULL;
	struct tc__count *row = &counts->rows[counts->next];
	counts->next = (counts->next + 1) % ROWS;
	empty(counts, row);
	*row = (struct tc__count){ .key = copy, .hash = hash };
	counts->used++;
	return row;
}

int64_t tc__counts_add(struct tc__counts *counts, const char *key)
{
	uint64_t hash = hash_of(key);
	struct tc__count *row = find(counts, key, hash);

	row = row ? row : insert(counts, key, hash);
	return row ? ++row->count : -1;
}

void tc__counts_forget(struct tc__counts *counts, const char *key)
{
	empty(counts, find(counts, key, hash_of(key)));
}

void tc__counts_clear(struct tc__counts *counts)
{
	for (size_t i = 0; counts->rows && i < ROWS; i++)
		empty(counts, &counts->rows[i]);
	free(counts->rows);
	*counts = (struct tc__counts){ 0 };
}
