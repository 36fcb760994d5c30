/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/pulse/trouble.h"

#include <stdio.h>
#include <string.h>

#define REMIND_S 60

bool trouble_is_due(struct trouble *trouble, const char *why, time_t now_s)
{
	if (strncmp(trouble->told, why, sizeof trouble->told - 1) == 0 &&
		now_s - trouble->told_at < REMIND_S)
		return false;
	snprintf(trouble->told, sizeof trouble->told, "%s", why);
	trouble->told_at = now_s;
	return true;
}
