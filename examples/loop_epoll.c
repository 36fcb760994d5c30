/* SPDX-License-Identifier: MPL-2.0 */
/* The states of many tasks at once, in a program with an event loop of its own: plain epoll.
 *
 *	example-loop_epoll <taskId>…
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <taskcluster/loop.h>
#include <taskcluster/queue.h>
#include <time.h>
#include <unistd.h>

/* The host: an epoll set, and one timer. */
struct host {
	int epoll;
	int64_t due_ms; /* -1: no timer */
	size_t failures;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the two hooks ---- */

static int watch(void *data, int fd, int events)
{
	struct host *host = data;
	struct epoll_event wanted = { .data.fd = fd };

	if (!events)
		return epoll_ctl(host->epoll, EPOLL_CTL_DEL, fd, &wanted);
	if (events & TC_LOOP_READ)
		wanted.events |= EPOLLIN;
	if (events & TC_LOOP_WRITE)
		wanted.events |= EPOLLOUT;
	if (epoll_ctl(host->epoll, EPOLL_CTL_MOD, fd, &wanted) == 0)
		return 0;
	return epoll_ctl(host->epoll, EPOLL_CTL_ADD, fd, &wanted);
}

static void set_timer(void *data, int64_t delay_ms)
{
	struct host *host = data;

	host->due_ms = delay_ms < 0 ? -1 : now_ms() + delay_ms;
}

/* ---- the calls ---- */

static void on_status(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct host *host = data;
	tc_error failure = TC_ERROR_INIT;
	struct tc_queue_task_status_response *reply = NULL;

	(void)run;
	if (response)
		reply = tc_queue_status_reply(response, &failure);
	if (reply)
		printf("%s is %s\n", reply->status.task_id, reply->status.state);
	else
		fprintf(stderr, "%s\n", tc_error_text(err ? err : &failure));
	host->failures += reply == NULL;
	tc_release(reply);
	tc_release(response);
	tc_error_clear(&failure);
}

static void start(tc_loop *loop, tc_client *client, const char *task_id, struct host *host)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_queue_status_call(client, task_id, &err);

	if (!call || tc_loop_start(loop, call, on_status, host, NULL, &err) != TC_OK) {
		fprintf(stderr, "%s\n", tc_error_text(&err));
		host->failures++;
	}
	tc_call_free(call);
	tc_error_clear(&err);
}

/* ---- the host's loop ---- */

static int wait_ms(const struct host *host)
{
	if (host->due_ms < 0)
		return -1;
	int64_t left = host->due_ms - now_ms();
	return left > 0 ? (int)left : 0;
}

static void run(struct host *host, tc_loop *loop)
{
	struct epoll_event came;

	while (tc_loop_pending(loop)) {
		/* one at a time: what the loop does with it may make another descriptor of those
		 * that came with it */
		if (epoll_wait(host->epoll, &came, 1, wait_ms(host)) == 1) {
			int events = (came.events & EPOLLIN ? TC_LOOP_READ : 0) |
				(came.events & EPOLLOUT ? TC_LOOP_WRITE : 0) |
				(came.events & (EPOLLERR | EPOLLHUP) ? TC_LOOP_ERROR : 0);
			tc_loop_ready(loop, came.data.fd, events);
		}
		if (host->due_ms >= 0 && now_ms() >= host->due_ms) {
			host->due_ms = -1;
			tc_loop_timeout(loop);
		}
	}
}

int main(int argc, char **argv)
{
	struct host host = { .epoll = epoll_create1(EPOLL_CLOEXEC), .due_ms = -1 };
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.watch = watch;
	options.timer = set_timer;
	options.data = &host;
	tc_client *client = tc_client_new(NULL, &err);
	tc_loop *loop = client ? tc_loop_new(&options, &err) : NULL;
	if (!loop) {
		fprintf(stderr, "%s\n", tc_error_text(&err));
		host.failures++;
	}
	for (int i = 1; loop && i < argc; i++)
		start(loop, client, argv[i], &host);
	if (loop)
		run(&host, loop);
	tc_loop_free(loop);
	tc_client_free(client);
	tc_error_clear(&err);
	close(host.epoll);
	return host.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
