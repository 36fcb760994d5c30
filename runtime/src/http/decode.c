/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/decode.h"

#include "runtime/src/base/ascii.h"
#include <limits.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

/* A larger piece is decoded hardly faster: what libcurl hands over at once, 16 KiB, rarely becomes
 * more. Half of it takes 3 % more instructions. Few bytes get a smaller one. */
#define PIECE_MAX ((size_t)96 * 1024)
#define PIECE_MIN ((size_t)4 * 1024)
#define PIECE_TIMES 8 /* what is given rarely becomes more than so many times as much */

/* The first byte of a member of gzip (RFC 1952, 2.3.1). */
#define MEMBER_BEGIN 0x1f

/* As inflateInit2 takes them: the largest window, and what is around it. */
#define WINDOW_ZLIB 15
#define WINDOW_GZIP (16 + 15)
#define WINDOW_RAW (-15)

/* The stream's memory and the piece, 140 KiB, are there from the first bytes of a member to its
 * end: of many replies in flight, most are before or behind that. */
struct tc__decoding {
	z_stream stream;
	bool open; /* it has its memory */
	bool gzip;
	bool more;             /* the last piece had no room for all that is ready */
	bool ended;            /* at the end of a member, or of all */
	bool framed;           /* whether deflate is in zlib's frame has been seen, */
	unsigned char head[2]; /* by its first bytes, */
	size_t head_length;    /* of which so many are here */
	const char *rest;      /* given, and not in the stream yet: it counts fewer bytes */
	size_t rest_length;
	char *piece; /* NULL: none is needed */
	size_t piece_size;
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
	*decoding = calloc(1, sizeof **decoding);
	if (!*decoding)
		return tc__fail_nomem(err);
	(*decoding)->gzip = (*decoding)->framed = kind == GZIP;
	return TC_OK;
}

static int open_stream(struct tc__decoding *decoding, tc_error *err)
{
	int result = inflateInit2(&decoding->stream, decoding->gzip ? WINDOW_GZIP : WINDOW_ZLIB);

	decoding->open = result == Z_OK;
	if (decoding->open)
		return TC_OK;
	return result == Z_MEM_ERROR
		? tc__fail_nomem(err)
		: tc__fail(err, TC_ERROR_SYSTEM, "zlib does not start: %s", zError(result));
}

static void shut(struct tc__decoding *decoding)
{
	if (decoding->open)
		(void)inflateEnd(&decoding->stream);
	free(decoding->piece);
	decoding->piece = NULL;
	decoding->piece_size = 0;
	decoding->open = false;
}

void tc__decoding_free(struct tc__decoding *decoding)
{
	if (!decoding)
		return;
	shut(decoding);
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
	decoding->ended = false;
	if (!decoding->open)
		return open_stream(decoding, err);
	(void)inflateReset(&decoding->stream);
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

/* A piece in which what is given most likely has room, and the stream. */
static int prepare(struct tc__decoding *decoding, size_t most, tc_error *err)
{
	size_t left = tc__decoding_left(decoding);
	size_t size = left < PIECE_MAX / PIECE_TIMES ? left * PIECE_TIMES : PIECE_MAX;

	size = size < PIECE_MIN ? PIECE_MIN : size;
	size = size < most ? size : most;
	if (decoding->piece_size < size) {
		free(decoding->piece);
		decoding->piece = malloc(size);
		decoding->piece_size = decoding->piece ? size : 0;
	}
	if (!decoding->piece)
		return tc__fail_nomem(err);
	return decoding->open || decoding->ended ? TC_OK : open_stream(decoding, err);
}

static int decode(struct tc__decoding *decoding, size_t most, size_t *size, tc_error *err)
{
	z_stream *stream = &decoding->stream;
	size_t room = most < decoding->piece_size ? most : decoding->piece_size;
	int rc = TC_OK;

	stream->next_out = (unsigned char *)decoding->piece;
	stream->avail_out = (uInt)room;
	if (!decoding->framed)
		see_frame(decoding);
	while (rc == TC_OK && stream->avail_out && (load(decoding) || decoding->more))
		rc = step(decoding, err);
	if (rc == TC_OK)
		*size = room - stream->avail_out;
	return rc;
}

int tc__decoding_take(
	struct tc__decoding *decoding, size_t most, const char **piece, size_t *size, tc_error *err)
{
	int rc = TC_OK;

	*size = 0;
	if (tc__decoding_has_more(decoding))
		rc = prepare(decoding, most, err);
	else if (decoding->ended)
		shut(decoding);
	if (rc == TC_OK && decoding->piece)
		rc = decode(decoding, most, size, err);
	*piece = decoding->piece;
	return rc;
}

int tc__decoding_finish(const struct tc__decoding *decoding, tc_error *err)
{
	if (decoding->ended)
		return TC_OK;
	return tc__fail(err, TC_ERROR_REPLY, "the reply's %s ends early", name_of(decoding));
}
