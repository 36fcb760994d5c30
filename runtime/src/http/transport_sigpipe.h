/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_TRANSPORT_SIGPIPE_H
#define TC_RUNTIME_TRANSPORT_SIGPIPE_H

/* curl writes to plain sockets so that no signal comes; what it does for TLS has differed between
 * its versions. So the signal is held back on this thread meanwhile, and taken away if it came. */

#include <signal.h>
#include <stdbool.h>

/* Begins as {0}; ending one that never began does nothing. */
struct tc__hush {
	bool active, pending;
	sigset_t before;
};

void tc__hush_begin(struct tc__hush *hush);
void tc__hush_end(struct tc__hush *hush);

#endif
