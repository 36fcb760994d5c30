/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/status.h"

#include "tests/harness/fake.h"
#include "tests/harness/task_group.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TASK_ID "fN1SbArXTPSVFNUvaOlinQ"

struct reply {
	struct tt_status status;
};
static const struct tc_field reply_fields[] = {
	TC_FIELD(struct reply, status, "status", &tt_status_type, TC_REQUIRED),
};
static const struct tc_type reply_type = TC_TYPE_OF_OBJECT(struct reply, reply_fields, NULL);

static const char body[] =
	"{\"status\":{\"taskId\":\"" TASK_ID "\",\"provisionerId\":\"proj-linux\",\"workerType\":"
	"\"build-large\",\"taskQueueId\":\"proj-linux/build-large\",\"schedulerId\":\"ci-level-3\","
	"\"projectId\":\"none\",\"taskGroupId\":\"" TASK_ID "\",\"deadline\":"
	"\"2024-05-01T10:00:00.000Z\",\"expires\":\"2025-05-01T10:00:00.000Z\",\"retriesLeft\":5,"
	"\"state\":\"running\",\"runs\":[{\"runId\":0,\"state\":\"running\",\"reasonCreated\":"
	"\"scheduled\",\"workerGroup\":\"us-west-2\",\"workerId\":\"i-0a1b2c3d\",\"takenUntil\":"
	"\"2024-04-30T10:20:00.000Z\",\"scheduled\":\"2024-04-30T10:00:00.000Z\",\"started\":"
	"\"2024-04-30T10:00:01.000Z\"}]}}";

void status_answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	(void)request;
	reply->headers = "Content-Type: application/json; charset=utf-8\r\n"
			 "x-for-request-id: 0f2a8b9e-6d6d-4ed5-9f2e-9a1d3a9d6b1c\r\n";
	reply->body = body;
	reply->body_length = sizeof body - 1;
}

const char *const status_lines[] = {
	"User-Agent: libtaskcluster/0.0.0",
	"Accept-Encoding: gzip, deflate",
	"x-taskcluster-trace-id: " TASK_ID,
	"Authorization: Hawk id=\"project/releng/a-worker\", ts=\"1700000000\", "
	"nonce=\"kq3vCkZnA2MWBdR0\", mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\"",
	NULL,
};

static void fail(const char *what)
{
	fprintf(stderr, "status: %s\n", what);
	abort();
}

tc_client *status_client_with(struct tc_options *options)
{
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new(
		"project/releng/a-worker", "tkwyMcQJQ5mTTJIM4hxs_gvbEvi5xRT2SUkd", NULL, &err);

	options->credentials = credentials;
	tc_client *client = credentials ? tc_client_new(options, &err) : NULL;
	tc_credentials_free(credentials);
	options->credentials = NULL;
	if (!client)
		fail(tc_error_text(&err));
	return client;
}

tc_client *status_client(const char *root_url)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = root_url;
	return status_client_with(&options);
}

tc_call *status_call(tc_client *client)
{
	const char *arguments[] = { TASK_ID };
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_generated_call(client, TC_FAKE_OPERATION(STATUS), arguments, NULL, &err);

	if (!call)
		fail(tc_error_text(&err));
	return call;
}

void status_take(const tc_response *response)
{
	size_t length;
	const char *text = tc_response_body(response, &length);
	tc_error err = TC_ERROR_INIT;
	struct reply *reply = tc_decode(&reply_type, text, length, 0, &err);

	if (!reply)
		fail(tc_error_text(&err));
	if (strcmp(reply->status.state, "running") != 0)
		fail("another state");
	tc_release(reply);
}

/* ---- many at a time ---- */

struct status_loop status_loop_of(tc_client *client, size_t in_flight)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;

	options.in_flight = in_flight;
	struct status_loop loop = { .client = client, .loop = tc_loop_new(&options, NULL) };
	if (!loop.loop)
		fail("no loop");
	return loop;
}

struct status_loop status_loop_open(const char *root_url, size_t in_flight)
{
	return status_loop_of(status_client(root_url), in_flight);
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct status_loop *loop = data;

	(void)run;
	if (err)
		fail(tc_error_text(err));
	status_take(response);
	tc_release(response);
	loop->done++;
	if (!loop->to_start)
		return;
	loop->to_start--;
	status_loop_start(loop, 1);
}

void status_loop_start(struct status_loop *loop, size_t count)
{
	tc_error err = TC_ERROR_INIT;

	while (count--) {
		tc_call *call = status_call(loop->client);
		if (tc_loop_start(loop->loop, call, on_done, loop, NULL, &err) != TC_OK)
			fail(tc_error_text(&err));
		tc_call_free(call);
	}
}

void status_loop_wait(struct status_loop *loop)
{
	tc_error err = TC_ERROR_INIT;

	if (tc_loop_run(loop->loop, &err) != TC_OK)
		fail(tc_error_text(&err));
}

void status_loop_run(struct status_loop *loop, size_t in_flight, size_t count)
{
	const size_t first = count < in_flight ? count : in_flight;

	loop->to_start = count - first;
	status_loop_start(loop, first);
	status_loop_wait(loop);
}

void status_loop_close(struct status_loop *loop)
{
	tc_loop_free(loop->loop);
	tc_client_free(loop->client);
}
