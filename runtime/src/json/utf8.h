/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_UTF8_H
#define TC_RUNTIME_UTF8_H

/* UTF-8 (RFC 3629), for what reads JSON and what writes it. */

#include <stdbool.h>
#include <stddef.h>

/* How many bytes follow this first byte of a UTF-8 character, and the bounds of the next one
 * (RFC 3629, section 4); 0 when no character begins so. */
static inline unsigned tc__utf8_rest(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	*high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
	if (first >= 0xC2 && first <= 0xDF)
		return 1;
	if (first >= 0xE0 && first <= 0xEF)
		return 2;
	return first >= 0xF0 && first <= 0xF4 ? 3 : 0;
}

/* Whether these bytes are well-formed UTF-8. */
bool tc__utf8_valid(const char *text, size_t length);

#endif
