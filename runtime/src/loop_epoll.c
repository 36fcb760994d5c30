/* SPDX-License-Identifier: MPL-2.0 */
#ifdef __linux__

#include "loop_wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct tc__waiter {
	int fd;
};

static struct tc__waiter *open_epoll(tc_error *err)
{
	struct tc__waiter *waiter = malloc(sizeof *waiter);

	if (!waiter) {
		tc__fail_nomem(err);
		return NULL;
	}
	waiter->fd = epoll_create1(EPOLL_CLOEXEC);
	if (waiter->fd >= 0)
		return waiter;
	tc__fail(err, TC_ERROR_SYSTEM, "epoll_create1: %s", strerror(errno));
	free(waiter);
	return NULL;
}

static int watch(struct tc__waiter *waiter, int fd, int events)
{
	struct epoll_event wanted = { .data.fd = fd };

	if (events & TC_LOOP_READ)
		wanted.events |= EPOLLIN;
	if (events & TC_LOOP_WRITE)
		wanted.events |= EPOLLOUT;
	if (!events) {
		epoll_ctl(waiter->fd, EPOLL_CTL_DEL, fd, &wanted);
		return 0;
	}
	if (epoll_ctl(waiter->fd, EPOLL_CTL_ADD, fd, &wanted) == 0)
		return 0;
	return errno == EEXIST ? epoll_ctl(waiter->fd, EPOLL_CTL_MOD, fd, &wanted) : -1;
}

static int wait_epoll(struct tc__waiter *waiter, int64_t timeout_ms,
	struct tc__event events[TC__EVENTS_MAX], size_t *count, tc_error *err)
{
	struct epoll_event came[TC__EVENTS_MAX];

	*count = 0;
	int n = epoll_wait(waiter->fd, came, TC__EVENTS_MAX, tc__wait_ms(timeout_ms));
	if (n < 0 && errno != EINTR)
		return tc__fail(err, TC_ERROR_SYSTEM, "epoll_wait: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		struct tc__event *event = &events[(*count)++];
		*event = (struct tc__event){ .fd = came[i].data.fd };
		if (came[i].events & EPOLLIN)
			event->events |= TC_LOOP_READ;
		if (came[i].events & EPOLLOUT)
			event->events |= TC_LOOP_WRITE;
		if (came[i].events & (EPOLLERR | EPOLLHUP))
			event->events |= TC_LOOP_ERROR;
	}
	return TC_OK;
}

static void close_epoll(struct tc__waiter *waiter)
{
	close(waiter->fd);
	free(waiter);
}

const struct tc__waiter_kind tc__waiter_epoll = { open_epoll, watch, wait_epoll, close_epoll };

#else
/* a file must not be empty */
extern const int tc__no_epoll;
const int tc__no_epoll = 1;
#endif
