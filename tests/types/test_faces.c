/* SPDX-License-Identifier: MPL-2.0 */
/* Functions with structs: what they send, what they give back, and what they say when either breaks
 * its schema. */
#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/classic_queue.h>
#include <taskcluster/object.h>
#include <taskcluster/queue.h>
#include <taskcluster/registry.h>
#include <taskcluster/secrets.h>

#define OK_JSON "HTTP/1.1 200 OK\nContent-Type: application/json\n\n"
#define TASK_ID "AAAAAAAAQACAAAAAAAAAAA"
#define STATUS \
	"{\"status\":{\"taskId\":\"" TASK_ID "\",\"provisionerId\":\"p\",\"workerType\":\"w\"," \
	"\"taskQueueId\":\"p/w\",\"schedulerId\":\"-\",\"projectId\":\"none\"," \
	"\"taskGroupId\":\"" TASK_ID "\",\"deadline\":\"2026-01-01T00:00:00.000Z\"," \
	"\"expires\":\"2027-01-01T00:00:00.000Z\",\"retriesLeft\":5,\"state\":\"pending\"," \
	"\"runs\":[{\"runId\":0,\"state\":\"pending\",\"reasonCreated\":\"scheduled\"," \
	"\"scheduled\":\"2026-01-01T00:00:00.000Z\",\"brand-new\":[1]}]}}"

struct world {
	struct tc_fake fake;
	tc_client *client;
	tc_error err;
};

static void begin(struct world *world, const char *head, const char *body,
	void (*change)(struct tc_options *options))
{
	static struct tc_fake_reply reply;

	*world = (struct world){ 0 };
	reply = (struct tc_fake_reply){ .head = head, .body = body };
	tc_fake_init(&world->fake, &reply, 1);
	struct tc_options options = tc_fake_options(&world->fake);
	if (change)
		change(&options);
	world->client = tc_fake_client(&world->fake, &options);
}

static void finish(struct world *world)
{
	tc_client_free(world->client);
	tc_error_clear(&world->err);
	tc_fake_clear(&world->fake);
}

static void lenient(struct tc_options *options)
{
	options->lenient_replies = true;
}

static void unchecked(struct tc_options *options)
{
	options->unchecked_bodies = true;
}

static struct tc_queue_create_task_request task = {
	/* its payload is in the set-up */
	.task_queue_id = "proj/linux",
	.created = "2026-01-01T00:00:00.000Z",
	.deadline = "2026-01-02T00:00:00.000Z",
	.metadata = { .name = "n",
		.description = "d",
		.owner = "o@example.com",
		.source = "https://example.com/" },
	.retries = { true, 0 },
	.scopes = (const char *const[]){ "a:b" },
	.scopes_count = 1,
	.tags = (const struct tc_queue_task_tags[]){ { "kind", "test" } },
	.tags_count = 1,
};

static void test_body_and_reply(void **state)
{
	(void)state;
	struct tc_queue_task_status_response *reply = NULL;
	struct world w;

	begin(&w, OK_JSON, STATUS, NULL);
	assert_ok(tc_queue_create_task(w.client, TASK_ID, &task, &reply, &w.err), &w.err);
	assert_string_equal(reply->status.task_id, TASK_ID);
	assert_int_equal(reply->status.retries_left, 5);
	assert_int_equal(reply->status.runs_count, 1);
	assert_string_equal(reply->status.runs[0].state, "pending");
	assert_null(reply->status.runs[0].worker_id);
	tc_release(reply);
	assert_string_equal(w.fake.attempts[0].method, "PUT");
	assert_string_equal(
		w.fake.attempts[0].url, "https://tc.example.com/api/queue/v1/task/" TASK_ID);
	/* what has a default and was not given is left to the server */
	assert_string_equal(w.fake.attempts[0].body,
		"{\"created\":\"2026-01-01T00:00:00.000Z\",\"deadline\":\"2026-01-02T00:00:00."
		"000Z\","
		"\"metadata\":{\"description\":\"d\",\"name\":\"n\",\"owner\":\"o@example.com\","
		"\"source\":\"https://example.com/"
		"\"},\"payload\":{},\"retries\":0,\"scopes\":[\"a:b\"],"
		"\"tags\":{\"kind\":\"test\"},\"taskQueueId\":\"proj/linux\"}");
	finish(&w);
}

static void test_a_bad_body_is_not_sent(void **state)
{
	(void)state;
	struct tc_queue_create_task_request bad = task;
	struct tc_queue_task_status_response *reply = (void *)&bad;
	struct world w;

	begin(&w, OK_JSON, STATUS, NULL);
	bad.deadline = "tomorrow";
	assert_int_equal(
		tc_queue_create_task(w.client, TASK_ID, &bad, &reply, &w.err), TC_ERROR_INPUT);
	assert_null(reply);
	assert_string_equal(tc_error_pointer(&w.err), "/deadline");
	assert_failure(&w.err, TC_ERROR_INPUT, "queue.createTask: /deadline: expected a date");
	bad = task;
	bad.metadata.owner = NULL;
	assert_int_equal(
		tc_queue_create_task(w.client, TASK_ID, &bad, NULL, &w.err), TC_ERROR_INPUT);
	assert_failure(&w.err, TC_ERROR_INPUT, "/metadata/owner: a required member is missing");
	assert_int_equal(
		tc_queue_create_task(w.client, TASK_ID, NULL, NULL, &w.err), TC_ERROR_ARGUMENT);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "queue.createTask: body is NULL");
	assert_int_equal(w.fake.attempt_count, 0);
	finish(&w);

	begin(&w, OK_JSON, STATUS, unchecked);
	assert_ok(tc_queue_create_task(w.client, TASK_ID, &bad, NULL, &w.err), &w.err);
	assert_null(strstr(w.fake.attempts[0].body, "owner"));
	finish(&w);
}

static void test_a_reply_that_breaks_its_schema(void **state)
{
	(void)state;
	struct tc_queue_task_status_response *reply = (void *)state;
	struct world w;

	begin(&w, OK_JSON, "{\"status\":{\"taskId\":7}}", NULL);
	assert_int_equal(tc_queue_status(w.client, TASK_ID, &reply, &w.err), TC_ERROR_REPLY);
	assert_null(reply);
	assert_string_equal(tc_error_pointer(&w.err), "/status/taskId");
	assert_failure(
		&w.err, TC_ERROR_REPLY, "queue.status: /status/taskId: expected a string, got 7");
	assert_int_equal(w.fake.attempt_count, 1); /* another attempt would bring the same */
	finish(&w);

	begin(&w, OK_JSON, "{\"status\":{\"taskId\":7,\"state\":\"running\"}}", lenient);
	assert_ok(tc_queue_status(w.client, TASK_ID, &reply, &w.err), &w.err);
	assert_null(reply->status.task_id);
	assert_string_equal(reply->status.state, "running");
	tc_release(reply);
	finish(&w);

	begin(&w, "HTTP/1.1 204 No Content\n\n", "", NULL);
	assert_int_equal(tc_queue_status(w.client, TASK_ID, &reply, &w.err), TC_ERROR_REPLY);
	assert_failure(&w.err, TC_ERROR_REPLY, "queue.status: ");
	finish(&w);

	begin(&w, OK_JSON, "<html>", NULL);
	assert_int_equal(tc_queue_status(w.client, TASK_ID, &reply, &w.err), TC_ERROR_REPLY);
	assert_failure(&w.err, TC_ERROR_REPLY, "queue.status: ");
	finish(&w);
}

static void test_a_refusal_is_no_reply(void **state)
{
	(void)state;
	struct tc_queue_task_status_response *reply = (void *)state;
	struct world w;

	begin(&w, "HTTP/1.1 404 Not Found\nContent-Type: application/json\n\n",
		"{\"code\":\"ResourceNotFound\",\"message\":\"no such task\"}", NULL);
	assert_int_equal(tc_queue_status(w.client, TASK_ID, &reply, &w.err), TC_ERROR_HTTP);
	assert_null(reply);
	assert_string_equal(tc_error_server_code(&w.err), "ResourceNotFound");
	finish(&w);
}

static void test_without_schemas(void **state)
{
	(void)state;
	tc_response *response = NULL;
	const tc_json *json = NULL;
	struct world w;

	begin(&w, OK_JSON, "{\"alive\":true}", NULL);
	assert_ok(tc_queue_ping(w.client, &response, &w.err), &w.err);
	assert_true(tc_json_true(tc_json_get(tc_response_json(response, &w.err), "alive")));
	tc_release(response);
	assert_ok(tc_queue_ping(w.client, NULL, &w.err), &w.err);
	/* the schemas of 2015 are nowhere: JSON in, JSON out */
	assert_ok(tc_classic_queue_status(w.client, TASK_ID, &json, &w.err), &w.err);
	assert_true(tc_json_true(tc_json_get(json, "alive")));
	tc_release(json);
	finish(&w);

	begin(&w, "HTTP/1.1 303 See Other\nLocation: https://example.com/x\n\n", "", NULL);
	assert_ok(tc_object_download(w.client, "a/b", &response, &w.err), &w.err);
	assert_string_equal(tc_response_location(response), "https://example.com/x");
	tc_release(response);
	finish(&w);
}

static void test_query_arguments_and_lists(void **state)
{
	(void)state;
	struct tc_auth_list_roles_response *roles = NULL;
	struct tc_queue_list_artifacts_response *artifacts = NULL;
	struct world w;

	begin(&w, OK_JSON, "{\"artifacts\":[]}", NULL);
	assert_ok(tc_queue_list_artifacts(w.client, TASK_ID, "0",
			  &(struct tc_queue_list_artifacts_query){ .limit = "100" }, &artifacts,
			  &w.err),
		&w.err);
	assert_non_null(artifacts->artifacts);
	assert_int_equal(artifacts->artifacts_count, 0);
	assert_non_null(strstr(w.fake.attempts[0].url, "/runs/0/artifacts?limit=100"));
	tc_release(artifacts);
	finish(&w);

	begin(&w, OK_JSON,
		"[{\"roleId\":\"r\",\"scopes\":[],\"description\":\"\",\"created\":\"c\","
		"\"lastModified\":\"m\",\"expandedScopes\":[\"x\",\"y\"]}]",
		NULL);
	assert_ok(tc_auth_list_roles(w.client, &roles, &w.err), &w.err);
	assert_int_equal(roles->items_count, 1);
	assert_string_equal(roles->items[0].role_id, "r");
	assert_string_equal(roles->items[0].expanded_scopes[1], "y");
	tc_release(roles);
	finish(&w);
}

/* A union in, a union out. */
static void test_shapes(void **state)
{
	(void)state;
	const struct tc_queue_post_artifact_request link = {
		.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_LINK,
		.link_ = { .expires = "2026-01-01T00:00:00Z", .artifact = "public/log" },
	};
	struct tc_queue_post_artifact_response *reply = NULL;
	struct world w;

	begin(&w, OK_JSON, "{\"storageType\":\"link\"}", NULL);
	assert_ok(tc_queue_create_artifact(w.client, TASK_ID, "0", "x", &link, &reply, &w.err),
		&w.err);
	assert_string_equal(w.fake.attempts[0].body,
		"{\"artifact\":\"public/log\",\"expires\":\"2026-01-01T00:00:00Z\","
		"\"storageType\":\"link\"}");
	assert_int_equal(reply->tag, TC_QUEUE_POST_ARTIFACT_RESPONSE_LINK);
	assert_string_equal(reply->link_.storage_type, "link");
	tc_release(reply);
	assert_int_equal(tc_queue_create_artifact(w.client, TASK_ID, "0", "x",
				 &(struct tc_queue_post_artifact_request){ 0 }, &reply, &w.err),
		TC_ERROR_INPUT);
	assert_failure(&w.err, TC_ERROR_INPUT, "the tag that says which of its shapes");
	finish(&w);

	begin(&w, OK_JSON, "{\"storageType\":\"moonbeam\",\"phase\":3}", NULL);
	assert_ok(tc_queue_create_artifact(w.client, TASK_ID, "0", "x", &link, &reply, &w.err),
		&w.err);
	assert_int_equal(reply->tag, TC_TAG_UNKNOWN);
	assert_string_equal(tc_json_text(tc_json_get(reply->unknown, "phase")), "3");
	tc_release(reply);
	finish(&w);
}

/* What only may be repeated for some bodies is told from a typed body, too. */
static void test_retry_class_of_a_typed_body(void **state)
{
	(void)state;
	struct tc_queue_post_artifact_request object = {
		.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_OBJECT,
		.object = { .expires = "2026-01-01T00:00:00Z", .content_type = "text/plain" },
	};
	struct world w;

	begin(&w, "HTTP/1.1 500 Oops\n\n", "", NULL);
	assert_int_equal(
		tc_queue_create_artifact(w.client, TASK_ID, "0", "x", &object, NULL, &w.err),
		TC_ERROR_HTTP);
	assert_int_equal(w.fake.attempt_count, 1);
	object.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_S3;
	object.s3 = (struct tc_queue_post_artifact_request_s3){ .expires = "2026-01-01T00:00:00Z",
		.content_type = "text/plain" };
	assert_int_equal(
		tc_queue_create_artifact(w.client, TASK_ID, "0", "x", &object, NULL, &w.err),
		TC_ERROR_HTTP);
	assert_true(w.fake.attempt_count > 2);
	finish(&w);
}

static void test_bodies_and_replies_of_calls(void **state)
{
	(void)state;
	tc_response *response = NULL;
	struct world w;

	begin(&w, OK_JSON, STATUS, NULL);
	tc_call *call = tc_queue_create_task_call(w.client, TASK_ID, &w.err);
	assert_non_null(call);
	assert_int_equal(tc_call_perform(call, NULL, &w.err), TC_ERROR_ARGUMENT);
	tc_error_clear(&w.err);
	assert_ok(tc_queue_create_task_body(call, &task, &w.err), &w.err);
	for (int i = 0; i < 2; i++) { /* a call can be performed again */
		assert_ok(tc_call_perform(call, &response, &w.err), &w.err);
		struct tc_queue_task_status_response *reply =
			tc_queue_create_task_reply(response, &w.err);
		assert_non_null(reply);
		assert_string_equal(reply->status.state, "pending");
		tc_release(reply);
		tc_release(response);
	}
	assert_string_equal(w.fake.attempts[0].body, w.fake.attempts[1].body);
	assert_int_equal(tc_queue_create_task_body(call, &task, &w.err), TC_ERROR_ARGUMENT);
	assert_failure(
		&w.err, TC_ERROR_ARGUMENT, "queue.createTask: the call has been used already");
	assert_int_equal(
		tc_queue_claim_work_body(call, &(struct tc_queue_claim_work_request){ 0 }, &w.err),
		TC_ERROR_ARGUMENT);
	assert_failure(
		&w.err, TC_ERROR_ARGUMENT, "queue.claimWork: call is one of queue.createTask");
	assert_int_equal(
		tc_queue_claim_work_body(NULL, &(struct tc_queue_claim_work_request){ 0 }, &w.err),
		TC_ERROR_ARGUMENT);
	tc_error_clear(&w.err);
	assert_null(tc_queue_create_task_reply(NULL, &w.err));
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "response is NULL");
	tc_call_free(call);
	finish(&w);
}

static void test_a_call_is_lenient_with_its_client(void **state)
{
	(void)state;
	tc_response *response = NULL;
	struct world w;

	for (int i = 0; i < 2; i++) {
		begin(&w, OK_JSON, "{\"status\":{\"state\":\"running\"}}", i ? lenient : NULL);
		tc_call *call = tc_queue_status_call(w.client, TASK_ID, &w.err);
		assert_ok(tc_call_perform(call, &response, &w.err), &w.err);
		struct tc_queue_task_status_response *reply =
			tc_queue_status_reply(response, &w.err);
		assert_true((reply != NULL) == (i == 1));
		if (!reply)
			assert_failure(&w.err, TC_ERROR_REPLY,
				"queue.status: /status/deadline: a required member is missing");
		tc_release(reply);
		tc_release(response);
		tc_call_free(call);
		finish(&w);
	}
}

/* The reply of the first attempt broke off in its middle. */
static void test_the_next_attempt_begins_anew(void **state)
{
	(void)state;
	static const struct tc_fake_reply replies[] = {
		{ .head = "HTTP/1.1 200 OK\nContent-Type: application/json\n\n",
			.body = "{\"status\":{\"taskId\":\"first\",",
			.code = TC_ERROR_NETWORK },
		{ .head = OK_JSON, .body = STATUS },
	};
	struct tc_queue_task_status_response *reply = NULL;
	struct world w = { 0 };

	tc_fake_init(&w.fake, replies, 2);
	struct tc_options options = tc_fake_options(&w.fake);
	w.client = tc_fake_client(&w.fake, &options);
	int rc = tc_queue_status(w.client, TASK_ID, &reply, &w.err);
	if (rc == TC_OK) {
		assert_string_equal(reply->status.task_id, TASK_ID);
		tc_release(reply);
	} else {
		/* the text had ended before the object did: no repetition mends that */
		assert_failure(&w.err, TC_ERROR_REPLY, "queue.status: ");
	}
	finish(&w);
}

static void test_secrets(void **state)
{
	(void)state;
	struct tc_secrets_secret *secret = NULL;
	tc_json_builder *b = tc_json_builder_new();
	const tc_json *value = NULL;
	struct world w;

	assert_true(tc_find_operation("secrets", "get")->secret_reply);
	assert_true(tc_find_operation("queue", "claimWork")->secret_reply);
	assert_true(tc_find_operation("auth", "createClient")->secret_reply);
	assert_false(tc_find_operation("queue", "status")->secret_reply);
	assert_false(tc_find_operation("queue", "listTaskGroup")->secret_reply);
	begin(&w, OK_JSON,
		"{\"secret\":{\"key\":\"hush\"},\"expires\":\"2026-01-01T00:00:00.000Z\"}", NULL);
	assert_ok(tc_secrets_get(w.client, "a/b", &secret, &w.err), &w.err);
	assert_string_equal(tc_json_text(tc_json_get(secret->secret, "key")), "hush");
	tc_json_add_object(b);
	tc_json_end(b);
	assert_ok(tc_json_build(b, &value, &w.err), &w.err);
	secret->secret = value;
	assert_ok(tc_secrets_set(w.client, "a/b", secret, NULL, &w.err), &w.err);
	assert_string_equal(w.fake.attempts[1].body,
		"{\"expires\":\"2026-01-01T00:00:00.000Z\",\"secret\":{}}");
	tc_release(value);
	tc_release(secret);
	finish(&w);
}

/* A message of Pulse, by the table in the exchange's row. */
static void test_messages(void **state)
{
	(void)state;
	static const char text[] =
		"{\"version\":1,\"runId\":2,\"workerGroup\":\"g\",\"workerId\":\"w\"}";
	tc_error err = TC_ERROR_INIT;
	const struct tc_exchange *exchange = tc_find_exchange("queue", "taskCompleted");

	assert_ptr_equal(exchange->message, &tc_queue_task_completed_message_type);
	assert_null(tc_decode(exchange->message, text, sizeof text - 1, 0, &err));
	assert_string_equal(tc_error_pointer(&err), "/status");
	assert_failure(&err, TC_ERROR_INPUT, "/status: a required member is missing");
	struct tc_queue_task_completed_message *message =
		tc_decode(exchange->message, text, sizeof text - 1, TC_DECODE_LENIENT, &err);
	assert_ok(message ? TC_OK : err.code, &err);
	assert_int_equal(message->run_id, 2);
	tc_release(message);
}

static int setup(void **state)
{
	(void)state;
	assert_ok(tc_json_parse("{}", 2, &task.payload, NULL), NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tc_release(task.payload);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body_and_reply),
		cmocka_unit_test(test_a_bad_body_is_not_sent),
		cmocka_unit_test(test_a_reply_that_breaks_its_schema),
		cmocka_unit_test(test_a_refusal_is_no_reply),
		cmocka_unit_test(test_without_schemas),
		cmocka_unit_test(test_query_arguments_and_lists),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_retry_class_of_a_typed_body),
		cmocka_unit_test(test_bodies_and_replies_of_calls),
		cmocka_unit_test(test_a_call_is_lenient_with_its_client),
		cmocka_unit_test(test_the_next_attempt_begins_anew),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_messages),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
