/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/store/collate.h"

#include <ctype.h>
#include <string.h>

/* The root collation of Unicode, as far as ASCII goes. */
static const char order[] = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
			    "abcdefghijklmnopqrstuvwxyz";

/* Where a byte stands, whatever its case; what is no ASCII comes behind, in the order of its bytes.
 */
static int weight(unsigned char c)
{
	const char *found;

	if (c >= 'A' && c <= 'Z')
		c = (unsigned char)(c - 'A' + 'a');
	found = c ? strchr(order, c) : NULL;
	return found ? (int)(found - order) + 1 : c < 0x80 ? 0 : 0x100 + c;
}

int collate_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t common = a_length < b_length ? a_length : b_length;
	int by_case = 0;

	for (size_t i = 0; i < common; i++) {
		unsigned char left = (unsigned char)a[i];
		unsigned char right = (unsigned char)b[i];
		if (left == right)
			continue;
		int difference = weight(left) - weight(right);
		if (difference)
			return difference;
		if (!by_case)
			by_case = islower(left) ? -1 : islower(right) ? 1 : (int)left - right;
	}
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return by_case;
}
