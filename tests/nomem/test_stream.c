/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Streams of events, and items of lists in each style of paging, over real connections with each
 * single allocation failing in turn: what comes is whole and in its order, and what fails says so
 * and ends.
 */
#include "tests/harness/test.h"

#include "runtime/src/call/client.h"
#include "tests/harness/ci.h"
#include "tests/harness/responder.h"
#include "tests/nomem/failing.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pages.h>
#include <taskcluster/stream.h>

struct world {
	struct tc_responder *responder;
	tc_client *client;
	tc_call *listen, *listen_on;
	tc_call *lists[5];
};

/* ---- the server ---- */

#define EVENTS \
	": welcome\r\nevent: hello\r\ndata: you\r\n\r\n" \
	"event: event\r\ndata: {\"n\":\r\ndata: 1}\r\n\r\nevent: other\r\ndata: 0\r\n\r\n" \
	"event: event\r\ndata: {\"n\":2}\r\n\r\n"
/* Of a stream that breaks off and is asked for by its id. */
#define FIRST "event: hello\n\nid: 1\nevent: event\ndata: {\"n\":1}\n\nid: 9\ndata: 9\n"
#define SECOND "event: hello\n\nevent: event\ndata: {\"n\":2}\n\n"
#define THING(n, id) "{\"n\":" #n ",\"id\":\"" #id "\"}"
#define THINGS(...) "{\"things\":[" __VA_ARGS__ "]}"

static const struct {
	const char *end, *body; /* what the target ends with */
} pages[] = {
	{ "count=2&at=2", THINGS(THING(2, c) "," THING(1, d)) },
	{ "count=2&at=4", THINGS() },
	{ "count=2&at=3", THINGS() },
	{ "count=2&at=x", THINGS(THING(2, c) "," THING(1, d)) },
	{ "count=2",
		"{\"next\":\"/things?a=1&at=x\",\"things\":[" THING(4, a) "," THING(3, b) "]}" },
	{ "count=3&at=4", THINGS(THING(3, b) "," THING(3, c) "," THING(2, d)) },
	{ "count=3&at=3", THINGS(THING(2, d)) },
	{ "count=3", THINGS(THING(4, a) "," THING(3, b) "," THING(3, c)) },
	{ "count=10&at=t", THINGS(THING(2, c) "," THING(1, d)) },
	{ "count=10", "{\"next\":\"t\",\"things\":[" THING(4, a) "," THING(3, b) "]}" },
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	size_t length = strlen(request->target);

	(void)data;
	reply->status = 400; /* also when the query is gone, as libcurl 7.88 can have it */
	reply->body = "{\"error\":\"what?\"}";
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		size_t end = strlen(pages[i].end);
		if (length < end || strcmp(request->target + length - end, pages[i].end) != 0)
			continue;
		reply->status = 200;
		reply->body = pages[i].body;
	}
	if (strstr(request->target, "/listen")) {
		reply->status = 200;
		reply->body = EVENTS;
		reply->headers = "Content-Type: text/event-stream\r\n";
		reply->chunked = true; /* and then it ends, which no stream should */
		if (tc_responder_header(request, "x-on"))
			reply->body =
				tc_responder_header(request, "last-event-id") ? SECOND : FIRST;
	}
	reply->body_length = strlen(reply->body);
}

/* What failed for want of memory, as libraries tell it. */
static int as_memory(int rc, tc_error *err)
{
	if (rc != TC_ERROR_HTTP || err->http_status != 400)
		return rc;
	tc_error_clear(err);
	return tc__fail(err, TC_ERROR_NOMEM, "no memory for the query");
}

/* ---- items ---- */

enum { BY_OFFSET = 1 }; /* among the lists, the one whose items can be told apart */

struct list {
	const struct world *world;
	size_t which;
};

static int read_items(void *data, tc_error *err)
{
	const struct list *list = data;
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;

	options.distinct_max = list->which == BY_OFFSET ? 9 : 0;
	tc_items *items = tc_items_new(list->world->lists[list->which], &options, err);
	const tc_json *item = NULL;
	int rc = items ? TC_OK : err->code;
	char ids[16] = "";

	while (rc == TC_OK && (rc = tc_items_next(items, &item, err)) == TC_OK && item)
		strncat(ids, tc_json_text(tc_json_get(item, "id")), 1);
	if (strncmp("abcd", ids, strlen(ids)) != 0)
		fail_msg("list %zu: the items came as %s", list->which, ids);
	if (rc == TC_OK)
		assert_string_equal(ids, "abcd");
	if (rc != TC_OK && items)
		assert_int_not_equal(tc_items_next(items, &item, NULL), TC_OK);
	tc_items_free(items);
	return as_memory(rc, err);
}

static void test_items_of_each_style(void **state)
{
	struct list list = { .world = *state };

	for (list.which = 0; list.which < 5; list.which++)
		assert_true(tc_failing_each_with_libraries(read_items, &list) > 10);
}

/* ---- streams ---- */

/* The server ends the stream: all that is left to say when nothing else has failed. */
static int as_end(int rc, int64_t seen, tc_error *err)
{
	if (rc != TC_ERROR_NETWORK || seen != 2)
		return rc == TC_OK ? tc__fail(err, TC_ERROR_INPUT, "no end") : rc;
	tc_error_clear(err);
	return TC_OK;
}

static int pull(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;

	options.once = true;
	tc_stream *stream = tc_stream_new(world->listen, &options, err);
	int rc = stream ? tc_stream_wait(stream, 2000, err) : err->code;
	const tc_json *event = NULL;
	int64_t n = 0, seen = 0;

	while (rc == TC_OK && (rc = tc_stream_next(stream, 2000, &event, err)) == TC_OK && event) {
		assert_true(tc_json_int64(tc_json_get(event, "n"), &n));
		assert_int_equal(n, ++seen);
	}
	assert_true(rc == TC_OK || !event);
	if (rc != TC_OK && stream) { /* final, and told again */
		assert_int_not_equal(tc_stream_next(stream, 0, &event, NULL), TC_OK);
		assert_null(event);
	}
	tc_stream_free(stream);
	return as_end(rc, seen, err);
}

struct notes {
	int64_t seen;
	int done, code;
	bool stands;
};

static void on_event(void *data, uint64_t run, const tc_json *event)
{
	struct notes *notes = data;
	int64_t n = 0;

	(void)run;
	if (!event) { /* it stands, and says so first */
		assert_false(notes->stands);
		assert_int_equal(notes->seen, 0);
		notes->stands = true;
		return;
	}
	assert_true(tc_json_int64(tc_json_get(event, "n"), &n));
	assert_int_equal(n, ++notes->seen);
	assert_true(notes->stands);
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct notes *notes = data;

	(void)run;
	assert_null(response);
	assert_non_null(err);
	notes->done++;
	notes->code = err->code;
}

static int push(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;
	struct notes notes = { 0 };
	tc_loop *loop = tc_loop_new(NULL, err);

	options.once = true;
	int rc = loop ? tc_stream_start(
				loop, world->listen, &options, on_event, on_done, &notes, NULL, err)
		      : err->code;
	bool started = rc == TC_OK;

	if (rc == TC_OK)
		rc = tc_loop_run(loop, err);
	tc_loop_free(loop);
	assert_int_equal(notes.done, started);
	if (rc == TC_OK && !(notes.code == TC_ERROR_NETWORK && notes.seen == 2))
		rc = tc__fail(err, notes.code, "the run failed");
	return rc;
}

static void test_streams(void **state)
{
	assert_true(tc_failing_each_with_libraries(pull, *state) > 10);
	assert_true(tc_failing_each_with_libraries(push, *state) > 10);
}

/* ---- streams that go on ---- */

/* An event comes twice only when that was told: there was no memory for its id. */
struct course {
	int64_t last;
	int missed, done, code;
	tc_loop *loop;
};

static void on_missed(void *data)
{
	((struct course *)data)->missed++;
}

static void take_step(struct course *course, const tc_json *event)
{
	int64_t n = 0;

	assert_true(tc_json_int64(tc_json_get(event, "n"), &n));
	assert_true(n == course->last + 1 || (n == course->last && course->missed > 0));
	course->last = n;
}

static struct tc_stream_options course_options(struct course *course)
{
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;

	options.missed = on_missed;
	options.data = course;
	options.silence_ms = 1000;
	return options;
}

static int pull_on(void *data, tc_error *err)
{
	const struct world *world = data;
	struct course course = { 0 };
	struct tc_stream_options options = course_options(&course);
	const tc_json *event = NULL;
	tc_stream *stream = tc_stream_new(world->listen_on, &options, err);
	int rc = stream ? TC_OK : err->code;

	while (rc == TC_OK && course.last < 2) {
		rc = tc_stream_next(stream, 5000, &event, err);
		assert_true(rc != TC_OK || event);
		if (rc == TC_OK)
			take_step(&course, event);
	}
	tc_stream_free(stream);
	return rc;
}

static void on_step(void *data, uint64_t run, const tc_json *event)
{
	struct course *course = data;

	if (event)
		take_step(course, event);
	if (course->last == 2)
		while (tc_loop_cancel(course->loop, run) != TC_OK)
			continue;
}

static void on_course_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct course *course = data;

	(void)run;
	assert_null(response);
	course->done++;
	course->code = err->code;
}

static int push_on(void *data, tc_error *err)
{
	const struct world *world = data;
	struct course course = { 0 };
	struct tc_stream_options options = course_options(&course);
	tc_loop *loop = course.loop = tc_loop_new(NULL, err);
	int rc = loop ? tc_stream_start(loop, world->listen_on, &options, on_step, on_course_done,
				&course, NULL, err)
		      : err->code;

	if (rc == TC_OK)
		rc = tc_loop_run(loop, err);
	tc_loop_free(loop);
	if (rc == TC_OK && course.last < 2)
		rc = tc__fail(err, course.code, "the run failed");
	return rc;
}

static void test_streams_that_go_on(void **state)
{
	assert_true(tc_failing_each_with_libraries(pull_on, *state) > 10);
	assert_true(tc_failing_each_with_libraries(push_on, *state) > 10);
}

/* ---- the world ---- */

static int setup(void **state)
{
	static const struct tc_operation *const lists[] = { CI(BY_TOKEN), CI(BY_OFFSET),
		CI(BY_PAGE), CI(BY_CURSOR), CI(BY_KEY) };
	static struct world world;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	world.responder = tc_responder_fork(answer, NULL); /* its memory is not ours */
	options.base_url = tc_responder_url(world.responder);
	options.timeout_ms = 300; /* old versions of libcurl can forget a transfer */
	options.attempts = 2;     /* libcurl may take it for a failure of the network */
	options.retry_delay_ms = 1;
	world.client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	world.listen = tc_generated_call(world.client, CI(LISTEN), NULL, NULL, &err);
	world.listen_on = tc_generated_call(world.client, CI(LISTEN), NULL, NULL, &err);
	assert_ok(tc_call_header(world.listen_on, "x-on", "1", &err), &err);
	for (size_t i = 0; i < 5; i++) {
		world.lists[i] = tc_generated_call(world.client, lists[i], NULL, NULL, &err);
		assert_ok(err.code, &err);
	}
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	tc_call_free(world->listen);
	tc_call_free(world->listen_on);
	for (size_t i = 0; i < 5; i++)
		tc_call_free(world->lists[i]);
	tc_client_free(world->client);
	tc_responder_stop(world->responder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items_of_each_style),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_streams_that_go_on),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
