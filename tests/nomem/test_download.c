/* SPDX-License-Identifier: MPL-2.0 */
/* Downloads, synchronous and on a loop, with each single allocation failing in turn: what came is
 * right or the call has failed, and a run ends once. */
#include "tests/harness/test.h"

#include "runtime/src/base/error.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include "tests/nomem/failing.h"
#include <string.h>
#include <taskcluster/download.h>

static const char text[] = "0123456789";

/* Every second reply breaks off. */
static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	reply->headers = "Content-Disposition: attachment; filename=a.log\r\n";
	reply->body = text;
	reply->body_length = strlen(text);
	reply->cut = request->number % 2 ? 0 : 4;
}

struct world {
	struct tc_responder *responder;
	tc_client *client;
	tc_call *call;
};

/* Needs no memory itself. */
struct slate {
	char bytes[64];
	size_t length;
	bool named;
};

static int wipe(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct slate *slate = data;
	const char *name = tc_response_file_name(head);

	(void)err;
	slate->named = name && strcmp(name, "a.log") == 0;
	slate->length -= (size_t)discard;
	return TC_OK;
}

static int take_down(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct slate *slate = data;

	(void)err;
	assert_true(slate->length + length <= sizeof slate->bytes);
	memcpy(slate->bytes + slate->length, bytes, length);
	slate->length += length;
	return TC_OK;
}

static struct tc_sink sink_of(struct slate *slate)
{
	struct tc_sink sink = TC_SINK_INIT;

	sink.begin = wipe;
	sink.write = take_down;
	sink.data = slate;
	return sink;
}

static int check(const struct slate *slate, int rc)
{
	if (rc == TC_OK) {
		assert_int_equal(slate->length, strlen(text));
		assert_memory_equal(slate->bytes, text, strlen(text));
	}
	return rc;
}

static int download(void *data, tc_error *err)
{
	const struct world *world = data;
	struct slate slate = { 0 };
	struct tc_sink sink = sink_of(&slate);
	tc_response *head = NULL;
	int rc = tc_call_download(world->call, &sink, &head, err);

	assert_true((rc == TC_OK) == (head != NULL));
	tc_release(head);
	return check(&slate, rc);
}

struct end {
	size_t count;
	int code;
};

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct end *end = data;

	(void)run;
	end->count++;
	end->code = err ? err->code : TC_OK;
	tc_release(response);
}

static int download_on_loop(void *data, tc_error *err)
{
	const struct world *world = data;
	struct slate slate = { 0 };
	struct tc_sink sink = sink_of(&slate);
	struct end end = { 0 };
	tc_loop *loop = tc_loop_new(NULL, err);
	int rc = loop ? TC_OK : err->code;

	if (rc == TC_OK)
		rc = tc_loop_download(loop, world->call, &sink, on_done, &end, NULL, err);
	bool started = rc == TC_OK;
	if (started)
		rc = tc_loop_run(loop, err);
	tc_loop_free(loop);
	assert_int_equal(end.count, started);
	if (rc == TC_OK)
		rc = check(&slate, end.code);
	return rc == TC_OK || err->code ? rc : tc__fail(err, rc, "as told by the run");
}

static void whole_or_failed(void **state)
{
	assert_true(tc_failing_each_with_libraries(download, *state) > 5);
	assert_true(tc_failing_each_with_libraries(download_on_loop, *state) > 5);
}

static int setup(void **state)
{
	static struct world world;
	struct tc_options options = TC_OPTIONS_INIT;

	world.responder = tc_responder_fork(answer, NULL); /* its memory is not ours */
	options.root_url = tc_responder_url(world.responder);
	options.retry_delay_ms = 1;
	options.timeout_ms = 1000; /* old versions of libcurl can forget a transfer */
	options.attempts = 3;
	world.client = tc_client_new(&options, NULL);
	world.call = tc_generated_call(world.client, TC_FAKE_OPERATION(PING), NULL, NULL, NULL);
	assert_non_null(world.call);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	tc_call_free(world->call);
	tc_client_free(world->client);
	tc_responder_stop(world->responder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(whole_or_failed) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
