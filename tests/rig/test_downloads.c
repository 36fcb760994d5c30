/* SPDX-License-Identifier: MPL-2.0 */
/* Downloads through the rig: compressed on the way and not, broken off midway, refused. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/download.h>

/* A long log, every line another. */
struct log {
	char *text;
	size_t length;
};

static struct log make_log(void)
{
	static const int lines = 200000;
	struct log log = { .text = malloc((size_t)lines * 40) };

	assert_non_null(log.text);
	for (int i = 0; i < lines; i++)
		log.length += (size_t)sprintf(
			log.text + log.length, "line %d of what a program said\n", i);
	return log;
}

/* A sink that compares; it can begin anew. */
struct reader {
	const struct log *expected;
	size_t at, begun;
};

static int begin_reader(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct reader *reader = data;

	(void)head;
	(void)err;
	reader->at -= (size_t)discard;
	reader->begun++;
	return TC_OK;
}

static int read_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct reader *reader = data;

	if (length > reader->expected->length - reader->at ||
		memcmp(reader->expected->text + reader->at, bytes, length) != 0)
		return tc_error_set(err, TC_ERROR_CANCELED, "other bytes at %zu", reader->at);
	reader->at += length;
	return TC_OK;
}

struct scene {
	struct desk desk;
	char url[128];
	struct tc_options options;
	tc_client *client;
	tc_call *call;
	struct log log;
	struct reader reader;
	struct tc_sink sink;
	tc_error err;
};

static void begin(struct scene *scene, const char *headers)
{
	*scene = (struct scene){ .log = make_log(), .sink = TC_SINK_INIT };
	desk_open(&scene->desk, scene->log.text);
	scene->desk.reply.headers = headers;
	tc_rig_url(scene->url, sizeof scene->url, tc_responder_port(scene->desk.responder));
	scene->options = rig_options(NULL);
	scene->options.base_url = scene->url;
	scene->options.retry_delay_ms = 1;
	scene->client = rig_client(&scene->options);
	scene->call = tc_buildbot_get_log_raw_call(scene->client, "7", &scene->err);
	scene->reader.expected = &scene->log;
	scene->sink.begin = begin_reader;
	scene->sink.write = read_bytes;
	scene->sink.data = &scene->reader;
}

static void end(struct scene *scene)
{
	tc_call_free(scene->call);
	tc_client_free(scene->client);
	desk_close(&scene->desk);
	free(scene->log.text);
	tc_error_clear(&scene->err);
}

static int download(struct scene *scene)
{
	scene->reader.at = scene->reader.begun = 0;
	return tc_call_download(scene->call, &scene->sink, NULL, &scene->err);
}

/* By both faces, and on more than one connection. */
static void download_often(struct scene *scene)
{
	struct ending ending = { 0 };
	tc_loop *loop = tc_loop_new(NULL, &scene->err);

	for (int i = 0; i < 8; i++) {
		assert_ok(download(scene), &scene->err);
		assert_int_equal(scene->reader.at, scene->log.length);
	}
	for (size_t i = 1; i <= 2; i++) {
		scene->reader.at = 0;
		assert_ok(tc_loop_download(loop, scene->call, &scene->sink, take_ending, &ending,
				  NULL, &scene->err),
			&scene->err);
		assert_ok(tc_loop_run(loop, &scene->err), &scene->err);
		assert_string_equal(ending.text, "");
		assert_int_equal(ending.succeeded, i);
		assert_int_equal(scene->reader.at, scene->log.length);
	}
	tc_loop_free(loop);
}

static void a_log_that_is_compressed(void **state)
{
	struct scene scene;
	tc_response *head = NULL;

	(void)state;
	begin(&scene, "Content-Type: text/plain\r\n");
	assert_ok(tc_call_download(scene.call, &scene.sink, &head, &scene.err), &scene.err);
	assert_string_equal(tc_response_header(head, "content-encoding"), "gzip");
	tc_release(head);
	download_often(&scene);
	end(&scene);
}

static void bytes_that_are_not(void **state)
{
	struct scene scene;
	tc_response *head = NULL;

	(void)state;
	begin(&scene, "Content-Type: application/octet-stream\r\n");
	assert_ok(tc_call_download(scene.call, &scene.sink, &head, &scene.err), &scene.err);
	assert_null(tc_response_header(head, "content-encoding"));
	tc_release(head);
	download_often(&scene);
	end(&scene);
}

/* The server dies midway: with or without compression that is an error, and never half a log. */
static void what_breaks_off_is_an_error(void **state)
{
	static const char *const headers[] = { "Content-Type: text/plain\r\n",
		"Content-Type: application/octet-stream\r\n" };
	static const size_t cuts[] = { 1, 1000000 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct scene scene;
		begin(&scene, headers[i / 2]);
		scene.desk.reply.cut = cuts[i % 2];
		assert_int_equal(download(&scene), TC_ERROR_NETWORK);
		assert_has(tc_error_text(&scene.err), ".rig.test");
		end(&scene);
	}
}

/* Without a length nginx knows of no end either: the chunks have to have one. */
static void what_breaks_off_between_chunks_is_an_error(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, "Content-Type: text/plain\r\n");
	scene.desk.reply.cut = 1000000;
	scene.desk.reply.chunked = true;
	assert_int_equal(download(&scene), TC_ERROR_NETWORK);
	end(&scene);
}

/* The page of a refusal is whole, and told. */
static void a_refusal_is_told(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, "Content-Type: application/json\r\n");
	scene.desk.reply.status = 404;
	scene.desk.reply.body = "{\"error\": \"there is no such log, nor was there ever\"}";
	assert_int_equal(download(&scene), TC_ERROR_HTTP);
	assert_has(tc_error_text(&scene.err), "404");
	assert_has(tc_error_text(&scene.err), "nor was there ever");
	assert_int_equal(scene.reader.begun, 0);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_that_is_compressed),
		cmocka_unit_test(bytes_that_are_not),
		cmocka_unit_test(what_breaks_off_is_an_error),
		cmocka_unit_test(what_breaks_off_between_chunks_is_an_error),
		cmocka_unit_test(a_refusal_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
