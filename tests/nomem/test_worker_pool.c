/* SPDX-License-Identifier: MPL-2.0 */
/* A worker's life in worker-manager while each single allocation fails in turn: it is registered in
 * the end, or told that memory has ended; each question has one answer; nothing is lost. */
#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/harness/responder.h"
#include "tests/nomem/failing.h"
#include "workflows/src/worker/manager.h"
#include <string.h>
#include <taskcluster/date.h>

#define END "2031-01-01T00:00:00.000Z"
#define SECRET "aaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbb"
#define GRANT \
	"\"expires\":\"" END "\",\"secret\":\"" SECRET "\",\"credentials\":{\"clientId\":" \
	"\"w\",\"accessToken\":\"t\"}"

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = strstr(request->target, "/reregister") ? "{" GRANT "}"
		: strstr(request->target, "/register")       ? "{" GRANT ",\"workerConfig\":{}}"
						       : "{\"terminate\":false,\"reason\":\"r\"}";
	reply->body_length = strlen(reply->body);
}

static struct world {
	struct tc_responder *responder;
	struct tc_folder folder;
	tc_client *client;
	tc_loop *loop;
	struct tc__state *state;
	const tc_json *proof;
	int64_t now_ms;
	int ready, refused, answers, asked;
	struct tc__manager *manager;
} world;

static struct timespec read_clock(void *data)
{
	int64_t now = ((const struct world *)data)->now_ms;

	return (struct timespec){ .tv_sec = (time_t)(now / 1000),
		.tv_nsec = (long)(now % 1000 * 1000000) };
}

static int64_t steady(void *data)
{
	return ((const struct world *)data)->now_ms;
}

static void on_answer(void *data, bool stop, const char *reason)
{
	(void)data;
	(void)reason;
	assert_false(stop);
	world.answers++;
}

static void on_ready(void *data)
{
	(void)data;
	world.ready++;
	world.asked++;
	tc__manager_ask(world.manager, on_answer, NULL);
}

static void on_refused(void *data, const tc_error *err)
{
	(void)data;
	assert_int_equal(err->code, TC_ERROR_NOMEM);
	world.refused++;
}

static struct tc__manager *make(tc_error *err)
{
	struct tc__manager_options options = { .loop = world.loop,
		.client = world.client,
		.state = world.state,
		.pool = TC_WORKER_POOL_INIT,
		.worker = { "p/w", "g", "w" },
		.ready = on_ready,
		.refused = on_refused };

	options.pool.provider_id = "static";
	options.pool.proof = world.proof;
	return tc__manager_new(&options, err);
}

static void open_loop(void)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;
	tc_error err = TC_ERROR_INIT;

	seams.steady = steady;
	seams.data = &world;
	options.seams = &seams;
	world.loop = tc_loop_new(&options, &err);
	assert_ok(err.code, &err);
}

static int make_and_free(void *data, tc_error *err)
{
	(void)data;
	struct tc__manager *manager = make(err);
	int rc = manager ? TC_OK : err->code;
	tc__manager_free(manager);
	while (rc == TC_OK && tc_loop_pending(world.loop))
		rc = tc_loop_poll(world.loop, 1, err);
	return rc;
}

static void one_is_made_or_not(void **unused)
{
	tc_error err = TC_ERROR_INIT;

	(void)unused;
	open_loop();
	assert_ok(make_and_free(NULL, &err), &err);
	assert_true(tc_failing_each_with_libraries(make_and_free, NULL) > 10);
	tc_loop_free(world.loop);
}

/* The n-th allocation fails; whether there was one. */
static bool live(long n)
{
	static const struct tc__state_owner owner = { NULL, "p/w", "g", "w" };
	struct timespec end;
	tc_error err = TC_ERROR_INIT;
	bool failed;

	world.ready = world.refused = world.answers = world.asked = 0;
	assert_ok(tc_date_parse(END, &end, &err), &err);
	world.now_ms = (int64_t)end.tv_sec * 1000 - 3600000;
	open_loop();
	assert_ok(
		tc__state_open(&world.state, tc_folder_path(&world.folder, "state"), &owner, &err),
		&err);
	world.manager = make(&err);
	assert_ok(err.code, &err);
	tc_failing_start(n);
	int64_t last_ms = world.now_ms + 50 * 60000; /* there was a renewal by then */
	int64_t patience_ms = tc_test_now_ms() + 10000;
	for (int rest = 12; rest && !world.refused && tc_test_now_ms() < patience_ms;) {
		tc_loop_poll(world.loop, 1, &err); /* which may fail itself, for once */
		if (world.answers != world.asked)
			continue;
		if (world.now_ms < last_ms)
			world.now_ms += 200000;
		else
			rest -= world.ready > 0;
	}
	tc_failing_stop(&failed);
	tc__manager_free(world.manager);
	tc_loop_free(world.loop);
	tc__state_end(world.state);
	tc_error_clear(&err);
	return failed;
}

static void it_is_registered_or_told(void **unused)
{
	long n = 1, refused = 0;

	(void)unused;
	live(1000000); /* connections, and what libraries keep */
	long before = tc_live_blocks();
	for (; live(n); n++) {
		refused += world.refused;
		if (world.ready + world.refused < 1 || world.ready > 1 ||
			(!world.refused && world.answers != world.asked))
			fail_msg("allocation %ld: %d ready, %d refused, %d of %d answered", n,
				world.ready, world.refused, world.answers, world.asked);
	}
	assert_true(n > 50);
	assert_int_in_range(refused, 0, n / 4);
	assert_int_equal(world.ready, 1);
	assert_int_equal(world.answers, 1);
	assert_int_in_range(tc_live_blocks(), 0, before + 40);
}

static int setup(void **unused)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)unused;
	tc_folder_make(&world.folder);
	world.responder = tc_responder_fork(answer, NULL); /* its memory is not ours */
	seams.steady = steady;
	seams.clock = read_clock;
	seams.data = &world;
	options.seams = &seams;
	options.root_url = tc_responder_url(world.responder);
	options.attempts = 1;
	options.timeout_ms = 1000; /* old versions of libcurl can forget a transfer */
	world.client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	assert_ok(tc_json_parse("{\"s\":1}", 7, &world.proof, &err), &err);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	tc_release(world.proof);
	tc_client_free(world.client);
	tc_responder_stop(world.responder);
	tc_folder_remove(&world.folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_made_or_not),
		cmocka_unit_test(it_is_registered_or_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
