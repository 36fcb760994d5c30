/* SPDX-License-Identifier: MPL-2.0 */
/* Typed calls with every allocation failing in turn. */
#include "tests/harness/test.h"

#include "runtime/src/call/client.h"
#include "tests/nomem/failing.h"
#include "tests/nomem/silent.h"
#include <string.h>
#include <taskcluster/index.h>
#include <taskcluster/queue.h>
#include <taskcluster/secrets.h>

/* A transport that answers at once, a byte at a time, and allocates nothing of its own. */
struct echo {
	struct tc__transport transport;
	const char *body;
};

static int deliver(struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err)
{
	static const char *const head[] = { "HTTP/1.1 200 OK\r\n", "\r\n" };
	const struct echo *echo = (const struct echo *)transport;

	(void)err;
	for (size_t i = 0; i < 2; i++)
		tc__reply_line(delivery->reply, head[i], strlen(head[i]));
	for (const char *at = echo->body; *at; at++)
		tc__reply_body(delivery->reply, at, 1);
	return TC_OK;
}

static const struct tc__transport_kind kind = SILENT_KIND(deliver);

struct work {
	tc_client *client;
	int (*call)(tc_client *client, tc_error *err);
};

static int run(void *data, tc_error *err)
{
	const struct work *work = data;

	return work->call(work->client, err);
}

static int create_artifact(tc_client *client, tc_error *err)
{
	const struct tc_queue_post_artifact_request body = {
		.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_LINK,
		.link_ = { .expires = "2026-01-01T00:00:00Z", .artifact = "public/log" },
	};
	struct tc_queue_post_artifact_response *reply = NULL;
	int rc = tc_queue_create_artifact(
		client, "AAAAAAAAQACAAAAAAAAAAA", "0", "x", &body, &reply, err);

	assert_true((rc == TC_OK) == (reply != NULL));
	tc_release(reply);
	return rc;
}

/* Looked through for what servers fail over. */
static int find_tasks(tc_client *client, tc_error *err)
{
	static const char *const paths[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
		"l", "m", "n" };
	const struct tc_index_list_tasks_at_index body = { .indexes = paths, .indexes_count = 14 };

	return tc_index_find_tasks_at_index(client, NULL, &body, NULL, err);
}

static int find_task(tc_client *client, tc_error *err)
{
	tc_call *call = tc_index_find_task_call(client, "a.b", err);
	int rc = call ? TC_OK : err->code;

	tc_call_free(call);
	return rc;
}

static int get_secret(tc_client *client, tc_error *err)
{
	struct tc_secrets_secret *reply = NULL;
	int rc = tc_secrets_get(client, "a", &reply, err);

	assert_true((rc == TC_OK) == (reply != NULL));
	tc_release(reply);
	return rc;
}

static void fail_all(int (*call)(tc_client *client, tc_error *err), const char *body, long least)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct echo echo = { .transport = { &kind }, .body = body };
	tc_error err = TC_ERROR_INIT;

	options.root_url = "https://tc.example.com";
	struct work work = { tc_client_new(&options, &err), call };
	assert_non_null(work.client);
	tc__client_set_transport(work.client, &echo.transport);
	/* what is made once for the whole process is not ours */
	assert_ok(run(&work, &err), &err);
	assert_true(tc_failing_each_with_libraries(run, &work) > least);
	tc_client_free(work.client);
}

static void test_typed_calls(void **state)
{
	(void)state;
	fail_all(create_artifact, "{\"storageType\":\"link\"}", 5);
	fail_all(find_tasks, "{\"tasks\":[]}", 5);
	fail_all(find_task, "", 1);
	fail_all(get_secret,
		"{\"secret\":{\"a\":[1,2,\"x\"]},\"expires\":\"2026-01-01T00:00:00.000Z\"}", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_typed_calls) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
