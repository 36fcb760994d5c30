/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_COUNTS_H
#define TC_WORKFLOWS_PULSE_COUNTS_H

/* How often messages have failed, by a text: of the `limit` that failed first of late. A row older
 * than that begins anew, as memory is bounded. */

#include "workflows/src/pulse/listener/rows.h"

struct tc__counts {
	struct tc__rows rows; /* none until one is needed */
	size_t limit;
};

/* One more; the new count, or -1 without memory. */
int64_t tc__counts_add(struct tc__counts *counts, const char *key);

void tc__counts_forget(struct tc__counts *counts, const char *key);
void tc__counts_clear(struct tc__counts *counts);

#endif
