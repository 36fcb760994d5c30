/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/listener/rows.h"

#include <stdlib.h>

#define ROOM_FIRST 16

/* FNV-1a; the NUL counts, so that a text does not run into the next. */
uint64_t tc__rows_hash(uint64_t before, const char *text)
{
	uint64_t hash = before;

	do
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	while (*text++);
	return hash;
}

static struct tc__row **slot(const struct tc__rows *rows, uint64_t hash)
{
	return &rows->slots[(hash ^ hash >> 32) & (rows->room - 1)];
}

struct tc__row *tc__rows_look_up(const struct tc__rows *rows, uint64_t hash)
{
	return rows->room ? *slot(rows, hash) : NULL;
}

static void link_in(struct tc__rows *rows, struct tc__row *row)
{
	struct tc__row **place = slot(rows, row->hash);

	row->chain = *place;
	*place = row;
}

static bool grow(struct tc__rows *rows)
{
	size_t room = rows->room ? 2 * rows->room : ROOM_FIRST;
	struct tc__row **slots = calloc(room, sizeof *slots);

	if (!slots)
		return false;
	free(rows->slots);
	rows->slots = slots;
	rows->room = room;
	for (struct tc__row *row = rows->first; row; row = row->next)
		link_in(rows, row);
	return true;
}

bool tc__rows_add(struct tc__rows *rows, struct tc__row *row)
{
	if (rows->count == rows->room && !grow(rows))
		return false;
	link_in(rows, row);
	row->next = NULL;
	row->before = rows->last;
	if (rows->last)
		rows->last->next = row;
	else
		rows->first = row;
	rows->last = row;
	rows->count++;
	return true;
}

void tc__rows_remove(struct tc__rows *rows, struct tc__row *row)
{
	struct tc__row **place = slot(rows, row->hash);

	while (*place != row)
		place = &(*place)->chain;
	*place = row->chain;
	if (row->before)
		row->before->next = row->next;
	else
		rows->first = row->next;
	if (row->next)
		row->next->before = row->before;
	else
		rows->last = row->before;
	rows->count--;
}

void tc__rows_clear(struct tc__rows *rows)
{
	while (rows->first) {
		struct tc__row *row = rows->first;
		rows->first = row->next;
		free(row);
	}
	free(rows->slots);
	*rows = (struct tc__rows){ 0 };
}
