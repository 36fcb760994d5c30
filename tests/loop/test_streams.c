/* SPDX-License-Identifier: MPL-2.0 */
/* Streams of events whose connections end, break, fall silent or are refused, on both faces: by
 * tc_stream_next, and as a run on a loop. */
#include "world.h"

#include "tests/harness/ci.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/stream.h>
#include <time.h>

#define SSE "Content-Type: text/event-stream\r\n"
#define HELLO "event: hello\n\n"
#define EVENT(n) "event: event\ndata: {\"n\":" #n "}\n\n"
#define REQUESTS_MAX 16

/* ---- the server ---- */

/* What it answers to one request after the other, and what it was asked. */
struct scene {
	struct script script;
	char ids[REQUESTS_MAX][64]; /* Last-Event-ID, or "-" */
	int64_t asked_ms[REQUESTS_MAX];
	size_t asked;
	struct tc_responder *responder;
	tc_client *client;
	tc_call *call;
	tc_error err;
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct scene *scene = data;
	size_t n = scene->asked;

	if (n < REQUESTS_MAX) {
		const char *id = tc_responder_header(request, "last-event-id");
		snprintf(scene->ids[n], sizeof scene->ids[n], "%s", id ? id : "-");
		scene->asked_ms[n] = tc_test_now_ms();
		scene->asked++;
	}
	answer_by_script(&scene->script, request, reply);
}

/* Its connection stays, and nothing more comes. */
static struct tc_responder_reply stays(const char *body)
{
	return (struct tc_responder_reply){ .status = 200,
		.headers = SSE,
		.body = body,
		.cut = strlen(body),
		.chunked = true,
		.silent = true };
}

static struct tc_responder_reply ends(const char *body)
{
	return (struct tc_responder_reply){
		.status = 200, .headers = SSE, .body = body, .chunked = true
	};
}

static struct tc_responder_reply breaks(const char *body)
{
	return (struct tc_responder_reply){
		.status = 200, .headers = SSE, .body = body, .cut = strlen(body), .chunked = true
	};
}

static struct tc_responder_reply refuses(int status, const char *headers)
{
	return (struct tc_responder_reply){
		.status = status, .headers = headers, .body = "{\"error\": \"no\"}"
	};
}

static void add(struct scene *scene, struct tc_responder_reply reply)
{
	scene->script.replies[scene->script.count++] = reply;
}

/* To this operation of events, with a limit on pauses and retries. */
static void open_scene(struct scene *scene, const struct tc_operation *operation)
{
	scene->responder = tc_responder_start(answer, scene);
	struct tc_options options = quick_options(scene->responder);
	options.base_url = options.root_url;
	options.retry_delay_ms = 10;
	options.retry_delay_max_ms = 40;
	options.attempts = 3;
	scene->client = tc_client_new(&options, &scene->err);
	assert_ok(scene->err.code, &scene->err);
	scene->call = tc_generated_call(scene->client, operation, NULL, NULL, &scene->err);
	assert_ok(scene->err.code, &scene->err);
}

static void close_scene(struct scene *scene)
{
	tc_call_free(scene->call);
	tc_client_free(scene->client);
	tc_responder_stop(scene->responder);
	tc_error_clear(&scene->err);
}

/* ---- who listens ---- */

enum face { PULL, LOOP, FACES };

/* What came: "S" it stands (on a loop alone), "M" some may lack, digits of events. */
struct ear {
	enum face face;
	char heard[1024];
	size_t enough; /* of these */
	int64_t begun_ms, ended_ms;
	int code; /* how it ended; TC_OK: with enough */
	char text[400];
	bool done;
	tc_loop *loop;
	uint64_t run;
};

static void hear(struct ear *ear, char what)
{
	size_t length = strlen(ear->heard);

	assert_true(length < sizeof ear->heard - 1);
	ear->heard[length] = what;
	ear->heard[length + 1] = '\0';
}

static void on_missed(void *data)
{
	hear(data, 'M');
}

static void hear_event(struct ear *ear, const tc_json *event)
{
	int64_t n = 0;

	assert_true(tc_json_int64(tc_json_get(event, "n"), &n));
	hear(ear, (char)('0' + n));
}

static void on_event(void *data, uint64_t run, const tc_json *event)
{
	struct ear *ear = data;

	assert_int_equal(run, ear->run);
	if (event)
		hear_event(ear, event);
	else
		hear(ear, 'S');
}

static void take_end(struct ear *ear, int code, const tc_error *err)
{
	ear->done = true;
	ear->code = code;
	snprintf(ear->text, sizeof ear->text, "%s", tc_error_text(err));
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	assert_null(response);
	assert_int_equal(run, ((struct ear *)data)->run);
	take_end(data, err->code, err);
}

static void pull(struct ear *ear, struct scene *scene, const struct tc_stream_options *options)
{
	const tc_json *event = NULL;
	tc_stream *stream = tc_stream_new(scene->call, options, &scene->err);
	int rc = TC_OK;

	assert_non_null(stream);
	while (rc == TC_OK && strlen(ear->heard) < ear->enough) {
		rc = tc_stream_next(stream, 10000, &event, &scene->err);
		assert_true(rc != TC_OK || event); /* it is not in vain that we wait */
		if (rc == TC_OK)
			hear_event(ear, event);
	}
	if (rc != TC_OK)
		take_end(ear, rc, &scene->err);
	tc_stream_free(stream);
}

static void listen_on_loop(
	struct ear *ear, struct scene *scene, const struct tc_stream_options *options)
{
	ear->loop = tc_loop_new(NULL, &scene->err);
	assert_ok(tc_stream_start(ear->loop, scene->call, options, on_event, on_done, ear,
			  &ear->run, &scene->err),
		&scene->err);
	while (!ear->done && strlen(ear->heard) < ear->enough) {
		assert_ok(tc_loop_poll(ear->loop, 10000, &scene->err), &scene->err);
		if (tc_test_now_ms() - ear->begun_ms > 30000)
			fail_msg("came %s and no more", ear->heard);
	}
	if (!ear->done) {
		tc_loop_cancel(ear->loop, ear->run);
		assert_ok(tc_loop_run(ear->loop, &scene->err), &scene->err);
		assert_int_equal(ear->code, TC_ERROR_CANCELED);
		ear->code = TC_OK;
	}
	tc_loop_free(ear->loop);
}

/* Listens to the scene, until as much came as is expected (NULL: until it ends), on one face. The
 * "S" is not for the pull face. */
static struct ear listen_to(struct scene *scene, enum face face,
	const struct tc_stream_options *given, const char *expected)
{
	struct tc_stream_options options = *given;
	struct ear ear = { .face = face, .enough = SIZE_MAX };
	char visible[64];
	size_t length = 0;

	for (const char *at = expected; at && *at; at++)
		if (face == LOOP || *at != 'S')
			visible[length++] = *at;
	visible[length] = '\0';
	if (expected)
		ear.enough = length;
	options.missed = on_missed;
	options.data = &ear;
	scene->asked = 0;
	ear.begun_ms = tc_test_now_ms();
	if (face == PULL)
		pull(&ear, scene, &options);
	else
		listen_on_loop(&ear, scene, &options);
	ear.ended_ms = tc_test_now_ms();
	if (expected && strcmp(ear.heard, visible) != 0)
		fail_msg("face %d: came %s; expected %s (%s)", face, ear.heard, visible, ear.text);
	return ear;
}

/* One scene for each face, as the server counts its requests. */
typedef void play_fn(struct scene *scene, enum face face);

static void play(const struct script *script, const struct tc_operation *operation, play_fn *part)
{
	for (int face = PULL; face < FACES; face++) {
		struct scene *scene = calloc(1, sizeof *scene);
		assert_non_null(scene);
		scene->script = *script;
		open_scene(scene, operation);
		part(scene, (enum face)face);
		close_scene(scene);
		free(scene);
	}
}

static const struct tc_stream_options none = TC_STREAM_OPTIONS_INIT;

/* ---- it connects again ---- */

static void hear_through_breaks(struct scene *scene, enum face face)
{
	listen_to(scene, face, &none, "S12SM3SM4");
	assert_int_equal(scene->asked, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(scene->ids[i], "-");
}

/* What came of an event when the connection broke is no event, nor is it one with what follows. */
static void without_ids_it_says_that_events_may_lack(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, breaks(HELLO EVENT(1) EVENT(2) "event: event\ndata: {\"n\":"));
	add(&scene, ends(HELLO EVENT(3) "event: event\ndata: {\"n\":7}\n"));
	add(&scene, stays(HELLO "data: 8}\n\n" EVENT(4)));
	play(&scene.script, CI(LISTEN), hear_through_breaks);
}

static void hear_by_ids(struct scene *scene, enum face face)
{
	listen_to(scene, face, &none, "S1S2SM3");
	assert_int_equal(scene->asked, 4);
	assert_string_equal(scene->ids[0], "-");
	assert_string_equal(scene->ids[1], "a 7");
	assert_string_equal(scene->ids[2], "a 7");
	assert_string_equal(scene->ids[3], "-"); /* it was taken back */
}

/* The id of an event that is not whole does not count; a refusal in between changes nothing. */
static void with_ids_it_goes_on_behind_the_last(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, breaks(HELLO "id: a 7\n" EVENT(1) "id: 8\nevent: event\ndata: {\"n\":9}\n"));
	add(&scene, refuses(503, NULL));
	add(&scene, ends(HELLO EVENT(2) "id\n\n"));
	add(&scene, stays(HELLO EVENT(3)));
	play(&scene.script, CI(LISTEN), hear_by_ids);
}

static void hear_with_own_id(struct scene *scene, enum face face)
{
	assert_ok(tc_call_header(scene->call, "last-event-id", "mine", &scene->err), &scene->err);
	listen_to(scene, face, &none, "S1S2");
	assert_string_equal(scene->ids[0], "mine");
	assert_string_equal(scene->ids[1], "b");
}

static void the_callers_id_is_for_the_beginning(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, ends(HELLO "id: b\n" EVENT(1)));
	add(&scene, stays(HELLO EVENT(2)));
	play(&scene.script, CI(LISTEN), hear_with_own_id);
}

/* ---- pauses ---- */

static int64_t pause_before(const struct scene *scene, size_t request)
{
	return scene->asked_ms[request] - scene->asked_ms[request - 1];
}

static void hear_after_wishes(struct scene *scene, enum face face)
{
	listen_to(scene, face, &none, "S1SM2SM3");
	assert_int_in_range(pause_before(scene, 1), 340, 5000); /* retry: 350 */
	assert_int_in_range(
		pause_before(scene, 3), 390, 5000); /* Retry-After, ten times the most */
	assert_int_in_range(pause_before(scene, 4), 340, 5000);
}

static void the_server_says_when(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, ends(HELLO "retry: 350\n" EVENT(1)));
	add(&scene, ends(HELLO EVENT(2)));
	add(&scene, refuses(503, "Retry-After: 36000\r\n"));
	add(&scene, refuses(429, NULL));
	add(&scene, stays(HELLO EVENT(3)));
	play(&scene.script, CI(LISTEN), hear_after_wishes);
}

static void hear_ever_later(struct scene *scene, enum face face)
{
	listen_to(scene, face, &none, "SSMSMSMSMSM1");
	assert_int_equal(scene->asked, 6);
	for (size_t i = 1; i < 6; i++) /* 10, 20, 40, and no more, less a quarter */
		assert_int_in_range(pause_before(scene, i), i == 1 ? 6 : i == 2 ? 14 : 29, 5000);
}

static void pauses_grow(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		add(&scene, ends(HELLO));
	add(&scene, stays(HELLO EVENT(1)));
	play(&scene.script, CI(LISTEN), hear_ever_later);
}

/* The pauses that the log tells of. */
static void note_pause(void *data, enum tc_log_level level, const char *line)
{
	int64_t *pauses = data;
	const char *at = strstr(line, "it begins again in ");

	(void)level;
	if (!at)
		return;
	while (*pauses)
		pauses++;
	*pauses = strtoll(at + strlen("it begins again in "), NULL, 10);
}

/* Its bytes dribble in for over five seconds. */
static void one_that_stood_for_long_comes_back_soon(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct tc_options options;
	char slow[400] = HELLO;
	int64_t pauses[REQUESTS_MAX] = { 0 };

	(void)state;
	assert_non_null(scene);
	add(scene, ends(HELLO));
	add(scene, ends(HELLO));
	memset(slow + strlen(slow), ':', sizeof slow - 20);
	add(scene, ends(slow));
	scene->script.replies[2].drip = 40;
	scene->script.replies[2].drip_ms = 700;
	add(scene, stays(HELLO EVENT(1)));
	open_scene(scene, CI(LISTEN));
	tc_call_free(scene->call);
	tc_client_free(scene->client);
	options = quick_options(scene->responder);
	options.base_url = options.root_url;
	options.retry_delay_ms = 20;
	options.log = note_pause;
	options.log_data = pauses;
	options.log_level = TC_LOG_WARN;
	scene->client = tc_client_new(&options, &scene->err);
	scene->call = tc_generated_call(scene->client, CI(LISTEN), NULL, NULL, &scene->err);
	listen_to(scene, LOOP, &none, "SSMSMSM1");
	assert_int_in_range(pauses[0], 15, 25);
	assert_int_in_range(pauses[1], 30, 50);
	assert_int_in_range(pauses[2], 15, 25);
	close_scene(scene);
	free(scene);
}

/* ---- what ends it ---- */

static int final_code;
static const char *final_text;
static size_t final_asked;

static void hear_the_end(struct scene *scene, enum face face)
{
	struct ear ear = listen_to(scene, face, &none, NULL);

	assert_int_equal(ear.code, final_code);
	if (!strstr(ear.text, final_text))
		fail_msg("%s; expected %s", ear.text, final_text);
	assert_int_equal(scene->asked, final_asked);
}

static void what_repeating_cannot_heal_ends_it(void **state)
{
	const struct {
		struct tc_responder_reply reply;
		int code;
		const char *text;
	} rows[] = {
		{ refuses(401, NULL), TC_ERROR_HTTP, "401" },
		{ refuses(403, NULL), TC_ERROR_HTTP, "403" },
		{ refuses(404, NULL), TC_ERROR_HTTP, "404" },
		{ refuses(501, NULL), TC_ERROR_HTTP, "501" },
		{ { .status = 204 }, TC_ERROR_REPLY, "204" },
		{ { .status = 200, .headers = "Content-Type: text/html\r\n", .body = "<p>Log in" },
			TC_ERROR_REPLY, "expected text/event-stream" },
		{ ends(HELLO "event: event\ndata: {\n\n"), TC_ERROR_REPLY, "not JSON" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scene scene = { .asked = 0 };
		add(&scene, ends(HELLO EVENT(1)));
		add(&scene, rows[i].reply);
		final_code = rows[i].code;
		final_text = rows[i].text;
		final_asked = 2;
		play(&scene.script, CI(LISTEN), hear_the_end);
	}
}

static const struct tc_operation never = { .service = &ci_service,
	.name = "never",
	.method = "GET",
	.route = "/never",
	.retry = TC_RETRY_NEVER,
	.conventions = &(const struct tc_operation_conventions){ .accept = "text/event-stream",
		.events = &(const struct tc_event_stream){
			.handshake = "hello", .name = "event" } } };

static void what_must_not_be_repeated_is_not(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, ends(HELLO EVENT(1)));
	final_code = TC_ERROR_NETWORK;
	final_text = "never: the server has ended the stream";
	final_asked = 1;
	play(&scene.script, &never, hear_the_end);
}

/* A wrong address, or a server that never was one of streams, is told as by any call. */
static void before_it_stood_it_is_like_any_call(void **state)
{
	const struct {
		struct tc_responder_reply reply;
		int code;
		const char *text;
	} rows[] = {
		{ refuses(503, NULL), TC_ERROR_HTTP, "503" },
		{ ends(": welcome\n\n"), TC_ERROR_NETWORK, "has ended the stream" },
		{ breaks(": welcome\n\n"), TC_ERROR_NETWORK, "no reply" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scene scene = { .asked = 0 };
		add(&scene, rows[i].reply);
		final_code = rows[i].code;
		final_text = rows[i].text;
		final_asked = 3; /* retries: 2 */
		play(&scene.script, CI(LISTEN), hear_the_end);
	}
}

static void hear_once(struct scene *scene, enum face face)
{
	struct tc_stream_options options = none;

	options.once = true;
	struct ear ear = listen_to(scene, face, &options, NULL);
	assert_int_equal(ear.code, TC_ERROR_NETWORK);
	assert_string_equal(ear.heard, face == LOOP ? "S1" : "1");
	assert_int_equal(scene->asked, 1);
}

static void once_is_once(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, ends(HELLO EVENT(1)));
	play(&scene.script, CI(LISTEN), hear_once);
}

/* ---- time ---- */

static void hear_silence(struct scene *scene, enum face face)
{
	struct tc_stream_options options = none;

	options.silence_ms = 700;
	listen_to(scene, face, &options, "S1SM2");
	assert_int_in_range(pause_before(scene, 1), 700, 1700);
}

/* Also behind many bytes, which libcurl's own way counts for seconds. */
static void silence_ends_a_connection(void **state)
{
	static char many[100000];
	struct scene scene = { .asked = 0 };

	(void)state;
	strcpy(many, HELLO ":");
	memset(many + strlen(many), ' ', sizeof many - 1000);
	strcat(many, "\n" EVENT(1));
	add(&scene, stays(many));
	add(&scene, stays(HELLO EVENT(2)));
	play(&scene.script, CI(LISTEN), hear_silence);
}

static void hear_silence_once(struct scene *scene, enum face face)
{
	struct tc_stream_options options = none;

	options.silence_ms = 300;
	options.once = true;
	struct ear ear = listen_to(scene, face, &options, NULL);
	assert_int_equal(ear.code, TC_ERROR_TIMEOUT);
	assert_non_null(strstr(ear.text, "silent"));
	assert_non_null(strstr(ear.text, "300 ms"));
	assert_int_in_range(ear.ended_ms - ear.begun_ms, 300, 1300);
}

static void silence_is_told_as_that(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, stays(HELLO));
	play(&scene.script, CI(LISTEN), hear_silence_once);
}

static void hear_pings(struct scene *scene, enum face face)
{
	struct tc_stream_options options = none;

	options.silence_ms = 600;
	listen_to(scene, face, &options, "S1");
	assert_int_equal(scene->asked, 1);
}

static void comments_are_no_silence(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, ends(HELLO "::::::::::::::::::::::::\n" EVENT(1)));
	scene.script.replies[0].drip = 8; /* 9 pieces, an event behind the sixth */
	scene.script.replies[0].drip_ms = 200;
	play(&scene.script, CI(LISTEN), hear_pings);
}

/* A host's event loop that looks at its timer first, and then at descriptors, as libuv does. */
#define FDS_MAX 8
struct host {
	struct pollfd fds[FDS_MAX];
	int64_t due_ms; /* negative: never */
};

static int host_watch(void *data, int fd, int events)
{
	struct host *host = data;
	size_t i = 0;

	while (i < FDS_MAX && host->fds[i].fd != fd && host->fds[i].fd >= 0)
		i++;
	assert_true(i < FDS_MAX);
	host->fds[i].fd = fd;
	host->fds[i].events = (short)((events & TC_LOOP_READ ? POLLIN : 0) |
		(events & TC_LOOP_WRITE ? POLLOUT : 0));
	return 0;
}

static void host_timer(void *data, int64_t delay_ms)
{
	struct host *host = data;

	host->due_ms = delay_ms < 0 ? -1 : tc_test_now_ms() + delay_ms;
}

static void host_turn(struct host *host, tc_loop *loop)
{
	struct pollfd ready[FDS_MAX];

	if (host->due_ms >= 0 && host->due_ms <= tc_test_now_ms())
		tc_loop_timeout(loop);
	memcpy(ready, host->fds, sizeof ready);
	for (size_t i = 0; i < FDS_MAX; i++)
		ready[i].fd = ready[i].events ? ready[i].fd : -1;
	assert_true(poll(ready, FDS_MAX, 10) >= 0);
	for (size_t i = 0; i < FDS_MAX; i++)
		if (ready[i].revents)
			tc_loop_ready(loop, ready[i].fd,
				(ready[i].revents & POLLOUT ? TC_LOOP_WRITE : 0) |
					(ready[i].revents & ~POLLOUT ? TC_LOOP_READ : 0));
}

/* The host is away for longer than the silence may last, and the server was not silent. */
static void a_host_that_was_away_is_no_silence(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct host host = { .due_ms = -1 };
	struct tc_stream_options options = none;
	struct tc_loop_options hooks = TC_LOOP_OPTIONS_INIT;
	struct ear ear = { .enough = 0 };
	static char slow[800] = HELLO;

	(void)state;
	assert_non_null(scene);
	memset(slow + strlen(slow), ':', sizeof slow - 20);
	add(scene, ends(slow));
	scene->script.replies[0].drip = 20;
	scene->script.replies[0].drip_ms = 100;
	open_scene(scene, CI(LISTEN));
	for (size_t i = 0; i < FDS_MAX; i++)
		host.fds[i].fd = -1;
	hooks.watch = host_watch;
	hooks.timer = host_timer;
	hooks.data = &host;
	ear.loop = tc_loop_new(&hooks, &scene->err);
	assert_ok(scene->err.code, &scene->err);
	options.silence_ms = 500;
	assert_ok(tc_stream_start(ear.loop, scene->call, &options, on_event, on_done, &ear,
			  &ear.run, &scene->err),
		&scene->err);
	for (int64_t begun = tc_test_now_ms(); strlen(ear.heard) < 1;) {
		host_turn(&host, ear.loop);
		assert_true(tc_test_now_ms() - begun < 10000);
	}
	nanosleep(&(struct timespec){ .tv_nsec = 900 * 1000 * 1000 }, NULL);
	for (int i = 0; i < 30; i++)
		host_turn(&host, ear.loop);
	assert_string_equal(ear.heard, "S");
	assert_int_equal(scene->asked, 1);
	tc_loop_free(ear.loop);
	close_scene(scene);
	free(scene);
}

/* What the caller takes for its events is not the server's time. */
static void a_slow_caller_is_no_silence(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct tc_stream_options options = none;
	const tc_json *event = NULL;

	(void)state;
	assert_non_null(scene);
	add(scene, stays(HELLO EVENT(1) EVENT(2)));
	open_scene(scene, CI(LISTEN));
	options.silence_ms = 500;
	tc_stream *stream = tc_stream_new(scene->call, &options, &scene->err);
	for (int i = 0; i < 2; i++) {
		assert_ok(tc_stream_next(stream, 5000, &event, &scene->err), &scene->err);
		nanosleep(&(struct timespec){ .tv_nsec = 800 * 1000 * 1000 }, NULL);
	}
	assert_ok(tc_stream_next(stream, 100, &event, &scene->err), &scene->err);
	assert_null(event);
	assert_int_equal(scene->asked, 1);
	tc_stream_free(stream);
	close_scene(scene);
	free(scene);
}

static void hear_late_beginnings(struct scene *scene, enum face face)
{
	struct tc_stream_options options = none;

	options.timeout_ms = 400;
	listen_to(scene, face, &options, "S1SM2");
	assert_int_equal(scene->asked, 4);
	assert_int_in_range(pause_before(scene, 2), 400, 1400); /* the head, and no handshake */
	assert_int_in_range(pause_before(scene, 3), 400, 1400); /* not even the head */
}

static void each_beginning_has_its_time(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, ends(HELLO EVENT(1)));
	add(&scene, stays(": wait\n\n"));
	add(&scene, stays(HELLO));
	scene.script.replies[2].delay_ms = 5000;
	add(&scene, stays(HELLO EVENT(2)));
	play(&scene.script, CI(LISTEN), hear_late_beginnings);
}

static void hear_until_the_deadline(struct scene *scene, enum face face)
{
	struct tc_stream_options options = none;

	options.deadline_ms = 900;
	struct ear ear = listen_to(scene, face, &options, NULL);
	assert_int_equal(ear.code, TC_ERROR_TIMEOUT);
	assert_non_null(strstr(ear.text, "deadline"));
	assert_int_in_range(ear.ended_ms - ear.begun_ms, 890, 1900);
}

/* While it stands, between connections (also in a long pause), and before it ever stood. */
static void the_deadline_is_for_all_of_it(void **state)
{
	struct scene standing = { .asked = 0 }, ending = { .asked = 0 }, pausing = { .asked = 0 },
		     waiting = { .asked = 0 };

	(void)state;
	add(&standing, stays(HELLO EVENT(1)));
	play(&standing.script, CI(LISTEN), hear_until_the_deadline);
	add(&ending, ends(HELLO EVENT(1)));
	play(&ending.script, CI(LISTEN), hear_until_the_deadline);
	add(&pausing, ends(HELLO "retry: 1000000\n\n"));
	play(&pausing.script, CI(LISTEN), hear_until_the_deadline);
	add(&waiting, stays(HELLO));
	waiting.script.replies[0].delay_ms = 5000;
	play(&waiting.script, CI(LISTEN), hear_until_the_deadline);
}

/* ---- standing ---- */

static const struct tc_operation plain = { .service = &ci_service,
	.name = "plain",
	.method = "GET",
	.route = "/plain",
	.conventions = &(const struct tc_operation_conventions){ .accept = "text/event-stream",
		.events = &(const struct tc_event_stream){ .name = "message" } } };

static void hear_plainly(struct scene *scene, enum face face)
{
	tc_stream *stream;

	if (face == LOOP) {
		listen_to(scene, face, &none, "SSM");
		return;
	}
	stream = tc_stream_new(scene->call, NULL, &scene->err);
	assert_ok(tc_stream_wait(stream, 5000, &scene->err), &scene->err);
	tc_stream_free(stream);
}

/* Where nobody says hello the head of the reply is all there is to wait for. */
static void without_a_handshake_it_stands_with_the_head(void **state)
{
	struct scene scene = { .asked = 0 };

	(void)state;
	add(&scene, stays("\n"));
	scene.script.replies[0].silent = false; /* breaks */
	add(&scene, stays("\n"));
	play(&scene.script, &plain, hear_plainly);
}

static void waiting_begins_anew(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct tc_stream_options options = none;
	struct ear ear = { .enough = 0 };
	const tc_json *event = NULL;

	(void)state;
	assert_non_null(scene);
	add(scene, ends(HELLO EVENT(1)));
	add(scene, stays(": not yet\n\n"));
	add(scene, stays(HELLO EVENT(2)));
	open_scene(scene, CI(LISTEN));
	options.missed = on_missed;
	options.data = &ear;
	options.timeout_ms = 500;
	tc_stream *stream = tc_stream_new(scene->call, &options, &scene->err);
	assert_ok(tc_stream_wait(stream, 5000, &scene->err), &scene->err);
	assert_ok(tc_stream_next(stream, 5000, &event, &scene->err), &scene->err);
	assert_ok(tc_stream_next(stream, 300, &event, &scene->err), &scene->err);
	assert_null(event); /* it is between two */
	assert_int_equal(tc_stream_wait(stream, 0, &scene->err), TC_ERROR_TIMEOUT);
	tc_error_clear(&scene->err);
	assert_string_equal(ear.heard, "");
	assert_ok(tc_stream_wait(stream, 5000, &scene->err), &scene->err);
	assert_string_equal(ear.heard, "M");
	assert_ok(tc_stream_next(stream, 5000, &event, &scene->err), &scene->err);
	assert_non_null(event);
	assert_string_equal(ear.heard, "M");
	tc_stream_free(stream);
	close_scene(scene);
	free(scene);
}

/* Another call of the client lets the stream's bytes come, too; what they tell waits until somebody
 * listens. */
static void another_call_tells_nothing_of_it(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct tc_stream_options options = none;
	struct ear ear = { .enough = 0 };
	const tc_json *event = NULL;

	(void)state;
	assert_non_null(scene);
	add(scene, ends(HELLO EVENT(1)));
	add(scene, stays(HELLO EVENT(2)));
	scene->script.replies[1].delay_ms = 400;
	add(scene, (struct tc_responder_reply){ .status = 200, .body = "{}", .delay_ms = 1200 });
	open_scene(scene, CI(LISTEN));
	options.missed = on_missed;
	options.data = &ear;
	tc_stream *stream = tc_stream_new(scene->call, &options, &scene->err);
	assert_ok(tc_stream_next(stream, 5000, &event, &scene->err), &scene->err);
	assert_ok(tc_stream_next(stream, 200, &event, &scene->err), &scene->err);
	assert_null(event);
	tc_call *call = tc_generated_call(scene->client, CI(FILE), NULL, NULL, &scene->err);
	assert_ok(tc_call_perform(call, NULL, &scene->err), &scene->err);
	assert_string_equal(ear.heard, "");
	assert_ok(tc_stream_next(stream, 5000, &event, &scene->err), &scene->err);
	assert_non_null(event);
	assert_string_equal(ear.heard, "M");
	assert_int_equal(scene->asked, 3);
	tc_call_free(call);
	tc_stream_free(stream);
	close_scene(scene);
	free(scene);
}

/* Events that wait for the caller came before the break, also when the stream stands again while
 * another call of the client is performed: what was missed is told behind them. */
static void events_that_wait_come_before_what_was_missed(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct tc_stream_options options = none;
	struct ear ear = { .enough = 0 };
	const tc_json *event = NULL;

	(void)state;
	assert_non_null(scene);
	add(scene, ends(HELLO EVENT(1) EVENT(2)));
	add(scene, (struct tc_responder_reply){ .status = 200, .body = "{}", .delay_ms = 700 });
	add(scene, stays(HELLO EVENT(3)));
	open_scene(scene, CI(LISTEN));
	options.missed = on_missed;
	options.data = &ear;
	tc_stream *stream = tc_stream_new(scene->call, &options, &scene->err);
	assert_ok(tc_stream_next(stream, 5000, &event, &scene->err), &scene->err);
	hear_event(&ear, event);
	tc_call *call = tc_generated_call(scene->client, CI(FILE), NULL, NULL, &scene->err);
	assert_ok(tc_call_perform(call, NULL, &scene->err), &scene->err);
	for (int i = 0; i < 2; i++) {
		assert_ok(tc_stream_next(stream, 5000, &event, &scene->err), &scene->err);
		hear_event(&ear, event);
	}
	assert_string_equal(ear.heard, "12M3");
	tc_call_free(call);
	tc_stream_free(stream);
	close_scene(scene);
	free(scene);
}

/* Whatever is asked for after it, though the connection stands. */
static void a_failure_is_final(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	const tc_json *event = NULL;

	(void)state;
	assert_non_null(scene);
	add(scene, stays(HELLO "event: event\ndata: {\n\n" EVENT(1)));
	open_scene(scene, CI(LISTEN));
	tc_stream *stream = tc_stream_new(scene->call, NULL, &scene->err);
	assert_ok(tc_stream_wait(stream, 5000, &scene->err), &scene->err);
	assert_int_equal(tc_stream_next(stream, 5000, &event, &scene->err), TC_ERROR_REPLY);
	assert_int_equal(tc_stream_wait(stream, 5000, &scene->err), TC_ERROR_REPLY);
	assert_failure(&scene->err, TC_ERROR_REPLY, "not JSON");
	assert_int_equal(tc_stream_next(stream, 5000, &event, &scene->err), TC_ERROR_REPLY);
	assert_null(event);
	tc_stream_free(stream);
	close_scene(scene);
	free(scene);
}

/* ---- canceled and freed ---- */

/* On the loop, while it pauses for long. */
static void it_can_be_canceled_in_a_pause(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct ear ear = { .enough = 0 };

	(void)state;
	assert_non_null(scene);
	add(scene, ends(HELLO "retry: 1000000\n\n"));
	open_scene(scene, CI(LISTEN));
	ear.loop = tc_loop_new(NULL, &scene->err);
	assert_ok(tc_stream_start(ear.loop, scene->call, NULL, on_event, on_done, &ear, &ear.run,
			  &scene->err),
		&scene->err);
	int64_t begun = tc_test_now_ms();
	while (tc_test_now_ms() - begun < 200)
		assert_ok(tc_loop_poll(ear.loop, 50, &scene->err), &scene->err);
	assert_string_equal(ear.heard, "S");
	assert_int_equal(tc_loop_pending(ear.loop), 1);
	assert_int_equal(scene->asked, 1);
	assert_int_equal(tc_loop_cancel(ear.loop, ear.run), TC_OK);
	assert_ok(tc_loop_run(ear.loop, &scene->err), &scene->err);
	assert_true(ear.done);
	assert_int_equal(ear.code, TC_ERROR_CANCELED);
	tc_loop_free(ear.loop);
	close_scene(scene);
	free(scene);
}

static void cancel_the_run(void *data)
{
	struct ear *ear = data;

	hear(ear, 'M');
	assert_int_equal(tc_loop_cancel(ear->loop, ear->run), TC_OK);
}

static void canceled_by_missed_it_is_silent(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct tc_stream_options options = none;
	struct ear ear = { .enough = 0 };

	(void)state;
	assert_non_null(scene);
	add(scene, ends(HELLO EVENT(1)));
	add(scene, stays(HELLO EVENT(2)));
	open_scene(scene, CI(LISTEN));
	options.missed = cancel_the_run;
	options.data = &ear;
	ear.loop = tc_loop_new(NULL, &scene->err);
	assert_ok(tc_stream_start(ear.loop, scene->call, &options, on_event, on_done, &ear,
			  &ear.run, &scene->err),
		&scene->err);
	assert_ok(tc_loop_run(ear.loop, &scene->err), &scene->err);
	assert_string_equal(ear.heard, "S1SM");
	assert_int_equal(ear.code, TC_ERROR_CANCELED);
	tc_loop_free(ear.loop);
	close_scene(scene);
	free(scene);
}

static void free_the_stream(void *data)
{
	tc_stream **stream = data;

	tc_stream_free(*stream);
}

static void freed_by_missed_it_is_gone(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct tc_stream_options options = none;
	const tc_json *event = NULL;
	tc_stream *stream;

	(void)state;
	assert_non_null(scene);
	add(scene, ends(HELLO EVENT(1)));
	add(scene, stays(HELLO EVENT(2)));
	open_scene(scene, CI(LISTEN));
	options.missed = free_the_stream;
	options.data = &stream;
	stream = tc_stream_new(scene->call, &options, &scene->err);
	assert_ok(tc_stream_next(stream, 5000, &event, &scene->err), &scene->err);
	assert_int_equal(tc_stream_next(stream, 5000, &event, &scene->err), TC_ERROR_CANCELED);
	assert_null(event);
	close_scene(scene);
	free(scene);
}

static void options_are_checked(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	(void)state;
	assert_non_null(scene);
	add(scene, ends(HELLO));
	open_scene(scene, CI(LISTEN));
	for (int i = 0; i < 4; i++) {
		struct tc_stream_options options = none;
		options.size = i == 0 ? 0 : options.size;
		options.silence_ms = i == 1 ? -1 : 0;
		options.timeout_ms = i == 2 ? -1 : 0;
		options.deadline_ms = i == 3 ? -1 : 0;
		assert_null(tc_stream_new(scene->call, &options, &scene->err));
		assert_failure(
			&scene->err, TC_ERROR_ARGUMENT, i ? "is -1" : "TC_STREAM_OPTIONS_INIT");
	}
	close_scene(scene);
	free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_ids_it_says_that_events_may_lack),
		cmocka_unit_test(with_ids_it_goes_on_behind_the_last),
		cmocka_unit_test(the_callers_id_is_for_the_beginning),
		cmocka_unit_test(the_server_says_when),
		cmocka_unit_test(pauses_grow),
		cmocka_unit_test(one_that_stood_for_long_comes_back_soon),
		cmocka_unit_test(what_repeating_cannot_heal_ends_it),
		cmocka_unit_test(what_must_not_be_repeated_is_not),
		cmocka_unit_test(before_it_stood_it_is_like_any_call),
		cmocka_unit_test(once_is_once),
		cmocka_unit_test(silence_ends_a_connection),
		cmocka_unit_test(silence_is_told_as_that),
		cmocka_unit_test(comments_are_no_silence),
		cmocka_unit_test(a_host_that_was_away_is_no_silence),
		cmocka_unit_test(a_slow_caller_is_no_silence),
		cmocka_unit_test(each_beginning_has_its_time),
		cmocka_unit_test(the_deadline_is_for_all_of_it),
		cmocka_unit_test(without_a_handshake_it_stands_with_the_head),
		cmocka_unit_test(waiting_begins_anew),
		cmocka_unit_test(another_call_tells_nothing_of_it),
		cmocka_unit_test(events_that_wait_come_before_what_was_missed),
		cmocka_unit_test(a_failure_is_final),
		cmocka_unit_test(it_can_be_canceled_in_a_pause),
		cmocka_unit_test(canceled_by_missed_it_is_silent),
		cmocka_unit_test(freed_by_missed_it_is_gone),
		cmocka_unit_test(options_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
