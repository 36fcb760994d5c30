/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_BELL_H
#define TC_RUNTIME_BELL_H

/* A descriptor that becomes readable when somebody rings, from any thread or a signal handler: an
 * eventfd, or a pipe where there is none. Close-on-exec, and never blocks. */

#include <stdbool.h>

struct tc__bell {
	int fd;      /* to be watched for reading, */
	int ring_fd; /* and written to; the same where there are event descriptors; -1: not open */
};

/* False, with errno: nothing is open. */
bool tc__bell_open(struct tc__bell *bell);
void tc__bell_close(struct tc__bell *bell);

void tc__bell_ring(const struct tc__bell *bell);

/* Until it rings again it is not readable. */
void tc__bell_quiet(const struct tc__bell *bell);

#endif
