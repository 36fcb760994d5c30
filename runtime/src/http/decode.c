/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/decode.h"

#include "runtime/src/base/ascii.h"
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

/* A larger piece is decoded hardly faster: what libcurl hands over at once, 16 KiB, rarely becomes
 * more. Half of it takes 3 % more instructions. */
#define PIECE_MAX ((size_t)96 * 1024)

/* The first byte of a member of gzip (RFC 1952, 2.3.1). */
#define MEMBER_BEGIN 0x1f

/* As inflateInit2 takes them: the largest window, and what is around it. */
#define WINDOW_ZLIB 15
#define WINDOW_GZIP (16 + 15)
#define WINDOW_RAW (-15)

struct tc__decoding {
	z_stream stream;
	bool gzip;
	bool more;             /* the last piece had no room for all that is ready */
	bool ended;            /* at the end of a member, or of all */
	bool framed;           /* whether deflate is in zlib's frame has been seen, */
	unsigned char head[2]; /* by its first bytes, */
	size_t head_length;    /* of which so many are here */
	const char *rest;      /* given, and not in the stream yet: it counts fewer bytes */
	size_t rest_length;
	char piece[PIECE_MAX];
};

static const char *name_of(const struct tc__decoding *decoding)
{
	return decoding->gzip ? "gzip" : "deflate";
}

/* ---- opening ---- */

enum encoding { NONE, GZIP, DEFLATE, UNKNOWN };

static enum encoding encoding_of(const char *name)
{
	if (!*name || tc__same_word(name, "identity"))
		return NONE;
	if (tc__same_word(name, "gzip") || tc__same_word(name, "x-gzip"))
		return GZIP;
	return tc__same_word(name, "deflate") ? DEFLATE : UNKNOWN;
}

int tc__decoding_open(struct tc__decoding **decoding, const char *encoding, tc_error *err)
{
	enum encoding kind = encoding_of(encoding);

	*decoding = NULL;
	if (kind == NONE)
		return TC_OK;
	if (kind == UNKNOWN)
		return tc__fail(err, TC_ERROR_REPLY,
			"the reply's Content-Encoding is \"%.100s\"; expected gzip, deflate or "
			"none",
			encoding);
	struct tc__decoding *opened = malloc(sizeof *opened);
	if (!opened)
		return tc__fail_nomem(err);
	memset(opened, 0, offsetof(struct tc__decoding, piece));
	opened->gzip = opened->framed = kind == GZIP;
	int result = inflateInit2(&opened->stream, opened->gzip ? WINDOW_GZIP : WINDOW_ZLIB);
	if (result == Z_OK) {
		*decoding = opened;
		return TC_OK;
	}
	free(opened);
	return result == Z_MEM_ERROR
		? tc__fail_nomem(err)
		: tc__fail(err, TC_ERROR_SYSTEM, "zlib does not start: %s", zError(result));
}

void tc__decoding_free(struct tc__decoding *decoding)
{
	if (!decoding)
		return;
	(void)inflateEnd(&decoding->stream);
	free(decoding);
}

/* ---- what comes in ---- */

void tc__decoding_give(struct tc__decoding *decoding, const char *bytes, size_t length)
{
	decoding->stream.avail_in = 0;
	decoding->rest = bytes;
	decoding->rest_length = length;
}

size_t tc__decoding_left(const struct tc__decoding *decoding)
{
	return decoding->stream.avail_in + decoding->rest_length;
}

bool tc__decoding_has_more(const struct tc__decoding *decoding)
{
	return decoding->more || tc__decoding_left(decoding);
}

/* Whether the stream has bytes to go on with. */
static bool load(struct tc__decoding *decoding)
{
	z_stream *stream = &decoding->stream;

	if (stream->avail_in || !decoding->rest_length)
		return stream->avail_in != 0;
	size_t length = decoding->rest_length < UINT_MAX ? decoding->rest_length : UINT_MAX;
	stream->next_in = (const unsigned char *)decoding->rest;
	stream->avail_in = (uInt)length;
	decoding->rest += length;
	decoding->rest_length -= length;
	return true;
}

/*
 * Deflate comes in zlib's frame when its first two bytes are those of one: method 8, a window that
 * there is, and a number that 31 divides (RFC 1950, 2.2). They are kept here until there are both.
 */
static void see_frame(struct tc__decoding *decoding)
{
	z_stream *stream = &decoding->stream;
	unsigned char *head = decoding->head;

	while (decoding->head_length < 2 && load(decoding)) {
		head[decoding->head_length++] = *stream->next_in++;
		stream->avail_in--;
	}
	if (decoding->head_length < 2)
		return;
	decoding->framed = true;
	int number = head[0] << 8 | head[1];
	bool zlib = (head[0] & 0x0f) == 8 && head[0] >> 4 <= 7 && number % 31 == 0;
	if (zlib) {
		/* nothing comes out of these two */
		const z_stream behind = *stream;
		stream->next_in = head;
		stream->avail_in = 2;
		(void)inflate(stream, Z_NO_FLUSH);
		stream->next_in = behind.next_in;
		stream->avail_in = behind.avail_in;
		return;
	}
	(void)inflateReset2(stream, WINDOW_RAW);
	(void)inflatePrime(stream, 16, head[0] | head[1] << 8);
	decoding->more = true;
}

/* ---- what comes out ---- */

static int fail_damaged(const struct tc__decoding *decoding, tc_error *err)
{
	const char *why = decoding->stream.msg;

	return tc__fail(err, TC_ERROR_REPLY, "the reply's %s is damaged: %s", name_of(decoding),
		why ? why : "it needs a dictionary");
}

/* Bytes behind an end: only another member can begin there. */
static int begin_member(struct tc__decoding *decoding, tc_error *err)
{
	if (!decoding->gzip || *decoding->stream.next_in != MEMBER_BEGIN)
		return tc__fail(err, TC_ERROR_REPLY,
			"the reply has other bytes behind the end of its %s", name_of(decoding));
	(void)inflateReset(&decoding->stream);
	decoding->ended = false;
	return TC_OK;
}

/* Decodes what it can into the room that is left in the piece. */
static int step(struct tc__decoding *decoding, tc_error *err)
{
	z_stream *stream = &decoding->stream;
	int rc = decoding->ended ? begin_member(decoding, err) : TC_OK;

	if (rc != TC_OK)
		return rc;
	switch (inflate(stream, Z_NO_FLUSH)) {
	case Z_STREAM_END:
		decoding->ended = true;
		decoding->more = false;
		return TC_OK;
	case Z_OK:
	case Z_BUF_ERROR: /* it lacks bytes or room, as the caller sees */
		decoding->more = stream->avail_out == 0;
		return TC_OK;
	case Z_MEM_ERROR:
		return tc__fail_nomem(err);
	default:
		return fail_damaged(decoding, err);
	}
}

int tc__decoding_take(
	struct tc__decoding *decoding, size_t most, const char **piece, size_t *size, tc_error *err)
{
	z_stream *stream = &decoding->stream;
	size_t room = most < PIECE_MAX ? most : PIECE_MAX;
	int rc = TC_OK;

	stream->next_out = (unsigned char *)decoding->piece;
	stream->avail_out = (uInt)room;
	if (!decoding->framed)
		see_frame(decoding);
	while (rc == TC_OK && stream->avail_out && (load(decoding) || decoding->more))
		rc = step(decoding, err);
	*piece = decoding->piece;
	*size = rc == TC_OK ? room - stream->avail_out : 0;
	return rc;
}

int tc__decoding_finish(const struct tc__decoding *decoding, tc_error *err)
{
	if (decoding->ended)
		return TC_OK;
	return tc__fail(err, TC_ERROR_REPLY, "the reply's %s ends early", name_of(decoding));
}
