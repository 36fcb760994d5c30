/* SPDX-License-Identifier: MPL-2.0 */
/* The states of many tasks at once, in a program whose event loop is libevent's.
 *
 *	example-loop_libevent <taskId>…
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <taskcluster/loop.h>
#include <taskcluster/queue.h>

/* A descriptor that is watched. */
struct watched {
	struct event *event;
	int fd;
	struct watched *next;
};

/* The host: libevent's base, its events for descriptors, and one timer. */
struct host {
	struct event_base *base;
	struct event *timer;
	struct watched *watched;
	tc_loop *loop;
	size_t failures;
};

/* ---- the two hooks ---- */

static void on_ready(evutil_socket_t fd, short came, void *data)
{
	const struct host *host = data;
	int events = (came & EV_READ ? TC_LOOP_READ : 0) | (came & EV_WRITE ? TC_LOOP_WRITE : 0);

	tc_loop_ready(host->loop, fd, events);
}

/* The events of a descriptor that is watched already can only be changed by another event. */
static int set_event(struct host *host, struct watched *watched, int events)
{
	short wanted = EV_PERSIST;

	if (events & TC_LOOP_READ)
		wanted |= EV_READ;
	if (events & TC_LOOP_WRITE)
		wanted |= EV_WRITE;
	if (watched->event)
		event_free(watched->event);
	watched->event = event_new(host->base, watched->fd, wanted, on_ready, host);
	return watched->event ? event_add(watched->event, NULL) : -1;
}

static int watch(void *data, int fd, int events)
{
	struct host *host = data;
	struct watched **link = &host->watched;

	while (*link && (*link)->fd != fd)
		link = &(*link)->next;
	struct watched *watched = *link;
	if (!events) {
		if (watched) {
			*link = watched->next;
			if (watched->event)
				event_free(watched->event);
			free(watched);
		}
		return 0;
	}
	if (!watched) {
		watched = calloc(1, sizeof *watched);
		if (!watched)
			return -1;
		watched->fd = fd;
		*link = watched;
	}
	return set_event(host, watched, events);
}

static void on_time(evutil_socket_t fd, short came, void *data)
{
	const struct host *host = data;

	(void)fd;
	(void)came;
	tc_loop_timeout(host->loop);
}

static void set_timer(void *data, int64_t delay_ms)
{
	const struct host *host = data;
	const struct timeval delay = { .tv_sec = (time_t)(delay_ms / 1000),
		.tv_usec = (suseconds_t)(delay_ms % 1000) * 1000 };

	if (delay_ms < 0)
		evtimer_del(host->timer);
	else
		evtimer_add(host->timer, &delay);
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

int main(int argc, char **argv)
{
	struct host host = { .base = event_base_new() };
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	host.timer = evtimer_new(host.base, on_time, &host);
	options.watch = watch;
	options.timer = set_timer;
	options.data = &host;
	tc_client *client = tc_client_new(NULL, &err);
	host.loop = client ? tc_loop_new(&options, &err) : NULL;
	if (!host.loop) {
		fprintf(stderr, "%s\n", tc_error_text(&err));
		host.failures++;
	}
	for (int i = 1; host.loop && i < argc; i++)
		start(host.loop, client, argv[i], &host);
	while (tc_loop_pending(host.loop))
		event_base_loop(host.base, EVLOOP_ONCE);
	tc_loop_free(host.loop);
	tc_client_free(client);
	tc_error_clear(&err);
	event_free(host.timer);
	event_base_free(host.base);
	libevent_global_shutdown();
	return host.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
