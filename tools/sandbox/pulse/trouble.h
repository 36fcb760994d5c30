/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_TROUBLE_H
#define TC_SANDBOX_TROUBLE_H

/* What goes wrong again and again is told once, and once a minute while it lasts. */

#include <stdbool.h>
#include <time.h>

#define TROUBLE_SIZE 300

/* The last that was told, and when, on a clock that never goes back; all zero when nothing was. */
struct trouble {
	char told[TROUBLE_SIZE];
	time_t told_at;
};

/* Whether `why` is to be told now, and remembers it then. */
bool trouble_is_due(struct trouble *trouble, const char *why, time_t now_s);

#endif
