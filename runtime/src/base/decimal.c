/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/decimal.h>

#include <string.h>

/* Without printf, which takes longer than the MAC of a Hawk header that numbers go into; from the
 * end, two digits by one division. */
char *tc_decimal(char text[TC_DECIMAL_SIZE], int64_t number)
{
	char digits[TC_DECIMAL_SIZE];
	char *at = digits + sizeof digits;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	*--at = '\0';
	for (; rest >= 10; rest /= 100) {
		unsigned pair = (unsigned)(rest % 100);
		*--at = (char)('0' + pair % 10);
		*--at = (char)('0' + pair / 10);
	}
	if (rest || !*at)
		*--at = (char)('0' + rest);
	if (number < 0)
		*--at = '-';
	memcpy(text, at, (size_t)(digits + sizeof digits - at));
	return text;
}
