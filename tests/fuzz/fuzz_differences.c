/* SPDX-License-Identifier: MPL-2.0 */
/* Any two JSON texts, a line feed between them, as schemas and as scope expressions: each differs
 * from itself in nothing, what is the same one way is so the other, and every change has words and
 * a place. */
#include "tools/taskcluster/differences/place.h"
#include "tools/taskcluster/differences/schema.h"
#include "tools/taskcluster/differences/scopes.h"

#include "tests/fuzz/budget.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Six comparisons. */
const unsigned fuzz_budget_ns = 20000;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static const tc_json *follow(const void *root, const tc_json *schema)
{
	const char *reference = tc_json_text(tc_json_get(schema, "$ref"));

	return reference && *reference == '#' ? tc_json_at(root, reference + 1) : NULL;
}

struct told {
	size_t count;
	bool given_up; /* as it was too much, or too deep */
};

static void found(void *data, const struct change *change)
{
	static FILE *nowhere;
	struct told *told = data;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	require(nowhere && change->words && change->place);
	require(!*change->place || *change->place == '/');
	place_print(nowhere, change->place);
	told->count++;
	told->given_up |= strstr(change->words, "too much") || strstr(change->words, "too deep");
}

static struct told tell(const tc_json *older, const tc_json *newer, bool is_read)
{
	struct schema_side was = { older, follow, older }, is = { newer, follow, newer };
	struct change subject = { .service = "s", .kind = "k" };
	struct told told = { 0, false };
	struct change_sink sink = { .found = found, .data = &told };

	schema_compare(&was, &is, is_read, &subject, &sink);
	require(!sink.failed);
	return told;
}

static void compare(const tc_json *older, const tc_json *newer)
{
	struct told there = tell(older, newer, true), back = tell(newer, older, true);

	tell(older, newer, false);
	require(there.given_up || back.given_up || !there.count == !back.count);
	require((scopes_compare(older, newer) == SCOPES_SAME) ==
		(scopes_compare(newer, older) == SCOPES_SAME));
}

static void compare_with_itself(const char *text, size_t length)
{
	const tc_json *one = NULL, *other = NULL;

	if (tc_json_parse(text, length, &one, NULL) == TC_OK &&
		tc_json_parse(text, length, &other, NULL) == TC_OK) {
		struct told told = tell(one, other, false);
		require(told.count == 0 || told.given_up);
		require(scopes_compare(one, other) == SCOPES_SAME);
	}
	tc_release(one);
	tc_release(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size ? memchr(text, '\n', size) : NULL;
	const tc_json *older = NULL, *newer = NULL;

	if (!end)
		return 0;
	size_t length = (size_t)(end - text);
	compare_with_itself(text, length);
	if (tc_json_parse(text, length, &older, NULL) == TC_OK &&
		tc_json_parse(end + 1, size - length - 1, &newer, NULL) == TC_OK)
		compare(older, newer);
	tc_release(older);
	tc_release(newer);
	return 0;
}
