/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_TIMER_H
#define TC_WORKFLOWS_TIMER_H

#include <taskcluster/loop.h>

/* Ends a timer of a loop, if it is set: *timer is its number, and 0 then. */
static inline void tc__timer_end(tc_loop *loop, uint64_t *timer)
{
	if (*timer)
		tc_loop_timer_cancel(loop, *timer);
	*timer = 0;
}

#endif
