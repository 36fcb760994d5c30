/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_BELL_H
#define TC_WORKFLOWS_BELL_H

/* A descriptor that can be read from once the bell was rung, which any thread may do, and a signal
 * handler. */

#include <taskcluster/error.h>

struct tc__bell {
	int fd, ring_fd; /* -1: closed */
};

int tc__bell_make(struct tc__bell *bell, tc_error *err);
void tc__bell_end(struct tc__bell *bell);

/* Leaves errno alone. */
void tc__bell_pull(const struct tc__bell *bell);
void tc__bell_hush(const struct tc__bell *bell);

#endif
