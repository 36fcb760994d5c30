/* SPDX-License-Identifier: MPL-2.0 */
/* A worker while each single allocation fails in turn: making one fails cleanly; one that works
 * goes on, and a task is reported once, or was told to be lost. */
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include "tests/nomem/failing.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/worker.h>

#define TASK "fN1SbArXTPSVFNUvaOlinQ"
#define LATER "2031-01-01T00:00:00.000Z"
#define STATUS \
	"{\"taskId\":\"" TASK "\",\"provisionerId\":\"p\",\"workerType\":\"w\"," \
	"\"taskQueueId\":\"p/w\",\"schedulerId\":\"s\",\"projectId\":\"none\"," \
	"\"taskGroupId\":\"" TASK "\",\"deadline\":\"" LATER "\",\"expires\":\"" LATER \
	"\",\"retriesLeft\":5,\"state\":\"running\",\"runs\":[]}"
#define CLAIM \
	"\"status\":" STATUS ",\"runId\":0,\"workerGroup\":\"w\",\"workerId\":\"w\"," \
	"\"takenUntil\":\"" LATER "\",\"credentials\":{\"clientId\":\"t\"," \
	"\"accessToken\":\"secret\",\"certificate\":\"\"}"
#define CLAIMS \
	"{\"tasks\":[{" CLAIM ",\"task\":{\"taskQueueId\":\"p/w\",\"provisionerId\":\"p\"," \
	"\"workerType\":\"w\",\"schedulerId\":\"-\",\"taskGroupId\":\"" TASK "\"," \
	"\"dependencies\":[],\"requires\":\"all-completed\",\"routes\":[]," \
	"\"priority\":\"lowest\",\"retries\":5,\"created\":\"2026-01-01T00:00:00.000Z\"," \
	"\"deadline\":\"" LATER "\",\"scopes\":[],\"payload\":{},\"metadata\":{\"name\":\"n\"," \
	"\"description\":\"d\",\"owner\":\"o@x.y\",\"source\":\"https://x.y\"},\"tags\":{}," \
	"\"extra\":{}}}]}"

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = strstr(request->target, "/claim-work") ? CLAIMS
		: strstr(request->target, "/reclaim")        ? "{" CLAIM "}"
							     : "{\"status\":" STATUS "}";
	reply->body_length = strlen(reply->body);
}

/* ---- time passes when nothing else does ---- */

static int64_t now_ms;

static int64_t steady(void *data)
{
	(void)data;
	return now_ms;
}

static struct world {
	struct tc_responder *responder;
	tc_client *client;
	tc_loop *loop;
	tc_worker *worker;
	enum tc_abort abort_first; /* it is stopped, and ends by being aborted */
	bool renew;                /* its claim is renewed before it is resolved */
	int started, ended, reported, renewed, lost, refused;
} world;

static void on_renewal(void *data, tc_task *task)
{
	world.renewed++;
	tc_worker_resolve(data, task, TC_TASK_COMPLETED, "renewed");
}

static void start(void *data, tc_task *task)
{
	(void)data;
	world.started++;
	if (world.renew)
		tc_task_on_renewal(task, on_renewal, world.worker);
	else if (world.abort_first)
		tc_worker_stop(world.worker, TC_STOP_ABORT);
	else
		tc_worker_resolve(world.worker, task, TC_TASK_COMPLETED, NULL);
}

static void stop_work(void *data, tc_task *task, enum tc_abort why)
{
	(void)data;
	(void)why;
	tc_worker_resolve(world.worker, task, TC_TASK_FAILED, NULL);
}

static void ended(void *data, tc_task *task, const struct tc_task_end *end)
{
	(void)data;
	(void)task;
	world.ended++;
	world.reported += end->reported;
}

static void log_line(void *data, enum tc_log_level level, const char *line)
{
	(void)data;
	(void)level;
	world.lost += strstr(line, "its claim runs out") != NULL;
	world.refused += strstr(line, "no work was claimed") != NULL;
}

static struct tc_worker_options options(void)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;

	options.task_queue_id = "p/w";
	options.worker_group = options.worker_id = "w";
	options.start = start;
	options.abort = stop_work;
	options.ended = ended;
	options.log = log_line;
	options.task_limit = 1;
	return options;
}

static int make(void *data, tc_error *err)
{
	const struct tc_worker_options mine = options();

	(void)data;
	tc_worker *worker = tc_worker_new(NULL, world.client, &mine, err);
	int rc = worker ? TC_OK : err->code;
	tc_worker_free(worker);
	return rc;
}

static void one_is_made_or_not(void **state)
{
	(void)state;
	assert_true(tc_failing_each_with_libraries(make, NULL) > 10);
}

/* ---- one that works ---- */

/* The n-th allocation fails; whether there was one. */
static bool work(long n)
{
	const struct tc_worker_options mine = options();
	struct tc_loop_options loop = TC_LOOP_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;
	tc_error err = TC_ERROR_INIT;
	bool failed;

	world.started = world.ended = world.reported = world.renewed = 0;
	world.lost = world.refused = 0;
	seams.steady = steady;
	loop.seams = &seams;
	world.loop = tc_loop_new(&loop, &err);
	world.worker = tc_worker_new(world.loop, world.client, &mine, &err);
	assert_ok(err.code, &err);
	tc_failing_start(n);
	for (int i = 0; i < 4000 && !tc_worker_ended(world.worker); i++) {
		tc_loop_poll(world.loop, 2, &err); /* which may fail itself, for once */
		now_ms += i % 8 ? 0 : world.renew ? 400000 : 1000;
	}
	tc_failing_stop(&failed);
	if (!tc_worker_ended(world.worker))
		fail_msg("allocation %ld: it goes on for ever; %d started, %d ended", n,
			world.started, world.ended);
	tc_worker_free(world.worker);
	tc_loop_free(world.loop);
	tc_error_clear(&err);
	return failed;
}

static long each_fails(void)
{
	long n = 1, lost = 0;

	while (work(n)) {
		/* a reply of claimWork that could not be read brings its task again here */
		if (world.started != world.ended || world.reported != world.started ||
			world.started + world.lost != 1)
			fail_msg("allocation %ld: %d started, %d ended, %d reported, %d lost", n,
				world.started, world.ended, world.reported, world.lost);
		lost += world.lost;
		n++;
	}
	assert_int_equal(world.reported, 1);
	assert_int_in_range(lost, 0, n / 2);
	return n;
}

static void a_task_is_reported_once(void **state)
{
	(void)state;
	work(1000000); /* connections, and what libraries keep */
	long before = tc_live_blocks();
	assert_true(each_fails() > 40);
	work(1000000);
	assert_int_in_range(tc_live_blocks(), 0, before + 40);
}

static void a_claim_is_renewed(void **state)
{
	(void)state;
	world.renew = true;
	assert_true(each_fails() > 40);
	assert_true(world.renewed > 0);
	world.renew = false;
}

static void a_stop_is_heard(void **state)
{
	(void)state;
	world.abort_first = TC_ABORT_SHUTDOWN;
	assert_true(each_fails() > 40);
	world.abort_first = 0;
}

static int setup(void **state)
{
	struct tc_options client = TC_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	seams.steady = steady;
	world.responder = tc_responder_fork(answer, NULL); /* its memory is not ours */
	tc_credentials *me = tc_credentials_new("me", "secret", NULL, &err);
	client.root_url = tc_responder_url(world.responder);
	client.credentials = me;
	client.attempts = 1;
	client.timeout_ms = 1000; /* old versions of libcurl can forget a transfer */
	client.seams = &seams;
	world.client = tc_client_new(&client, &err);
	tc_credentials_free(me);
	assert_ok(err.code, &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tc_client_free(world.client);
	tc_responder_stop(world.responder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_made_or_not),
		cmocka_unit_test(a_task_is_reported_once),
		cmocka_unit_test(a_claim_is_renewed),
		cmocka_unit_test(a_stop_is_heard),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
