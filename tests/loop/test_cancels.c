/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE 1 /* usleep */
/* What waits on a client, other than single calls, ends when its tc_cancel is fired: lists, streams
 * and batches, in an attempt, in a pause, and while nothing comes. */
#include "world.h"

#include "tests/harness/ci.h"
#include <string.h>
#include <taskcluster/batch.h>
#include <taskcluster/pages.h>
#include <taskcluster/stream.h>
#include <unistd.h>

#define SSE "Content-Type: text/event-stream\r\n"
#define CANCEL_AFTER_MS 100
#define LATE_MS 1000

static const struct tc_responder_reply hanging = { .status = 200, .body = "{}", .delay_ms = 30000 };
static const struct tc_responder_reply busy = {
	.status = 503, .headers = "Retry-After: 100\r\n", .body = "{}"
};

/* Stands, and says no more; or ends, and wishes a long pause. */
static const struct tc_responder_reply silent = { .status = 200,
	.headers = SSE,
	.body = "event: hello\n\n",
	.cut = 14,
	.chunked = true,
	.silent = true };
static const struct tc_responder_reply pausing = {
	.status = 200, .headers = SSE, .body = "event: hello\nretry: 1000000\n\n", .chunked = true
};

enum whose { CLIENTS, CALLS, WHOSE };

struct bench {
	struct script script;
	struct tc_responder *responder;
	tc_client *client;
	tc_cancel *cancel;
	tc_call *call;
	pthread_t thread;
	int64_t begun_ms;
	tc_error err;
};

static void *fire_soon(void *data)
{
	usleep(CANCEL_AFTER_MS * 1000);
	tc_cancel_fire(data);
	return NULL;
}

/* The cancel is one of the client or of the call. */
static void open_bench(struct bench *b, const struct tc_responder_reply *reply,
	const struct tc_operation *operation, enum whose whose)
{
	struct tc_call_options own = TC_CALL_OPTIONS_INIT;

	*b = (struct bench){ .script = { { *reply }, 1 } };
	b->responder = tc_responder_start(answer_by_script, &b->script);
	struct tc_options options = quick_options(b->responder);
	options.base_url = options.root_url;
	options.retry_delay_max_ms = 30000;
	options.timeout_ms = 20000;
	b->cancel = tc_cancel_new(&b->err);
	options.cancel = whose == CLIENTS ? b->cancel : NULL;
	own.cancel = whose == CALLS ? b->cancel : NULL;
	b->client = tc_client_new(&options, &b->err);
	b->call = tc_generated_call(b->client, operation, NULL, NULL, &b->err);
	assert_ok(b->err.code, &b->err);
	assert_ok(tc_call_set_options(b->call, &own, &b->err), &b->err);
	b->begun_ms = tc_test_now_ms();
	assert_int_equal(pthread_create(&b->thread, NULL, fire_soon, b->cancel), 0);
}

static void was_canceled(struct bench *b, int rc)
{
	if (rc != TC_ERROR_CANCELED)
		fail_msg("%s: %s", tc_code_name(rc), tc_error_text(&b->err));
	assert_non_null(strstr(tc_error_text(&b->err), "canceled by tc_cancel_fire"));
	assert_true(tc_test_now_ms() - b->begun_ms < CANCEL_AFTER_MS + LATE_MS);
	pthread_join(b->thread, NULL);
}

static void close_bench(struct bench *b)
{
	tc_error_clear(&b->err);
	tc_call_free(b->call);
	tc_client_free(b->client);
	tc_cancel_free(b->cancel);
	tc_responder_stop(b->responder);
}

static void items_end(void **state)
{
	const struct tc_responder_reply *const replies[] = { &hanging, &busy };
	const tc_json *item;
	struct bench b;

	(void)state;
	for (int i = 0; i < 2 * WHOSE; i++) {
		open_bench(&b, replies[i / WHOSE], CI(BY_TOKEN), (enum whose)(i % WHOSE));
		tc_items *items = tc_items_new(b.call, NULL, &b.err);
		was_canceled(&b, tc_items_next(items, &item, &b.err));
		assert_int_equal(tc_items_next(items, &item, &b.err), TC_ERROR_CANCELED);
		tc_items_free(items);

		/* what begins later ends at once, until it is reset */
		items = tc_items_new(b.call, NULL, &b.err);
		assert_int_equal(tc_items_next(items, &item, &b.err), TC_ERROR_CANCELED);
		tc_items_free(items);
		close_bench(&b);
	}
}

static void pages_end(void **state)
{
	tc_response *page;
	struct bench b;

	(void)state;
	for (enum whose whose = CLIENTS; whose < WHOSE; whose++) {
		open_bench(&b, &hanging, CI(BY_TOKEN), whose);
		tc_pages *pages = tc_pages_new(b.call, NULL, &b.err);
		was_canceled(&b, tc_pages_next(pages, &page, &b.err));
		tc_pages_free(pages);
		close_bench(&b);
	}
}

static void streams_end(void **state)
{
	const struct tc_responder_reply *const replies[] = { &hanging, &silent, &pausing };
	const tc_json *event;
	struct bench b;

	(void)state;
	for (int i = 0; i < 3 * WHOSE; i++) {
		open_bench(&b, replies[i / WHOSE], CI(LISTEN), (enum whose)(i % WHOSE));
		tc_stream *stream = tc_stream_new(b.call, NULL, &b.err);
		was_canceled(&b, tc_stream_next(stream, i % 2 ? 10000 : -1, &event, &b.err));
		assert_int_equal(tc_stream_next(stream, -1, &event, &b.err), TC_ERROR_CANCELED);
		tc_stream_free(stream);
		close_bench(&b);
	}
	open_bench(&b, &hanging, CI(LISTEN), CLIENTS);
	tc_stream *stream = tc_stream_new(b.call, NULL, &b.err);
	was_canceled(&b, tc_stream_wait(stream, -1, &b.err));
	tc_stream_free(stream);
	close_bench(&b);
}

static void batches_end(void **state)
{
	struct tc_batch_result results[3];
	struct bench b;

	(void)state;
	for (enum whose whose = CLIENTS; whose < WHOSE; whose++) {
		open_bench(&b, &hanging, CI(BY_TOKEN), whose);
		tc_call *calls[] = { b.call, b.call, b.call };
		was_canceled(&b, tc_batch_perform(calls, 3, NULL, results, &b.err));
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(results[i].err.code, TC_ERROR_CANCELED);
		tc_batch_clear(results, 3);
		close_bench(&b);
	}
}

/* Those of a batch that name no cancel, or another one, are performed. */
static void a_batch_of_many_cancels(void **state)
{
	struct tc_call_options own = TC_CALL_OPTIONS_INIT;
	struct tc_batch_result results[3];
	struct bench b;

	(void)state;
	open_bench(&b, &hanging, CI(BY_TOKEN), CALLS);
	b.script.replies[0].delay_ms = 700;
	tc_call *plain = tc_generated_call(b.client, CI(BY_TOKEN), NULL, NULL, &b.err);
	tc_call *other = tc_generated_call(b.client, CI(BY_TOKEN), NULL, NULL, &b.err);
	tc_call *calls[] = { other, plain, b.call };
	own.cancel = tc_cancel_new(&b.err);
	assert_ok(tc_call_set_options(other, &own, &b.err), &b.err);
	assert_int_equal(tc_batch_perform(calls, 3, NULL, results, &b.err), TC_ERROR_CANCELED);
	pthread_join(b.thread, NULL);
	assert_non_null(results[0].response);
	assert_non_null(results[1].response);
	assert_int_equal(results[2].err.code, TC_ERROR_CANCELED);
	tc_batch_clear(results, 3);
	tc_call_free(plain);
	tc_call_free(other);
	tc_cancel_free(own.cancel);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_end),
		cmocka_unit_test(pages_end),
		cmocka_unit_test(streams_end),
		cmocka_unit_test(batches_end),
		cmocka_unit_test(a_batch_of_many_cancels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
