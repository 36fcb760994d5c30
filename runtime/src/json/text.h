/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_JSON_TEXT_H
#define TC_RUNTIME_JSON_TEXT_H

/*
 * Short texts, of which JSON is made: most have 4 to 32 bytes, for which a call of the C library
 * takes longer than what it does. Bytes in the middle are read twice where two reads of a fixed
 * size overlap; none outside of the text are.
 */

#include "runtime/src/base/memory.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What is not worth a call: a comparison, and a copy. */
#define TC__TEXT_SHORT 32
#define TC__TEXT_COPIED 64

/* Of a function for the rare case: it is not made a part of the one that calls it, which would have
 * to save registers for it every time. */
#define TC__APART __attribute__((noinline))

/* Whether two texts of this length, at most TC__TEXT_SHORT, are the same. */
static inline bool tc__text_same_short(const char *a, const char *b, size_t length)
{
	uint64_t one[4], other[4];

	if (length >= 16) {
		memcpy(one, a, 16);
		memcpy(one + 2, a + length - 16, 16);
		memcpy(other, b, 16);
		memcpy(other + 2, b + length - 16, 16);
		return ((one[0] ^ other[0]) | (one[1] ^ other[1]) | (one[2] ^ other[2]) |
			       (one[3] ^ other[3])) == 0;
	}
	if (length >= 8) {
		memcpy(one, a, 8);
		memcpy(one + 1, a + length - 8, 8);
		memcpy(other, b, 8);
		memcpy(other + 1, b + length - 8, 8);
		return ((one[0] ^ other[0]) | (one[1] ^ other[1])) == 0;
	}
	if (length >= 4) {
		uint32_t front[2], back[2];
		memcpy(front, a, 4);
		memcpy(front + 1, b, 4);
		memcpy(back, a + length - 4, 4);
		memcpy(back + 1, b + length - 4, 4);
		return ((front[0] ^ front[1]) | (back[0] ^ back[1])) == 0;
	}
	return !length ||
		(a[0] == b[0] && a[length / 2] == b[length / 2] && a[length - 1] == b[length - 1]);
}

/* Whether two texts of this length are the same. */
static inline bool tc__text_same(const char *a, const char *b, size_t length)
{
	return length <= TC__TEXT_SHORT ? tc__text_same_short(a, b, length)
					: memcmp(a, b, length) == 0;
}

/* Up to 8 bytes as they lie in memory, with NUL behind them. Composed in a register where the byte
 * order lets one: memory written in pieces is slow to be read as a whole. */
static inline uint64_t tc__text_word(const char *text, size_t length)
{
	uint64_t word = 0;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (length >= 4) {
		uint32_t first, last;
		memcpy(&first, text, sizeof first);
		memcpy(&last, text + length - sizeof last, sizeof last);
		word = first | (uint64_t)last << (8 * (length - 4));
	} else if (length) {
		word = (uint64_t)(unsigned char)text[0] |
			(uint64_t)(unsigned char)text[length / 2] << (8 * (length / 2)) |
			(uint64_t)(unsigned char)text[length - 1] << (8 * (length - 1));
	}
#else
	memcpy(&word, text, length);
#endif
	return word;
}

/* Copies a text of at most TC__TEXT_COPIED bytes. */
static inline void tc__text_copy_short(char *restrict to, const char *restrict from, size_t length)
{
	if (length >= 16) {
		unsigned char first[16], last[16];
		memcpy(first, from, 16);
		memcpy(last, from + length - 16, 16);
		if (length > 32) {
			memcpy(to + 16, from + 16, 16);
			memcpy(to + length - 32, from + length - 32, 16);
		}
		memcpy(to, first, 16);
		memcpy(to + length - 16, last, 16);
	} else if (length >= 8) {
		uint64_t first, last;
		memcpy(&first, from, 8);
		memcpy(&last, from + length - 8, 8);
		memcpy(to, &first, 8);
		memcpy(to + length - 8, &last, 8);
	} else if (length >= 4) {
		uint32_t first, last;
		memcpy(&first, from, 4);
		memcpy(&last, from + length - 4, 4);
		memcpy(to, &first, 4);
		memcpy(to + length - 4, &last, 4);
	} else if (length) {
		char middle = from[length / 2], last = from[length - 1];
		to[0] = from[0];
		to[length / 2] = middle;
		to[length - 1] = last;
	}
}

/* Whether a text of this length can be kept without a new chunk. */
static inline bool tc__text_has_room(const struct tc__arena *arena, size_t length)
{
	return (size_t)(arena->end - arena->at) > length;
}

/* tc__arena_text for one of at most TC__TEXT_COPIED bytes, for which there is room. */
static inline char *tc__text_keep_short(struct tc__arena *arena, const char *text, size_t length)
{
	char *copy = arena->at;

	tc__text_copy_short(copy, text, length);
	copy[length] = '\0';
	arena->at += length + 1;
	return copy;
}

#endif
