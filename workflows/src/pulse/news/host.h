/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_NEWS_HOST_H
#define TC_WORKFLOWS_PULSE_NEWS_HOST_H

/* A loop for which somebody else waits, by one descriptor: an epoll set of what the loop watches,
 * with its timer as a timerfd in it. */

#include <sys/types.h>
#include <taskcluster/loop.h>

struct tc__news_host {
	tc_loop *loop; /* NULL: this system has no epoll */
	int fd;        /* can be read from when the loop has something to do */
	int timer;
	pid_t pid;
};
#define TC__NEWS_HOST_NONE ((struct tc__news_host){ .fd = -1, .timer = -1 })

/* The host does not move while it is open. Not TC_OK: there is nothing to close. */
int tc__news_host_open(struct tc__news_host *host, tc_error *err);

/* Has the loop do what it has to do now, without waiting. */
void tc__news_host_turn(struct tc__news_host *host);

void tc__news_host_close(struct tc__news_host *host);

#endif
