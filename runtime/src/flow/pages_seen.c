/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/pages.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64

/* A server chooses the numbers. Slots are tried one after the other from here on. */
static size_t slot_of(const struct tc__seen *seen, int64_t number)
{
	char bytes[sizeof number];

	memcpy(bytes, &number, sizeof bytes);
	return (size_t)(tc__hash(&seen->hash, bytes, sizeof bytes) % seen->slot_count);
}

/* The number's own slot, or the free one where it belongs. */
static int64_t *find(const struct tc__seen *seen, int64_t number)
{
	size_t slot = slot_of(seen, number);

	while (seen->slots[slot] && seen->slots[slot] != number)
		slot = slot + 1 == seen->slot_count ? 0 : slot + 1;
	return &seen->slots[slot];
}

bool tc__seen_has(const struct tc__seen *seen, int64_t number)
{
	if (!number)
		return seen->zero;
	return seen->slot_count && *find(seen, number) == number;
}

/* From a tenth to a third of the slots is free. */
static bool reserve(struct tc__seen *seen)
{
	struct tc__seen larger = *seen;

	if (seen->slot_count && seen->count + 1 <= seen->slot_count - seen->slot_count / 10)
		return true;
	larger.slot_count = seen->slot_count ? seen->slot_count + seen->slot_count / 4 : SLOTS_MIN;
	larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
	if (!larger.slots)
		return false;
	if (!seen->slots)
		larger.hash = tc__hash_key();
	for (size_t i = 0; i < seen->slot_count; i++)
		if (seen->slots[i])
			*find(&larger, seen->slots[i]) = seen->slots[i];
	free(seen->slots);
	*seen = larger;
	return true;
}

bool tc__seen_add(struct tc__seen *seen, int64_t number)
{
	if (tc__seen_has(seen, number))
		return true;
	if (!reserve(seen))
		return false;
	if (number)
		*find(seen, number) = number;
	else
		seen->zero = true;
	seen->count++;
	return true;
}

void tc__seen_clear(struct tc__seen *seen)
{
	free(seen->slots);
	*seen = (struct tc__seen){ 0 };
}
