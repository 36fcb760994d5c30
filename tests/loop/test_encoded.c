/* SPDX-License-Identifier: MPL-2.0 */
/* Replies that are encoded, on their way into sinks, items and events: whole or failed, and no more
 * at once than is taken. And those of a type that nobody asked for. */
#include "world.h"

#include "tests/harness/ci.h"
#include "tests/harness/encode.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>
#include <taskcluster/stream.h>

#define GZIP "Content-Encoding: gzip\r\n"
#define JSON "Content-Type: application/json\r\n"
#define EVENTS "Content-Type: text/event-stream\r\n"
#define PIECE 16384 /* what libcurl hands over at once */

struct world {
	struct script script;
	struct tc_responder *responder;
	tc_client *client;
	tc_call *call;
	tc_error err;
};

static void add(struct world *world, const char *headers, const char *body, size_t length)
{
	world->script.replies[world->script.count++] = (struct tc_responder_reply){
		.status = 200, .headers = headers, .body = body, .body_length = length
	};
}

static void begin(struct world *world, const struct tc_operation *operation)
{
	world->responder = tc_responder_start(answer_by_script, &world->script);
	struct tc_options options = quick_options(world->responder);
	options.base_url = options.root_url;
	world->client = tc_client_new(&options, &world->err);
	world->call = tc_generated_call(world->client, operation, NULL, NULL, &world->err);
	assert_ok(world->err.code, &world->err);
}

static void end(struct world *world)
{
	tc_call_free(world->call);
	tc_client_free(world->client);
	tc_responder_stop(world->responder);
	tc_error_clear(&world->err);
}

static char *encode(const char *text, size_t *length)
{
	return tc_test_encode(TC_TEST_GZIP, text, strlen(text), length);
}

/* ---- downloads ---- */

struct vessel {
	char text[64];
	size_t length, pieces, most;
	bool full, one_by_one;
};

static int begin_vessel(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct vessel *vessel = data;

	(void)head;
	(void)err;
	vessel->length -= (size_t)discard;
	return TC_OK;
}

static int fill_vessel(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct vessel *vessel = data;

	(void)err;
	if (vessel->length + length < sizeof vessel->text)
		memcpy(vessel->text + vessel->length, bytes, length);
	vessel->length += length;
	vessel->most = length > vessel->most ? length : vessel->most;
	vessel->pieces++;
	vessel->full = vessel->one_by_one;
	return TC_OK;
}

static bool is_full(void *data)
{
	return ((struct vessel *)data)->full;
}

static struct tc_sink sink_of(struct vessel *vessel)
{
	struct tc_sink sink = TC_SINK_INIT;

	sink.begin = begin_vessel;
	sink.write = fill_vessel;
	sink.full = is_full;
	sink.data = vessel;
	return sink;
}

static void all_members_are_downloaded(void **state)
{
	size_t first, second;
	char *a = encode("first\n", &first), *b = encode("second\n", &second);
	struct world world = { .script = { .count = 0 } };
	struct vessel vessel = { .length = 0 };
	struct tc_sink sink = sink_of(&vessel);

	(void)state;
	a = realloc(a, first + second);
	assert_non_null(a);
	memcpy(a + first, b, second);
	add(&world, GZIP, a, first + second);
	begin(&world, TC_FAKE_OPERATION(READ_BYTES));
	assert_ok(tc_call_download(world.call, &sink, NULL, &world.err), &world.err);
	assert_string_equal(vessel.text, "first\nsecond\n");
	end(&world);
	free(a);
	free(b);
}

/* It is the server's doing, and will be the same again: no second reply is asked for. */
static void half_a_log_is_an_error(void **state)
{
	char log[2000] = "";
	struct world world = { .script = { .count = 0 } };
	struct vessel vessel = { .length = 0 };
	struct tc_sink sink = sink_of(&vessel);
	size_t length;

	(void)state;
	tc_test_fill_log(log, sizeof log - 1);
	char *whole = encode(log, &length);
	add(&world, GZIP, whole, length / 2);
	add(&world, GZIP, whole, 10);
	add(&world, GZIP, whole, length);
	begin(&world, TC_FAKE_OPERATION(READ_BYTES));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			tc_call_download(world.call, &sink, NULL, &world.err), TC_ERROR_REPLY);
		assert_failure(
			&world.err, TC_ERROR_REPLY, "queue.readBytes: the reply's gzip ends early");
	}
	vessel.length = 0;
	assert_ok(tc_call_download(world.call, &sink, NULL, &world.err), &world.err);
	assert_int_equal(vessel.length, sizeof log - 1);
	end(&world);
	free(whole);
}

static void an_unknown_encoding_is_named(void **state)
{
	struct world world = { .script = { .count = 0 } };
	struct vessel vessel = { .length = 0 };
	struct tc_sink sink = sink_of(&vessel);

	(void)state;
	add(&world, "Content-Encoding: br\r\n", "x", 1);
	add(&world, GZIP, "x", 1);
	begin(&world, TC_FAKE_OPERATION(READ_BYTES));
	tc_call_download(world.call, &sink, NULL, &world.err);
	assert_failure(&world.err, TC_ERROR_REPLY,
		"queue.readBytes: the reply's Content-Encoding is \"br\"");
	assert_int_equal(vessel.pieces, 0);
	end(&world);
}

/* A few kilobytes that become megabytes, into a sink that takes one piece at a time. */
static void a_download_that_stands_still_does_not_grow(void **state)
{
	static const size_t size = 4 * 1024 * 1024;
	char *nothing = calloc(1, size);
	struct world world = { .script = { .count = 0 } };
	struct vessel vessel = { .one_by_one = true };
	struct tc_sink sink = sink_of(&vessel);
	struct note note = { 0 };
	size_t length, turns = 0;
	uint64_t run;

	(void)state;
	assert_non_null(nothing);
	char *bomb = tc_test_encode(TC_TEST_GZIP, nothing, size, &length);
	add(&world, GZIP, bomb, length);
	begin(&world, TC_FAKE_OPERATION(READ_BYTES));
	tc_loop *loop = tc_loop_new(NULL, &world.err);
	assert_non_null(loop);
	assert_ok(tc_loop_download(loop, world.call, &sink, take_note, &note, &run, &world.err),
		&world.err);
	while (!note.done && turns++ < 100000) {
		size_t before = vessel.pieces;
		assert_ok(tc_loop_poll(loop, vessel.full ? 0 : 50, &world.err), &world.err);
		assert_int_in_range(vessel.pieces - before, 0, 1);
		vessel.full = false;
		tc_loop_resume(loop, run);
	}
	assert_int_equal(note.succeeded, 1);
	assert_int_equal(vessel.length, size);
	assert_int_in_range(vessel.most, 1, PIECE);
	tc_loop_free(loop);
	end(&world);
	free(bomb);
	free(nothing);
}

/* ---- items ---- */

static void items_of_a_page_by_gzip(void **state)
{
	char *page = malloc(3000000);
	struct world world = { .script = { .count = 0 } };
	const tc_json *item = NULL;
	size_t used, length;
	int64_t count = 0;

	(void)state;
	assert_non_null(page);
	used = (size_t)sprintf(page, "{\"things\":[");
	for (int i = 0; i < 50000; i++)
		used += (size_t)sprintf(
			page + used, "%s{\"id\":%d,\"text\":\"the same\"}", i ? "," : "", i);
	strcpy(page + used, "]}");
	char *packed = encode(page, &length);
	add(&world, JSON GZIP, packed, length);
	add(&world, JSON GZIP, packed, length / 2);
	begin(&world, CI(BY_TOKEN));
	tc_items *items = tc_items_new(world.call, NULL, &world.err);
	assert_ok(world.err.code, &world.err);
	while (tc_items_next(items, &item, &world.err) == TC_OK && item) {
		int64_t id = -1;
		assert_true(tc_json_int64(tc_json_get(item, "id"), &id));
		assert_int_equal(id, count++);
	}
	assert_ok(world.err.code, &world.err);
	assert_int_equal(count, 50000);
	tc_items_free(items);
	items = tc_items_new(world.call, NULL, &world.err);
	while (tc_items_next(items, &item, &world.err) == TC_OK && item)
		count--;
	assert_int_in_range(count, 1000, 49000); /* what is known of the rest is that it is lost */
	assert_failure(&world.err, TC_ERROR_REPLY, "the reply's gzip ends early");
	tc_items_free(items);
	end(&world);
	free(packed);
	free(page);
}

static void a_page_to_log_in_at_is_no_page_of_a_list(void **state)
{
	struct world world = { .script = { .count = 0 } };
	const tc_json *item = NULL;

	(void)state;
	add(&world, "Content-Type: text/html\r\n", "<title>Sign in</title>", 22);
	begin(&world, CI(BY_TOKEN));
	tc_items *items = tc_items_new(world.call, NULL, &world.err);
	tc_items_next(items, &item, &world.err);
	assert_failure(&world.err, TC_ERROR_REPLY,
		"ci.byToken: 200 (text/html); expected application/json: Sign in");
	tc_items_free(items);
	end(&world);
}

/* ---- streams ---- */

static void a_stream_has_the_type_of_one(void **state)
{
	struct world world = { .script = { .count = 0 } };
	const tc_json *event = NULL;

	(void)state;
	add(&world, JSON, "{}", 2);
	add(&world, NULL, "event: hello\n\n", 14);
	begin(&world, CI(LISTEN));
	for (int i = 0; i < 2; i++) {
		tc_stream *stream = tc_stream_new(world.call, NULL, &world.err);
		assert_ok(world.err.code, &world.err);
		tc_stream_next(stream, 5000, &event, &world.err);
		assert_failure(&world.err, TC_ERROR_REPLY, "expected text/event-stream");
		tc_stream_free(stream);
	}
	end(&world);
}

struct ear {
	struct note note; /* first: how it ended */
	tc_loop *loop;
	size_t heard;
};

static void on_event(void *data, uint64_t run, const tc_json *event)
{
	struct ear *ear = data;

	if (!event)
		return;
	ear->heard++;
	assert_int_equal(tc_loop_cancel(ear->loop, run), TC_OK);
}

/* Its first bytes are many events, in several pieces. */
static void a_canceled_stream_by_gzip_is_silent(void **state)
{
	static const char event[] = "event: event\ndata: {\"n\":1}\n\n";
	char *text = malloc(20000 * sizeof event);
	struct world world = { .script = { .count = 0 } };
	struct ear ear = { .heard = 0 };
	size_t length;

	(void)state;
	assert_non_null(text);
	strcpy(text, "event: hello\n\n");
	for (size_t i = 0, used = strlen(text); i < 20000; i++, used += sizeof event - 1)
		memcpy(text + used, event, sizeof event);
	char *packed = encode(text, &length);
	assert_int_in_range(length, 1, PIECE);
	add(&world, EVENTS GZIP, packed, length);
	begin(&world, CI(LISTEN));
	ear.loop = tc_loop_new(NULL, &world.err);
	assert_ok(tc_stream_start(
			  ear.loop, world.call, NULL, on_event, take_note, &ear, NULL, &world.err),
		&world.err);
	assert_ok(tc_loop_run(ear.loop, &world.err), &world.err);
	assert_int_equal(ear.heard, 1);
	assert_int_equal(ear.note.done, 1);
	assert_int_equal(ear.note.code, TC_ERROR_CANCELED);
	tc_loop_free(ear.loop);
	end(&world);
	free(packed);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_members_are_downloaded),
		cmocka_unit_test(half_a_log_is_an_error),
		cmocka_unit_test(an_unknown_encoding_is_named),
		cmocka_unit_test(a_download_that_stands_still_does_not_grow),
		cmocka_unit_test(items_of_a_page_by_gzip),
		cmocka_unit_test(a_page_to_log_in_at_is_no_page_of_a_list),
		cmocka_unit_test(a_stream_has_the_type_of_one),
		cmocka_unit_test(a_canceled_stream_by_gzip_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
