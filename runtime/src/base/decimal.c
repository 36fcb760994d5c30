/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/decimal.h>

/* Without printf, which takes longer than the MAC of a Hawk header that numbers go into. */
char *tc_decimal(char text[TC_DECIMAL_SIZE], int64_t number)
{
	char digits[TC_DECIMAL_SIZE];
	size_t count = 0;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char *at = text;

	for (; rest > 0 || count == 0; rest /= 10)
		digits[count++] = (char)('0' + rest % 10);
	if (number < 0)
		digits[count++] = '-';
	while (count > 0)
		*at++ = digits[--count];
	*at = '\0';
	return text;
}
