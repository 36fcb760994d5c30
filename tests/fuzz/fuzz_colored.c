/* SPDX-License-Identifier: MPL-2.0 */
/* Any log for a terminal: in pieces it is what it is as a whole, it fits, and no control is left
 * but line ends, tabs and colours. */
#include "tests/harness/test.h"

#include "tools/taskcluster/text/colored.h"
#include "tools/taskcluster/text/plain.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOG_MAX 4096

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* In blocks of exactly that size, so that a sanitizer sees what is beyond. */
static size_t filter(const uint8_t *data, size_t size, size_t piece, bool plain, char *shown)
{
	struct colored colored = { .plain = plain };
	size_t used = 0;

	for (size_t at = 0; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;
		char *out = malloc(length + COLORED_MORE);
		require(out != NULL);
		size_t filtered = colored_filter(&colored, (const char *)data + at, length, out);
		require(filtered <= length + COLORED_MORE);
		memcpy(shown + used, out, filtered);
		used += filtered;
		free(out);
	}
	return used + colored_end(&colored, shown + used);
}

/* The length of the colours that the text begins with; 0: it does not. */
static size_t color(const char *text, size_t length)
{
	size_t at = 2;

	if (length < 3 || memcmp(text, "\033[", 2) != 0)
		return 0;
	while (at < length && text[at] && strchr("0123456789;:", text[at]))
		at++;
	return at < length && text[at] == 'm' ? at + 1 : 0;
}

static void check_harmless(const char *shown, size_t length, bool plain)
{
	for (size_t at = 0; at < length;) {
		size_t colors = plain ? 0 : color(shown + at, length - at);
		size_t end = at + colors;
		while (end < length && shown[end] != '\033')
			end++;
		require(end > at && plain_is(shown + at + colors, end - at - colors));
		at = end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char whole[LOG_MAX + 2 * COLORED_MORE], pieces[LOG_MAX + 2 * COLORED_MORE];

	if (size < 1 || size > LOG_MAX)
		return 0;
	bool plain = data[0] & 1;
	size_t length = filter(data, size, size, plain, whole);
	check_harmless(whole, length, plain);
	require(filter(data, size, 1 + data[0] % 16, plain, pieces) == length);
	require(memcmp(whole, pieces, length) == 0);
	return 0;
}
