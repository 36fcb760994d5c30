/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_WAIT_H
#define TC_RUNTIME_WAIT_H

/* Waiting for descriptors: by epoll where there is one, by poll elsewhere. */

#include "runtime/src/base/error.h"
#include <stddef.h>
#include <stdint.h>

struct tc__waiter;

/* What to watch a descriptor for, and what became of it; as enum tc_loop_event has them. */
enum tc__readiness { TC__READ = 1, TC__WRITE = 2, TC__ERROR = 4 };

/* What came for a descriptor: a sum of these. */
struct tc__event {
	int fd;
	int events;
};

#define TC__EVENTS_MAX 64

struct tc__waiter_kind {
	struct tc__waiter *(*open)(tc_error *err);

	/* The events to wait for, 0 for none. Not 0 when that cannot be. */
	int (*watch)(struct tc__waiter *waiter, int fd, int events);

	/* This descriptor will be closed: its number may soon mean another. */
	void (*forget)(struct tc__waiter *waiter, int fd);

	/* Waits up to `timeout_ms`, negative for ever. *count of the events are filled in: none
	 * when the time is over or a signal came. */
	int (*wait)(struct tc__waiter *waiter, int64_t timeout_ms,
		struct tc__event events[TC__EVENTS_MAX], size_t *count, tc_error *err);

	/* Its descriptors are closed; those watched are left alone. */
	void (*close)(struct tc__waiter *waiter);
};

extern const struct tc__waiter_kind tc__waiter_poll;
#ifdef __linux__
extern const struct tc__waiter_kind tc__waiter_epoll;
#endif

static inline int tc__wait_ms(int64_t timeout_ms)
{
	if (timeout_ms < 0)
		return -1;
	return timeout_ms < INT32_MAX ? (int)timeout_ms : INT32_MAX;
}

#endif
