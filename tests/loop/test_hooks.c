/* SPDX-License-Identifier: MPL-2.0 */
/* The hook face under a host that is as small as can be, and one that refuses. */
#include "world.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FDS 64

struct host {
	tc_loop *loop;
	struct pollfd fds[FDS];
	size_t count;
	int64_t delay_ms; /* the timer; -1: none */
	size_t watches, timers, wakes;
	bool refuses; /* to watch what is written to: connections */
};

static int watch(void *data, int fd, int events)
{
	struct host *host = data;
	size_t i = 0;

	host->watches++;
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
	assert_true(i < FDS);
	host->count += i == host->count;
	host->fds[i] = (struct pollfd){ .fd = fd,
		.events = (short)((events & TC_LOOP_READ ? POLLIN : 0) |
			(events & TC_LOOP_WRITE ? POLLOUT : 0)) };
	return 0;
}

static void set_timer(void *data, int64_t delay_ms)
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

static void turn(struct host *host)
{
	struct pollfd came[FDS];
	size_t count = host->count;
	int delay = host->delay_ms < 0 ? 1000 : (int)host->delay_ms;

	memcpy(came, host->fds, sizeof came);
	int n = poll(came, (nfds_t)count, delay);
	for (size_t i = 0; n > 0 && i < count; i++)
		if (came[i].revents)
			tc_loop_ready(host->loop, came[i].fd,
				(came[i].revents & POLLIN ? TC_LOOP_READ : 0) |
					(came[i].revents & POLLOUT ? TC_LOOP_WRITE : 0) |
					(came[i].revents & (POLLERR | POLLHUP) ? TC_LOOP_ERROR
									       : 0));
	if (n == 0)
		tc_loop_timeout(host->loop);
}

static void open_host(struct host *host, size_t in_flight)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	host->delay_ms = -1;
	options.in_flight = in_flight;
	options.watch = watch;
	options.timer = set_timer;
	options.woken = on_wake;
	options.data = host;
	host->loop = tc_loop_new(&options, &err);
	assert_ok(err.code, &err);
}

static void a_host_waits_for_the_loop(void **state)
{
	static const struct tc_responder_reply busy = { .status = 503, .body = "{}" };
	static const struct tc_responder_reply fine = { .status = 200, .body = "{}" };
	struct script script = { { busy, fine }, 2 };
	struct tc_responder *responder = tc_responder_start(answer_by_script, &script);
	tc_client *client = quick_client(responder);
	tc_call *call = ping(client);
	struct host host = { 0 };
	struct note note = { 0 };

	(void)state;
	open_host(&host, 8);
	assert_int_equal(host.count, 1); /* the bell */
	assert_int_equal(host.delay_ms, -1);
	for (int i = 0; i < 50; i++)
		assert_int_equal(
			tc_loop_start(host.loop, call, take_note, &note, NULL, NULL), TC_OK);
	assert_int_equal(note.done, 0);
	assert_int_equal(host.delay_ms, 0);
	while (tc_loop_pending(host.loop))
		turn(&host);
	assert_int_equal(note.succeeded, 50);
	tc_call_free(call);
	tc_loop_free(host.loop);
	assert_int_equal(host.count, 0);
	assert_int_equal(host.delay_ms, -1);
	tc_client_free(client);
	tc_responder_stop(responder);
}

static void waking_and_canceling_go_through_the_host(void **state)
{
	static const struct tc_responder_reply late = { .status = 200, .delay_ms = 9000 };
	struct script script = { { late }, 1 };
	struct tc_responder *responder = tc_responder_start(answer_by_script, &script);
	tc_client *client = quick_client(responder);
	tc_call *call = ping(client);
	struct host host = { 0 };
	struct note note = { 0 };
	uint64_t run;

	(void)state;
	open_host(&host, 8);
	tc_loop_start(host.loop, call, take_note, &note, &run, NULL);
	turn(&host);
	turn(&host);
	tc_loop_wake(host.loop);
	tc_loop_wake(host.loop);
	while (!host.wakes)
		turn(&host);
	assert_int_equal(host.wakes, 1);
	tc_loop_cancel(host.loop, run);
	while (!note.done)
		turn(&host);
	assert_int_equal(note.code, TC_ERROR_CANCELED);
	assert_int_equal(host.wakes, 1);
	tc_call_free(call);
	tc_loop_free(host.loop);
	tc_client_free(client);
	tc_responder_stop(responder);
}

static void what_cannot_be_watched_fails(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = quick_client(responder);
	tc_call *call = ping(client);
	struct host host = { .refuses = true };
	struct note note = { 0 };

	(void)state;
	open_host(&host, 8);
	for (int i = 0; i < 3; i++)
		tc_loop_start(host.loop, call, take_note, &note, NULL, NULL);
	while (tc_loop_pending(host.loop))
		turn(&host);
	assert_int_equal(note.done, 3);
	assert_int_equal(note.code, TC_ERROR_SYSTEM);
	assert_non_null(strstr(note.text, "watch hook"));
	host.refuses = false; /* the loop goes on */
	tc_loop_start(host.loop, call, take_note, &note, NULL, NULL);
	while (tc_loop_pending(host.loop))
		turn(&host);
	assert_int_equal(note.succeeded, 1);
	tc_call_free(call);
	tc_loop_free(host.loop);
	tc_client_free(client);
	tc_responder_stop(responder);
}

static int refuse_all(void *data, int fd, int events)
{
	(void)data;
	(void)fd;
	return events ? -1 : 0;
}

static void the_faces_are_kept_apart(void **state)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct host host = { 0 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.watch = watch;
	assert_null(tc_loop_new(&options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "timer is NULL");
	options.watch = refuse_all;
	options.timer = set_timer;
	options.data = &host;
	assert_null(tc_loop_new(&options, &err));
	assert_failure(&err, TC_ERROR_SYSTEM, "the watch hook refused");
	open_host(&host, 1);
	tc_loop_poll(host.loop, 0, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "tc_loop_ready, tc_loop_timeout");
	tc_loop_free(host.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_waits_for_the_loop),
		cmocka_unit_test(waking_and_canceling_go_through_the_host),
		cmocka_unit_test(what_cannot_be_watched_fails),
		cmocka_unit_test(the_faces_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
