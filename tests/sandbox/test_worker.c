/* SPDX-License-Identifier: MPL-2.0 */

/* The whole way of a worker, through the library, with a server that misbehaves at every tenth
 * request: in the end each task is completed, its dependents after it, and its artifact is whole.
 */

#include "tests/harness/test.h"

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/client.h>
#include <taskcluster/decimal.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>
#include <time.h>

#define TASKS 24
#define ATTEMPTS 20
#define PATIENCE_S 120

static struct tc_test_server *server;
static tc_client *root;
static char ids[TASKS][TC_SLUGID_SIZE];

static const char faults[] =
	"close-early:rate=0.025,lost-reply:rate=0.025,status=503:rate=0.03,truncate:rate=0.01,"
	"html-error:rate=0.01,lost-claim=50:rate=0.03:only=queue.claimWork";

static tc_client *open_client(const char *id, const char *token, const char *certificate)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new(id, token, certificate, &err);

	options.root_url = server->root_url;
	options.credentials = credentials;
	options.retry_delay_ms = 1;
	tc_client *client = credentials ? tc_client_new(&options, &err) : NULL;
	tc_credentials_free(credentials);
	if (!client)
		fail_msg("%s", tc_error_text(&err));
	return client;
}

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--claim-timeout", "2", "--resolver-interval", "100",
		"--poll-timeout", "50", "--fault", faults, NULL);
	root = open_client(server->client_id, server->access_token, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ask_end();
	tc_client_free(root);
	tc_test_server_stop(server);
	return 0;
}

/* Each task but the first waits for one before it. */
static void create_task(int number)
{
	const char *needed = number ? ids[number / 2] : NULL;
	char created[25];
	char deadline[25];
	tc_error err = TC_ERROR_INIT;
	const tc_json *payload;

	tc_slugid_nice(ids[number]);
	assert_ok(tc_json_parse("{}", 2, &payload, &err), &err);
	struct tc_queue_create_task_request task = {
		.task_queue_id = "prov/type",
		.created = date_text(0, created),
		.deadline = date_text(3600, deadline),
		.payload = payload,
		.task_group_id = ids[0],
		.dependencies = &needed,
		.dependencies_count = needed != NULL,
		.retries = { true, 49 },
		.metadata = { .name = "n", .description = "d", .owner = "o", .source = "http://x" },
	};
	struct tc_queue_task_status_response *reply = NULL;
	int rc = tc_queue_create_task(root, ids[number], &task, &reply, &err);
	/* more failures in a row than the library takes; creating again is harmless */
	for (int i = 0; rc != TC_OK && i < ATTEMPTS; i++) {
		tc_error_clear(&err);
		rc = tc_queue_create_task(root, ids[number], &task, &reply, &err);
	}
	assert_ok(rc, &err);
	tc_release(reply);
	tc_release(payload);
}

/* PUT to the storage, which no library call does. */
static bool upload(const char *url, const char *text)
{
	static const struct quirks plain = { .unsigned_ = true, .type = "text/plain" };

	for (int i = 0; i < ATTEMPTS; i++) {
		struct reply *reply =
			ask(server, "PUT", url + strlen(server->root_url), text, &plain);
		if (reply->curl == CURLE_OK && reply->status == 200)
			return true;
	}
	return false;
}

static bool make_artifact(tc_client *client, const struct tc_queue_claim_work_response_tasks *claim,
	const char *run_id)
{
	struct tc_queue_post_artifact_request body = { .tag = TC_QUEUE_POST_ARTIFACT_REQUEST_S3,
		.s3 = { .content_type = "text/plain", .expires = claim->task.expires } };
	struct tc_queue_post_artifact_response *reply = NULL;
	tc_error err = TC_ERROR_INIT;
	char url[400] = "";

	if (tc_queue_create_artifact(client, claim->status.task_id, run_id, "public/out", &body,
		    &reply, &err) == TC_OK)
		snprintf(url, sizeof url, "%s", reply->s3.put_url);
	tc_error_clear(&err);
	tc_release(reply);
	return *url && upload(url, claim->status.task_id);
}

/* What a worker does with a claim; when the claim is lost meanwhile, another run follows. */
static void work(const struct tc_queue_claim_work_response_tasks *claim)
{
	const struct tc_queue_task_credentials *own = &claim->credentials;
	tc_client *client = open_client(own->client_id, own->access_token, own->certificate);
	struct tc_queue_task_reclaim_response *reclaimed = NULL;
	struct tc_queue_task_status_response *done = NULL;
	tc_error err = TC_ERROR_INIT;
	const char *run_id = TC_DECIMAL(claim->run_id);

	if (tc_queue_reclaim_task(client, claim->status.task_id, run_id, &reclaimed, &err) ==
			TC_OK &&
		make_artifact(client, claim, run_id))
		tc_queue_report_completed(client, claim->status.task_id, run_id, &done, &err);
	tc_release(reclaimed);
	tc_release(done);
	tc_error_clear(&err);
	tc_client_free(client);
}

static int count_open(void)
{
	tc_error err = TC_ERROR_INIT;
	int open = 0;

	for (int i = 0; i < TASKS; i++) {
		struct tc_queue_task_status_response *reply = NULL;
		int rc = tc_queue_status(root, ids[i], &reply, &err);
		if (rc == TC_OK && strcmp(reply->status.state, "exception") == 0)
			fail_msg("task %s ended as an exception", ids[i]);
		open += rc != TC_OK || strcmp(reply->status.state, "completed") != 0;
		tc_release(reply);
		tc_error_clear(&err);
	}
	return open;
}

static void claim_and_work(void)
{
	struct tc_queue_claim_work_request worker = {
		.tasks = { true, 4 }, .worker_group = "g", .worker_id = "w"
	};
	struct tc_queue_claim_work_response *claims = NULL;
	tc_error err = TC_ERROR_INIT;

	if (tc_queue_claim_work(root, "prov/type", &worker, &claims, &err) == TC_OK) {
		for (size_t i = 0; i < claims->tasks_count; i++)
			work(&claims->tasks[i]);
	}
	tc_release(claims);
	tc_error_clear(&err);
}

static void all_work_gets_done(void **state)
{
	time_t end = time(NULL) + PATIENCE_S;

	(void)state;
	for (int i = 0; i < TASKS; i++)
		create_task(i);
	while (count_open() > 0) {
		if (time(NULL) > end)
			fail_msg("%d tasks are still open", count_open());
		claim_and_work();
	}
}

/* Bytes of an artifact, whatever the faults. */
static bool artifact_is_whole(const char *task_id)
{
	static const struct quirks bare = { .unsigned_ = true };
	char path[400];

	for (int i = 0; i < ATTEMPTS; i++) {
		snprintf(path, sizeof path, "/api/queue/v1/task/%s/artifacts/public/out", task_id);
		struct reply *reply = ask(server, "GET", path, NULL, &bare);
		const char *url = reply->status == 303 ? reply_text(reply, "/url") : "";
		if (!*url)
			continue;
		snprintf(path, sizeof path, "%s", url + strlen(server->root_url));
		reply = ask(server, "GET", path, NULL, &bare);
		if (reply->curl == CURLE_OK && reply->status == 200 &&
			strcmp(reply->body, task_id) == 0)
			return true;
	}
	return false;
}

static void artifacts_are_whole(void **state)
{
	(void)state;
	for (int i = 0; i < TASKS; i++) {
		if (!artifact_is_whole(ids[i]))
			fail_msg("the artifact of %s is not there", ids[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_work_gets_done),
		cmocka_unit_test(artifacts_are_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
