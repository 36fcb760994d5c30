/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/places.h"

#include <stdint.h>
#include <stdlib.h>

#define ROOM_FIRST 64

/* Nodes lie side by side: multiplying spreads them over the table. */
static size_t slot_of(const struct places *places, const tc_json *json)
{
	uint64_t hash = ((uint64_t)(uintptr_t)json >> 4) * UINT64_C(0x9e3779b97f4a7c15);
	size_t slot = (size_t)(hash >> 32) & (places->room - 1);

	while (places->all[slot].json && places->all[slot].json != json)
		slot = (slot + 1) & (places->room - 1);
	return slot;
}

static bool grow(struct places *places)
{
	struct places larger = { NULL, places->count,
		places->room ? 2 * places->room : ROOM_FIRST };

	larger.all = calloc(larger.room, sizeof *larger.all);
	if (!larger.all)
		return false;
	for (size_t i = 0; i < places->room; i++)
		if (places->all[i].json)
			larger.all[slot_of(&larger, places->all[i].json)] = places->all[i];
	free(places->all);
	*places = larger;
	return true;
}

struct schema_place *places_find(const struct places *places, const tc_json *json)
{
	struct schema_place *place = places->room ? &places->all[slot_of(places, json)] : NULL;

	return place && place->json ? place : NULL;
}

struct schema_place *places_at(struct places *places, const tc_json *json)
{
	if (2 * (places->count + 1) > places->room && !grow(places))
		return places_find(places, json);
	struct schema_place *place = &places->all[slot_of(places, json)];
	if (!place->json) {
		place->json = json;
		places->count++;
	}
	return place;
}

void places_clear(struct places *places)
{
	for (size_t i = 0; i < places->room; i++)
		pattern_free(places->all[i].pattern);
	free(places->all);
	*places = (struct places){ NULL, 0, 0 };
}
