/* SPDX-License-Identifier: MPL-2.0 */
/* The hook face under a host that is as small as can be, and one that refuses. */
#include "host.h"
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

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
	host_open(&host, 8, NULL);
	assert_int_equal(host.count, 1); /* the bell */
	assert_int_equal(host.delay_ms, -1);
	for (int i = 0; i < 50; i++)
		assert_int_equal(
			tc_loop_start(host.loop, call, take_note, &note, NULL, NULL), TC_OK);
	assert_int_equal(note.done, 0);
	assert_int_equal(host.delay_ms, 0);
	while (tc_loop_pending(host.loop))
		host_turn(&host);
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
	host_open(&host, 8, NULL);
	tc_loop_start(host.loop, call, take_note, &note, &run, NULL);
	host_turn(&host);
	host_turn(&host);
	tc_loop_wake(host.loop);
	tc_loop_wake(host.loop);
	while (!host.wakes)
		host_turn(&host);
	assert_int_equal(host.wakes, 1);
	tc_loop_cancel(host.loop, run);
	while (!note.done)
		host_turn(&host);
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
	host_open(&host, 8, NULL);
	for (int i = 0; i < 3; i++)
		tc_loop_start(host.loop, call, take_note, &note, NULL, NULL);
	while (tc_loop_pending(host.loop))
		host_turn(&host);
	assert_int_equal(note.done, 3);
	assert_int_equal(note.code, TC_ERROR_SYSTEM);
	assert_non_null(strstr(note.text, "watch hook"));
	host.refuses = false; /* the loop goes on */
	tc_loop_start(host.loop, call, take_note, &note, NULL, NULL);
	while (tc_loop_pending(host.loop))
		host_turn(&host);
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
	options.watch = host_watch;
	assert_null(tc_loop_new(&options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "timer is NULL");
	options.watch = refuse_all;
	options.timer = host_timer;
	options.data = &host;
	assert_null(tc_loop_new(&options, &err));
	assert_failure(&err, TC_ERROR_SYSTEM, "the watch hook refused");
	host_open(&host, 1, NULL);
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
