/* SPDX-License-Identifier: MPL-2.0 */
/* The states of many tasks at once, in a program whose event loop is libuv's.
 *
 *	example-loop_libuv <taskId>…
 */
#include <stdio.h>
#include <stdlib.h>
#include <taskcluster/loop.h>
#include <taskcluster/queue.h>
#include <uv.h>

/* A descriptor that is watched. libuv ends handles later, so each lives on its own. */
struct watched {
	uv_poll_t poll;
	int fd;
	struct host *host;
	struct watched *next;
};

/* The host: libuv's loop, its handles for descriptors, and one timer. */
struct host {
	uv_loop_t *uv;
	uv_timer_t timer;
	struct watched *watched;
	tc_loop *loop;
	size_t failures;
};

/* ---- the two hooks ---- */

static void on_ready(uv_poll_t *poll, int status, int came)
{
	const struct watched *watched = poll->data;
	int events = (came & UV_READABLE ? TC_LOOP_READ : 0) |
		(came & UV_WRITABLE ? TC_LOOP_WRITE : 0) | (status < 0 ? TC_LOOP_ERROR : 0);

	tc_loop_ready(watched->host->loop, watched->fd, events);
}

static void free_watched(uv_handle_t *handle)
{
	free(handle->data);
}

static struct watched *add(struct host *host, int fd)
{
	struct watched *watched = calloc(1, sizeof *watched);

	if (!watched || uv_poll_init(host->uv, &watched->poll, fd) != 0) {
		free(watched);
		return NULL;
	}
	watched->poll.data = watched;
	watched->fd = fd;
	watched->host = host;
	watched->next = host->watched;
	host->watched = watched;
	return watched;
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
			uv_close((uv_handle_t *)&watched->poll, free_watched);
		}
		return 0;
	}
	if (!watched)
		watched = add(host, fd);
	if (!watched)
		return -1;
	int wanted = (events & TC_LOOP_READ ? UV_READABLE : 0) |
		(events & TC_LOOP_WRITE ? UV_WRITABLE : 0);
	return uv_poll_start(&watched->poll, wanted, on_ready);
}

static void on_time(uv_timer_t *timer)
{
	const struct host *host = timer->data;

	tc_loop_timeout(host->loop);
}

static void set_timer(void *data, int64_t delay_ms)
{
	struct host *host = data;

	if (delay_ms < 0)
		uv_timer_stop(&host->timer);
	else
		uv_timer_start(&host->timer, on_time, (uint64_t)delay_ms, 0);
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
	struct host host = { .uv = uv_default_loop() };
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	uv_timer_init(host.uv, &host.timer);
	host.timer.data = &host;
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
		uv_run(host.uv, UV_RUN_ONCE);
	tc_loop_free(host.loop);
	tc_client_free(client);
	tc_error_clear(&err);
	uv_close((uv_handle_t *)&host.timer, NULL);
	uv_run(host.uv, UV_RUN_DEFAULT); /* the handles end */
	uv_loop_close(host.uv);
	return host.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
