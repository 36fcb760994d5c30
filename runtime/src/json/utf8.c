/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/utf8.h"

#include "runtime/src/base/ascii.h"

bool tc__utf8_valid(const char *text, size_t length)
{
	unsigned char low = 0, high = 0;
	unsigned rest = 0;
	size_t i = 0;

	while (i < length) {
		while (!rest && length - i >= 8 && !(tc__eight(text + i) & TC__EACH(0x80)))
			i += 8;
		if (i == length)
			break;
		unsigned char byte = (unsigned char)text[i++];
		if (rest) {
			if (byte < low || byte > high)
				return false;
			rest--;
			low = 0x80;
			high = 0xBF;
		} else if (byte >= 0x80) {
			rest = tc__utf8_rest(byte, &low, &high);
			if (!rest)
				return false;
		}
	}
	return rest == 0;
}
