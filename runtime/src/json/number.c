/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/json.h"

#include "runtime/src/base/ascii.h"
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More digits than these cannot change which double is nearest, but for whether any follow. */
#define DIGITS_MAX 770

/* A decimal number 0.d1d2d3… x 10^(shift + exponent), where d1 and the last are not zero. */
struct decimal {
	bool negative;
	const char *digits; /* d1 in the text; a point may lie between the digits */
	size_t count;       /* of digits; 0 for zero */
	int64_t shift;      /* from the place of the point, */
	int64_t exponent;   /* and what is written behind the e */
	const char *huge;   /* its digits, when they do not fit: exponent is a bound then, */
	size_t huge_length; /* without the sign and zeros in front */
};

static void read_exponent(struct decimal *decimal, const char *text, const char *end)
{
	bool negative = *text == '-';

	if (!tc__is_digit(*text))
		text++;
	while (text < end && *text == '0')
		text++;
	size_t length = (size_t)(end - text);
	if (length > 15) {
		decimal->huge = text;
		decimal->huge_length = length;
		decimal->exponent = INT64_MAX / 4;
	} else {
		for (; text < end; text++)
			decimal->exponent = decimal->exponent * 10 + (*text - '0');
	}
	if (negative)
		decimal->exponent = -decimal->exponent;
}

static struct decimal read_decimal(const char *text, size_t length)
{
	struct decimal decimal = { .negative = *text == '-' };
	const char *end = text + length, *at = text + decimal.negative;
	size_t place = 0, first = 0, last = 0, whole = 0;
	bool point = false;

	for (; at < end && *at != 'e' && *at != 'E'; at++) {
		if (*at == '.') {
			point = true;
			continue;
		}
		if (*at != '0') {
			if (!decimal.digits) {
				decimal.digits = at;
				first = place;
			}
			last = place;
		}
		place++;
		if (!point)
			whole = place;
	}
	if (!decimal.digits)
		return decimal;
	decimal.count = last - first + 1;
	decimal.shift = (int64_t)whole - (int64_t)first;
	if (at + 1 < end)
		read_exponent(&decimal, at + 1, end);
	return decimal;
}

/* The next digit, over the point. */
static char next_digit(const char **at)
{
	if (**at == '.')
		(*at)++;
	return *(*at)++;
}

static bool same_digits(const struct decimal *a, const struct decimal *b)
{
	const char *from_a = a->digits, *from_b = b->digits;

	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (next_digit(&from_a) != next_digit(&from_b))
			return false;
	return true;
}

bool tc__number_equal(const char *a, size_t a_length, const char *b, size_t b_length)
{
	struct decimal x = read_decimal(a, a_length), y = read_decimal(b, b_length);

	if (x.count == 0 || y.count == 0)
		return x.count == y.count;
	if (x.negative != y.negative || !same_digits(&x, &y))
		return false;
	if (!x.huge && !y.huge)
		return x.shift + x.exponent == y.shift + y.exponent;
	/* exponents of 16 digits: nobody means these, and equal ones are written alike */
	return x.shift == y.shift && x.exponent == y.exponent && x.huge_length == y.huge_length &&
		memcmp(x.huge, y.huge, x.huge_length) == 0;
}

/* The first `count` digits, at most 19. */
static uint64_t leading_digits(const struct decimal *decimal, size_t count)
{
	const char *at = decimal->digits;
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value * 10 + (uint64_t)(next_digit(&at) - '0');
	return value;
}

bool tc__number_int64(const char *text, size_t length, int64_t *value)
{
	struct decimal decimal = read_decimal(text, length);
	int64_t places = decimal.shift + decimal.exponent;
	uint64_t limit = (uint64_t)INT64_MAX + decimal.negative;

	if (decimal.count == 0) {
		*value = 0;
		return true;
	}
	if (places > 19 || places < (int64_t)decimal.count)
		return false;
	uint64_t magnitude = leading_digits(&decimal, decimal.count);
	for (int64_t i = (int64_t)decimal.count; i < places; i++)
		magnitude *= 10; /* 19 digits fit */
	if (magnitude > limit)
		return false;
	*value = decimal.negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

/* Digits and an exponent, without a point: strtod then reads the same in every locale. */
static double nearest_double(const struct decimal *decimal, int64_t places)
{
	char text[DIGITS_MAX + 32];
	const char *at = decimal->digits;
	size_t count = decimal->count < DIGITS_MAX ? decimal->count : DIGITS_MAX;
	size_t used = 0;
	int error = errno;

	for (; used < count; used++)
		text[used] = next_digit(&at);
	if (count < decimal->count)
		text[used++] = '1'; /* stands for all that follow */
	snprintf(text + used, sizeof text - used, "e%d", (int)(places - (int64_t)used));
	double value = strtod(text, NULL);
	errno = error;
	return value;
}

static double magnitude_of(const struct decimal *decimal)
{
	int64_t places = decimal->shift + decimal->exponent;

	if (decimal->count == 0 || places < -400)
		return 0.0;
	if (places > 400)
		return HUGE_VAL;
#if FLT_EVAL_METHOD == 0
	/* both operands are exact, so that the one operation rounds correctly */
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
		1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	int64_t power = places - (int64_t)decimal->count;
	if (decimal->count <= 15 && power >= -22 && power <= 22) {
		double digits = (double)leading_digits(decimal, decimal->count);
		return power < 0 ? digits / powers[-power] : digits * powers[power];
	}
#endif
	return nearest_double(decimal, places);
}

double tc__number_double(const char *text, size_t length)
{
	struct decimal decimal = read_decimal(text, length);
	double value = magnitude_of(&decimal);

	return decimal.negative ? -value : value;
}

/* The value's digits, rounded to `precision` of them, without zeros at the end, and its exponent in
 * scientific notation. Whatever the locale puts between the digits is left out. */
static size_t round_digits(char digits[TC__NUMBER_MAX], int precision, double value, int *exponent)
{
	char text[64];
	size_t count = 0, used = 0;

	snprintf(text, sizeof text, "%.*e", precision - 1, value);
	for (; text[used] && text[used] != 'e'; used++)
		if (tc__is_digit(text[used]))
			digits[count++] = text[used];
	*exponent = (int)strtol(text + used + 1, NULL, 10);
	while (count > 1 && digits[count - 1] == '0')
		count--;
	return count;
}

/* Plain notation from 1e-6 to below 1e21, as ECMAScript writes numbers. */
static size_t place_digits(char *text, const char *digits, size_t count, int exponent)
{
	size_t used = 0;

	if (exponent < -6 || exponent > 20) {
		text[used++] = digits[0];
		if (count > 1)
			text[used++] = '.';
		memcpy(text + used, digits + 1, count - 1);
		used += count - 1;
		return used + (size_t)snprintf(text + used, 8, "e%d", exponent);
	}
	for (int i = exponent; i < 0; i++) {
		text[used++] = '0';
		if (i == exponent)
			text[used++] = '.';
	}
	for (size_t i = 0; i < count || (int)i <= exponent; i++) {
		if (exponent >= 0 && i == (size_t)exponent + 1)
			text[used++] = '.';
		text[used++] = i < count ? digits[i] : '0';
	}
	text[used] = '\0';
	return used;
}

/* Below a power of two doubles lie twice as dense: the nearest number of so many digits may lie
 * below it and belong to another, while the next one above is nearer to no other double. */
static bool is_power_of_two(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return !(bits << 12); /* without sign and exponent */
}

/* One more in the last of `precision` digits. */
static size_t next_up(char digits[TC__NUMBER_MAX], size_t count, int precision, int *exponent)
{
	while (count < (size_t)precision)
		digits[count++] = '0';
	while (count > 0 && digits[count - 1] == '9')
		count--;
	if (count > 0) {
		digits[count - 1]++;
		return count;
	}
	digits[0] = '1';
	++*exponent;
	return 1;
}

/* Writes them; whether that is the value. */
static bool write_digits(
	char *text, size_t *length, const char *digits, size_t count, int exponent, double value)
{
	*length = place_digits(text, digits, count, exponent);
	return tc__number_double(text, *length) == value;
}

size_t tc__number_write(char text[TC__NUMBER_MAX], double value)
{
	char digits[TC__NUMBER_MAX];
	double magnitude = fabs(value);
	/* 15 digits are always told apart, but for the smallest, which carry fewer */
	int precision = magnitude < DBL_MIN ? 1 : DBL_DIG;
	size_t sign = signbit(value) ? 1 : 0, length;
	bool same, uneven = is_power_of_two(magnitude);

	text[0] = '-';
	do {
		int exponent = 0;
		size_t count = round_digits(digits, precision, magnitude, &exponent);
		same = write_digits(text + sign, &length, digits, count, exponent, magnitude);
		if (!same && uneven) {
			count = next_up(digits, count, precision, &exponent);
			same = write_digits(
				text + sign, &length, digits, count, exponent, magnitude);
		}
	} while (precision++ < 17 && !same);
	return sign + length;
}
