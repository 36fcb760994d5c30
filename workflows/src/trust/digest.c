/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/digest.h"

bool tc__is_digest(const char *text, size_t length, size_t expected)
{
	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return length == expected;
}
