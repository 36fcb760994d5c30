/* SPDX-License-Identifier: MPL-2.0 */
/* Transfers with each single allocation failing in turn: an upload that is repeated, and a download
 * by a redirect; and calls to a path. */
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include "tests/nomem/failing.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/call_at.h>
#include <taskcluster/download.h>
#include <taskcluster/transfer.h>

static const char text[] = "0123456789";

/* Every third request gets nothing, a GET of /here a redirect. */
static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	if (request->number % 3 == 2) {
		reply->close = true;
	} else if (strcmp(request->target, "/a/here") == 0) {
		reply->status = 307;
		reply->headers = "Location: ../there?sig=secret\r\n";
	} else {
		reply->body = text;
		reply->body_length = strlen(text);
	}
}

struct world {
	struct tc_responder *responder;
	tc_client *client;
	char url[100];
};

static int upload(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_source body = TC_SOURCE_INIT;
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	tc_response *response = NULL;

	tc_source_memory(&body, text, strlen(text));
	options.body = &body;
	tc_call *call = tc_transfer_new(world->client, "PUT", world->url, &options, err);
	int rc = call ? TC_OK : err->code;
	if (rc == TC_OK)
		rc = tc_call_header(call, "Content-Type", "text/plain", err);
	if (rc == TC_OK)
		rc = tc_call_perform(call, &response, err);
	assert_true((rc == TC_OK) == (response != NULL));
	if (response)
		assert_string_equal(tc_response_body(response, NULL), text);
	tc_release(response);
	tc_call_free(call);
	return rc;
}

static int follow(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	tc_response *response = NULL;
	char url[120];

	snprintf(url, sizeof url, "%s/a/here", world->url);
	options.redirects = 2;
	tc_call *call = tc_transfer_new(world->client, "GET", url, &options, err);
	int rc = call ? tc_call_perform(call, &response, err) : err->code;
	if (response)
		assert_string_equal(tc_response_body(response, NULL), text);
	tc_release(response);
	tc_call_free(call);
	return rc;
}

static int call_path(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_source body = TC_SOURCE_INIT;
	struct tc_call_at_options options = TC_CALL_AT_OPTIONS_INIT;
	tc_response *response = NULL;

	tc_source_memory(&body, text, strlen(text));
	options.any_status = true;
	options.body = &body;
	tc_call *call = tc_call_at(world->client, "PUT", "/a/path?b", &options, err);
	int rc = call ? TC_OK : err->code;
	if (rc == TC_OK)
		rc = tc_call_header(call, "Content-Type", "text/plain", err);
	if (rc == TC_OK)
		rc = tc_call_perform(call, &response, err);
	assert_true((rc == TC_OK) == (response != NULL));
	if (response)
		assert_string_equal(tc_response_body(response, NULL), text);
	tc_release(response);
	tc_call_free(call);
	return rc;
}

static void whole_or_failed(void **state)
{
	assert_true(tc_failing_each_with_libraries(upload, *state) > 5);
	assert_true(tc_failing_each_with_libraries(follow, *state) > 5);
	assert_true(tc_failing_each_with_libraries(call_path, *state) > 5);
}

static int setup(void **state)
{
	static struct world world;
	struct tc_options options = TC_OPTIONS_INIT;

	world.responder = tc_responder_fork(answer, NULL); /* its memory is not ours */
	snprintf(world.url, sizeof world.url, "%s", tc_responder_url(world.responder));
	options.root_url = world.url;
	options.retry_delay_ms = 1;
	options.timeout_ms = 1000; /* old versions of libcurl can forget a transfer */
	world.client = tc_client_new(&options, NULL);
	assert_non_null(world.client);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	tc_client_free(world->client);
	tc_responder_stop(world->responder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(whole_or_failed) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
