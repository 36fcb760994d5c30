/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/mend.h"

#include "runtime/src/base/ascii.h"
#include <string.h>

#define ESCAPE 6 /* bytes of \ud83d */

/* What an escape turns out to be, in place of its length. */
#define OPEN 0 /* not whole yet */
#define HALF (-1)

/* What four digits turn out to be, in place of their value. */
#define DIGITS_OPEN (-1)
#define DIGITS_WRONG (-2)

static int unit_of(const char *digits, size_t length)
{
	int unit = 0;

	for (size_t i = 0; i < 4; i++) {
		if (i == length)
			return DIGITS_OPEN;
		int digit = tc__hex_digit(digits[i]);
		if (digit < 0)
			return DIGITS_WRONG;
		unit = unit << 4 | digit;
	}
	return unit;
}

static bool is_low(int unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Behind the high half at the front: whether the low one follows. */
static int pair(const char *text, size_t length)
{
	if (length > ESCAPE && text[ESCAPE] != '\\')
		return HALF;
	if (length > ESCAPE + 1 && text[ESCAPE + 1] != 'u')
		return HALF;
	if (length <= ESCAPE + 2)
		return OPEN;
	int unit = unit_of(text + ESCAPE + 2, length - ESCAPE - 2);
	if (unit == DIGITS_OPEN)
		return OPEN;
	return is_low(unit) ? TC__MEND_PAIR : HALF;
}

/* The length of the escape at the front, OPEN or HALF. */
static int escape_of(const char *text, size_t length)
{
	if (length < 2)
		return OPEN;
	if (text[1] != 'u')
		return 2;
	int unit = unit_of(text + 2, length - 2);
	if (unit == DIGITS_OPEN)
		return OPEN;
	if (unit == DIGITS_WRONG)
		return 2;
	if (is_low(unit))
		return HALF;
	return unit >= 0xD800 && unit <= 0xDBFF ? pair(text, length) : ESCAPE;
}

static bool give(const char *text, size_t length, const char **piece, size_t *piece_length)
{
	*piece = text;
	*piece_length = length;
	return true;
}

static bool give_replacement(const char **piece, size_t *piece_length)
{
	return give("\\ufffd", ESCAPE, piece, piece_length);
}

static void drop_held(struct tc__mend *mend, size_t length)
{
	mend->count -= length;
	memmove(mend->held, mend->held + length, mend->count);
}

/* Of what is held, with as many bytes of the input as make it whole. */
static bool next_held(struct tc__mend *mend, const char **bytes, size_t *length, const char **piece,
	size_t *piece_length)
{
	for (;;) {
		/* behind a half there may be one byte of something else */
		int whole = *mend->held == '\\' ? escape_of(mend->held, mend->count) : 1;
		if (whole == HALF) {
			drop_held(mend, ESCAPE);
			return give_replacement(piece, piece_length);
		}
		if (whole != OPEN) {
			memcpy(mend->given, mend->held, (size_t)whole);
			drop_held(mend, (size_t)whole);
			return give(mend->given, (size_t)whole, piece, piece_length);
		}
		if (!*length)
			return false;
		mend->held[mend->count++] = *(*bytes)++;
		--*length;
	}
}

static bool next_input(struct tc__mend *mend, const char **bytes, size_t *length,
	const char **piece, size_t *piece_length)
{
	const char *begin = *bytes, *end = begin + *length, *at = begin;
	int whole = 1;

	while (whole > 0 && (at = memchr(at, '\\', (size_t)(end - at)))) {
		whole = escape_of(at, (size_t)(end - at));
		at += whole > 0 ? whole : 0;
	}
	at = at ? at : end;
	*length = (size_t)(end - at);
	*bytes = at;
	if (at > begin)
		return give(begin, (size_t)(at - begin), piece, piece_length);
	if (whole == HALF) {
		*bytes += ESCAPE;
		*length -= ESCAPE;
		return give_replacement(piece, piece_length);
	}
	memcpy(mend->held, at, *length);
	mend->count = *length;
	*length = 0;
	return false;
}

bool tc__mend_next(struct tc__mend *mend, const char **bytes, size_t *length, const char **piece,
	size_t *piece_length)
{
	if (mend->count)
		return next_held(mend, bytes, length, piece, piece_length);
	return *length && next_input(mend, bytes, length, piece, piece_length);
}
