/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "host.h"
#include <string.h>

/* It stands once among the fresh ones, of which there are no more than descriptors. */
static bool is_fresh(const struct host *host, int fd)
{
	for (size_t i = 0; i < host->fresh_count; i++)
		if (host->fresh[i] == fd)
			return true;
	return false;
}

int host_watch(void *data, int fd, int events)
{
	struct host *host = data;
	size_t i = 0;

	host->watches++;
	if (!is_fresh(host, fd) && host->fresh_count < HOST_FDS)
		host->fresh[host->fresh_count++] = fd;
	if (host->refuses && (events & TC_LOOP_WRITE))
		return -1;
	while (i < host->count && host->fds[i].fd != fd)
		i++;
	if (!events) {
		if (i < host->count)
			host->fds[i] = host->fds[--host->count];
		else
			assert_true(host->refuses);
		return 0;
	}
	assert_true(i < HOST_FDS);
	host->count += i == host->count;
	host->fds[i] = (struct pollfd){ .fd = fd,
		.events = (short)((events & TC_LOOP_READ ? POLLIN : 0) |
			(events & TC_LOOP_WRITE ? POLLOUT : 0)) };
	return 0;
}

void host_timer(void *data, int64_t delay_ms)
{
	struct host *host = data;

	host->timers++;
	host->delay_ms = delay_ms;
}

static void on_wake(void *data)
{
	struct host *host = data;

	host->wakes++;
}

void host_turn(struct host *host)
{
	struct pollfd came[HOST_FDS];
	size_t count = host->count;
	int delay = host->delay_ms < 0 || host->delay_ms > 1000 ? 1000 : (int)host->delay_ms;

	memcpy(came, host->fds, sizeof came);
	host->fresh_count = 0;
	int n = poll(came, (nfds_t)count, delay);
	for (size_t i = 0; n > 0 && i < count; i++)
		if (came[i].revents && !is_fresh(host, came[i].fd))
			tc_loop_ready(host->loop, came[i].fd,
				(came[i].revents & POLLIN ? TC_LOOP_READ : 0) |
					(came[i].revents & POLLOUT ? TC_LOOP_WRITE : 0) |
					(came[i].revents & (POLLERR | POLLHUP) ? TC_LOOP_ERROR
									       : 0));
	if (n == 0)
		tc_loop_timeout(host->loop);
}

void host_open(struct host *host, size_t in_flight, const struct tc_seams *seams)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	host->delay_ms = -1;
	options.in_flight = in_flight;
	options.watch = host_watch;
	options.timer = host_timer;
	options.woken = on_wake;
	options.data = host;
	options.seams = seams;
	host->loop = tc_loop_new(&options, &err);
	assert_ok(err.code, &err);
}
