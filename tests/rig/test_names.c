/* SPDX-License-Identifier: MPL-2.0 */
/* Names whose look-up hangs for 8 s, fails, or is answered by nobody. A time limit, a cancel and
 * the end of a loop or client hold meanwhile, and nobody else waits. It runs with a resolver of the
 * rig's own, also in the builds where other tests of the rig have an /etc/hosts. */
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/batch.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>
#include <taskcluster/queue.h>
#include <taskcluster/wait.h>

/* For what takes a second, on a busy machine; far from 8 s. */
#define SOON_MS 4000

/* A port of nobody: these names are never found, or too late. */
#define PORT 1

struct hung {
	char url[128];
	tc_client *client;
	tc_loop *loop;
	struct ending ending;
	int64_t begun_ms;
	tc_error err;
};

/* A client that calls a server whose name hangs, with so much time for an attempt. */
static void begin(struct hung *hung, int64_t timeout_ms)
{
	*hung = (struct hung){ .err = TC_ERROR_INIT };
	tc_rig_other_url(hung->url, sizeof hung->url, "slow", PORT);
	struct tc_options options = rig_options(hung->url);
	options.timeout_ms = timeout_ms;
	hung->client = rig_client(&options);
	hung->loop = tc_loop_new(NULL, &hung->err);
	assert_non_null(hung->loop);
	hung->begun_ms = tc_test_now_ms();
}

/* Ends all of it, which is soon, too. */
static void end(struct hung *hung)
{
	tc_loop_free(hung->loop);
	tc_client_free(hung->client);
	tc_error_clear(&hung->err);
	assert_int_in_range(tc_test_now_ms() - hung->begun_ms, 0, SOON_MS);
}

static uint64_t start(struct hung *hung)
{
	return start_run(hung->loop, tc_queue_ping_call(hung->client, NULL), &hung->ending);
}

static void run(struct hung *hung)
{
	assert_ok(tc_loop_run(hung->loop, &hung->err), &hung->err);
}

/* ---- a look-up that hangs ---- */

static void a_call_ends_in_its_time(void **state)
{
	struct hung hung;

	(void)state;
	begin(&hung, 1000);
	assert_int_equal(tc_queue_ping(hung.client, NULL, &hung.err), TC_ERROR_TIMEOUT);
	assert_int_in_range(tc_test_now_ms() - hung.begun_ms, 950, SOON_MS);
	assert_failure(&hung.err, TC_ERROR_TIMEOUT, "-slow.rig.test");
	end(&hung);
}

static int stop_at_once(void *data, const struct tc_progress *progress)
{
	int64_t begun_ms = *(const int64_t *)data;

	(void)progress;
	return tc_test_now_ms() - begun_ms > 300;
}

static void a_call_ends_when_its_progress_says_so(void **state)
{
	struct hung hung;

	(void)state;
	begin(&hung, 30000);
	struct tc_options options = rig_options(hung.url);
	options.timeout_ms = 30000;
	options.progress = stop_at_once;
	options.progress_data = &hung.begun_ms;
	tc_client *client = rig_client(&options);
	assert_int_equal(tc_queue_ping(client, NULL, &hung.err), TC_ERROR_CANCELED);
	tc_error_clear(&hung.err);
	tc_client_free(client);
	end(&hung);
}

static void a_run_ends_in_its_attempts_time(void **state)
{
	struct hung hung;

	(void)state;
	begin(&hung, 1000);
	start(&hung);
	run(&hung);
	assert_int_equal(hung.ending.done, 1);
	assert_int_equal(hung.ending.code, TC_ERROR_TIMEOUT);
	assert_has(hung.ending.text, "-slow.rig.test");
	end(&hung);
}

static void a_run_ends_in_its_own_time(void **state)
{
	struct hung hung;

	(void)state;
	begin(&hung, 30000);
	uint64_t id = start(&hung);
	assert_ok(tc_loop_set_timeout(hung.loop, id, 500, &hung.err), &hung.err);
	run(&hung);
	assert_int_equal(hung.ending.code, TC_ERROR_TIMEOUT);
	end(&hung);
}

static void a_canceled_run_ends(void **state)
{
	struct hung hung;

	(void)state;
	begin(&hung, 30000);
	uint64_t id = start(&hung);
	assert_ok(tc_loop_poll(hung.loop, 100, &hung.err), &hung.err);
	assert_ok(tc_loop_poll(hung.loop, 100, &hung.err), &hung.err);
	assert_int_equal(tc_loop_cancel(hung.loop, id), TC_OK);
	run(&hung);
	assert_int_equal(hung.ending.done, 1);
	assert_int_equal(hung.ending.code, TC_ERROR_CANCELED);
	end(&hung);
}

static void a_loop_is_freed(void **state)
{
	struct hung hung;

	(void)state;
	begin(&hung, 30000);
	for (int i = 0; i < 3; i++)
		start(&hung);
	assert_ok(tc_loop_poll(hung.loop, 100, &hung.err), &hung.err);
	tc_loop_free(hung.loop);
	hung.loop = NULL;
	assert_int_equal(hung.ending.done, 3);
	assert_int_equal(hung.ending.code, TC_ERROR_CANCELED);
	end(&hung);
}

static void a_batch_ends_in_time(void **state)
{
	struct hung hung;
	tc_call *calls[3];
	struct tc_batch_result results[3] = { { 0 } };

	(void)state;
	begin(&hung, 1000);
	for (size_t i = 0; i < 3; i++)
		calls[i] = tc_queue_ping_call(hung.client, &hung.err);
	assert_int_equal(tc_batch_perform(calls, 3, NULL, results, &hung.err), TC_ERROR_TIMEOUT);
	for (size_t i = 0; i < 3; i++)
		tc_call_free(calls[i]);
	tc_batch_clear(results, 3);
	end(&hung);
}

static void a_list_ends_in_time(void **state)
{
	struct hung hung;
	const tc_json *item = NULL;

	(void)state;
	begin(&hung, 1000);
	tc_call *call = tc_auth_list_clients_call(hung.client, NULL, &hung.err);
	tc_items *items = tc_items_new(call, NULL, &hung.err);
	assert_non_null(items);
	assert_int_equal(tc_items_next(items, &item, &hung.err), TC_ERROR_TIMEOUT);
	tc_items_free(items);
	tc_call_free(call);
	end(&hung);
}

/* Its silence counts from the beginning on. */
static void a_download_ends_in_time(void **state)
{
	struct hung hung;
	struct tc_sink sink = TC_SINK_INIT;

	(void)state;
	tc_sink_fd(&sink, 2);
	begin(&hung, 1000);
	tc_call *call = tc_queue_ping_call(hung.client, &hung.err);
	assert_int_equal(tc_call_download(call, &sink, NULL, &hung.err), TC_ERROR_TIMEOUT);
	tc_call_free(call);
	end(&hung);
}

static void waiting_for_a_task_ends_in_time(void **state)
{
	struct hung hung;
	struct tc_wait_options options = TC_WAIT_OPTIONS_INIT;

	(void)state;
	begin(&hung, 1000);
	options.deadline_ms = 1000;
	assert_int_equal(
		tc_wait_task(hung.client, "fN1SbArXTPSVFNUvaOlinQ", &options, NULL, &hung.err),
		TC_ERROR_TIMEOUT);
	end(&hung);
}

/* Runs on the same loop to a server that answers do so, one after the other. */
static void nobody_else_waits(void **state)
{
	struct desk desk;
	struct hung hung;
	struct ending other = { 0 };

	(void)state;
	desk_open(&desk, "{\"alive\":true,\"uptime\":1}");
	begin(&hung, 30000);
	tc_client *client = rig_client_of(NULL, tc_responder_port(desk.responder));
	start(&hung);
	for (size_t i = 1; i <= 20; i++) {
		start_run(hung.loop, tc_queue_ping_call(client, NULL), &other);
		while (other.done < i)
			assert_ok(tc_loop_poll(hung.loop, -1, &hung.err), &hung.err);
	}
	assert_string_equal(other.text, "");
	assert_int_equal(other.succeeded, 20);
	assert_int_equal(hung.ending.done, 0);
	tc_client_free(client);
	end(&hung);
	desk_close(&desk);
}

/* However many were left behind: another client, and another loop, of the same process. */
static void what_is_left_behind_does_no_harm(void **state)
{
	struct desk desk;
	struct hung hung;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	desk_open(&desk, "{\"alive\":true,\"uptime\":1}");
	tc_client *client = rig_client_of(NULL, tc_responder_port(desk.responder));
	for (int i = 0; i < 10; i++) {
		begin(&hung, 30000);
		start(&hung);
		assert_ok(tc_loop_poll(hung.loop, 20, &hung.err), &hung.err);
		end(&hung);
		assert_ok(tc_queue_ping(client, NULL, &err), &err);
	}
	tc_client_free(client);
	desk_close(&desk);
}

/* ---- a look-up that fails ---- */

static void assert_not_found(tc_error *err, const char *kind)
{
	char host[32];

	assert_int_equal(err->code, TC_ERROR_NETWORK);
	snprintf(host, sizeof host, "p%d-%s.rig.test", PORT, kind);
	assert_has(tc_error_text(err), host);
	tc_error_clear(err);
}

static void names_that_are_not_found(void **state)
{
	static const char *const kinds[] = { "none", "again" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		tc_error err = TC_ERROR_INIT;
		struct ending ending = { 0 };
		const tc_json *item = NULL;
		tc_client *client = rig_client_of(kinds[i], PORT);
		tc_loop *loop = tc_loop_new(NULL, NULL);
		tc_call *call = tc_auth_list_clients_call(client, NULL, &err);
		tc_items *items = tc_items_new(call, NULL, &err);
		tc_queue_ping(client, NULL, &err);
		assert_not_found(&err, kinds[i]);
		tc_items_next(items, &item, &err);
		assert_not_found(&err, kinds[i]);
		start_run(loop, tc_queue_ping_call(client, NULL), &ending);
		assert_ok(tc_loop_run(loop, &err), &err);
		assert_int_equal(ending.code, TC_ERROR_NETWORK);
		assert_has(ending.text, kinds[i]);
		tc_items_free(items);
		tc_call_free(call);
		tc_loop_free(loop);
		tc_client_free(client);
	}
}

/* As a name may be found the next time, such a call is repeated. */
static void names_that_are_not_found_are_tried_again(void **state)
{
	struct diary diary = { 0 };
	tc_error err = TC_ERROR_INIT;
	char url[128];

	(void)state;
	tc_rig_other_url(url, sizeof url, "again", PORT);
	struct tc_options options = rig_options(url);
	options.attempts = 3;
	options.retry_delay_ms = 1;
	options.log = diary_write;
	options.log_data = &diary;
	tc_client *client = rig_client(&options);
	tc_queue_ping(client, NULL, &err);
	assert_not_found(&err, "again");
	assert_has(diary.text, "attempt 2 of 3");
	assert_has(diary.text, "attempt 3 of 3");
	tc_client_free(client);
}

static int check(void **state)
{
	(void)state;
	if (!tc_rig_resolves())
		fail_msg("it needs rig.sh --names preload");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_ends_in_its_time),
		cmocka_unit_test(a_call_ends_when_its_progress_says_so),
		cmocka_unit_test(a_run_ends_in_its_attempts_time),
		cmocka_unit_test(a_run_ends_in_its_own_time),
		cmocka_unit_test(a_canceled_run_ends),
		cmocka_unit_test(a_loop_is_freed),
		cmocka_unit_test(a_batch_ends_in_time),
		cmocka_unit_test(a_list_ends_in_time),
		cmocka_unit_test(a_download_ends_in_time),
		cmocka_unit_test(waiting_for_a_task_ends_in_time),
		cmocka_unit_test(nobody_else_waits),
		cmocka_unit_test(what_is_left_behind_does_no_harm),
		cmocka_unit_test(names_that_are_not_found),
		cmocka_unit_test(names_that_are_not_found_are_tried_again),
	};

	return cmocka_run_group_tests(tests, check, NULL);
}
