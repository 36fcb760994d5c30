/* SPDX-License-Identifier: MPL-2.0 */
/* A task behind the proxy, on a sandbox: what it may do, and what not. */
#include "tests/proxy/proxy.h"

#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>

struct world {
	struct tc_test_server *server;
	struct child proxy;
	tc_client *client;
	char other_id[TC_SLUGID_SIZE]; /* a task of others, */
	char task_id[TC_SLUGID_SIZE];  /* and the one that asks: both run */
	char line[4000];
	char path[400];
};

static void create_task(struct world *world)
{
	char now[TC_DATE_SIZE], later[TC_DATE_SIZE];
	const tc_json *payload = NULL;
	tc_error err = TC_ERROR_INIT;
	const char *const scopes[] = { "queue:create-task:*", "index:insert-task:proxy.*" };

	assert_ok(tc_json_parse("{}", 2, &payload, &err), &err);
	assert_ok(tc_from_now("", NULL, now, &err), &err);
	assert_ok(tc_from_now("1 hour", NULL, later, &err), &err);
	tc_slugid_nice(world->task_id);
	const struct tc_queue_create_task_request task = { .task_queue_id = "test/worker",
		.created = now,
		.deadline = later,
		.payload = payload,
		.scopes = scopes,
		.scopes_count = 2,
		.metadata = { .name = "n",
			.description = "d",
			.owner = "o@example.com",
			.source = "https://example.com/" } };
	assert_ok(tc_queue_create_task(world->client, world->task_id, &task, NULL, &err), &err);
	tc_release(payload);
}

/* The claim's credentials as a line of the pipe. */
static void claim_task(struct world *world)
{
	const struct tc_queue_task_claim_request worker = { .worker_group = "group",
		.worker_id = "worker" };
	const struct tc_operation *operation;
	tc_response *response = NULL;
	tc_error err = TC_ERROR_INIT;
	size_t length;
	char *text;

	tc_call *call = tc_queue_claim_task_call(world->client, world->task_id, "0", &err);
	assert_non_null(call);
	operation = tc_call_operation(call);
	assert_non_null(operation);
	assert_ok(tc_queue_claim_task_body(call, &worker, &err), &err);
	assert_ok(tc_call_perform(call, &response, &err), &err);
	const tc_json *json = tc_json_get(tc_response_json(response, &err), "credentials");
	assert_ok(tc_json_write(json, TC_JSON_COMPACT, &text, &length, &err), &err);
	assert_true(length < sizeof world->line);
	memcpy(world->line, text, length + 1);
	tc_release(text);
	tc_release(response);
	tc_call_free(call);
}

static void open_world(struct world *world)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	*world = (struct world){ .server = tc_test_server_start(NULL, NULL) };
	tc_credentials *credentials = tc_credentials_new("sandbox", "sandbox-secret", NULL, &err);
	options.root_url = world->server->root_url;
	options.credentials = credentials;
	world->client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	tc_credentials_free(credentials);
	create_task(world);
	claim_task(world);
	memcpy(world->other_id, world->task_id, sizeof world->other_id);
	create_task(world);
	claim_task(world);
	child_start(&world->proxy,
		ARGUMENTS("--task-id", world->task_id, "--run-id", "0", "--host", "taskcluster"),
		(const char *const[]){ "TASKCLUSTER_ROOT_URL", world->server->root_url,
			"TASKCLUSTER_PROXY_SECRET", "the secret", NULL },
		world->line);
}

static void close_world(struct world *world)
{
	child_stop(&world->proxy);
	tc_client_free(world->client);
	tc_test_server_stop(world->server);
}

static int setup(void **state)
{
	static struct world world;

	open_world(&world);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	close_world(*state);
	return 0;
}

static const char *const json_type[] = { "Content-Type: application/json", NULL };

/* Asks and returns the status. */
static int status_of(struct world *world, const char *method, const char *body,
	const char *const *headers, const char *format, const char *text)
{
	struct answer answer;

	snprintf(world->path, sizeof world->path, format, world->task_id, text);
	ask(&answer, method, world->proxy.url, world->path, headers, body, body ? strlen(body) : 0);
	int status = answer.status;
	answer_clear(&answer);
	return status;
}

static const char *reference(void)
{
	static char body[400];
	char later[TC_DATE_SIZE];

	assert_int_equal(tc_from_now("30 minutes", NULL, later, NULL), TC_OK);
	snprintf(body, sizeof body,
		"{\"storageType\":\"reference\",\"expires\":\"%s\",\"contentType\":\"text/plain\","
		"\"url\":\"https://example.com/x\"}",
		later);
	return body;
}

static void it_makes_artifacts_and_cannot_resolve_itself(void **state)
{
	struct world *world = *state;
	const char *body = reference();
	char other[200];

	assert_int_equal(status_of(world, "POST", body, json_type,
				 "/api/queue/v1/task/%s/runs/0/artifacts/%s", "public%2Fa%2Fb.txt"),
		200);
	assert_int_equal(status_of(world, "POST", body, json_type,
				 "/queue/v1/task/%s/runs/0/artifacts/%s", "public%2Fold.txt"),
		200);
	snprintf(other, sizeof other, "/api/queue/v1/task/%s/runs/0/artifacts/%%.0s%%s",
		world->other_id);
	assert_int_equal(status_of(world, "POST", body, json_type, other, "public%2Fa.txt"), 403);
	assert_int_equal(status_of(world, "POST", NULL, NULL,
				 "/api/queue/v1/task/%s/runs/0/completed%s", ""),
		403);
	assert_int_equal(
		status_of(world, "POST", NULL, NULL, "/api/queue/v1/task/%s/runs/0/reclaim%s", ""),
		403);
}

static void what_an_artifact_is_at_is_handed_on(void **state)
{
	struct world *world = *state;
	struct answer answer;
	char endpoint[600];

	snprintf(world->path, sizeof world->path,
		"/api/queue/v1/task/%s/runs/0/artifacts/public%%2Fa%%2Fb.txt", world->task_id);
	ask(&answer, "GET", world->proxy.url, world->path, NULL, NULL, 0);
	assert_int_equal(answer.status, 303);
	assert_string_equal(answer_header(&answer, "Location"), "https://example.com/x");
	assert_true(answer.length > 0);
	snprintf(endpoint, sizeof endpoint, "%s%s", world->server->root_url, world->path);
	assert_string_equal(answer_header(&answer, "X-Taskcluster-Endpoint"), endpoint);
	assert_non_null(answer_header(&answer, "X-Taskcluster-Proxy-Version"));
	assert_non_null(answer_header(&answer, "X-Taskcluster-Proxy-Revision"));
	assert_non_null(answer_header(&answer, "X-Taskcluster-Proxy-Temp-ClientId"));
	assert_non_null(strstr(
		answer_header(&answer, "X-Taskcluster-Proxy-Temp-Scopes"), "queue:resolve-task:"));
	assert_null(answer_header(&answer, "X-Taskcluster-Proxy-Perm-ClientId"));
	char scopes[300];
	snprintf(scopes, sizeof scopes,
		"[\"queue:create-task:*\",\"index:insert-task:proxy.*\","
		"\"queue:create-artifact:%s/0\"]",
		world->task_id);
	assert_string_equal(answer_header(&answer, "X-Taskcluster-Authorized-Scopes"), scopes);
	assert_null(answer_header(&answer, "Access-Control-Allow-Origin"));
	answer_clear(&answer);
	ask(&answer, "GET", world->proxy.url, "/api/queue/v1/task/fN1SbArXTPSVFNUvaOlinQ", NULL,
		NULL, 0);
	assert_int_equal(answer.status, 404);
	assert_non_null(strstr(answer.body, "ResourceNotFound"));
	assert_non_null(answer_header(&answer, "x-for-request-id"));
	answer_clear(&answer);
}

static void a_signed_url_has_the_same_scopes(void **state)
{
	struct world *world = *state;
	struct answer answer, reply;
	char url[600], signed_url[3000];

	/* what needs a scope that task.scopes give is signed as well */
	snprintf(url, sizeof url, "  %s/api/auth/v1/scopes/current?\n", world->server->root_url);
	ask(&answer, "POST", world->proxy.url, "/bewit", NULL, url, strlen(url));
	assert_int_equal(answer.status, 303);
	snprintf(signed_url, sizeof signed_url, "%s", answer_header(&answer, "Location"));
	assert_string_equal(answer.body, signed_url);
	assert_non_null(strstr(signed_url, "/current?&bewit="));
	ask(&reply, "GET", signed_url, "", NULL, NULL, 0);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "\"index:insert-task:proxy.*\""));
	assert_null(strstr(reply.body, "queue:resolve-task"));
	answer_clear(&reply);
	answer_clear(&answer);
}

static void nothing_is_signed_for_others(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *url;
		int status;
	} cases[] = { { "https://example.com/api/x", 403 }, { "http://example.com/", 400 },
		{ "nonsense", 400 }, { "", 400 }, { " \n", 400 } };
	struct answer answer;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ask(&answer, "POST", world->proxy.url, "/bewit", NULL, cases[i].url,
			strlen(cases[i].url));
		assert_int_equal(answer.status, cases[i].status);
		assert_non_null(strstr(answer.body, "\"message\""));
		answer_clear(&answer);
	}
	assert_int_equal(status_of(world, "GET", NULL, NULL, "/example.com/%s%s", "x"), 403);
	/* and nothing that leads out of the root */
	assert_int_equal(
		status_of(world, "GET", NULL, NULL, "/api/queue/v1/task/%s/../%s", "x"), 400);
	assert_int_equal(
		status_of(world, "GET", NULL, NULL, "/api/queue/v1/task/%s/%%2e%%2E/%s", "x"), 400);
}

static void the_root_is_a_host_as_well(void **state)
{
	struct world *world = *state;
	char format[300];

	snprintf(format, sizeof format, "/%s/api/queue/v1/task/%%s%%s",
		strstr(world->server->root_url, "://") + 3);
	assert_int_equal(status_of(world, "GET", NULL, NULL, format, ""), 200);
}

static void pages_of_others_get_nothing(void **state)
{
	struct world *world = *state;
	static const char *const refused[][2] = { { "Origin: http://example.com", NULL },
		{ "Origin: null", NULL }, { "Host: example.com", NULL },
		{ "Sec-Fetch-Site: cross-site", NULL } };
	static const char *const named[] = { "Host: taskcluster", NULL };
	struct answer answer;

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		ask(&answer, "GET", world->proxy.url, "/api/queue/v1/ping", refused[i], NULL, 0);
		assert_int_equal(answer.status, 403);
		/* nor do they learn whose proxy it is */
		assert_null(answer_header(&answer, "X-Taskcluster-Proxy-Temp-ClientId"));
		assert_null(answer_header(&answer, "X-Taskcluster-Authorized-Scopes"));
		answer_clear(&answer);
	}
	assert_int_equal(status_of(world, "GET", NULL, named, "/api/queue/v1/task/%s%s", ""), 200);
}

static void credentials_want_the_secret(void **state)
{
	struct world *world = *state;
	static const char *const wrong[] = { "Authorization: Bearer another", NULL };
	static const char *const right[] = { "Authorization: Bearer the secret", NULL };
	static const char *const too[] = { "X-Taskcluster-Proxy-Secret: the secret", NULL };

	assert_int_equal(status_of(world, "PUT", world->line, NULL, "/credentials?%s%s", ""), 403);
	assert_int_equal(status_of(world, "PUT", world->line, wrong, "/credentials?%s%s", ""), 403);
	assert_int_equal(status_of(world, "GET", NULL, right, "/credentials?%s%s", ""), 405);
	assert_int_equal(status_of(world, "PUT", "{", right, "/credentials?%s%s", ""), 400);
	assert_int_equal(status_of(world, "PUT",
				 "{\"clientId\":\"a\",\"accessToken\":\"b\",\"certificate\":\"c\"}",
				 right, "/credentials?%s%s", ""),
		400);
	assert_int_equal(status_of(world, "PUT", world->line, right, "/credentials?%s%s", ""), 200);
	assert_int_equal(status_of(world, "PUT", world->line, too, "/credentials?%s%s", ""), 200);
	/* scopes are not among what it changes */
	assert_int_equal(status_of(world, "PUT",
				 "{\"clientId\":\"sandbox\",\"accessToken\":\"sandbox-secret\","
				 "\"scopes\":[\"*\"]}",
				 right, "/credentials?%s%s", ""),
		200);
	assert_int_equal(status_of(world, "POST", NULL, NULL,
				 "/api/queue/v1/task/%s/runs/0/completed%s", ""),
		403);
	assert_int_equal(status_of(world, "POST", reference(), json_type,
				 "/api/queue/v1/task/%s/runs/0/artifacts/%s", "public%2Fc.txt"),
		200);
}

/* Others, which are wrong, and then the right ones again: each holds from the next request on. */
static void the_pipe_renews_them(void **state)
{
	struct world *world = *state;
	const char *body = reference();
	int status = 200;

	child_feed(&world->proxy, "{\"clientId\":\"sandbox\",\"accessToken\":\"wrong\"}");
	for (int i = 0; i < 500 && status == 200; i++)
		status = status_of(world, "POST", body, json_type,
			"/api/queue/v1/task/%s/runs/0/artifacts/%s", "public%2Fd.txt");
	assert_int_equal(status, 401);
	child_feed(&world->proxy, world->line);
	for (int i = 0; i < 500 && status == 401; i++)
		status = status_of(world, "POST", body, json_type,
			"/api/queue/v1/task/%s/runs/0/artifacts/%s", "public%2Fd.txt");
	assert_int_equal(status, 200);
	assert_int_equal(status_of(world, "POST", NULL, NULL,
				 "/api/queue/v1/task/%s/runs/0/completed%s", ""),
		403);
}

/* A client of this library under the proxy: unsigned calls, and signed URLs by /bewit. */
static void a_client_lives_behind_it(void **state)
{
	struct world *world = *state;
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_queue_task_status_response *reply = NULL;
	const char *url = NULL;
	tc_error err = TC_ERROR_INIT;
	struct answer answer;

	options.proxy_url = world->proxy.url;
	options.root_url = world->server->root_url;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(tc_queue_status(client, world->task_id, &reply, &err), &err);
	assert_string_equal(reply->status.state, "running");
	tc_release(reply);
	tc_call *call = tc_queue_task_call(client, world->task_id, &err);
	assert_ok(tc_call_signed_url(call, 0, &url, &err), &err);
	ask(&answer, "GET", url, "", NULL, NULL, 0);
	assert_int_equal(answer.status, 200);
	answer_clear(&answer);
	tc_release(url);
	tc_call_free(call);
	tc_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_makes_artifacts_and_cannot_resolve_itself),
		cmocka_unit_test(what_an_artifact_is_at_is_handed_on),
		cmocka_unit_test(a_signed_url_has_the_same_scopes),
		cmocka_unit_test(nothing_is_signed_for_others),
		cmocka_unit_test(the_root_is_a_host_as_well),
		cmocka_unit_test(pages_of_others_get_nothing),
		cmocka_unit_test(credentials_want_the_secret),
		cmocka_unit_test(the_pipe_renews_them),
		cmocka_unit_test(a_client_lives_behind_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
