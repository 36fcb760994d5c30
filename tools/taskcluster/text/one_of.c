/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/text/one_of.h"

#include <string.h>

bool text_is_one_of(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(text, *list) == 0)
			return true;
	return false;
}
