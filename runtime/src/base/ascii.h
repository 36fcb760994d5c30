/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_ASCII_H
#define TC_RUNTIME_ASCII_H

/*
 * Characters as protocols mean them: ASCII, whatever the locale of the process. <ctype.h> and
 * strcasecmp follow the locale, and in a Turkish one "I" is not the upper case of "i".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool tc__is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char tc__lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool tc__is_letter(char c)
{
	return tc__lower(c) >= 'a' && tc__lower(c) <= 'z';
}

static inline bool tc__is_alphanumeric(char c)
{
	return tc__is_digit(c) || tc__is_letter(c);
}

/* The value of a hexadecimal digit; -1 for all else. */
static inline int tc__hex_digit(char c)
{
	if (tc__is_digit(c))
		return c - '0';
	c = tc__lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Eight bytes at once, wherever they lie. */
static inline uint64_t tc__eight(const char *text)
{
	uint64_t bytes;

	memcpy(&bytes, text, sizeof bytes);
	return bytes;
}

/* Eight bytes that are all this one. */
#define TC__EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* tc__lower of each of them: bit 7 is set in what is at least 'A' and in what is above 'Z'. */
static inline uint64_t tc__lower_eight(uint64_t bytes)
{
	uint64_t low = bytes & TC__EACH(0x7f);
	uint64_t from_a = low + TC__EACH(0x80 - 'A'), above_z = low + TC__EACH(0x7f - 'Z');

	return bytes | ((from_a ^ above_z) & ~bytes & TC__EACH(0x80)) >> 2;
}

/* Whether `length` bytes are the same but for case; no NUL ends them. */
static inline bool tc__same_letters(const char *a, const char *b, size_t length)
{
	size_t i = 0;

	for (; i + 8 <= length; i += 8)
		if (tc__lower_eight(tc__eight(a + i)) != tc__lower_eight(tc__eight(b + i)))
			return false;
	for (; i < length; i++)
		if (tc__lower(a[i]) != tc__lower(b[i]))
			return false;
	return true;
}

/* The same for two texts with a NUL at their ends. */
static inline bool tc__same_word(const char *a, const char *b)
{
	for (; *a && tc__lower(*a) == tc__lower(*b); a++)
		b++;
	return !*a && !*b;
}

#endif
