/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/number.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPONENT_MAX INT64_C(1000000000000000)

/* 0.d1d2d3… x 10^point, where d1 and the last digit are not zero. */
struct number {
	bool negative;
	const char *digits; /* d1 in the text; a point may lie between the digits */
	size_t count;       /* of digits; 0 for zero */
	int64_t point;
};

static int64_t read_exponent(const char *text)
{
	bool negative = *text == '-';
	int64_t exponent = 0;

	text += *text == '-' || *text == '+';
	for (; *text && exponent < EXPONENT_MAX; text++)
		exponent = exponent * 10 + (*text - '0');
	if (exponent > EXPONENT_MAX)
		exponent = EXPONENT_MAX;
	return negative ? -exponent : exponent;
}

static struct number read_number(const tc_json *json)
{
	const char *text = tc_json_text(json);
	struct number number = { .negative = *text == '-' };
	int64_t place = 0, whole = -1, first = 0, last = 0;

	for (text += number.negative; *text && *text != 'e' && *text != 'E'; text++) {
		if (*text == '.') {
			whole = place;
			continue;
		}
		if (*text != '0') {
			if (!number.digits) {
				number.digits = text;
				first = place;
			}
			last = place;
		}
		place++;
	}
	if (!number.digits)
		return number;
	number.count = (size_t)(last - first + 1);
	number.point = (whole < 0 ? place : whole) - first;
	if (*text)
		number.point += read_exponent(text + 1);
	return number;
}

static int next_digit(const char **at)
{
	if (**at == '.')
		(*at)++;
	return *(*at)++ - '0';
}

static int compare_digits(const struct number *a, const struct number *b)
{
	const char *from_a = a->digits, *from_b = b->digits;
	size_t common = a->count < b->count ? a->count : b->count;

	for (size_t i = 0; i < common; i++) {
		int difference = next_digit(&from_a) - next_digit(&from_b);
		if (difference)
			return difference;
	}
	return (a->count > b->count) - (a->count < b->count);
}

static int compare_magnitudes(const struct number *a, const struct number *b)
{
	if (!a->count || !b->count)
		return (a->count > 0) - (b->count > 0);
	if (a->point != b->point)
		return a->point < b->point ? -1 : 1;
	return compare_digits(a, b);
}

int number_compare(const tc_json *a, const tc_json *b)
{
	struct number x = read_number(a), y = read_number(b);
	int sign_x = !x.count ? 0 : x.negative ? -1 : 1;
	int sign_y = !y.count ? 0 : y.negative ? -1 : 1;

	if (sign_x != sign_y)
		return sign_x - sign_y;
	return sign_x * compare_magnitudes(&x, &y);
}

bool number_is_integer(const tc_json *number)
{
	struct number value = read_number(number);

	return value.point >= (int64_t)value.count;
}

/* ---- multiples, by the division that is taught in school ---- */

/* Whether `rest`, of one digit more than `divisor` in front, is not less than it. */
static bool is_enough(const unsigned char *rest, const unsigned char *divisor, size_t count)
{
	return rest[0] > 0 || memcmp(rest + 1, divisor, count) >= 0;
}

static void subtract(unsigned char *rest, const unsigned char *divisor, size_t count)
{
	int borrowed = 0;

	for (size_t i = count; i > 0; i--) {
		int digit = rest[i] - divisor[i - 1] - borrowed;
		borrowed = digit < 0;
		rest[i] = (unsigned char)(digit + 10 * borrowed);
	}
	rest[0] = (unsigned char)(rest[0] - borrowed);
}

/* The rest takes in the next digit of what is divided. */
static void divide_on(
	unsigned char *rest, const unsigned char *divisor, size_t count, unsigned char digit)
{
	memmove(rest, rest + 1, count);
	rest[count] = digit;
	while (is_enough(rest, divisor, count))
		subtract(rest, divisor, count);
}

static bool is_zero(const unsigned char *digits, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (digits[i])
			return false;
	return true;
}

/* Whether the digits of `value` and `zeros` zeros behind them are a multiple of those of `step`. */
static bool divides(const struct number *value, int64_t zeros, const struct number *step)
{
	size_t count = step->count;
	unsigned char *divisor = calloc(2 * count + 1, 1);
	unsigned char *rest = divisor ? divisor + count : NULL;
	const char *from = value->digits, *of = step->digits;

	if (!divisor)
		return false;
	for (size_t i = 0; i < count; i++)
		divisor[i] = (unsigned char)next_digit(&of);
	for (size_t i = 0; i < value->count; i++)
		divide_on(rest, divisor, count, (unsigned char)next_digit(&from));
	/* zeros only help against the divisor's factors 2 and 5, of which it has four a digit */
	for (int64_t i = 0; i < zeros && i < 4 * (int64_t)count + 4; i++)
		divide_on(rest, divisor, count, 0);
	bool whole = is_zero(rest, count + 1);
	free(divisor);
	return whole;
}

bool number_is_multiple(const tc_json *number, const tc_json *step)
{
	struct number value = read_number(number), of = read_number(step);
	int64_t zeros = value.point - (int64_t)value.count - (of.point - (int64_t)of.count);

	if (value.count == 0)
		return true;
	/* the last digit is not zero: nothing that ends with one divides it */
	return of.count > 0 && zeros >= 0 && divides(&value, zeros, &of);
}

char *number_canonical(const tc_json *json)
{
	struct number number = read_number(json);
	const char *from = number.digits;
	size_t used = 0;
	char *text = malloc(number.count + 32);

	if (!text)
		return NULL;
	if (number.negative && number.count)
		text[used++] = '-';
	for (size_t i = 0; i < number.count; i++)
		text[used++] = (char)('0' + next_digit(&from));
	snprintf(text + used, 30, "e%" PRId64, number.point);
	return text;
}
