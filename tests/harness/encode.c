/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/encode.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#define LEVEL 6 /* as most servers have it */

char *tc_test_encode(
	enum tc_test_encoding encoding, const char *text, size_t length, size_t *encoded)
{
	static const int windows[] = { 31, 15, -15 };
	z_stream stream = { .next_in = (const unsigned char *)text, .avail_in = (uInt)length };
	size_t room = length + length / 100 + 100;
	unsigned char *bytes = malloc(room);

	if (!bytes ||
		deflateInit2(&stream, LEVEL, Z_DEFLATED, windows[encoding], 8,
			Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	stream.next_out = bytes;
	stream.avail_out = (uInt)room;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	*encoded = stream.total_out;
	deflateEnd(&stream);
	return (char *)bytes;
}

void tc_test_fill_log(char *text, size_t size)
{
	unsigned state = 7;

	for (size_t i = 0; i < size; i++) {
		state = state * 1103515245 + 12345;
		text[i] = (char)(i % 64 < 50 ? 'a' + i % 23 : 'a' + state / 65536 % 26);
	}
}
