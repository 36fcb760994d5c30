/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/unique.h"

#include "tools/schema/number.h"

#include "runtime/src/base/hash.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct item {
	uint64_t hash;
	const tc_json *json;
};

static uint64_t hash_of(const struct tc__hash_key *key, const tc_json *json);

static uint64_t hash_number(const struct tc__hash_key *key, const tc_json *number)
{
	char *text = number_canonical(number);
	uint64_t hash = 0;

	if (text)
		hash = tc__hash(key, text, strlen(text));
	free(text);
	return hash;
}

/* Of values one behind the other. */
static uint64_t hash_pair(const struct tc__hash_key *key, uint64_t first, uint64_t second)
{
	uint64_t both[2] = { first, second };

	return tc__hash(key, (const char *)both, sizeof both);
}

/* Members stand in any order: their hashes are added up. */
static uint64_t hash_inside(const struct tc__hash_key *key, const tc_json *json)
{
	bool is_object = tc_json_kind(json) == TC_JSON_OBJECT;
	uint64_t hash = 1;

	for (size_t i = 0; i < tc_json_count(json); i++) {
		uint64_t item = hash_of(key, tc_json_item(json, i));
		if (is_object)
			hash += hash_pair(key, hash_of(key, tc_json_name(json, i)), item);
		else
			hash = hash_pair(key, hash, item);
	}
	return hash;
}

static uint64_t hash_of(const struct tc__hash_key *key, const tc_json *json)
{
	uint64_t kind = (uint64_t)tc_json_kind(json);

	switch (tc_json_kind(json)) {
	case TC_JSON_NUMBER:
		return hash_pair(key, kind, hash_number(key, json));
	case TC_JSON_STRING:
		return hash_pair(
			key, kind, tc__hash(key, tc_json_text(json), tc_json_text_length(json)));
	case TC_JSON_ARRAY:
	case TC_JSON_OBJECT:
		return hash_pair(key, kind, hash_inside(key, json));
	default:
		return hash_pair(key, kind, tc_json_true(json));
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t left = ((const struct item *)a)->hash, right = ((const struct item *)b)->hash;

	return (left > right) - (left < right);
}

/* Whether an item is among those behind it that have its hash. */
static bool comes_again(const struct item *items, size_t count)
{
	for (size_t i = 1; i < count && items[i].hash == items[0].hash; i++)
		if (tc_json_equal(items[0].json, items[i].json))
			return true;
	return false;
}

bool unique_items(const tc_json *array)
{
	size_t count = tc_json_count(array);
	struct tc__hash_key key = tc__hash_key();
	struct item *items = calloc(count + 1, sizeof *items);
	bool unique = true;

	if (!items)
		return true;
	for (size_t i = 0; i < count; i++) {
		const tc_json *json = tc_json_item(array, i);
		items[i] = (struct item){ hash_of(&key, json), json };
	}
	qsort(items, count, sizeof *items, compare);
	for (size_t i = 0; unique && i < count; i++)
		unique = !comes_again(items + i, count - i);
	free(items);
	return unique;
}
