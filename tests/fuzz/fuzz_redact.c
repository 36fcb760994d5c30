/* SPDX-License-Identifier: MPL-2.0 */
/* Any text for a person: both ways to redact it agree, and what has to fit into little room stays
 * within. */
#include "tests/harness/test.h"

#include "runtime/src/base/redact.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 2000

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* In a block of exactly this size, so that a sanitizer sees what is beyond; NULL: something is cut.
 */
static void check_in_place(const char *text, size_t size, const char *expected)
{
	char *room = malloc(size);

	require(room != NULL);
	memcpy(room, text, strlen(text) + 1);
	tc__redact_in_place(room, size);
	require(strlen(room) < size);
	require(!expected || strcmp(room, expected) == 0);
	free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tc__buffer redacted = TC__BUFFER(20 * TEXT_MAX);
	char text[TEXT_MAX + 1];

	if (size > TEXT_MAX)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	size_t length = strlen(text);
	tc__redact(&redacted, text, length);
	require(!tc__buffer_failed(&redacted));
	check_in_place(text, length + 1, NULL);
	check_in_place(text, length + 20, NULL);
	check_in_place(text, 20 * TEXT_MAX, tc__buffer_get(&redacted));
	tc__buffer_clear(&redacted);
	return 0;
}
