/* SPDX-License-Identifier: MPL-2.0 */
#ifdef __linux__

#include "runtime/src/http/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/*
 * A kept connection is watched and not watched in turn, twice for every call. So a descriptor that
 * is no longer wanted stays in the set, quiet as it mostly is, and only an event that nobody wants
 * takes it out: most changes then need no system call.
 */
struct watched {
	unsigned char wanted, set; /* sums of enum tc__readiness; `set` is what the kernel has */
};

struct tc__waiter {
	int fd;
	struct watched *watched; /* by descriptor */
	size_t count;
};

static struct tc__waiter *open_epoll(tc_error *err)
{
	struct tc__waiter *waiter = calloc(1, sizeof *waiter);

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

static bool make_room(struct tc__waiter *waiter, size_t fd)
{
	size_t count = waiter->count ? waiter->count : 64;

	if (fd < waiter->count)
		return true;
	while (count <= fd)
		count *= 2;
	struct watched *watched = realloc(waiter->watched, count * sizeof *watched);
	if (!watched)
		return false;
	memset(watched + waiter->count, 0, (count - waiter->count) * sizeof *watched);
	waiter->watched = watched;
	waiter->count = count;
	return true;
}

/* A number may mean another descriptor than we think: one that was closed without a word, or one
 * that a child of fork still has in the set. So the kernel's word counts. */
static int control(int fd, int operation, struct epoll_event *event)
{
	if (epoll_ctl(fd, operation, event->data.fd, event) == 0)
		return 0;
	if (operation == EPOLL_CTL_MOD && errno == ENOENT)
		return epoll_ctl(fd, EPOLL_CTL_ADD, event->data.fd, event);
	if (operation == EPOLL_CTL_ADD && errno == EEXIST)
		return epoll_ctl(fd, EPOLL_CTL_MOD, event->data.fd, event);
	return -1;
}

/* Makes the kernel's set as it is wanted. */
static int adjust(struct tc__waiter *waiter, int fd)
{
	struct watched *watched = &waiter->watched[fd];
	struct epoll_event event = { .data.fd = fd };
	int operation = !watched->wanted ? EPOLL_CTL_DEL
		: watched->set           ? EPOLL_CTL_MOD
					 : EPOLL_CTL_ADD;

	if (watched->set == watched->wanted)
		return 0;
	if (watched->wanted & TC__READ)
		event.events |= EPOLLIN;
	if (watched->wanted & TC__WRITE)
		event.events |= EPOLLOUT;
	if (control(waiter->fd, operation, &event) != 0 && watched->wanted)
		return -1;
	watched->set = watched->wanted;
	return 0;
}

static int watch(struct tc__waiter *waiter, int fd, int events)
{
	if (!make_room(waiter, (size_t)fd))
		return -1;
	waiter->watched[fd].wanted = (unsigned char)events;
	return events ? adjust(waiter, fd) : 0;
}

/* Closing alone would not do: a child of fork may have it open still. */
static void forget(struct tc__waiter *waiter, int fd)
{
	if ((size_t)fd >= waiter->count)
		return;
	waiter->watched[fd].wanted = 0;
	adjust(waiter, fd);
}

/* What came for a descriptor, or nothing when that is not wanted. */
static int events_of(struct tc__waiter *waiter, const struct epoll_event *came)
{
	int events = 0;

	if (!waiter->watched[came->data.fd].wanted) {
		adjust(waiter, came->data.fd);
		return 0;
	}
	if (came->events & EPOLLIN)
		events |= TC__READ;
	if (came->events & EPOLLOUT)
		events |= TC__WRITE;
	if (came->events & (EPOLLERR | EPOLLHUP))
		events |= TC__ERROR;
	return events;
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
		int wanted = events_of(waiter, &came[i]);
		if (wanted)
			events[(*count)++] = (struct tc__event){ came[i].data.fd, wanted };
	}
	return TC_OK;
}

static void close_epoll(struct tc__waiter *waiter)
{
	close(waiter->fd);
	free(waiter->watched);
	free(waiter);
}

const struct tc__waiter_kind tc__waiter_epoll = { open_epoll, watch, forget, wait_epoll,
	close_epoll };

#else
/* a file must not be empty */
extern const int tc__no_epoll;
const int tc__no_epoll = 1;
#endif
