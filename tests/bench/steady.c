/* SPDX-License-Identifier: MPL-2.0 */
/* A library of its own: what it does while it waits is not counted as the program's. */
#define _GNU_SOURCE    /* ppoll */
#undef _FORTIFY_SOURCE /* whose headers have a poll of their own */
#include "tests/bench/steady.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#define EXPORTED __attribute__((visibility("default")))
#define LOOK_MS 2
#define LOOKS_MAX 2500 /* whatever happens, something is told after 5 s */

static size_t awaited;

EXPORTED void steady_await(size_t descriptors)
{
	awaited = descriptors;
}

static int compare(const void *a, const void *b)
{
	const struct epoll_event *x = a, *y = b;

	return (x->data.fd > y->data.fd) - (x->data.fd < y->data.fd);
}

EXPORTED int epoll_wait(int fd, struct epoll_event *events, int max, int timeout)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	const size_t enough = awaited < (size_t)max ? awaited : (size_t)max;
	int count = 0;

	if (!awaited)
		return epoll_pwait(fd, events, max, timeout, NULL);
	if (timeout == 0)
		return 0;
	for (int i = 0; i < LOOKS_MAX && count >= 0 && (size_t)count < enough; i++) {
		if (i)
			nanosleep(&pause, NULL);
		count = epoll_pwait(fd, events, max, 0, NULL);
	}
	if (count > 0)
		qsort(events, (size_t)count, sizeof *events, compare);
	return count;
}

EXPORTED int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	const struct timespec until = { timeout / 1000, timeout % 1000 * 1000000L };

	if (awaited && timeout == 0)
		return 0;
	return ppoll(fds, count, timeout < 0 ? NULL : &until, NULL);
}
