/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/publisher/pending.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64

/* ---- lists ---- */

void tc__publications_append(struct tc__publications *list, struct tc__publication *message)
{
	message->list = list;
	message->before = list->last;
	message->after = NULL;
	if (list->last)
		list->last->after = message;
	else
		list->first = message;
	list->last = message;
}

static void prepend(struct tc__publications *list, struct tc__publication *message)
{
	message->list = list;
	message->before = NULL;
	message->after = list->first;
	if (list->first)
		list->first->before = message;
	else
		list->last = message;
	list->first = message;
}

void tc__publications_remove(struct tc__publication *message)
{
	struct tc__publications *list = message->list;

	if (!list)
		return;
	if (message->before)
		message->before->after = message->after;
	else
		list->first = message->after;
	if (message->after)
		message->after->before = message->before;
	else
		list->last = message->before;
	message->list = NULL;
	message->before = message->after = NULL;
}

void tc__publications_move(struct tc__publications *to, struct tc__publications *from)
{
	while (from->first) {
		struct tc__publication *message = from->first;
		tc__publications_remove(message);
		tc__publications_append(to, message);
	}
}

/* ---- the wire ---- */

/* Stands where the message is gone. */
static struct tc__publication nobody;

void tc__wire_begin(struct tc__wire *wire, size_t pending)
{
	size_t limit = SLOTS_MIN;

	/* twice: answers that come out of order leave gaps */
	while (limit / 2 < pending && limit <= SIZE_MAX / 4 / sizeof(void *))
		limit *= 2;
	*wire = (struct tc__wire){ .limit = limit, .first = 1, .next = 1 };
}

void tc__wire_end(struct tc__wire *wire)
{
	free(wire->slots);
	wire->slots = NULL;
}

static struct tc__publication **slot(const struct tc__wire *wire, uint64_t tag)
{
	return &wire->slots[tag & (wire->capacity - 1)];
}

static bool grow(struct tc__wire *wire)
{
	struct tc__wire larger = *wire;

	larger.capacity = wire->capacity ? 2 * wire->capacity : SLOTS_MIN;
	larger.slots = calloc(larger.capacity, sizeof(struct tc__publication *));
	if (!larger.slots)
		return false;
	for (uint64_t tag = wire->first; tag < wire->next; tag++)
		*slot(&larger, tag) = *slot(wire, tag);
	free(wire->slots);
	*wire = larger;
	return true;
}

static bool has_slot(const struct tc__wire *wire)
{
	return wire->next - wire->first < wire->capacity;
}

bool tc__wire_full(const struct tc__wire *wire)
{
	return !has_slot(wire) && wire->capacity >= wire->limit;
}

bool tc__wire_room(struct tc__wire *wire)
{
	return has_slot(wire) || (!tc__wire_full(wire) && grow(wire));
}

void tc__wire_add(struct tc__wire *wire, struct tc__publication *message)
{
	message->tag = wire->next++;
	*slot(wire, message->tag) = message;
	wire->count++;
}

static struct tc__publication *look_up(const struct tc__wire *wire, uint64_t tag)
{
	return tag >= wire->first && tag < wire->next ? *slot(wire, tag) : NULL;
}

struct tc__publication *tc__wire_find(const struct tc__wire *wire, uint64_t tag)
{
	struct tc__publication *message = look_up(wire, tag);

	return message == &nobody ? NULL : message;
}

struct tc__publication *tc__wire_take(struct tc__wire *wire, uint64_t tag)
{
	struct tc__publication *message = look_up(wire, tag);

	if (!message)
		return NULL;
	*slot(wire, tag) = NULL;
	wire->count--;
	while (wire->first < wire->next && !*slot(wire, wire->first))
		wire->first++;
	if (message == &nobody)
		return NULL;
	message->tag = 0;
	return message;
}

void tc__wire_forget(struct tc__wire *wire, struct tc__publication *message)
{
	*slot(wire, message->tag) = &nobody;
	message->tag = 0;
}

struct tc__publication *tc__wire_only(const struct tc__wire *wire)
{
	return wire->count == 1 ? tc__wire_find(wire, wire->first) : NULL;
}

void tc__wire_back(struct tc__wire *wire, struct tc__publications *list)
{
	for (uint64_t tag = wire->next; tag-- > wire->first;) {
		struct tc__publication *message = *slot(wire, tag);
		*slot(wire, tag) = NULL;
		if (!message || message == &nobody)
			continue;
		message->tag = 0;
		prepend(list, message);
	}
	wire->first = wire->next = 1;
	wire->count = 0;
}
