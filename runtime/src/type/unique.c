/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/type/type.h"

#include "runtime/src/base/hash.h"
#include <stdlib.h>
#include <string.h>

/* Up to this many, each is compared with each. */
#define PAIRS_MAX 12

static bool same(struct tc__span a, struct tc__span b)
{
	return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static int compare_pairs(struct tc__span (*get)(const void *context, size_t position),
	const void *context, size_t count, size_t *first, size_t *second)
{
	for (*second = 1; *second < count; ++*second) {
		struct tc__span span = get(context, *second);
		for (*first = 0; *first < *second; ++*first) {
			if (same(get(context, *first), span))
				return 1;
		}
	}
	return 0;
}

int tc__spans_twice(struct tc__span (*get)(const void *context, size_t position),
	const void *context, size_t count, size_t *first, size_t *second)
{
	size_t slots = 1;

	if (count <= PAIRS_MAX)
		return compare_pairs(get, context, count, first, second);
	while (slots < 2 * count)
		slots *= 2;
	size_t *table = calloc(slots, sizeof *table); /* positions from 1; 0 is free */
	if (!table)
		return TC_ERROR_NOMEM;
	const struct tc__hash_key key = tc__hash_key(); /* who sends the texts chooses them */
	int twice = 0;
	for (*second = 0; *second < count && !twice; ++*second) {
		struct tc__span span = get(context, *second);
		size_t slot = (size_t)tc__hash(&key, span.text, span.length) & (slots - 1);
		for (; table[slot] && !twice; slot = (slot + 1) & (slots - 1)) {
			*first = table[slot] - 1;
			twice = same(get(context, *first), span);
		}
		table[slot] = twice ? table[slot] : *second + 1;
	}
	free(table);
	*second -= (size_t)twice; /* the loop went on by one */
	return twice;
}
