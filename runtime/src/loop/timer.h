/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOOP_TIMER_H
#define TC_RUNTIME_LOOP_TIMER_H

/* What is due when: a heap with the next one on top. Setting, moving and unsetting take the time of
 * a logarithm. Of those that are due together the older one comes first. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <taskcluster/loop.h>

/* A member of whatever has a timer; {0} is one that is not set. */
struct tc__timer {
	int64_t due_ms;
	uint64_t id;    /* of what has it; the older the smaller */
	size_t place;   /* 1 + position in the heap; 0: not set */
	uint64_t round; /* in which it was set */
	/* Its time has come; it is still set. */
	void (*expire)(tc_loop *loop, struct tc__timer *timer, int64_t now_ms);
};

/* Begins as {0}. */
struct tc__timers {
	struct tc__timer **heap;
	size_t count, capacity;
	uint64_t round; /* looks at what is due: what is set meanwhile is for the next one */
};

/* Room for as many timers as there may be things with one, so that setting one cannot fail. */
bool tc__timers_reserve(struct tc__timers *timers, size_t count);
void tc__timers_set(struct tc__timers *timers, struct tc__timer *timer, int64_t due_ms);
void tc__timers_unset(struct tc__timers *timers, struct tc__timer *timer); /* fine without one */
struct tc__timer *tc__timers_next(const struct tc__timers *timers);        /* NULL: none */
void tc__timers_clear(struct tc__timers *timers);

#endif
