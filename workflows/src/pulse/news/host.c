/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/news/host.h"

#ifdef __linux__
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* So much is done in a turn at most; who waits has other things to do. */
#define TURN_EVENTS 100

/* ---- the hooks ---- */

/* A child of fork has the same set as its parent, whose it stays. */
static int watch(void *data, int fd, int events)
{
	const struct tc__news_host *host = data;
	struct epoll_event wanted = { .data.fd = fd };

	if (host->pid != getpid())
		return 0;
	if (!events)
		return epoll_ctl(host->fd, EPOLL_CTL_DEL, fd, &wanted);
	if (events & TC_LOOP_READ)
		wanted.events |= EPOLLIN;
	if (events & TC_LOOP_WRITE)
		wanted.events |= EPOLLOUT;
	if (epoll_ctl(host->fd, EPOLL_CTL_MOD, fd, &wanted) == 0)
		return 0;
	return epoll_ctl(host->fd, EPOLL_CTL_ADD, fd, &wanted);
}

static void set_timer(void *data, int64_t delay_ms)
{
	const struct tc__news_host *host = data;
	struct itimerspec time = { 0 }; /* none */

	if (host->pid != getpid())
		return;
	if (delay_ms >= 0) {
		time.it_value.tv_sec = (time_t)(delay_ms / 1000);
		time.it_value.tv_nsec = (long)(delay_ms % 1000) * 1000000;
		time.it_value.tv_nsec += delay_ms == 0; /* as soon as possible; 0 is never */
	}
	timerfd_settime(host->timer, 0, &time, NULL);
}

/* ---- turns ---- */

static void take(struct tc__news_host *host, const struct epoll_event *came)
{
	uint64_t times;

	if (came->data.fd != host->timer) {
		int events = (came->events & EPOLLIN ? TC_LOOP_READ : 0) |
			(came->events & EPOLLOUT ? TC_LOOP_WRITE : 0) |
			(came->events & (EPOLLERR | EPOLLHUP) ? TC_LOOP_ERROR : 0);
		tc_loop_ready(host->loop, came->data.fd, events);
	} else if (read(host->timer, &times, sizeof times) == (ssize_t)sizeof times) {
		tc_loop_timeout(host->loop);
	}
}

/* One event at a time: what the loop does with it may make another descriptor of those that came
 * with it. */
void tc__news_host_turn(struct tc__news_host *host)
{
	struct epoll_event came;

	for (int i = 0; i < TURN_EVENTS && epoll_wait(host->fd, &came, 1, 0) == 1; i++)
		take(host, &came);
}

/* ---- from beginning to end ---- */

static int open_descriptors(struct tc__news_host *host, tc_error *err)
{
	struct epoll_event wanted = { .events = EPOLLIN };

	host->fd = epoll_create1(EPOLL_CLOEXEC);
	if (host->fd < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "epoll_create1: %s", strerror(errno));
	host->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (host->timer < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "timerfd_create: %s", strerror(errno));
	wanted.data.fd = host->timer;
	if (epoll_ctl(host->fd, EPOLL_CTL_ADD, host->timer, &wanted) == 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_SYSTEM, "epoll_ctl: %s", strerror(errno));
}

int tc__news_host_open(struct tc__news_host *host, tc_error *err)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;

	*host = TC__NEWS_HOST_NONE;
	host->pid = getpid();
	options.watch = watch;
	options.timer = set_timer;
	options.data = host;
	int rc = open_descriptors(host, err);
	if (rc == TC_OK) {
		host->loop = tc_loop_new(&options, err);
		rc = host->loop ? TC_OK : err->code;
	}
	if (rc != TC_OK)
		tc__news_host_close(host);
	return rc;
}

void tc__news_host_close(struct tc__news_host *host)
{
	tc_loop_free(host->loop);
	if (host->timer >= 0)
		close(host->timer);
	if (host->fd >= 0)
		close(host->fd);
	*host = TC__NEWS_HOST_NONE;
}

#else
int tc__news_host_open(struct tc__news_host *host, tc_error *err)
{
	(void)err;
	*host = TC__NEWS_HOST_NONE;
	return TC_OK;
}

void tc__news_host_turn(struct tc__news_host *host)
{
	(void)host;
}

void tc__news_host_close(struct tc__news_host *host)
{
	(void)host;
}
#endif
