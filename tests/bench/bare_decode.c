/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_decode.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#define GZIP 31

size_t bare_decode(const char *bytes, size_t length, size_t piece, size_t room)
{
	z_stream stream = { .next_in = NULL };
	unsigned char *text = malloc(room);
	int result = Z_OK;

	if (!text || inflateInit2(&stream, GZIP) != Z_OK)
		abort();
	for (size_t at = 0; at < length; at += piece) {
		stream.next_in = (const unsigned char *)bytes + at;
		stream.avail_in = (uInt)(length - at < piece ? length - at : piece);
		do {
			stream.next_out = text;
			stream.avail_out = (uInt)room;
			result = inflate(&stream, Z_NO_FLUSH);
		} while (stream.avail_out == 0 && result == Z_OK);
	}
	if (result != Z_STREAM_END)
		abort();
	size_t size = stream.total_out;
	inflateEnd(&stream);
	free(text);
	return size;
}
