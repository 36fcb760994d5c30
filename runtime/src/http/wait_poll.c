/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/wait.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct tc__waiter {
	struct pollfd *fds;
	size_t count, capacity;
	size_t next; /* where the next look begins, so that nobody starves */
};

static struct tc__waiter *open_poll(tc_error *err)
{
	struct tc__waiter *waiter = calloc(1, sizeof *waiter);

	if (!waiter)
		tc__fail_nomem(err);
	return waiter;
}

static struct pollfd *find(struct tc__waiter *waiter, int fd)
{
	for (size_t i = 0; i < waiter->count; i++)
		if (waiter->fds[i].fd == fd)
			return &waiter->fds[i];
	return NULL;
}

static struct pollfd *add(struct tc__waiter *waiter, int fd)
{
	if (waiter->count == waiter->capacity) {
		size_t capacity = 2 * waiter->capacity + 16;
		struct pollfd *fds = realloc(waiter->fds, capacity * sizeof *fds);
		if (!fds)
			return NULL;
		waiter->fds = fds;
		waiter->capacity = capacity;
	}
	waiter->fds[waiter->count] = (struct pollfd){ .fd = fd };
	return &waiter->fds[waiter->count++];
}

static int watch(struct tc__waiter *waiter, int fd, int events)
{
	struct pollfd *entry = find(waiter, fd);

	if (!events) {
		if (entry)
			*entry = waiter->fds[--waiter->count];
		return 0;
	}
	if (!entry)
		entry = add(waiter, fd);
	if (!entry)
		return -1;
	entry->events =
		(short)((events & TC__READ ? POLLIN : 0) | (events & TC__WRITE ? POLLOUT : 0));
	return 0;
}

static void forget(struct tc__waiter *waiter, int fd)
{
	watch(waiter, fd, 0);
}

static int wait_poll(struct tc__waiter *waiter, int64_t timeout_ms,
	struct tc__event events[TC__EVENTS_MAX], size_t *count, tc_error *err)
{
	*count = 0;
	int n = poll(waiter->fds, (nfds_t)waiter->count, tc__wait_ms(timeout_ms));
	if (n < 0 && errno != EINTR)
		return tc__fail(err, TC_ERROR_SYSTEM, "poll: %s", strerror(errno));
	for (size_t i = 0; n > 0 && i < waiter->count && *count < TC__EVENTS_MAX; i++) {
		const struct pollfd *entry = &waiter->fds[waiter->next++ % waiter->count];
		if (!entry->revents)
			continue;
		struct tc__event *event = &events[(*count)++];
		*event = (struct tc__event){ .fd = entry->fd };
		if (entry->revents & POLLIN)
			event->events |= TC__READ;
		if (entry->revents & POLLOUT)
			event->events |= TC__WRITE;
		if (entry->revents & (POLLERR | POLLHUP | POLLNVAL))
			event->events |= TC__ERROR;
		n--;
	}
	return TC_OK;
}

static void close_poll(struct tc__waiter *waiter)
{
	free(waiter->fds);
	free(waiter);
}

const struct tc__waiter_kind tc__waiter_poll = { open_poll, watch, forget, wait_poll, close_poll };
