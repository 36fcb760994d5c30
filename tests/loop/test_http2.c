/* SPDX-License-Identifier: MPL-2.0 */
/* Where the server offers HTTP/2, many runs share one connection. */
#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/download.h>
#include <time.h>
#include <unistd.h>

#define RUNS 60

struct tally {
	size_t done;
	int64_t sessions;
};

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct tally *tally = data;

	(void)run;
	if (err)
		fail_msg("%s", tc_error_text(err));
	assert_true(tc_json_int64(
		tc_json_get(tc_response_json(response, NULL), "sessions"), &tally->sessions));
	tally->done++;
	tc_release(response);
}

static void make_certificate(const char *folder)
{
	char command[1024];

	snprintf(command, sizeof command,
		"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test "
		"-addext subjectAltName=IP:127.0.0.1 -keyout %s/key.pem -out %s/cert.pem "
		">/dev/null 2>&1",
		folder, folder);
	assert_int_equal(system(command), 0);
}

static void remove_folder(const char *folder)
{
	char path[128];

	snprintf(path, sizeof path, "%s/key.pem", folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/cert.pem", folder);
	unlink(path);
	rmdir(folder);
}

/* The server, and a client of it. */
struct scene {
	char folder[32];
	int input; /* the server ends with it */
	FILE *output;
	tc_client *client;
	tc_loop *loop;
};

static void open_scene(struct scene *scene)
{
	char command[512], root_url[64], ca_file[64];
	struct tc_options options = TC_OPTIONS_INIT;
	int input[2], port = 0;

	strcpy(scene->folder, "/tmp/tc-loop-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	make_certificate(scene->folder);
	assert_int_equal(pipe(input), 0);
	snprintf(command, sizeof command,
		"exec node tests/loop/http2_server.js %s/key.pem %s/cert.pem <&%d %d>&-",
		scene->folder, scene->folder, input[0], input[1]);
	scene->output = popen(command, "r");
	assert_non_null(scene->output);
	close(input[0]);
	scene->input = input[1];
	assert_int_equal(fscanf(scene->output, "%d", &port), 1);
	snprintf(root_url, sizeof root_url, "https://127.0.0.1:%d", port);
	snprintf(ca_file, sizeof ca_file, "%s/cert.pem", scene->folder);
	options.root_url = root_url;
	options.ca_file = ca_file;
	options.attempts = 1;
	scene->client = tc_client_new(&options, NULL);
	scene->loop = tc_loop_new(NULL, NULL);
}

static void close_scene(struct scene *scene)
{
	tc_loop_free(scene->loop);
	tc_client_free(scene->client);
	close(scene->input);
	pclose(scene->output);
	remove_folder(scene->folder);
}

static void runs_share_a_connection(void **state)
{
	struct tally tally = { 0 };
	struct scene scene;

	(void)state;
	open_scene(&scene);
	tc_call *call = ping(scene.client);
	for (int i = 0; i < RUNS; i++)
		tc_loop_start(scene.loop, call, on_done, &tally, NULL, NULL);
	assert_int_equal(tc_loop_run(scene.loop, NULL), TC_OK);
	assert_int_equal(tally.done, RUNS);
	assert_int_equal(tally.sessions, 1);
	tc_call_free(call);
	close_scene(&scene);
}

/* libcurl 7.88 leaves a handle its buffer when others' streams go on with the connection, and then
 * takes no other size: what streams goes on with that of a small reply. */
static void runs_that_shared_a_connection_stream_later(void **state)
{
	struct tally tally = { 0 };
	struct note note = { 0 };
	struct tc_sink sink = TC_SINK_INIT;
	struct scene scene;
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	open_scene(&scene);
	tc_sink_fd(&sink, nowhere);
	tc_call *call = ping(scene.client);
	for (int i = 0; i < RUNS; i++)
		tc_loop_start(scene.loop, call, on_done, &tally, NULL, NULL);
	assert_int_equal(tc_loop_run(scene.loop, NULL), TC_OK);
	for (int i = 0; i < RUNS; i++)
		assert_ok(tc_loop_download(scene.loop, call, &sink, take_note, &note, NULL, &err),
			&err);
	assert_int_equal(tc_loop_run(scene.loop, NULL), TC_OK);
	assert_string_equal(note.text, "");
	assert_int_equal(note.succeeded, RUNS);
	tc_call_free(call);
	close_scene(&scene);
	close(nowhere);
}

/* ---- refused streams ---- */

/* Posts on a connection that has served before, where the server refuses it; its posts. */
static int64_t post(const struct tc_operation *operation, struct note *note)
{
	static const char *const task[] = { "fN1SbArXTPSVFNUvaOlinQ" };
	struct scene scene;
	const tc_json *told = NULL;
	int64_t posts = -1;
	tc_error err = TC_ERROR_INIT;

	open_scene(&scene);
	tc_call *first = ping(scene.client);
	tc_call *call = tc_generated_call(scene.client, operation, task, NULL, &err);
	assert_non_null(call);
	struct note pinged = { 0 };
	assert_ok(tc_loop_start(scene.loop, first, take_note, &pinged, NULL, &err), &err);
	assert_ok(tc_loop_run(scene.loop, &err), &err);
	assert_ok(tc_loop_start(scene.loop, call, take_note, note, NULL, &err), &err);
	assert_ok(tc_loop_run(scene.loop, &err), &err);
	assert_ok(tc_call_perform_json(first, &told, &err), &err);
	assert_true(tc_json_int64(tc_json_get(told, "posts"), &posts));
	tc_release(told);
	tc_call_free(first);
	tc_call_free(call);
	close_scene(&scene);
	return posts;
}

/* A refused stream was not worked on (RFC 9113, 8.7), so libcurl sends it again. But on a kept
 * connection it does not tell it from one that ended: what must not be done twice is not sent. */
static void refused_streams_are_sent_again_where_that_is_safe(void **state)
{
	struct note note = { 0 };

	(void)state;
	assert_int_equal(post(TC_FAKE_OPERATION(SCHEDULE_TASK), &note), 2);
	assert_int_equal(note.succeeded, 1);
	note = (struct note){ 0 };
	assert_int_equal(post(TC_FAKE_OPERATION(STOP), &note), 1);
	assert_int_equal(note.code, TC_ERROR_NETWORK);
	assert_non_null(strstr(note.text, "refused the request, or closed"));
}

/* ---- large bodies beside each other ---- */

struct pool {
	bool full, stops;
	size_t bytes;
	char letter; /* that all of them are; 0 at first */
};

static int pour(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct pool *pool = data;
	const char *letters = bytes;

	(void)err;
	if (!pool->letter)
		pool->letter = letters[0];
	for (size_t i = 0; i < length; i++)
		assert_int_equal(letters[i], pool->letter);
	pool->bytes += length;
	pool->full = pool->stops;
	return TC_OK;
}

static bool is_full(void *data)
{
	return ((struct pool *)data)->full;
}

static uint64_t fill(struct scene *scene, const tc_call *call, struct pool *pool, struct note *note)
{
	struct tc_sink sink = TC_SINK_INIT;
	tc_error err = TC_ERROR_INIT;
	uint64_t run;

	pool->stops = true;
	sink.write = pour;
	sink.full = is_full;
	sink.data = pool;
	assert_ok(tc_loop_download(scene->loop, call, &sink, take_note, note, &run, &err), &err);
	/* many turns may only bring more of those that stand still */
	for (time_t end = time(NULL) + 20; !pool->full && time(NULL) < end;)
		assert_ok(tc_loop_poll(scene->loop, 50, &err), &err);
	assert_true(pool->full);
	for (int i = 0; i < 50; i++) /* curl keeps back what comes of this one, too */
		assert_ok(tc_loop_poll(scene->loop, 2, &err), &err);
	return run;
}

static void resume(struct scene *scene, struct pool *pool, uint64_t run)
{
	pool->full = pool->stops = false;
	tc_loop_resume(scene->loop, run);
}

/* What curl kept back for a transfer that stood still when it was canceled is nobody else's. */
static void canceled_bytes_reach_nobody(void **state)
{
	static const char *const arguments[] = { "large" };
	struct pool first = { 0 }, canceled = { 0 }, next = { 0 };
	struct note notes[3] = { { 0 } };
	struct scene scene;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	open_scene(&scene);
	tc_call *call =
		tc_generated_call(scene.client, TC_FAKE_OPERATION(STATUS), arguments, NULL, &err);
	assert_non_null(call);
	uint64_t run = fill(&scene, call, &first, &notes[0]);
	assert_int_equal(
		tc_loop_cancel(scene.loop, fill(&scene, call, &canceled, &notes[1])), TC_OK);
	assert_ok(tc_loop_poll(scene.loop, 0, &err), &err);
	assert_int_equal(notes[1].code, TC_ERROR_CANCELED);
	resume(&scene, &next, fill(&scene, call, &next, &notes[2]));
	resume(&scene, &first, run);
	assert_ok(tc_loop_run(scene.loop, &err), &err);
	assert_int_equal(notes[0].succeeded + notes[2].succeeded, 2);
	assert_int_equal(first.bytes, 4000000);
	assert_int_equal(next.bytes, 4000000);
	tc_call_free(call);
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_share_a_connection),
		cmocka_unit_test(runs_that_shared_a_connection_stream_later),
		cmocka_unit_test(refused_streams_are_sent_again_where_that_is_safe),
		cmocka_unit_test(canceled_bytes_reach_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
