/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOOP_WAKE_H
#define TC_RUNTIME_LOOP_WAKE_H

/* What other threads may do to a loop: leave a message, and ring. The bell is a descriptor that
 * both faces watch like any other, so waking works the same for hosts and for our own waiting;
 * curl_multi_wakeup would end only curl's own polls. */

#include "runtime/src/base/bell.h"
#include "runtime/src/base/error.h"
#include <stdatomic.h>

/* A run to be canceled. */
struct tc__wish {
	struct tc__wish *next;
	uint64_t run;
};

struct tc__wake {
	struct tc__bell bell;
	atomic_bool rung;                  /* nobody has to write again */
	atomic_bool asked;                 /* tc_loop_wake, not only a wish */
	_Atomic(struct tc__wish *) wishes; /* newest first */
};

/* Descriptors are close-on-exec. On failure nothing is open. */
int tc__wake_open(struct tc__wake *wake, tc_error *err);
void tc__wake_close(struct tc__wake *wake);

/* From any thread. */
void tc__wake_ring(struct tc__wake *wake);
bool tc__wake_wish(struct tc__wake *wake, uint64_t run); /* false: no memory */

/* On the loop's thread: whether a wish for this run has not been taken yet. */
bool tc__wake_has_wish(const struct tc__wake *wake, uint64_t run);

/* On the loop's thread: quiets the bell; then the wishes, oldest first, for free(). */
void tc__wake_quiet(struct tc__wake *wake);
struct tc__wish *tc__wake_take(struct tc__wake *wake);

#endif
