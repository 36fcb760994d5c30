/* SPDX-License-Identifier: MPL-2.0 */
/* Replies that go into a sink: whole, broken off and repeated, refused, too slow, held back. */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/download.h>
#include <time.h>
#include <unistd.h>

/* ---- a sink that keeps what it gets ---- */

struct vessel {
	char *bytes;
	size_t length;
	size_t begun;
	int64_t discarded;
	char name[64];
	size_t pieces;
	int fail_begin, fail_write; /* codes; 0: none */
	bool closed;                /* it is full */
	size_t close_at;            /* full from so many bytes on; 0: never */
	struct asking *asking;
};

static int begin_vessel(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct vessel *vessel = data;
	const char *name = tc_response_file_name(head);

	assert_int_in_range(tc_response_status(head), 200, 303);
	if (vessel->fail_begin)
		return tc_error_set(err, vessel->fail_begin, "no room for %d", 7);
	vessel->begun++;
	vessel->discarded += discard;
	vessel->length -= (size_t)discard;
	snprintf(vessel->name, sizeof vessel->name, "%s", name ? name : "");
	return TC_OK;
}

static int fill_vessel(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct vessel *vessel = data;

	(void)err;
	if (vessel->fail_write)
		return vessel->fail_write;
	vessel->bytes = realloc(vessel->bytes, vessel->length + length);
	memcpy(vessel->bytes + vessel->length, bytes, length);
	vessel->length += length;
	vessel->pieces++;
	if (vessel->close_at && vessel->length >= vessel->close_at)
		vessel->closed = true;
	return TC_OK;
}

static bool is_closed(void *data)
{
	return ((struct vessel *)data)->closed;
}

static struct tc_sink sink_of(struct vessel *vessel)
{
	struct tc_sink sink = TC_SINK_INIT;

	sink.begin = begin_vessel;
	sink.write = fill_vessel;
	sink.data = vessel;
	return sink;
}

/* ---- a world with one reply after the other ---- */

struct world {
	struct script script;
	struct tc_responder *responder;
	struct tc_options options;
	tc_client *client;
	tc_call *call;
	struct vessel vessel;
	struct tc_sink sink; /* into it */
	tc_error err;
};

static void open_world(struct world *world)
{
	world->responder = tc_responder_start(answer_by_script, &world->script);
	world->options = quick_options(world->responder);
	world->sink = sink_of(&world->vessel);
}

static void make_call(struct world *world)
{
	world->client = tc_client_new(&world->options, NULL);
	assert_non_null(world->client);
	world->call =
		tc_generated_call(world->client, TC_FAKE_OPERATION(READ_BYTES), NULL, NULL, NULL);
	assert_non_null(world->call);
}

static void close_world(struct world *world)
{
	tc_call_free(world->call);
	tc_client_free(world->client);
	tc_responder_stop(world->responder);
	free(world->vessel.bytes);
	tc_error_clear(&world->err);
}

#define WORLD(...) \
	{ \
		.script = { \
			.replies = { __VA_ARGS__ }, \
			.count = sizeof((struct tc_responder_reply[]){ __VA_ARGS__ }) / \
				sizeof(struct tc_responder_reply) \
		} \
	}

static const struct tc_responder_reply whole = { .status = 200,
	.headers = "Content-Disposition: attachment; filename=build.log\r\n",
	.body = "0123456789" };
static const struct tc_responder_reply broken = { .status = 200, .body = "0123abcdef", .cut = 4 };

/* ---- tests ---- */

static void test_whole(void **state)
{
	struct world world = WORLD(whole);
	tc_response *head = NULL;

	(void)state;
	open_world(&world);
	make_call(&world);
	assert_ok(tc_call_download(world.call, &world.sink, &head, &world.err), &world.err);
	assert_int_equal(world.vessel.begun, 1);
	assert_int_equal(world.vessel.length, 10);
	assert_memory_equal(world.vessel.bytes, "0123456789", 10);
	assert_string_equal(world.vessel.name, "build.log");
	assert_int_equal(tc_response_status(head), 200);
	assert_string_equal(tc_response_file_name(head), "build.log");
	assert_string_equal(tc_response_body(head, NULL), "");
	tc_release(head);
	assert_ok(tc_call_download(world.call, &world.sink, NULL, &world.err), &world.err);
	assert_int_equal(world.vessel.length, 20);
	close_world(&world);
}

static int count_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	(void)err;
	assert_int_equal(((const char *)bytes)[length - 1], 'x');
	*(size_t *)data += length;
	return TC_OK;
}

/* The limit on replies, which are held in memory, is none on what goes through. */
static void test_large(void **state)
{
	static const size_t size = 32 * 1024 * 1024;
	struct world world = WORLD({ .status = 200, .chunked = true });
	struct tc_sink sink = TC_SINK_INIT;
	size_t received = 0;
	char *body = malloc(size);

	(void)state;
	assert_non_null(body);
	memset(body, 'x', size);
	world.script.replies[0].body = body;
	world.script.replies[0].body_length = size;
	open_world(&world);
	world.options.reply_max = 1000;
	make_call(&world);
	sink.write = count_bytes;
	sink.data = &received;
	assert_ok(tc_call_download(world.call, &sink, NULL, &world.err), &world.err);
	assert_int_equal(received, size);
	assert_int_equal(tc_call_perform(world.call, NULL, &world.err), TC_ERROR_REPLY);
	close_world(&world);
	free(body);
}

static void test_repeated(void **state)
{
	struct world world = WORLD(broken, { .status = 500, .body = "oh" }, whole);

	(void)state;
	open_world(&world);
	make_call(&world);
	assert_ok(tc_call_download(world.call, &world.sink, NULL, &world.err), &world.err);
	assert_int_equal(world.vessel.begun, 2);
	assert_int_equal(world.vessel.discarded, 4);
	assert_int_equal(world.vessel.length, 10);
	assert_memory_equal(world.vessel.bytes, "0123456789", 10);
	close_world(&world);
}

/* Without a way to begin anew, what was given once is given once. */
static void test_not_repeated(void **state)
{
	struct world world = WORLD(broken, whole);

	(void)state;
	open_world(&world);
	make_call(&world);
	world.sink.begin = NULL;
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_NETWORK);
	assert_int_equal(world.vessel.length, 4);
	assert_failure(&world.err, TC_ERROR_NETWORK, "queue.readBytes: no reply from ");
	close_world(&world);
}

static void test_repeated_before_the_first_byte(void **state)
{
	struct world world = WORLD({ .close = true }, { .status = 503 }, whole);

	(void)state;
	open_world(&world);
	make_call(&world);
	world.sink.begin = NULL;
	assert_ok(tc_call_download(world.call, &world.sink, NULL, &world.err), &world.err);
	assert_int_equal(world.vessel.length, 10);
	close_world(&world);
}

static void test_refused_and_redirected(void **state)
{
	struct world world = WORLD({ .status = 404, .body = "{\"message\":\"no such log\"}" },
		{ .status = 303, .headers = "Location: http://x/y\r\n", .body = "elsewhere" });
	tc_response *head = NULL;

	(void)state;
	open_world(&world);
	make_call(&world);
	assert_int_equal(
		tc_call_download(world.call, &world.sink, &head, &world.err), TC_ERROR_HTTP);
	assert_null(head);
	assert_int_equal(world.err.http_status, 404);
	assert_failure(&world.err, TC_ERROR_HTTP, "no such log");
	assert_ok(tc_call_download(world.call, &world.sink, &head, &world.err), &world.err);
	assert_string_equal(tc_response_location(head), "http://x/y");
	assert_string_equal(tc_response_body(head, NULL), "elsewhere");
	assert_int_equal(world.vessel.begun + world.vessel.length, 0);
	tc_release(head);
	close_world(&world);
}

/* A refusal whose body never ends, or stands still, is told with what of it has come. */
static void ends_soon(const struct tc_responder_reply *reply, bool on_loop)
{
	struct world world = WORLD(*reply);
	struct note note = { 0 };
	int64_t begun = tc_test_now_ms();

	open_world(&world);
	world.options.timeout_ms = 1000;
	make_call(&world);
	if (on_loop) {
		tc_loop *loop = tc_loop_new(NULL, &world.err);
		assert_ok(tc_loop_download(loop, world.call, &world.sink, take_note, &note, NULL,
				  &world.err),
			&world.err);
		assert_ok(tc_loop_run(loop, &world.err), &world.err);
		tc_loop_free(loop);
	} else {
		note.code = tc_call_download(world.call, &world.sink, NULL, &world.err);
		assert_int_equal(world.err.http_status, 404);
	}
	assert_int_equal(note.code, TC_ERROR_HTTP);
	assert_true(tc_test_now_ms() - begun < 5000); /* of thirty seconds, or for ever */
	close_world(&world);
}

static void test_refusal_without_end(void **state)
{
	static char text[3000];
	const struct tc_responder_reply endless = { .status = 404,
		.body = text,
		.body_length = sizeof text - 1,
		.chunked = true,
		.drip = 10,
		.drip_ms = 100 };
	const struct tc_responder_reply stalled = { .status = 404,
		.body = text,
		.body_length = sizeof text - 1,
		.cut = 10,
		.silent = true };

	(void)state;
	memset(text, 'x', sizeof text - 1);
	for (int on_loop = 0; on_loop < 2; on_loop++) {
		ends_soon(&endless, on_loop);
		ends_soon(&stalled, on_loop);
	}
}

/* Nor does a redirect stream: what it says beside its Location is no download. */
static void test_redirect_without_end(void **state)
{
	static char text[3000];
	struct world world = WORLD({ .status = 303,
		.headers = "Location: /there\r\n",
		.body = text,
		.body_length = sizeof text - 1,
		.chunked = true,
		.drip = 10,
		.drip_ms = 100 });
	int64_t begun = tc_test_now_ms();

	(void)state;
	memset(text, 'x', sizeof text - 1);
	open_world(&world);
	world.options.timeout_ms = 1000;
	world.options.attempts = 1;
	make_call(&world);
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_TIMEOUT);
	assert_true(tc_test_now_ms() - begun < 5000); /* of thirty seconds */
	assert_int_equal(world.vessel.length, 0);
	tc_error_clear(&world.err);
	close_world(&world);
}

/* What came before a reply that brings nothing counts for nothing, and names are of their reply. */
static void test_redirected_midway(void **state)
{
	struct world world =
		WORLD({ .status = 200,
			      .headers = "Content-Disposition: attachment; filename=one\r\n",
			      .body = "0123abcdef",
			      .cut = 4 },
			{ .status = 303, .headers = "Location: http://x/y\r\n" });
	tc_response *head = NULL;

	(void)state;
	open_world(&world);
	make_call(&world);
	assert_ok(tc_call_download(world.call, &world.sink, &head, &world.err), &world.err);
	assert_int_equal(tc_response_status(head), 303);
	assert_null(tc_response_file_name(head));
	assert_int_equal(world.vessel.discarded, 4);
	assert_int_equal(world.vessel.length, 0);
	tc_release(head);
	close_world(&world);
}

static void test_renamed_midway(void **state)
{
	struct world world =
		WORLD({ .status = 200,
			      .headers = "Content-Disposition: inline; filename=one\r\n",
			      .body = "0123abcdef",
			      .cut = 4 },
			whole);

	(void)state;
	open_world(&world);
	make_call(&world);
	assert_ok(tc_call_download(world.call, &world.sink, NULL, &world.err), &world.err);
	assert_string_equal(world.vessel.name, "build.log");
	close_world(&world);
}

/* What a sink says is final, also when its code is one that calls are repeated for. */
static void test_sink_fails(void **state)
{
	struct world world = WORLD(whole);

	(void)state;
	open_world(&world);
	world.vessel.fail_begin = TC_ERROR_SYSTEM;
	make_call(&world);
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_SYSTEM);
	assert_failure(&world.err, TC_ERROR_SYSTEM, "queue.readBytes: no room for 7");
	world.vessel.fail_begin = TC_ERROR_NETWORK;
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_NETWORK);
	assert_failure(&world.err, TC_ERROR_NETWORK, "queue.readBytes: no room for 7");
	world.vessel.fail_begin = 0;
	world.vessel.fail_write = TC_ERROR_TIMEOUT;
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_TIMEOUT);
	assert_failure(&world.err, TC_ERROR_TIMEOUT, "the sink refuses the bytes");
	world.vessel.fail_write = 1; /* whatever that may mean */
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_CANCELED);
	tc_error_clear(&world.err);
	assert_int_equal(world.vessel.begun, 2);
	close_world(&world);
}

/* A transfer may last longer than the timeout, but not be silent for so long. */
static void test_pace(void **state)
{
	struct world world =
		WORLD({ .status = 200, .body = "0123456789", .drip = 20, .drip_ms = 250 },
			{ .status = 200, .body = "0123456789", .cut = 3, .silent = true });

	(void)state;
	open_world(&world);
	world.options.timeout_ms = 600;
	world.options.attempts = 1;
	make_call(&world);
	assert_ok(tc_call_download(world.call, &world.sink, NULL, &world.err), &world.err);
	assert_int_equal(world.vessel.length, 10);
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_TIMEOUT);
	tc_error_clear(&world.err);
	assert_int_equal(tc_call_perform(world.call, NULL, &world.err), TC_ERROR_TIMEOUT);
	close_world(&world);
}

/* A log that still grows may be silent for longer than other replies. */
static void test_silence(void **state)
{
	struct world world =
		WORLD({ .status = 200, .body = "0123456789", .drip = 42, .drip_ms = 2500 });

	(void)state;
	open_world(&world);
	world.options.timeout_ms = 600;
	world.options.attempts = 1;
	make_call(&world);
	world.sink.silence_ms = -1;
	assert_ok(tc_call_download(world.call, &world.sink, NULL, &world.err), &world.err);
	assert_int_equal(world.vessel.length, 10);
	world.sink.silence_ms = (int64_t)1 << 31;
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_ARGUMENT);
	assert_failure(&world.err, TC_ERROR_ARGUMENT, "silence_ms");
	close_world(&world);
}

/* Bytes that are to be verified are none before they were; until then they are held. */
static void test_verified(void **state)
{
	struct world world = WORLD(whole);

	(void)state;
	open_world(&world);
	tc_credentials *credentials =
		tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, &world.err);
	world.options.credentials = credentials;
	world.options.verify_replies = true;
	world.options.reply_max = 5;
	make_call(&world);
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_REPLY);
	assert_failure(&world.err, TC_ERROR_REPLY, "over 5 bytes");
	assert_int_equal(world.vessel.begun + world.vessel.length, 0);
	/* what is not signed is not verified, and has not to wait for it */
	tc_client_set_credentials(world.client, NULL);
	assert_ok(tc_call_download(world.call, &world.sink, NULL, &world.err), &world.err);
	assert_int_equal(world.vessel.length, 10);
	tc_credentials_free(credentials);
	close_world(&world);
}

static void test_bad_arguments(void **state)
{
	struct world world = WORLD(whole);

	(void)state;
	open_world(&world);
	make_call(&world);
	assert_int_equal(tc_call_download(NULL, &world.sink, NULL, &world.err), TC_ERROR_ARGUMENT);
	assert_failure(&world.err, TC_ERROR_ARGUMENT, "call is NULL");
	assert_int_equal(tc_call_download(world.call, NULL, NULL, &world.err), TC_ERROR_ARGUMENT);
	assert_failure(&world.err, TC_ERROR_ARGUMENT, "sink is NULL");
	world.sink.size = 0;
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_ARGUMENT);
	assert_failure(&world.err, TC_ERROR_ARGUMENT, "TC_SINK_INIT");
	world.sink = sink_of(&world.vessel);
	world.sink.write = NULL;
	assert_int_equal(
		tc_call_download(world.call, &world.sink, NULL, &world.err), TC_ERROR_ARGUMENT);
	assert_failure(&world.err, TC_ERROR_ARGUMENT, "sink: write is NULL");
	close_world(&world);
}

/* ---- descriptors ---- */

static void assert_file(int fd, const char *expected)
{
	char text[64];
	ssize_t length = pread(fd, text, sizeof text, 0);

	assert_int_equal(length, strlen(expected));
	assert_memory_equal(text, expected, strlen(expected));
}

/* It is written from where it stands, and what was there before stays. */
static void test_file(void **state)
{
	struct world world = WORLD(broken, whole);
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	int fd = fileno(file);
	assert_int_equal(write(fd, "before ", 7), 7);
	open_world(&world);
	make_call(&world);
	struct tc_sink sink = TC_SINK_INIT;
	tc_sink_fd(&sink, fd);
	assert_ok(tc_call_download(world.call, &sink, NULL, &world.err), &world.err);
	assert_file(fd, "before 0123456789");
	close_world(&world);
	fclose(file);
}

/* What it sets is what every version has; all else is the caller's. */
static void test_sink_of_a_descriptor(void **state)
{
	struct tc_sink sink = TC_SINK_INIT, unset = { 0 };
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	sink.silence_ms = 7;
	sink.full = is_closed;
	tc_sink_fd(&sink, fileno(file));
	assert_int_equal(sink.size, sizeof sink);
	assert_non_null(sink.begin);
	assert_non_null(sink.write);
	assert_null(sink.full);
	assert_int_equal((intptr_t)sink.data, fileno(file));
	assert_int_equal(sink.silence_ms, 7);

	tc_sink_fd(&unset, fileno(file));
	assert_null(unset.write);
	tc_sink_fd(NULL, fileno(file));
	fclose(file);
}

/* The sink of a program that knows no silence_ms, and of one that knows more. */
static void test_sinks_of_other_versions(void **state)
{
	struct world world = WORLD(whole);
	struct {
		struct tc_sink sink;
		void *newer;
	} longer = { .newer = NULL };

	(void)state;
	open_world(&world);
	make_call(&world);
	world.sink.size = offsetof(struct tc_sink, silence_ms);
	world.sink.silence_ms = INT64_MAX; /* beyond its size, and not looked at */
	assert_ok(tc_call_download(world.call, &world.sink, NULL, &world.err), &world.err);
	assert_int_equal(world.vessel.length, 10);

	longer.sink = sink_of(&world.vessel);
	longer.sink.size = sizeof longer;
	assert_ok(tc_call_download(world.call, &longer.sink, NULL, &world.err), &world.err);
	longer.newer = &longer;
	assert_int_equal(
		tc_call_download(world.call, &longer.sink, NULL, &world.err), TC_ERROR_ARGUMENT);
	assert_failure(&world.err, TC_ERROR_ARGUMENT,
		"sink: the program was built against a newer version");
	close_world(&world);
}

/* What can be sought in, and is no file, cannot be cut back. */
static void test_null_device(void **state)
{
	struct world world = WORLD(broken, whole);
	FILE *file = fopen("/dev/null", "w");

	(void)state;
	if (!file)
		skip();
	open_world(&world);
	make_call(&world);
	struct tc_sink sink = TC_SINK_INIT;
	tc_sink_fd(&sink, fileno(file));
	assert_int_equal(tc_call_download(world.call, &sink, NULL, &world.err), TC_ERROR_NETWORK);
	tc_error_clear(&world.err);
	assert_ok(tc_call_download(world.call, &sink, NULL, &world.err), &world.err);
	close_world(&world);
	fclose(file);
}

static void test_full_disk(void **state)
{
	struct world world = WORLD(whole);
	FILE *file = fopen("/dev/full", "w");

	(void)state;
	if (!file)
		skip();
	open_world(&world);
	make_call(&world);
	struct tc_sink sink = TC_SINK_INIT;
	tc_sink_fd(&sink, fileno(file));
	assert_int_equal(tc_call_download(world.call, &sink, NULL, &world.err), TC_ERROR_SYSTEM);
	assert_failure(&world.err, TC_ERROR_SYSTEM, strerror(ENOSPC));
	close_world(&world);
	fclose(file);
}

static void test_pipe(void **state)
{
	struct world world = WORLD(broken, whole);
	char text[16];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	open_world(&world);
	make_call(&world);
	struct tc_sink sink = TC_SINK_INIT;
	tc_sink_fd(&sink, ends[1]);
	assert_int_equal(tc_call_download(world.call, &sink, NULL, &world.err), TC_ERROR_NETWORK);
	tc_error_clear(&world.err);
	assert_int_equal(read(ends[0], text, sizeof text), 4); /* once, and not again */
	assert_ok(tc_call_download(world.call, &sink, NULL, &world.err), &world.err);
	assert_int_equal(read(ends[0], text, sizeof text), 10);
	/* nobody reads any more: an error, and no signal (which would end this test) */
	close(ends[0]);
	assert_int_equal(tc_call_download(world.call, &sink, NULL, &world.err), TC_ERROR_SYSTEM);
	assert_failure(&world.err, TC_ERROR_SYSTEM, strerror(EPIPE));
	close(ends[1]);
	close_world(&world);
}

/* ---- on a loop ---- */

static void run_until(tc_loop *loop, const bool *happened)
{
	tc_error err = TC_ERROR_INIT;

	for (int i = 0; i < 200 && !*happened; i++)
		assert_ok(tc_loop_poll(loop, 50, &err), &err);
	assert_true(*happened);
}

static void test_loop(void **state)
{
	struct world world = WORLD(broken, whole);
	struct note note = { 0 };

	(void)state;
	open_world(&world);
	make_call(&world);
	tc_loop *loop = tc_loop_new(NULL, &world.err);
	assert_non_null(loop);
	assert_ok(
		tc_loop_download(loop, world.call, &world.sink, take_note, &note, NULL, &world.err),
		&world.err);
	world.sink = (struct tc_sink){ 0 }; /* it was copied */
	assert_ok(tc_loop_run(loop, &world.err), &world.err);
	assert_int_equal(note.succeeded, 1);
	assert_int_equal(world.vessel.discarded, 4);
	assert_memory_equal(world.vessel.bytes, "0123456789", 10);
	world.sink = sink_of(&world.vessel);
	world.sink.size = 0;
	assert_int_equal(
		tc_loop_download(loop, world.call, &world.sink, take_note, &note, NULL, &world.err),
		TC_ERROR_ARGUMENT);
	tc_error_clear(&world.err);
	tc_loop_free(loop);
	assert_int_equal(note.done, 1);
	close_world(&world);
}

/* A sink that is full holds the transfer back, for longer than any silence may last. */
static void test_held_back(void **state)
{
	static const size_t size =
		24 * 1024 * 1024; /* more than what HTTP/2 lets a server send ahead */
	struct world world = WORLD({ .status = 200 });
	struct note note = { 0 };
	uint64_t run;
	char *body = calloc(1, size);

	(void)state;
	assert_non_null(body);
	world.script.replies[0].body = body;
	world.script.replies[0].body_length = size;
	open_world(&world);
	world.vessel.close_at = 1;
	world.options.timeout_ms = 500;
	world.options.attempts = 1;
	make_call(&world);
	world.sink.full = is_closed;
	tc_loop *loop = tc_loop_new(NULL, &world.err);
	assert_ok(
		tc_loop_download(loop, world.call, &world.sink, take_note, &note, &run, &world.err),
		&world.err);
	run_until(loop, &world.vessel.closed);
	size_t before = world.vessel.length;
	assert_true(before < size);
	for (int i = 0; i < 17; i++)
		assert_ok(tc_loop_poll(loop, 100, &world.err), &world.err);
	assert_int_equal(world.vessel.length, before);
	assert_int_equal(note.done, 0);
	world.vessel.closed = false;
	world.vessel.close_at = 0;
	tc_loop_resume(loop, run);
	assert_int_equal(world.vessel.length, before); /* nothing comes from inside it */
	assert_ok(tc_loop_run(loop, &world.err), &world.err);
	assert_int_equal(note.succeeded, 1);
	assert_int_equal(world.vessel.length, size);
	tc_loop_resume(loop, run); /* it is over */
	tc_loop_resume(NULL, run);
	tc_loop_free(loop);
	close_world(&world);
	free(body);
}

static void keep_busy(void *data, uint64_t timer)
{
	(void)data;
	(void)timer;
	nanosleep(&(struct timespec){ .tv_sec = 3 }, NULL);
}

/* What came while a loop was kept by somebody's callback lies there still: nobody was silent. */
static void test_kept_by_others(void **state)
{
	struct world world =
		WORLD({ .status = 200, .body = "0123456789", .drip = 3, .drip_ms = 250 });
	struct note note = { 0 };

	(void)state;
	open_world(&world);
	world.options.timeout_ms = 1000;
	world.options.attempts = 1;
	make_call(&world);
	tc_loop *loop = tc_loop_new(NULL, &world.err);
	assert_ok(
		tc_loop_download(loop, world.call, &world.sink, take_note, &note, NULL, &world.err),
		&world.err);
	assert_ok(tc_loop_timer(loop, 200, keep_busy, NULL, NULL, &world.err), &world.err);
	assert_ok(tc_loop_run(loop, &world.err), &world.err);
	assert_string_equal(note.text, "");
	assert_int_equal(note.succeeded, 1);
	assert_int_equal(world.vessel.length, 10);
	tc_loop_free(loop);
	close_world(&world);
}

static void test_canceled(void **state)
{
	struct world world =
		WORLD({ .status = 200, .body = "0123456789", .cut = 3, .silent = true });
	struct note note = { 0 };
	uint64_t run;

	(void)state;
	open_world(&world);
	world.vessel.close_at = 3;
	make_call(&world);
	tc_loop *loop = tc_loop_new(NULL, &world.err);
	assert_ok(
		tc_loop_download(loop, world.call, &world.sink, take_note, &note, &run, &world.err),
		&world.err);
	run_until(loop, &world.vessel.closed);
	assert_int_equal(tc_loop_cancel(loop, run), TC_OK);
	assert_ok(tc_loop_run(loop, &world.err), &world.err);
	assert_int_equal(note.code, TC_ERROR_CANCELED);
	world.vessel.closed = false;
	assert_ok(
		tc_loop_download(loop, world.call, &world.sink, take_note, &note, &run, &world.err),
		&world.err);
	run_until(loop, &world.vessel.closed);
	tc_loop_free(loop);
	assert_int_equal(note.done, 2);
	assert_int_equal(note.code, TC_ERROR_CANCELED);
	close_world(&world);
}

/* A sink that asks again and again. */
struct asking {
	struct vessel *vessel;
	tc_loop *loop;
	uint64_t run;
	int asked;
};

static bool is_full_for_now(void *data)
{
	struct asking *asking = ((struct vessel *)data)->asking;

	if (!asking->vessel->closed)
		return false;
	assert_true(++asking->asked < 1000000);
	tc_loop_resume(asking->loop, asking->run);
	return true;
}

static void open_vessel(void *data, uint64_t timer)
{
	(void)timer;
	((struct vessel *)data)->closed = false;
}

/* The others of the loop have their turn meanwhile. */
static void a_sink_that_asks_for_more_at_once(void **state)
{
	struct world world = WORLD({ .status = 200, .body = "{}", .body_length = 2 });
	struct asking asking = { .vessel = &world.vessel };
	struct note note = { 0 };

	(void)state;
	open_world(&world);
	world.vessel.closed = true;
	world.vessel.asking = &asking;
	make_call(&world);
	world.sink.full = is_full_for_now;
	asking.loop = tc_loop_new(NULL, &world.err);
	assert_ok(tc_loop_download(asking.loop, world.call, &world.sink, take_note, &note,
			  &asking.run, &world.err),
		&world.err);
	while (asking.asked < 10)
		assert_ok(tc_loop_poll(asking.loop, 100, &world.err), &world.err);
	assert_ok(tc_loop_timer(asking.loop, 5, open_vessel, &world.vessel, NULL, &world.err),
		&world.err);
	assert_ok(tc_loop_run(asking.loop, &world.err), &world.err);
	assert_int_equal(note.succeeded, 1);
	assert_int_equal(world.vessel.length, 2);
	/* and its own deadline ends it */
	world.vessel.closed = true;
	asking.asked = 0;
	assert_ok(tc_loop_download(asking.loop, world.call, &world.sink, take_note, &note,
			  &asking.run, &world.err),
		&world.err);
	tc_loop_set_timeout(asking.loop, asking.run, 200, &world.err);
	assert_ok(tc_loop_run(asking.loop, &world.err), &world.err);
	assert_int_equal(note.code, TC_ERROR_TIMEOUT);
	tc_loop_free(asking.loop);
	close_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_not_repeated),
		cmocka_unit_test(test_repeated_before_the_first_byte),
		cmocka_unit_test(test_refused_and_redirected),
		cmocka_unit_test(test_refusal_without_end),
		cmocka_unit_test(test_redirect_without_end),
		cmocka_unit_test(test_redirected_midway),
		cmocka_unit_test(test_renamed_midway),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_verified),
		cmocka_unit_test(test_bad_arguments),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_sink_of_a_descriptor),
		cmocka_unit_test(test_sinks_of_other_versions),
		cmocka_unit_test(test_null_device),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_held_back),
		cmocka_unit_test(a_sink_that_asks_for_more_at_once),
		cmocka_unit_test(test_kept_by_others),
		cmocka_unit_test(test_canceled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
