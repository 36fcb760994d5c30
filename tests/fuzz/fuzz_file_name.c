/* SPDX-License-Identifier: MPL-2.0 */
/* Any Content-Disposition: a name that it gives is one of a file, in no other folder, neither
 * hidden nor an option, and can be printed. */
#include "tests/harness/test.h"

#include "runtime/src/http/response.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const marks[] = { "\u061c", "\u200e", "\u200f", "\u2028", "\u202a",
		"\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069" };
	char *text = malloc(size + 1);

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	char *name = tc__file_name(text);
	if (name) {
		require(*name && strlen(name) <= 255);
		require(*name != '.' && *name != '-');
		require(!strpbrk(name, "/\\"));
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
			require(!strstr(name, marks[i]));
		for (const char *at = name; *at; at++)
			require((unsigned char)*at >= ' ' && *at != 0x7f);
	}
	tc_release(name);
	free(text);
	return 0;
}
