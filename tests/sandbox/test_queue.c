/* SPDX-License-Identifier: MPL-2.0 */

/* What the Queue and the Index do, as workers and submitters see it. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"
#include "tools/sandbox/base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>
#include <time.h>

#define QUEUE "/api/queue/v1"
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--private", "--poll-timeout", "200", "--claim-timeout", "1",
		"--resolver-interval", "50", NULL);
	return 0;
}

static const char *path_of(const char *task_id, const char *rest)
{
	static char path[300];

	snprintf(path, sizeof path, QUEUE "/task/%s%s", task_id, rest);
	return path;
}

static struct reply *post(const char *task_id, const char *rest, const char *body)
{
	return ask(server, "POST", path_of(task_id, rest), body, NULL);
}

static struct reply *status_of(const char *task_id)
{
	return ask(server, "GET", path_of(task_id, "/status"), NULL, NULL);
}

static void create(char task_id[TC_SLUGID_SIZE], const char *more)
{
	tc_slugid_nice(task_id);
	struct reply *reply = ask(server, "PUT", path_of(task_id, ""), task_text(more), NULL);
	if (reply->status != 200)
		fail_msg("createTask: %ld %s", reply->status, reply->body);
}

static struct reply *claim(void)
{
	return ask(server, "POST", QUEUE "/claim-work/prov%2Ftype", WORKER, NULL);
}

static void assert_state(const char *task_id, const char *state, int64_t runs)
{
	struct reply *reply = status_of(task_id);

	assert_string_equal(reply_text(reply, "/status/state"), state);
	assert_int_equal(tc_json_count(tc_json_at(reply->json, "/status/runs")), runs);
}

static void creating_again(void **state)
{
	char id[TC_SLUGID_SIZE];
	char *text = strdup(task_text("\"priority\":\"high\","));

	(void)state;
	tc_slugid_nice(id);
	for (int i = 0; i < 2; i++) {
		struct reply *reply = ask(server, "PUT", path_of(id, ""), text, NULL);
		assert_int_equal(reply->status, 200);
		assert_string_equal(reply_text(reply, "/status/state"), "pending");
		assert_string_equal(reply_text(reply, "/status/taskGroupId"), id);
	}
	struct reply *reply = ask(server, "GET", path_of(id, ""), NULL, NULL);
	assert_string_equal(reply_text(reply, "/priority"), "high");
	assert_string_equal(reply_text(reply, "/retries"), "5");
	strstr(text, "true")[0] = 'T';
	assert_int_equal(ask(server, "PUT", path_of(id, ""), text, NULL)->status, 409);
	post(id, "/cancel", NULL);
	free(text);
}

static void definitions_that_cannot_be(void **state)
{
	static const char *const more[] = { "\"priority\":\"urgent\",", "\"retries\":50,",
		"\"requires\":\"none\",", "\"provisionerId\":\"other\",\"workerType\":\"type\",",
		"\"dependencies\":[\"aaaaaaaaQaCaaaaaaaaaaA\"],",
		"\"expires\":\"2020-01-01T00:00:00Z\"," };
	char id[TC_SLUGID_SIZE];

	(void)state;
	tc_slugid_nice(id);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		assert_int_equal(
			ask(server, "PUT", path_of(id, ""), task_text(more[i]), NULL)->status, 400);
	assert_int_equal(status_of(id)->status, 404);
}

static void a_task_is_done_by_a_worker(void **state)
{
	char id[TC_SLUGID_SIZE];
	char key[64];
	char name[300];
	char ext[4000];
	char encoded[6000];
	char taken[64];

	(void)state;
	create(id, "\"scopes\":[\"x:y\"],");
	struct reply *reply = claim();
	assert_int_equal(reply->status, 200);
	assert_string_equal(reply_text(reply, "/tasks/0/status/taskId"), id);
	snprintf(taken, sizeof taken, "%s", reply_text(reply, "/tasks/0/takenUntil"));
	assert_non_null(strstr(taken, "+00:00"));
	snprintf(name, sizeof name, "%s", reply_text(reply, "/tasks/0/credentials/clientId"));
	snprintf(key, sizeof key, "%s", reply_text(reply, "/tasks/0/credentials/accessToken"));
	snprintf(ext, sizeof ext, "{\"certificate\":%s}",
		reply_text(reply, "/tasks/0/credentials/certificate"));
	digest_base64(ext, strlen(ext), encoded);
	struct quirks worker = { .id = name, .key = key, .ext = encoded };
	assert_int_equal(
		ask(server, "POST", path_of(id, "/runs/0/reclaim"), NULL, &worker)->status, 200);
	/* its credentials are for this run only */
	assert_int_equal(
		ask(server, "POST", path_of(id, "/runs/1/reclaim"), NULL, &worker)->status, 403);
	assert_int_equal(ask(server, "GET", path_of(id, ""), NULL, &worker)->status, 403);
	assert_int_equal(
		ask(server, "POST", path_of(id, "/runs/0/completed"), NULL, &worker)->status, 200);
	assert_state(id, "completed", 1);
	assert_int_equal(post(id, "/runs/0/completed", NULL)->status, 200);
	assert_int_equal(post(id, "/runs/0/failed", NULL)->status, 409);
	assert_int_equal(post(id, "/runs/0/reclaim", NULL)->status, 409);
	assert_int_equal(post(id, "/runs/7/reclaim", NULL)->status, 404);
}

static void reasons_that_make_a_new_run(void **state)
{
	static const struct {
		const char *reason, *created;
	} rows[] = { { "worker-shutdown", "retry" }, { "intermittent-task", "task-retry" },
		{ "malformed-payload", NULL } };
	char id[TC_SLUGID_SIZE];
	char body[100];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		create(id, "");
		claim();
		snprintf(body, sizeof body, "{\"reason\":\"%s\"}", rows[i].reason);
		assert_int_equal(post(id, "/runs/0/exception", body)->status, 200);
		assert_state(
			id, rows[i].created ? "pending" : "exception", rows[i].created ? 2 : 1);
		if (rows[i].created)
			assert_string_equal(
				reply_text(status_of(id), "/status/runs/1/reasonCreated"),
				rows[i].created);
		assert_string_equal(reply_text(status_of(id), "/status/retriesLeft"),
			rows[i].created ? "4" : "5");
		assert_int_equal(post(id, "/runs/0/exception", body)->status, 200);
		assert_int_equal(
			post(id, "/runs/0/exception", "{\"reason\":\"internal-error\"}")->status,
			409);
		post(id, "/cancel", NULL);
	}
	assert_int_equal(post(id, "/runs/0/exception", "{\"reason\":\"bored\"}")->status, 400);
}

static void cancel_and_rerun(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "");
	claim();
	assert_int_equal(post(id, "/cancel", NULL)->status, 200);
	assert_int_equal(post(id, "/cancel", NULL)->status, 200);
	assert_state(id, "exception", 1);
	assert_int_equal(post(id, "/runs/0/reclaim", NULL)->status, 409);
	assert_int_equal(post(id, "/runs/0/completed", NULL)->status, 409);
	assert_int_equal(post(id, "/rerun", NULL)->status, 200);
	assert_state(id, "pending", 2);
	assert_string_equal(reply_text(status_of(id), "/status/runs/1/reasonCreated"), "rerun");
	claim();
	post(id, "/runs/1/completed", NULL);
	assert_int_equal(post(id, "/cancel", NULL)->status, 200); /* and nothing is changed */
	assert_state(id, "completed", 2);
}

static void dependencies(void **state)
{
	char first[TC_SLUGID_SIZE];
	char strict[TC_SLUGID_SIZE];
	char lax[TC_SLUGID_SIZE];
	char more[200];

	(void)state;
	create(first, "");
	snprintf(more, sizeof more, "\"dependencies\":[\"%s\"],", first);
	create(strict, more);
	snprintf(more, sizeof more, "\"dependencies\":[\"%s\"],\"requires\":\"all-resolved\",",
		first);
	create(lax, more);
	assert_state(strict, "unscheduled", 0);
	claim();
	post(first, "/runs/0/failed", NULL);
	assert_state(strict, "unscheduled", 0);
	assert_state(lax, "pending", 1);
	assert_int_equal(post(strict, "/schedule", NULL)->status, 200);
	assert_state(strict, "pending", 1);
	struct reply *reply = ask(server, "GET", path_of(first, "/dependents?limit=1"), NULL, NULL);
	assert_int_equal(tc_json_count(tc_json_get(reply->json, "tasks")), 1);
	assert_string_not_equal(reply_text(reply, "/continuationToken"), "");
	post(strict, "/cancel", NULL);
	post(lax, "/cancel", NULL);
}

static void claims_end(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "\"retries\":1,");
	claim();
	assert_int_equal(post(id, "/runs/0/claim", WORKER)->status, 409); /* by claimWork */
	nanosleep(&(struct timespec){ 1, 300000000 }, NULL);
	assert_state(id, "pending", 2);
	assert_string_equal(
		reply_text(status_of(id), "/status/runs/0/reasonResolved"), "claim-expired");
	assert_int_equal(post(id, "/runs/0/completed", NULL)->status, 409);
	assert_int_equal(post(id, "/runs/1/claim", WORKER)->status, 200);
	nanosleep(&(struct timespec){ 1, 300000000 }, NULL);
	assert_state(id, "exception", 2);
}

static void an_empty_queue_is_waited_for(void **state)
{
	struct timespec before;
	struct timespec after;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	struct reply *reply = claim();
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_string_equal(reply->body, "{\"tasks\":[]}");
	assert_true((after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec >
		190 * 1000000LL);
	assert_int_equal(ask(server, "POST", QUEUE "/claim-work/prov%2Ftype",
				 "{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":33}", NULL)
				 ->status,
		400);
}

static void priority_comes_before_age(void **state)
{
	char low[TC_SLUGID_SIZE];
	char high[TC_SLUGID_SIZE];

	(void)state;
	create(low, "\"priority\":\"low\",");
	create(high, "\"priority\":\"high\",");
	assert_string_equal(reply_text(claim(), "/tasks/0/status/taskId"), high);
	assert_string_equal(reply_text(claim(), "/tasks/0/status/taskId"), low);
	post(low, "/cancel", NULL);
	post(high, "/cancel", NULL);
}

static struct reply *insert(const char *name, const char *task_id, const char *rank)
{
	char path[200];
	char body[300];
	char expires[25];

	snprintf(path, sizeof path, "/api/index/v1/task/%s", name);
	snprintf(body, sizeof body,
		"{\"taskId\":\"%s\",\"rank\":%s,\"data\":{\"a\":1},\"expires\":\"%s\"}", task_id,
		rank, date_text(1000, expires));
	return ask(server, "PUT", path, body, NULL);
}

static void the_index_keeps_the_highest_rank(void **state)
{
	char one[TC_SLUGID_SIZE];
	char two[TC_SLUGID_SIZE];
	char path[100];

	(void)state;
	tc_slugid_nice(one);
	tc_slugid_nice(two);
	assert_string_equal(reply_text(insert("x.y.z", one, "5"), "/taskId"), one);
	struct reply *reply = insert("x.y.z", two, "4");
	assert_int_equal(reply->status, 200);
	assert_string_equal(reply_text(reply, "/taskId"), one);
	assert_string_equal(reply_text(insert("x.y.z", two, "10"), "/taskId"), two);
	insert("x.y.w", one, "0");
	reply = ask(server, "GET", "/api/index/v1/tasks/x.y?limit=1", NULL, NULL);
	assert_string_equal(reply_text(reply, "/tasks/0/namespace"), "x.y.w");
	snprintf(path, sizeof path, "/api/index/v1/tasks/x.y?limit=1&continuationToken=%s",
		reply_text(reply, "/continuationToken"));
	reply = ask(server, "GET", path, NULL, NULL);
	assert_string_equal(reply_text(reply, "/tasks/0/namespace"), "x.y.z");
	assert_string_equal(reply_text(reply, "/continuationToken"), "");
	reply = ask(server, "GET", "/api/index/v1/namespaces/x", NULL, NULL);
	assert_string_equal(reply_text(reply, "/namespaces/0/namespace"), "x.y");
	reply = ask(server, "GET", "/api/index/v1/namespaces/", NULL, NULL);
	assert_string_equal(reply_text(reply, "/namespaces/0/namespace"), "x");
	insert("top", one, "0");
	reply = ask(server, "GET", "/api/index/v1/tasks", NULL, NULL);
	assert_string_equal(reply_text(reply, "/tasks/0/namespace"), "top");
	assert_int_equal(ask(server, "DELETE", "/api/index/v1/task", NULL, NULL)->status, 404);
	assert_string_equal(
		ask(server, "DELETE", "/api/index/v1/task/x.y.z", NULL, NULL)->body, "{}");
	assert_int_equal(ask(server, "GET", "/api/index/v1/task/x.y.z", NULL, NULL)->status, 404);
}

static void completed_tasks_are_indexed(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id, "\"routes\":[\"index.project.latest\"],\"extra\":{\"index\":{\"rank\":3}},");
	claim();
	assert_int_equal(
		ask(server, "GET", "/api/index/v1/task/project.latest", NULL, NULL)->status, 404);
	post(id, "/runs/0/completed", NULL);
	struct reply *reply = ask(server, "GET", "/api/index/v1/task/project.latest", NULL, NULL);
	assert_string_equal(reply_text(reply, "/taskId"), id);
	assert_string_equal(reply_text(reply, "/rank"), "3");
}

static void state_survives_a_kill(void **state)
{
	char folder[] = "/tmp/tc-sandbox-XXXXXX";
	char file[100];
	char command[200];
	char id[TC_SLUGID_SIZE];
	struct tc_test_server *shared = server;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/state", folder);
	server = tc_test_server_start("--state", file, NULL);
	create(id, "");
	tc_test_server_kill(server);
	server = tc_test_server_start("--state", file, NULL);
	assert_state(id, "pending", 1);
	tc_test_server_stop(server);
	server = shared;
	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creating_again),
		cmocka_unit_test(definitions_that_cannot_be),
		cmocka_unit_test(a_task_is_done_by_a_worker),
		cmocka_unit_test(reasons_that_make_a_new_run),
		cmocka_unit_test(cancel_and_rerun),
		cmocka_unit_test(dependencies),
		cmocka_unit_test(claims_end),
		cmocka_unit_test(an_empty_queue_is_waited_for),
		cmocka_unit_test(priority_comes_before_age),
		cmocka_unit_test(the_index_keeps_the_highest_rank),
		cmocka_unit_test(completed_tasks_are_indexed),
		cmocka_unit_test(state_survives_a_kill),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
