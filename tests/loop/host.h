/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_LOOP_HOST_H
#define TC_TESTS_LOOP_HOST_H

/* A host for the hook face that is as small as can be: it waits by poll. */

#include <poll.h>
#include <taskcluster/loop.h>

#define HOST_FDS 64

struct host {
	tc_loop *loop;
	struct pollfd fds[HOST_FDS];
	size_t count;
	int64_t delay_ms; /* the timer; -1: none */
	size_t watches, timers, wakes;
	bool refuses;        /* to watch what is written to: connections */
	int fresh[HOST_FDS]; /* set or ended since it waited: what came was of others */
	size_t fresh_count;
};

/* The hooks. */
int host_watch(void *host, int fd, int events);
void host_timer(void *host, int64_t delay_ms);

/* Makes the loop; the rest of the host is {0}, or as the test wants it. */
void host_open(struct host *host, size_t in_flight, const struct tc_seams *seams);

/* Waits once, up to a second, and tells the loop. */
void host_turn(struct host *host);

#endif
