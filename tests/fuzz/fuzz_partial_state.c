/* SPDX-License-Identifier: MPL-2.0 */
/* Any text as the state of a partial file: what is believed is, byte for byte, what would be
 * written. It is tried as it is, and with the checksum that it should have. */
#include "tests/harness/test.h"

#include "workflows/src/disk/partial_state.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID "i"
#define CHECK_LENGTH (sizeof "check 0123456789abcdef\n" - 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void try_text(const char *text, size_t length)
{
	struct tc__partial_state state;
	mode_t mode = 0;
	char *again = NULL;

	if (!tc__partial_state_read(text, length, ID, &state, &mode))
		return;
	require(tc__partial_state_write(&again, ID, &state, mode, NULL) == TC_OK);
	require(strlen(again) == length && memcmp(again, text, length) == 0);
	require(length <= TC__PARTIAL_STATE_MAX + strlen(ID));
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + CHECK_LENGTH + 1);

	require(text != NULL);
	memcpy(text, data, size);
	try_text(text, size);
	snprintf(text + size, CHECK_LENGTH + 1, "check %016" PRIx64 "\n",
		tc__partial_hash(text, size));
	try_text(text, size + CHECK_LENGTH);
	free(text);
	return 0;
}
