/* SPDX-License-Identifier: MPL-2.0 */
/* Any bytes as an encoded content, gzip when the first one is even, else deflate: however they are
 * cut, and however often a sink lets them wait, the same comes out, with the same end; and what
 * zlib itself decodes, member by member, is decoded. */
#include "tests/harness/test.h"

#include "runtime/src/base/buffer.h"
#include "runtime/src/http/response.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A bomb is none here, as readers have their limits. */
#define DECODED_MAX ((size_t)256 * 1024)

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What came, and how it ended; 1: it became too much. */
struct outcome {
	struct tc__buffer text;
	int rc;
};

static void clear(struct outcome *outcome)
{
	tc__buffer_clear(&outcome->text);
}

/* A failure may come later, or earlier, where less is asked for at once: of what came before it
 * only the beginning is the same. */
static void compare(struct outcome *a, struct outcome *b)
{
	size_t common = a->text.length < b->text.length ? a->text.length : b->text.length;

	/* it may be too much before it is seen to be damaged */
	require(a->rc == b->rc || (a->rc == TC_ERROR_REPLY && b->rc == 1));
	require(a->rc != TC_OK || a->text.length == b->text.length);
	require(common == 0 || memcmp(a->text.data, b->text.data, common) == 0);
	clear(b);
}

/* ---- the decoder ---- */

static int take_all(struct tc__decoding *decoding, size_t most, struct tc__buffer *text)
{
	const char *bytes;
	size_t size;

	for (;;) {
		int rc = tc__decoding_take(decoding, most, &bytes, &size, NULL);
		require(rc == TC_OK || rc == TC_ERROR_REPLY);
		require(size <= most);
		if (rc != TC_OK || size == 0)
			return rc;
		tc__buffer_add(text, bytes, size);
		if (tc__buffer_failed(text))
			return 1;
	}
}

/* Each piece alone in its memory. */
static struct outcome decode(
	const char *encoding, const uint8_t *data, size_t size, size_t piece, size_t most)
{
	struct outcome outcome = { TC__BUFFER(DECODED_MAX), TC_OK };
	struct tc__decoding *decoding;

	require(tc__decoding_open(&decoding, encoding, NULL) == TC_OK && decoding);
	for (size_t at = 0; at < size && outcome.rc == TC_OK; at += piece) {
		size_t length = size - at < piece ? size - at : piece;
		char *alone = malloc(length);
		require(alone != NULL);
		memcpy(alone, data + at, length);
		tc__decoding_give(decoding, alone, length);
		outcome.rc = take_all(decoding, most, &outcome.text);
		free(alone);
	}
	if (outcome.rc == TC_OK)
		outcome.rc = tc__decoding_finish(decoding, NULL);
	tc__decoding_free(decoding);
	return outcome;
}

/* ---- through a reply whose sink is full after each piece ---- */

struct slow_sink {
	struct tc__sink sink;
	struct outcome *outcome;
	bool full;
};

static int begin(struct tc__sink *sink, tc_response *head, tc_error *err)
{
	(void)sink;
	(void)head;
	(void)err;
	return TC_OK;
}

static int feed(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err)
{
	struct slow_sink *slow = (struct slow_sink *)sink;

	tc__buffer_add(&slow->outcome->text, bytes, length);
	slow->full = true;
	return tc__buffer_failed(&slow->outcome->text) ? tc__fail(err, 1, "too much") : TC_OK;
}

static int finish(struct tc__sink *sink, tc_error *err)
{
	(void)sink;
	(void)err;
	return TC_OK;
}

static bool is_full(struct tc__sink *sink)
{
	return ((struct slow_sink *)sink)->full;
}

static struct outcome let_wait(const char *encoding, const uint8_t *data, size_t size, size_t piece)
{
	struct outcome outcome = { TC__BUFFER(DECODED_MAX), TC_OK };
	struct slow_sink slow = { { .begin = begin,
					  .feed = feed,
					  .finish = finish,
					  .full = is_full,
					  .max = SIZE_MAX },
		&outcome, false };
	struct tc__reply reply;
	char line[100];

	tc__reply_init(&reply, SIZE_MAX, &slow.sink);
	int length = snprintf(line, sizeof line, "Content-Encoding: %s\r\n", encoding);
	require(tc__reply_line(&reply, "HTTP/2 200\r\n", 12) == TC_OK);
	require(tc__reply_line(&reply, line, (size_t)length) == TC_OK);
	require(tc__reply_line(&reply, "\r\n", 2) == TC_OK);
	for (size_t at = 0, i = 0; at < size && outcome.rc == TC_OK; i++) {
		/* what it waited for comes again, now in other pieces */
		size_t next = piece + i % 7 * 13;
		next = size - at < next ? size - at : next;
		slow.full = false;
		outcome.rc = tc__reply_body(&reply, (const char *)data + at, next);
		at += tc__reply_is_paused(&reply) ? 0 : next;
		slow.sink.paused = false;
	}
	outcome.rc = tc__reply_finish(&reply, NULL);
	tc__reply_clear(&reply);
	return outcome;
}

/* ---- zlib alone ---- */

static struct outcome decode_bare(const uint8_t *data, size_t size)
{
	struct outcome outcome = { TC__BUFFER(DECODED_MAX), TC_ERROR_REPLY };
	z_stream stream = { .next_in = (unsigned char *)(uintptr_t)data, .avail_in = (uInt)size };
	int result = Z_OK;

	require(inflateInit2(&stream, 31) == Z_OK);
	while (result == Z_OK) {
		char *room = tc__buffer_room(&outcome.text, 4096);
		if (!room)
			break;
		stream.next_out = (unsigned char *)room;
		stream.avail_out = 4096;
		result = inflate(&stream, Z_NO_FLUSH);
		outcome.text.length += 4096 - stream.avail_out;
		if (result != Z_STREAM_END)
			continue;
		outcome.rc = stream.avail_in ? TC_ERROR_REPLY : TC_OK;
		result = stream.avail_in ? inflateReset(&stream) : Z_STREAM_END;
	}
	inflateEnd(&stream);
	if (outcome.text.too_long)
		outcome.rc = 1;
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 3, 1000 };

	if (size == 0)
		return 0;
	const char *encoding = data[0] % 2 ? "deflate" : "gzip";
	struct outcome whole = decode(encoding, data + 1, size - 1, size, SIZE_MAX);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces && whole.rc != 1; i++) {
		struct outcome same = decode(encoding, data + 1, size - 1, pieces[i], 300);
		compare(&whole, &same);
		same = let_wait(encoding, data + 1, size - 1, pieces[i]);
		compare(&whole, &same);
	}
	struct outcome bare = decode_bare(data + 1, size - 1);
	if (data[0] % 2 == 0 && whole.rc != 1 && bare.rc == TC_OK)
		compare(&whole, &bare);
	clear(&bare);
	clear(&whole);
	return 0;
}
