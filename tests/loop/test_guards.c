/* SPDX-License-Identifier: MPL-2.0 */
/* What callbacks may do: cancel what calls them, free the loop, make further calls. */
#include "world.h"

#include "tests/harness/ci.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>
#include <taskcluster/stream.h>

/* ---- canceled means silent ---- */

#define EVENTS 1000
#define EVENT "event: event\ndata: {}\n\n"

/* What is called, and cancels its own run after so many calls. */
struct ear {
	tc_loop *loop;
	uint64_t run;
	size_t heard, enough;
	struct note note;
};

static void hear(struct ear *ear)
{
	if (++ear->heard == ear->enough)
		assert_int_equal(tc_loop_cancel(ear->loop, ear->run), TC_OK);
}

static void on_event(void *data, uint64_t run, const tc_json *event)
{
	struct ear *ear = data;

	assert_int_equal(run, ear->run);
	if (event)
		hear(ear);
}

static int on_begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	(void)head;
	(void)discard;
	(void)err;
	hear(data);
	return TC_OK;
}

static int on_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	(void)bytes;
	(void)length;
	(void)err;
	hear(data);
	return TC_OK;
}

static int on_progress(void *data, const struct tc_progress *progress)
{
	struct ear *ear = data;

	(void)progress;
	if (ear->loop)
		hear(ear);
	return 0;
}

static void on_end(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct ear *ear = data;

	take_note(&ear->note, run, response, err);
}

/* A server whose reply comes in pieces, or at once when `drip` is 0. */
struct stage {
	struct script script;
	struct tc_responder *responder;
	tc_client *client;
	tc_error err;
};

static void open_stage(struct stage *stage, char *body, const char *type, size_t drip)
{
	*stage = (struct stage){ .script = { { { .status = 200,
						     .headers = type,
						     .body = body,
						     .body_length = strlen(body),
						     .chunked = true,
						     .drip = drip,
						     .drip_ms = 1 } },
					 1 } };
	stage->responder = tc_responder_start(answer_by_script, &stage->script);
}

static void connect_stage(struct stage *stage, struct ear *ear)
{
	struct tc_options options = quick_options(stage->responder);

	options.base_url = options.root_url;
	options.progress = ear ? on_progress : NULL;
	options.progress_data = ear;
	stage->client = tc_client_new(&options, &stage->err);
	assert_ok(stage->err.code, &stage->err);
}

static void close_stage(struct stage *stage, struct ear *ear)
{
	tc_loop_free(ear->loop);
	tc_client_free(stage->client);
	tc_responder_stop(stage->responder);
}

static void was_silenced(struct stage *stage, struct ear *ear)
{
	assert_ok(tc_loop_run(ear->loop, &stage->err), &stage->err);
	assert_int_equal(ear->heard, ear->enough);
	assert_int_equal(ear->note.done, 1);
	assert_int_equal(ear->note.code, TC_ERROR_CANCELED);
}

static char *many_events(void)
{
	char *text = malloc(EVENTS * strlen(EVENT) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < EVENTS; i++)
		memcpy(text + i * strlen(EVENT), EVENT, strlen(EVENT) + 1);
	return text;
}

static void a_canceled_stream_is_silent(void **state)
{
	struct ear ear = { .enough = 3 };
	char *body = many_events();
	struct stage stage;

	(void)state;
	open_stage(&stage, body, "Content-Type: text/event-stream\r\n", 0);
	connect_stage(&stage, NULL);
	tc_call *call = tc_generated_call(stage.client, CI(LISTEN), NULL, NULL, &stage.err);
	assert_ok(stage.err.code, &stage.err);
	ear.loop = tc_loop_new(NULL, &stage.err);
	assert_ok(
		tc_stream_start(ear.loop, call, NULL, on_event, on_end, &ear, &ear.run, &stage.err),
		&stage.err);
	was_silenced(&stage, &ear);
	tc_call_free(call);
	close_stage(&stage, &ear);
	free(body);
}

static void download_silently(struct stage *stage, struct ear *ear, struct tc_sink *sink)
{
	tc_call *call = ping(stage->client);

	sink->data = ear;
	ear->loop = tc_loop_new(NULL, &stage->err);
	assert_ok(tc_loop_download(ear->loop, call, sink, on_end, ear, &ear->run, &stage->err),
		&stage->err);
	was_silenced(stage, ear);
	tc_call_free(call);
	close_stage(stage, ear);
}

static void a_canceled_download_writes_no_more(void **state)
{
	struct tc_sink sink = TC_SINK_INIT;
	struct ear ear = { .enough = 1 };
	char *body = many_events();
	struct stage stage;

	(void)state;
	sink.write = on_bytes;
	open_stage(&stage, body, "Content-Type: application/json\r\n", 100);
	connect_stage(&stage, NULL);
	download_silently(&stage, &ear, &sink);
	free(body);
}

static void a_download_canceled_by_its_begin_writes_nothing(void **state)
{
	struct tc_sink sink = TC_SINK_INIT;
	struct ear ear = { .enough = 1 };
	char *body = many_events();
	struct stage stage;

	(void)state;
	sink.begin = on_begin;
	sink.write = on_bytes;
	open_stage(&stage, body, "Content-Type: application/json\r\n", 100);
	connect_stage(&stage, NULL);
	download_silently(&stage, &ear, &sink);
	free(body);
}

static void a_canceled_run_tells_no_progress(void **state)
{
	struct ear ear = { .enough = 2 };
	char *body = many_events();
	struct stage stage;

	(void)state;
	open_stage(&stage, body, "Content-Type: application/json\r\n", 1000);
	connect_stage(&stage, &ear);
	tc_call *call = ping(stage.client);
	ear.loop = tc_loop_new(NULL, &stage.err);
	assert_ok(tc_loop_start(ear.loop, call, on_end, &ear, &ear.run, &stage.err), &stage.err);
	was_silenced(&stage, &ear);
	tc_call_free(call);
	close_stage(&stage, &ear);
	free(body);
}

/* Canceled from outside of all callbacks: libcurl tells the progress once more when it lets go. */
static void a_run_canceled_between_two_turns_tells_no_progress(void **state)
{
	struct ear ear = { .enough = SIZE_MAX };
	char *body = many_events();
	struct stage stage;

	(void)state;
	open_stage(&stage, body, "Content-Type: application/json\r\n", 10);
	connect_stage(&stage, &ear);
	tc_call *call = ping(stage.client);
	ear.loop = tc_loop_new(NULL, &stage.err);
	assert_ok(tc_loop_start(ear.loop, call, on_end, &ear, &ear.run, &stage.err), &stage.err);
	while (ear.heard < 3)
		assert_ok(tc_loop_poll(ear.loop, -1, &stage.err), &stage.err);
	assert_int_equal(tc_loop_cancel(ear.loop, ear.run), TC_OK);
	ear.enough = ear.heard;
	was_silenced(&stage, &ear);
	tc_call_free(call);
	close_stage(&stage, &ear);
	free(body);
}

/* ---- refused means over ---- */

/* The server refuses a stream and lets its reply stand. */
static void a_refused_stream_ends(void **state)
{
	struct tc_responder_reply refusal = { .status = 404,
		.body = "{\"error\": \"no such thing\"}",
		.body_length = 100,
		.cut = 20,
		.silent = true };
	struct script script = { { refusal }, 1 };
	struct tc_responder *responder = tc_responder_start(answer_by_script, &script);
	struct tc_options options = quick_options(responder);
	tc_error err = TC_ERROR_INIT;
	const tc_json *event;

	(void)state;
	options.base_url = options.root_url;
	options.timeout_ms = 1000;
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	tc_call *call = tc_generated_call(client, CI(LISTEN), NULL, NULL, &err);
	tc_stream *stream = tc_stream_new(call, NULL, &err);
	assert_non_null(stream);
	assert_int_equal(tc_stream_next(stream, 10000, &event, &err), TC_ERROR_HTTP);
	assert_int_equal(err.http_status, 404);
	tc_stream_free(stream);
	tc_call_free(call);
	tc_client_free(client);
	tc_error_clear(&err);
	tc_responder_stop(responder);
}

/* ---- the loop freed from inside ---- */

struct grave {
	tc_loop *loop;
	size_t done, canceled;
	bool by_name; /* by tc_loop_free; else by tc_release */
	int start;    /* what a further start gave */
	tc_call *call;
};

static void free_loop(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct grave *grave = data;

	(void)run;
	tc_release(response);
	grave->canceled += err && err->code == TC_ERROR_CANCELED;
	if (++grave->done > 1)
		return;
	if (grave->by_name)
		tc_loop_free(grave->loop);
	else
		tc_release(grave->loop);
	grave->start = tc_loop_start(grave->loop, grave->call, free_loop, grave, NULL, NULL);
}

/* The first of five frees the loop; two at a time. */
static void fill_grave(struct grave *grave, const struct tc_loop_options *options, tc_call *call)
{
	tc_error err = TC_ERROR_INIT;

	grave->loop = tc_loop_new(options, &err);
	grave->call = call;
	assert_ok(err.code, &err);
	for (int i = 0; i < 5; i++)
		assert_ok(tc_loop_start(grave->loop, call, free_loop, grave, NULL, &err), &err);
}

static void check_grave(const struct grave *grave)
{
	assert_int_equal(grave->done, 5);
	assert_true(grave->canceled >= 3);
	assert_int_equal(grave->start, TC_ERROR_ARGUMENT);
}

static void a_callback_may_free_its_loop(void **state)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = quick_client(responder);
	tc_call *call = ping(client);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.in_flight = 2;
	for (int i = 0; i < 2; i++) {
		struct grave grave = { .by_name = i == 0 };
		fill_grave(&grave, &options, call);
		assert_ok(tc_loop_run(grave.loop, &err), &err); /* and is gone */
		check_grave(&grave);
	}
	tc_call_free(call);
	tc_client_free(client);
	tc_responder_stop(responder);
}

/* Events of a stream whose third frees the loop. */
static void hear_and_free(void *data, uint64_t run, const tc_json *event)
{
	struct ear *ear = data;

	(void)run;
	if (event && ++ear->heard == ear->enough)
		tc_loop_free(ear->loop);
}

static void a_stream_whose_loop_is_freed_is_silent(void **state)
{
	struct ear ear = { .enough = 3 };
	char *body = many_events();
	struct stage stage;

	(void)state;
	open_stage(&stage, body, "Content-Type: text/event-stream\r\n", 0);
	connect_stage(&stage, NULL);
	tc_call *call = tc_generated_call(stage.client, CI(LISTEN), NULL, NULL, &stage.err);
	ear.loop = tc_loop_new(NULL, &stage.err);
	assert_ok(tc_stream_start(
			  ear.loop, call, NULL, hear_and_free, on_end, &ear, NULL, &stage.err),
		&stage.err);
	was_silenced(&stage, &ear);
	assert_non_null(strstr(ear.note.text, "canceled, as the loop is freed"));
	ear.loop = NULL;
	tc_call_free(call);
	close_stage(&stage, &ear);
	free(body);
}

/* ---- calls from inside a call ---- */

struct nested {
	tc_call *call;
	tc_error err;
	int tries;
};

static int call_again(void *data, const struct tc_progress *progress)
{
	struct nested *nested = data;

	(void)progress;
	if (nested->call && nested->tries++ == 0)
		assert_int_equal(
			tc_call_perform(nested->call, NULL, &nested->err), TC_ERROR_ARGUMENT);
	return 0;
}

static void a_call_inside_a_call_is_refused(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	struct tc_options options = quick_options(responder);
	struct nested nested = { 0 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.progress = call_again;
	options.progress_data = &nested;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	nested.call = ping(client);
	assert_ok(tc_call_perform(nested.call, NULL, &err), &err);
	assert_true(nested.tries > 0);
	assert_failure(&nested.err, TC_ERROR_ARGUMENT, "tc_client_dup");
	tc_error_clear(&nested.err);
	tc_call_free(nested.call);
	tc_client_free(client);
	tc_responder_stop(responder);
}

/* ---- a call freed from inside itself ---- */

struct freed {
	tc_client *client;
	tc_call *call;
};

static void free_both(struct freed *freed)
{
	tc_call_free(freed->call);
	tc_client_free(freed->client);
	*freed = (struct freed){ NULL, NULL };
}

static int free_in_progress(void *data, const struct tc_progress *progress)
{
	(void)progress;
	free_both(data);
	return 0;
}

static tc_credentials *free_in_renewal(void *data, const tc_credentials *current, tc_error *err)
{
	(void)current;
	free_both(data);
	return tc_credentials_new("tester", "no-secret", NULL, err);
}

static void open_freed(struct freed *freed, const struct tc_options *options)
{
	tc_error err = TC_ERROR_INIT;

	freed->client = tc_client_new(options, &err);
	assert_ok(err.code, &err);
	freed->call = ping(freed->client);
}

/* The reply comes well, is no JSON, and is told with the operation's name. */
static void a_call_freed_by_its_progress(void **state)
{
	struct script script = { { { .status = 200, .body = "{" } }, 1 };
	struct tc_responder *responder = tc_responder_start(answer_by_script, &script);
	struct tc_options options = quick_options(responder);
	struct freed freed;
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.progress = free_in_progress;
	options.progress_data = &freed;
	open_freed(&freed, &options);
	assert_int_equal(tc_call_perform_json(freed.call, &json, &err), TC_ERROR_REPLY);
	assert_null(freed.call);
	assert_failure(&err, TC_ERROR_REPLY, "queue.ping: ");
	tc_error_clear(&err);
	tc_responder_stop(responder);
}

static void a_call_freed_by_the_renewal_for_its_url(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct freed freed;
	const char *url = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.root_url = "https://tc.example.com";
	options.renew = free_in_renewal;
	options.renew_data = &freed;
	open_freed(&freed, &options);
	assert_ok(tc_call_signed_url(freed.call, 900, &url, &err), &err);
	assert_null(freed.call);
	assert_non_null(strstr(url, "/api/queue/v1/ping?bewit="));
	tc_release(url);
}

/* ---- handles that wait, used and freed from inside ---- */

enum inside { USE, FREE, RELEASE };

/* A list, pages of it, and a stream; the progress callback of what waits does this to it, once. */
struct handles {
	tc_response *page; /* one that came before */
	tc_items *items;
	tc_pages *pages;
	tc_stream *stream;
	enum inside what;
	int told; /* progress, so often */
	tc_error err;
};

static void use_pages(struct handles *handles)
{
	tc_response *page = NULL;
	const tc_call *call = NULL;

	tc_pages_call(handles->pages, &call, &handles->err);
	assert_failure(&handles->err, TC_ERROR_ARGUMENT, "from inside one of its callbacks");
	assert_null(call);
	tc_pages_accept(handles->pages, handles->page, &handles->err);
	assert_failure(&handles->err, TC_ERROR_ARGUMENT, "from inside one of its callbacks");
	tc_pages_next(handles->pages, &page, &handles->err);
}

static void use(struct handles *handles)
{
	const tc_json *json = NULL;

	if (handles->items)
		tc_items_next(handles->items, &json, &handles->err);
	if (handles->pages)
		use_pages(handles);
	if (handles->stream)
		tc_stream_next(handles->stream, 0, &json, &handles->err);
	assert_failure(&handles->err, TC_ERROR_ARGUMENT, "from inside one of its callbacks");
}

static int on_progress_inside(void *data, const struct tc_progress *progress)
{
	struct handles *handles = data;

	(void)progress;
	if (handles->told++)
		return 0;
	if (handles->what == USE) {
		use(handles);
		return 0;
	}
	if (handles->what == RELEASE) {
		tc_release(handles->items);
		tc_release(handles->pages);
		tc_release(handles->stream);
		return 0;
	}
	tc_items_free(handles->items);
	tc_pages_free(handles->pages);
	tc_stream_free(handles->stream);
	return 0;
}

static void open_inside(struct stage *stage, struct handles *handles, char *body, const char *type)
{
	open_stage(stage, body, type, 0);
	struct tc_options options = quick_options(stage->responder);
	options.base_url = options.root_url;
	options.progress = on_progress_inside;
	options.progress_data = handles;
	stage->client = tc_client_new(&options, &stage->err);
	assert_ok(stage->err.code, &stage->err);
}

static void close_inside(struct stage *stage)
{
	tc_client_free(stage->client);
	tc_responder_stop(stage->responder);
}

static void was_freed(struct stage *stage)
{
	assert_failure(&stage->err, TC_ERROR_CANCELED, "freed by one of its callbacks");
	close_inside(stage);
}

#define LIST "{\"things\": [{\"id\": \"a\"}], \"next\": null}"

static tc_call *list_call(struct stage *stage)
{
	tc_call *call = tc_generated_call(stage->client, CI(BY_TOKEN), NULL, NULL, &stage->err);

	assert_ok(stage->err.code, &stage->err);
	return call;
}

static void items_inside_their_own_callback(void **state)
{
	char body[] = LIST;
	const tc_json *item = NULL;
	struct stage stage;

	(void)state;
	for (enum inside what = USE; what <= RELEASE; what++) {
		struct handles handles = { .what = what };
		open_inside(&stage, &handles, body, "Content-Type: application/json\r\n");
		tc_call *call = list_call(&stage);
		handles.items = tc_items_new(call, NULL, &stage.err);
		tc_call_free(call);
		int rc = tc_items_next(handles.items, &item, &stage.err);
		assert_true(handles.told > 0);
		if (what != USE) {
			was_freed(&stage);
			continue;
		}
		assert_ok(rc, &stage.err);
		assert_non_null(item);
		tc_items_free(handles.items);
		close_inside(&stage);
	}
}

/* A page of the list, by a client without callbacks. */
static tc_response *page_before(struct stage *stage)
{
	struct tc_options options = quick_options(stage->responder);
	tc_response *page = NULL;

	options.base_url = options.root_url;
	tc_client *client = tc_client_new(&options, &stage->err);
	tc_call *call = tc_generated_call(client, CI(BY_TOKEN), NULL, NULL, &stage->err);
	assert_ok(tc_call_perform(call, &page, &stage->err), &stage->err);
	tc_call_free(call);
	tc_client_free(client);
	return page;
}

static void pages_inside_their_own_callback(void **state)
{
	char body[] = LIST;
	struct stage stage;

	(void)state;
	for (enum inside what = USE; what <= RELEASE; what++) {
		struct handles handles = { .what = what };
		tc_response *page = NULL;
		open_inside(&stage, &handles, body, "Content-Type: application/json\r\n");
		handles.page = page_before(&stage);
		tc_call *call = list_call(&stage);
		handles.pages = tc_pages_new(call, NULL, &stage.err);
		tc_call_free(call);
		int rc = tc_pages_next(handles.pages, &page, &stage.err);
		tc_release(handles.page);
		assert_true(handles.told > 0);
		if (what != USE) {
			was_freed(&stage);
			continue;
		}
		assert_ok(rc, &stage.err);
		tc_release(page);
		tc_pages_free(handles.pages);
		close_inside(&stage);
	}
}

static void a_stream_inside_its_own_callback(void **state)
{
	char body[] = EVENT;
	const tc_json *event = NULL;
	struct stage stage;

	(void)state;
	for (enum inside what = USE; what <= RELEASE; what++) {
		struct handles handles = { .what = what };
		open_inside(&stage, &handles, body, "Content-Type: text/event-stream\r\n");
		tc_call *call = tc_generated_call(stage.client, CI(LISTEN), NULL, NULL, &stage.err);
		handles.stream = tc_stream_new(call, NULL, &stage.err);
		tc_call_free(call);
		int rc = tc_stream_next(handles.stream, -1, &event, &stage.err);
		assert_true(handles.told > 0);
		if (what != USE) {
			was_freed(&stage);
			continue;
		}
		assert_ok(rc, &stage.err);
		assert_non_null(event);
		tc_stream_free(handles.stream);
		close_inside(&stage);
	}
}

/* ---- the end of everything ---- */

struct all {
	tc_client *client;
	tc_call *call;
	tc_items *items;
	tc_pages *pages;
	tc_stream *stream;
};

static int free_all(void *data, const struct tc_progress *progress)
{
	struct all *all = data;

	(void)progress;
	tc_client_free(all->client); /* first: it ends with the last of what it has */
	tc_release(all->items);
	tc_release(all->stream);
	tc_release(all->pages);
	tc_release(all->call);
	*all = (struct all){ .client = NULL };
	return 0;
}

/* With a list and a stream of the client half way. */
static void all_of_a_client_freed_inside_its_call(void **state)
{
	char body[] = LIST;
	struct all all = { .client = NULL };
	const tc_json *item = NULL;
	struct stage stage;

	(void)state;
	open_stage(&stage, body, "Content-Type: application/json\r\n", 0);
	struct tc_options options = quick_options(stage.responder);
	options.base_url = options.root_url;
	options.progress = free_all;
	options.progress_data = &all;
	tc_client *client = tc_client_new(&options, &stage.err);
	struct tc_call_options quiet = TC_CALL_OPTIONS_INIT;
	struct handles none = { .told = 1 };
	quiet.progress = on_progress_inside;
	quiet.progress_data = &none;
	tc_call *list = tc_generated_call(client, CI(BY_TOKEN), NULL, NULL, &stage.err);
	tc_call *events = tc_generated_call(client, CI(LISTEN), NULL, NULL, &stage.err);
	assert_ok(tc_call_set_options(list, &quiet, &stage.err), &stage.err);
	assert_ok(tc_call_set_options(events, &quiet, &stage.err), &stage.err);
	all.items = tc_items_new(list, NULL, &stage.err);
	all.pages = tc_pages_new(list, NULL, &stage.err);
	all.stream = tc_stream_new(events, NULL, &stage.err);
	assert_ok(tc_items_next(all.items, &item, &stage.err), &stage.err);
	tc_call_free(list);
	tc_call_free(events);
	all.call = tc_generated_call(client, CI(BY_TOKEN), NULL, NULL, &stage.err);
	all.client = client;
	tc_response *response = NULL;
	assert_ok(tc_call_perform(all.call, &response, &stage.err), &stage.err);
	assert_null(all.client);
	tc_release(response);
	tc_responder_stop(stage.responder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_canceled_stream_is_silent),
		cmocka_unit_test(a_canceled_download_writes_no_more),
		cmocka_unit_test(a_download_canceled_by_its_begin_writes_nothing),
		cmocka_unit_test(a_canceled_run_tells_no_progress),
		cmocka_unit_test(a_run_canceled_between_two_turns_tells_no_progress),
		cmocka_unit_test(a_refused_stream_ends),
		cmocka_unit_test(a_callback_may_free_its_loop),
		cmocka_unit_test(a_stream_whose_loop_is_freed_is_silent),
		cmocka_unit_test(a_call_inside_a_call_is_refused),
		cmocka_unit_test(a_call_freed_by_its_progress),
		cmocka_unit_test(a_call_freed_by_the_renewal_for_its_url),
		cmocka_unit_test(items_inside_their_own_callback),
		cmocka_unit_test(pages_inside_their_own_callback),
		cmocka_unit_test(a_stream_inside_its_own_callback),
		cmocka_unit_test(all_of_a_client_freed_inside_its_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
