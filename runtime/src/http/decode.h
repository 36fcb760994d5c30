/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_HTTP_DECODE_H
#define TC_RUNTIME_HTTP_DECODE_H

/*
 * Takes the encoding of a content off while its bytes come (RFC 9110, 8.4.1): gzip with any number
 * of members (RFC 1952, 2.2), and deflate, within zlib's frame as it should be (RFC 1950) or
 * without it, as some servers send it (RFC 1951). No I/O.
 *
 * What comes out is bounded by who takes it: nothing is decoded before it is asked for. And all of
 * it is demanded: an encoding that ends early, or has other bytes behind its end, is an error.
 *
 *	tc__decoding_open(&decoding, "gzip", &err);
 *	tc__decoding_give(decoding, bytes, length);		(whenever bytes come)
 *	while (tc__decoding_take(decoding, SIZE_MAX, &piece, &size, &err) == TC_OK && size)
 *		use(piece, size);
 *	rc = tc__decoding_finish(decoding, &err);
 *	tc__decoding_free(decoding);
 */

#include "runtime/src/base/error.h"

struct tc__decoding;

/* What is asked for. */
#define TC__ENCODINGS_ACCEPTED "gzip, deflate"

/* By the value of a Content-Encoding header; *decoding is NULL when nothing is encoded. An encoding
 * that is not known is TC_ERROR_REPLY. */
int tc__decoding_open(struct tc__decoding **decoding, const char *encoding, tc_error *err);

/* The next encoded bytes, borrowed until they are used up, or others are given: what is left of
 * those before is forgotten. */
void tc__decoding_give(struct tc__decoding *decoding, const char *bytes, size_t length);

/* How many of them are not used up yet. */
size_t tc__decoding_left(const struct tc__decoding *decoding);

/* Whether another piece may come although nothing more is given. */
bool tc__decoding_has_more(const struct tc__decoding *decoding);

/* The next decoded bytes, at most so many (not 0) and 96 KiB, borrowed until the next call; *size
 * 0: all that were given are used up, and behind an end nearly all memory is given back.
 * TC_ERROR_REPLY when they cannot be decoded, after which nothing can. */
int tc__decoding_take(struct tc__decoding *decoding, size_t most, const char **piece, size_t *size,
	tc_error *err);

/* No more comes: TC_ERROR_REPLY when the encoding has not come to its end. */
int tc__decoding_finish(const struct tc__decoding *decoding, tc_error *err);

void tc__decoding_free(struct tc__decoding *decoding); /* NULL is fine */

#endif
