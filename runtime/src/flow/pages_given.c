/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/pages.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64

/* An item that a page whose key overlaps may bring again. */
struct tc__mark {
	struct tc__mark *before; /* in the order in which they came, */
	struct tc__mark *chain;  /* and those with the same slot, the newest in front */
	int64_t key;
	size_t length;
	char unique[];
};

/* A server chooses both. */
static size_t slot_of(const struct tc__given *given, int64_t key, const char *unique, size_t length)
{
	const uint64_t both[] = { tc__hash(&given->hash, unique, length), (uint64_t)key };

	return (size_t)tc__hash(&given->hash, (const char *)both, sizeof both) &
		(given->slot_count - 1);
}

static struct tc__mark **slot_of_mark(const struct tc__given *given, const struct tc__mark *mark)
{
	return &given->slots[slot_of(given, mark->key, mark->unique, mark->length)];
}

/* Room for one more; every mark then finds a slot of its own on average. */
static bool reserve(struct tc__given *given)
{
	size_t count = given->slot_count ? 2 * given->slot_count : SLOTS_MIN;

	if (given->count < given->slot_count)
		return true;
	struct tc__mark **slots = calloc(count, sizeof *slots);
	if (!slots)
		return false;
	if (!given->slots)
		given->hash = tc__hash_key();
	free(given->slots);
	given->slots = slots;
	given->slot_count = count;
	/* the newest must be in front, and the list begins with it */
	for (struct tc__mark *mark = given->newest; mark; mark = mark->before) {
		struct tc__mark **end = slot_of_mark(given, mark);
		while (*end)
			end = &(*end)->chain;
		mark->chain = NULL;
		*end = mark;
	}
	return true;
}

bool tc__given_has(const struct tc__given *given, int64_t key, const char *unique, size_t length)
{
	if (!given->count)
		return false;
	const struct tc__mark *mark = given->slots[slot_of(given, key, unique, length)];
	while (mark &&
		(mark->key != key || mark->length != length ||
			memcmp(mark->unique, unique, length) != 0))
		mark = mark->chain;
	return mark != NULL;
}

bool tc__given_add(struct tc__given *given, int64_t key, const char *unique, size_t length)
{
	struct tc__mark *mark = reserve(given) ? malloc(sizeof *mark + length) : NULL;

	if (!mark)
		return false;
	mark->key = key;
	mark->length = length;
	memcpy(mark->unique, unique, length);
	struct tc__mark **slot = slot_of_mark(given, mark);
	mark->chain = *slot;
	*slot = mark;
	mark->before = given->newest;
	given->newest = mark;
	given->count++;
	return true;
}

void tc__given_back(struct tc__given *given, const struct tc__mark *newest)
{
	while (given->newest != newest) {
		struct tc__mark *mark = given->newest;
		*slot_of_mark(given, mark) = mark->chain; /* the newest of all is in front */
		given->newest = mark->before;
		given->count--;
		free(mark);
	}
}

void tc__given_forget_above(struct tc__given *given, int64_t key)
{
	struct tc__mark **at = &given->newest;

	while (*at) {
		struct tc__mark *mark = *at;
		if (mark->key <= key) {
			at = &mark->before;
			continue;
		}
		struct tc__mark **link = slot_of_mark(given, mark);
		while (*link != mark)
			link = &(*link)->chain;
		*link = mark->chain;
		*at = mark->before;
		given->count--;
		free(mark);
	}
}

void tc__given_clear(struct tc__given *given)
{
	tc__given_back(given, NULL);
	free(given->slots);
	*given = (struct tc__given){ 0 };
}
