/* SPDX-License-Identifier: MPL-2.0 */

/* The 2015 generation: a graph is scheduled, polled for, claimed and done. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/slugid.h>

#define SCHEDULER "/classic/scheduler/v1/task-graph/"
#define QUEUE "/classic/queue/v1"
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"

static char graph[TC_SLUGID_SIZE], first[TC_SLUGID_SIZE], second[TC_SLUGID_SIZE];

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start(NULL);
	tc_slugid_nice(graph);
	tc_slugid_nice(first);
	tc_slugid_nice(second);
	return 0;
}

static struct reply *ask_graph(const char *method, const char *rest, const char *body)
{
	char path[200];

	snprintf(path, sizeof path, SCHEDULER "%s%s", graph, rest);
	return ask(server, method, path, body, NULL);
}

static struct reply *ask_task(
	const char *method, const char *id, const char *rest, const char *body)
{
	char path[200];

	snprintf(path, sizeof path, QUEUE "/task/%s%s", id, rest);
	return ask(server, method, path, body, NULL);
}

static void a_graph_is_made(void **state)
{
	char task[2000];
	char body[6000];

	(void)state;
	snprintf(task, sizeof task, "%s", task_text("\"retries\":0,"));
	/* in an order that is not that of the work */
	snprintf(body, sizeof body,
		"{\"metadata\":{\"name\":\"g\"},\"tags\":{},\"tasks\":[{\"taskId\":\"%s\","
		"\"requires\":[\"%s\"],\"task\":%s},{\"taskId\":\"%s\",\"task\":%s}]}",
		second, first, task, first, task);
	struct reply *reply = ask_graph("PUT", "", body);
	assert_int_equal(reply->status, 200);
	assert_string_equal(reply_text(reply, "/status/state"), "running");
	assert_int_equal(ask_graph("PUT", "", body)->status, 200); /* the same again */
	strstr(body, "\"g\"")[1] = 'h';
	assert_int_equal(ask_graph("PUT", "", body)->status, 409);
	reply = ask_graph("GET", "/inspect", NULL);
	assert_int_equal(tc_json_count(tc_json_get(reply->json, "tasks")), 2);
	assert_string_equal(reply_text(reply, "/metadata/name"), "g");
	reply = ask_task("GET", second, "/status", NULL);
	assert_string_equal(reply_text(reply, "/status/state"), "unscheduled");
}

/* Takes the text between two others, as a worker of 2015 read the messages. */
static void between(
	const char *text, const char *before, const char *after, char *part, size_t size)
{
	const char *start = strstr(text, before);

	assert_non_null(start);
	start += strlen(before);
	const char *end = strstr(start, after);
	assert_non_null(end);
	snprintf(part, size, "%.*s", (int)(end - start), start);
}

static void poll_urls_give_messages(void **state)
{
	static const struct quirks bare = { .unsigned_ = true };
	char url[400];
	char part[300];

	(void)state;
	struct reply *reply = ask(server, "GET", QUEUE "/poll-task-url/prov/type", NULL, NULL);
	snprintf(url, sizeof url, "%s", reply_text(reply, "/queues/0/signedPollUrl"));
	reply = ask(server, "GET", url + strlen(server->root_url), NULL, &bare);
	assert_int_equal(reply->status, 200);
	between(reply->body, "<MessageId>", "</MessageId>", part, sizeof part);
	assert_string_equal(part, first);
	url[strlen(url) - 1] ^= 1;
	assert_int_equal(
		ask(server, "GET", url + strlen(server->root_url), NULL, &bare)->status, 403);
}

static void work_moves_the_graph(void **state)
{
	(void)state;
	/* what nobody has claimed nobody can report */
	assert_int_equal(
		ask_task("POST", first, "/runs/0/completed", "{\"success\":true}")->status, 409);
	assert_int_equal(ask_task("POST", first, "/runs/0/claim", WORKER)->status, 200);
	assert_int_equal(ask_task("POST", first, "/runs/0/reclaim", NULL)->status, 200);
	assert_int_equal(
		ask_task("POST", first, "/runs/0/completed", "{\"success\":true}")->status, 200);
	struct reply *reply = ask(server, "POST", QUEUE "/claim-work/prov/type", WORKER, NULL);
	assert_string_equal(reply_text(reply, "/status/taskId"), second);
	assert_string_equal(
		reply_text(ask_graph("GET", "/status", NULL), "/status/state"), "running");
	assert_int_equal(
		ask(server, "POST", QUEUE "/claim-work/prov/type", WORKER, NULL)->status, 204);
	ask_task("POST", second, "/runs/0/completed", "{\"success\":false}");
	assert_string_equal(
		reply_text(ask_graph("GET", "/status", NULL), "/status/state"), "blocked");
}

static void define_then_schedule(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	tc_slugid_nice(id);
	struct reply *reply = ask_task("POST", id, "/define", task_text(""));
	assert_string_equal(reply_text(reply, "/status/state"), "unscheduled");
	reply = ask_task("POST", id, "/schedule", NULL);
	assert_string_equal(reply_text(reply, "/status/state"), "pending");
	reply = ask(server, "GET", QUEUE "/pending/prov", NULL, NULL);
	assert_string_equal(reply_text(reply, "/pendingTasks"), "1");
}

static void lists_page_by_their_body(void **state)
{
	char body[400];

	(void)state;
	for (int i = 0; i < 2; i++) {
		char path[100];
		snprintf(path, sizeof path, "/classic/index/v1/task/a.b%d.c", i);
		snprintf(body, sizeof body,
			"{\"taskId\":\"%s\",\"rank\":1,\"data\":{},"
			"\"expires\":\"2100-01-01T00:00:00Z\"}",
			first);
		assert_int_equal(ask(server, "PUT", path, body, NULL)->status, 200);
	}
	struct reply *reply =
		ask(server, "POST", "/classic/index/v1/namespaces/a", "{\"limit\":1}", NULL);
	assert_string_equal(reply_text(reply, "/namespaces/0/name"), "b0");
	snprintf(body, sizeof body, "{\"limit\":1,\"continuationToken\":\"%s\"}",
		reply_text(reply, "/continuationToken"));
	reply = ask(server, "POST", "/classic/index/v1/namespaces/a", body, NULL);
	assert_string_equal(reply_text(reply, "/namespaces/0/name"), "b1");
}

static void clients_of_2015(void **state)
{
	static const char body[] = "{\"name\":\"n\",\"description\":\"d\",\"scopes\":[\"a\"],"
				   "\"expires\":\"2100-01-01T00:00:00Z\"}";
	static const char path[] = "/classic/auth/v1/client/c1";
	char token[100];

	(void)state;
	struct reply *reply = ask(server, "PUT", path, body, NULL);
	snprintf(token, sizeof token, "%s", reply_text(reply, "/accessToken"));
	assert_string_equal(reply_text(reply, "/name"), "n");
	reply = ask(server, "GET", "/classic/auth/v1/client/c1/credentials", NULL, NULL);
	assert_string_equal(reply_text(reply, "/accessToken"), token);
	assert_int_equal(ask(server, "DELETE", path, NULL, NULL)->status, 200);
	assert_int_equal(ask(server, "GET", path, NULL, NULL)->status, 404);
}

/* A graph of one task, with members of its own. */
static const char *graph_body(const char *task_id, const char *member, const char *more)
{
	static char body[4000];

	snprintf(body, sizeof body,
		"{%s\"metadata\":{},\"tasks\":[{\"taskId\":\"%s\",%s\"task\":%s}]}", more, task_id,
		member,
		task_text("\"provisionerId\":\"prov\",\"workerType\":\"type\",\"scopes\":[\"x:y\"],"
			  "\"routes\":[\"r\"],"));
	return body;
}

static void reruns_follow_failures(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	tc_slugid_nice(graph);
	tc_slugid_nice(id);
	assert_int_equal(ask_graph("PUT", "", graph_body(id, "\"reruns\":1,", ""))->status, 200);
	assert_int_equal(ask_task("POST", id, "/runs/0/claim", WORKER)->status, 200);
	ask_task("POST", id, "/runs/0/completed", "{\"success\":false}");
	struct reply *reply = ask_task("GET", id, "/status", NULL);
	assert_string_equal(reply_text(reply, "/status/runs/0/state"), "failed");
	assert_string_equal(reply_text(reply, "/status/runs/1/reasonCreated"), "rerun");
	assert_string_equal(
		reply_text(ask_graph("GET", "/status", NULL), "/status/state"), "running");
	reply = ask_graph("GET", "/inspect", NULL);
	assert_string_equal(reply_text(reply, "/tasks/0/reruns"), "1");
	assert_string_equal(reply_text(reply, "/tasks/0/rerunsLeft"), "0");
	ask_task("POST", id, "/runs/1/claim", WORKER);
	ask_task("POST", id, "/runs/1/completed", "{\"success\":false}");
	assert_string_equal(
		reply_text(ask_graph("GET", "/status", NULL), "/status/state"), "blocked");
}

static void a_graph_gives_what_it_has(void **state)
{
	static const struct {
		const char *scopes;
		long status;
	} rows[] = {
		{ "\"scopes\":[],", 403 },
		{ "\"scopes\":[\"queue:create-task:prov/type\",\"x:*\"],", 403 },
		{ "\"scopes\":[\"queue:create-task:prov/type\",\"queue:route:r\"],", 403 },
		{ "\"scopes\":[\"queue:define-task:prov/*\",\"x:*\",\"queue:route:r\"],", 200 },
	};
	char id[TC_SLUGID_SIZE];

	(void)state;
	tc_slugid_nice(graph);
	tc_slugid_nice(id);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(ask_graph("PUT", "", graph_body(id, "", rows[i].scopes))->status,
			rows[i].status);
}

static void storage_types_of_2015(void **state)
{
	static const struct {
		const char *type, *more;
		long status;
		const char *part;
	} rows[] = {
		{ "s3", ",\"contentType\":\"a/b\"", 200, "putUrl" },
		{ "azure", ",\"contentType\":\"a/b\"", 200, "putUrl" },
		{ "reference", ",\"contentType\":\"a/b\",\"url\":\"http://x/\"", 200, "reference" },
		{ "error", ",\"reason\":\"r\",\"message\":\"m\"", 200, "error" },
		{ "object", ",\"contentType\":\"a/b\"", 400, NULL },
	};
	char id[TC_SLUGID_SIZE];
	char path[100];
	char body[300];
	char expires[25];

	(void)state;
	tc_slugid_nice(id);
	assert_int_equal(ask_task("PUT", id, "", task_text(""))->status, 200);
	ask_task("POST", id, "/runs/0/claim", WORKER);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(path, sizeof path, "/runs/0/artifacts/public/%s", rows[i].type);
		snprintf(body, sizeof body, "{\"storageType\":\"%s\",\"expires\":\"%s\"%s}",
			rows[i].type, date_text(600, expires), rows[i].more);
		struct reply *reply = ask_task("POST", id, path, body);
		if (reply->status != rows[i].status)
			fail_msg("%s: %ld %s", rows[i].type, reply->status, reply->body);
		if (rows[i].part)
			assert_non_null(strstr(reply->body, rows[i].part));
	}
	assert_int_equal(ask_task("GET", id, "/artifacts/public/azure", NULL)->status, 303);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_graph_is_made),
		cmocka_unit_test(poll_urls_give_messages),
		cmocka_unit_test(work_moves_the_graph),
		cmocka_unit_test(define_then_schedule),
		cmocka_unit_test(lists_page_by_their_body),
		cmocka_unit_test(clients_of_2015),
		cmocka_unit_test(reruns_follow_failures),
		cmocka_unit_test(a_graph_gives_what_it_has),
		cmocka_unit_test(storage_types_of_2015),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
