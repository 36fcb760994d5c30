/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_ROWS_H
#define TC_WORKFLOWS_PULSE_ROWS_H

/* Rows in the order in which they were added, found by the hash of their texts; each is the first
 * member of a struct in a block of its own, with what it is about. Adding, finding and removing
 * take the same time however many there are. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tc__row {
	struct tc__row *next, *before; /* in their order */
	struct tc__row *chain;         /* of those whose hashes fall together */
	uint64_t hash;
};

/* Begins as {0}. */
struct tc__rows {
	struct tc__row *first, *last;
	struct tc__row **slots;
	size_t count, room; /* of the slots: a power of two, or 0 */
};

/* Goes on from `before`, which is TC__ROWS_HASH for the first text. */
#define TC__ROWS_HASH 14695981039346656037u
uint64_t tc__rows_hash(uint64_t before, const char *text);

/* The first of a chain in which all rows of the hash are, and maybe others. */
struct tc__row *tc__rows_look_up(const struct tc__rows *rows, uint64_t hash);

/* Takes a row, whose hash is set; false without memory. */
bool tc__rows_add(struct tc__rows *rows, struct tc__row *row);

/* The row is in no list any more. */
void tc__rows_remove(struct tc__rows *rows, struct tc__row *row);

/* With free() for each row that is left. */
void tc__rows_clear(struct tc__rows *rows);

#endif
