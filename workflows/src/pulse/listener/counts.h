/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_COUNTS_H
#define TC_WORKFLOWS_PULSE_COUNTS_H

/* How often messages have failed, by a text: of the 1,000 that failed first of late. A row older
 * than that begins anew, as memory is bounded. */

#include <stddef.h>
#include <stdint.h>

struct tc__counts {
	struct tc__count *rows; /* NULL until one is needed */
	size_t used;            /* rows that hold one */
	size_t next;            /* the row that is taken next */
};

/* One more; the new count, or -1 without memory. */
int64_t tc__counts_add(struct tc__counts *counts, const char *key);

void tc__counts_forget(struct tc__counts *counts, const char *key);
void tc__counts_clear(struct tc__counts *counts);

#endif
