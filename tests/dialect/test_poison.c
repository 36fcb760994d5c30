/* SPDX-License-Identifier: MPL-2.0 */
/* One string with half a surrogate pair or a NUL among good ones, as servers write it that keep
 * what programs printed: the list is read, whole, in each of the ways to read it. */
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <string.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/pages.h>
#include <taskcluster/stream.h>

#define SOURCESTAMP \
	"{\"ssid\":1,\"branch\":null,\"codebase\":\"\",\"created_at\":1,\"patch\":null," \
	"\"project\":\"\",\"repository\":\"\",\"revision\":null}"
#define CHANGE(id, comments, properties) \
	"{\"changeid\":" #id ",\"author\":\"a\",\"branch\":null,\"category\":null," \
	"\"codebase\":\"\",\"comments\":\"" comments "\",\"files\":[],\"parent_changeids\":[]," \
	"\"project\":\"\",\"properties\":{" properties "},\"repository\":\"\"," \
	"\"revision\":null,\"revlink\":null,\"sourcestamp\":" SOURCESTAMP "," \
	"\"when_timestamp\":1}"
#define CHANGES \
	"{\"changes\":[" CHANGE(1, "fine", "") "," CHANGE( \
		2, "cut \\ud83d", "\"half\\udc00\":[\"\\ud83d\",\"s\"]") "," CHANGE(3, \
		"nul \\u0000 in it", "\"nul\\u0000\":[1,\"s\"]") "],\"meta\":{}}"
#define CHUNK \
	"{\"logchunks\":[{\"content\":\"o\\u0000\\ud83d\\n\",\"firstline\":0,\"logid\":1}]," \
	"\"meta\":{}}"
#define FFFD "\xEF\xBF\xBD"

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = "{\"changes\":[],\"meta\":{}}";
	if (strstr(request->target, "/contents"))
		reply->body = CHUNK;
	else if (strstr(request->target, "/builders")) {
		reply->status = 404;
		reply->body = "{\"error\":\"no \\ud83d such \\u0000 builder\"}";
	} else if (strstr(request->target, "/sse/")) {
		reply->headers = "Content-Type: text/event-stream\r\n";
		reply->body = "event: handshake\ndata: x\n\nevent: event\n"
			      "data: {\"key\":[\"\\ud83d\"],\"message\":{}}\n\n";
		reply->chunked = true;
		reply->silent = true;
	} else if (!strstr(request->target, "offset="))
		reply->body = CHANGES;
	reply->body_length = strlen(reply->body);
	reply->cut = reply->silent ? reply->body_length : 0;
}

struct world {
	struct tc_responder *responder;
	tc_client *client;
	tc_error err;
};

static int open_world(void **state)
{
	static struct world w;
	struct tc_options options = TC_OPTIONS_INIT;

	w = (struct world){ .responder = tc_responder_start(answer, NULL), .err = TC_ERROR_INIT };
	options.base_url = tc_responder_url(w.responder);
	options.attempts = 1;
	options.timeout_ms = 5000;
	w.client = tc_client_new(&options, &w.err);
	assert_non_null(w.client);
	*state = &w;
	return 0;
}

static int close_world(void **state)
{
	struct world *w = *state;

	tc_client_free(w->client);
	tc_responder_stop(w->responder);
	tc_error_clear(&w->err);
	return 0;
}

static void test_typed(void **state)
{
	struct world *w = *state;
	struct tc_buildbot_change_response *list = NULL;

	assert_ok(tc_buildbot_list_changes(w->client, NULL, &list, &w->err), &w->err);
	assert_int_equal(list->changes_count, 3);
	assert_string_equal(list->changes[0].comments, "fine");
	assert_string_equal(list->changes[1].comments, "cut " FFFD);
	assert_string_equal(list->changes[1].properties[0].key, "half" FFFD);
	assert_string_equal(list->changes[2].comments, "nul " FFFD " in it");
	assert_string_equal(list->changes[2].properties[0].key, "nul" FFFD);
	tc_release(list);
}

/* What programs printed has all its characters. */
static void test_printed(void **state)
{
	struct world *w = *state;
	struct tc_buildbot_logchunk_response *list = NULL;

	assert_ok(tc_buildbot_get_log_contents(w->client, "1", NULL, &list, &w->err), &w->err);
	const tc_json *content = list->logchunks[0].content;
	assert_int_equal(tc_json_text_length(content), 6);
	assert_memory_equal(tc_json_text(content), "o\0" FFFD "\n", 7);
	tc_release(list);
}

static void assert_poisoned(const tc_json *item, size_t position)
{
	const tc_json *comments = tc_json_get(item, "comments");

	if (position == 1)
		assert_string_equal(tc_json_text(comments), "cut " FFFD);
	if (position != 2)
		return;
	assert_int_equal(tc_json_text_length(comments), 11);
	assert_memory_equal(tc_json_text(comments), "nul \0 in it", 12);
	assert_non_null(tc_json_get_n(tc_json_get(item, "properties"), "nul\0", 4));
}

static void test_items(void **state)
{
	struct world *w = *state;
	tc_call *call = tc_buildbot_list_changes_call(w->client, NULL, &w->err);
	tc_items *items = tc_items_new(call, NULL, &w->err);
	const tc_json *item = NULL;
	size_t count = 0;

	assert_non_null(items);
	while (tc_items_next(items, &item, &w->err) == TC_OK && item)
		assert_poisoned(item, count++);
	assert_ok(w->err.code, &w->err);
	assert_int_equal(count, 3);
	tc_items_free(items);
	tc_call_free(call);
}

static void test_pages(void **state)
{
	struct world *w = *state;
	tc_call *call = tc_buildbot_list_changes_call(w->client, NULL, &w->err);
	tc_pages *pages = tc_pages_new(call, NULL, &w->err);
	const void *value = NULL;
	size_t count = 0;

	assert_non_null(pages);
	while (tc_pages_next_value(pages, &value, &w->err) == TC_OK && value) {
		count += ((const struct tc_buildbot_change_response *)value)->changes_count;
		tc_release(value);
	}
	assert_ok(w->err.code, &w->err);
	assert_int_equal(count, 3);
	tc_pages_free(pages);
	tc_call_free(call);
}

static void test_json(void **state)
{
	struct world *w = *state;
	tc_call *call = tc_buildbot_list_changes_call(w->client, NULL, &w->err);
	const tc_json *json = NULL;

	assert_ok(tc_call_perform_json(call, &json, &w->err), &w->err);
	for (size_t i = 0; i < 3; i++)
		assert_poisoned(tc_json_item(tc_json_get(json, "changes"), i), i);
	tc_release(json);
	tc_call_free(call);
}

static void test_refusal(void **state)
{
	struct world *w = *state;
	struct tc_buildbot_builder_response *builder = NULL;

	assert_int_equal(
		tc_buildbot_get_builder(w->client, "1", NULL, &builder, &w->err), TC_ERROR_HTTP);
	assert_failure(&w->err, TC_ERROR_HTTP, "no " FFFD " such");
}

static void test_events(void **state)
{
	struct world *w = *state;
	tc_call *call = tc_buildbot_listen_events_call(w->client, "builds/*/*", &w->err);
	tc_stream *stream = tc_stream_new(call, NULL, &w->err);
	const tc_json *event = NULL;

	assert_ok(tc_stream_next(stream, 5000, &event, &w->err), &w->err);
	assert_string_equal(tc_json_text(tc_json_at(event, "/key/0")), FFFD);
	tc_stream_free(stream);
	tc_call_free(call);
}

/* What is sent is never mended. */
static void test_sending(void **state)
{
	struct world *w = *state;
	static const char text[] = "{\"reason\":\"\\ud83d\"}";
	const struct tc_buildbot_reason_params reason = { .reason = "\xED\xA0\xBD" };
	const tc_json *json = NULL;

	assert_int_equal(tc_json_parse(text, sizeof text - 1, &json, &w->err), TC_ERROR_INPUT);
	assert_failure(&w->err, TC_ERROR_INPUT, "half of a surrogate pair");
	assert_int_equal(
		tc_buildbot_stop_build(w->client, "1", &reason, NULL, &w->err), TC_ERROR_INPUT);
	assert_failure(&w->err, TC_ERROR_INPUT, "/reason: is not valid UTF-8");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_typed),
		TEST(test_printed),
		TEST(test_items),
		TEST(test_pages),
		TEST(test_json),
		TEST(test_refusal),
		TEST(test_events),
		TEST(test_sending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
