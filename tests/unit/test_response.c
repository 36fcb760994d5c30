/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/buffer.h"
#include "runtime/src/http/response.h"
#include "tests/harness/encode.h"
#include "tests/harness/fake.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX 4096

/* Pushes a reply in, as lines and then the body byte by byte. */
static void push(struct tc__reply *reply, const char *head, const char *body, size_t length)
{
	for (const char *line = head; *line;) {
		size_t size = strcspn(line, "\n") + 1;
		(void)tc__reply_line(reply, line, size);
		line += size;
	}
	for (size_t i = 0; i < length; i++)
		(void)tc__reply_body(reply, body + i, 1);
}

static void test_success(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;
	const char *name, *value;
	size_t length;

	(void)state;
	tc__reply_init(&reply, MAX, NULL);
	push(&reply,
		"HTTP/1.1 200 OK\r\nContent-Type:  application/json \r\nX-Two: 1\r\nx-two:2\r\n"
		"Empty:\r\n\r\n",
		"{\"a\":[1,2]}", 11);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	tc_response *response = tc__reply_take(&reply);
	tc__reply_clear(&reply);

	assert_int_equal(tc_response_status(response), 200);
	assert_string_equal(tc_response_header(response, "content-TYPE"), "application/json");
	assert_string_equal(tc_response_header(response, "X-TWO"), "2");
	assert_string_equal(tc_response_header(response, "empty"), "");
	assert_null(tc_response_header(response, "absent"));
	assert_null(tc_response_location(response));
	assert_true(tc_response_header_at(response, 1, &name, &value));
	assert_string_equal(name, "X-Two");
	assert_string_equal(value, "1");
	assert_false(tc_response_header_at(response, 4, &name, &value));
	assert_string_equal(tc_response_body(response, &length), "{\"a\":[1,2]}");
	assert_int_equal(length, 11);
	const tc_json *json = tc_response_json(response, &err);
	assert_int_equal(tc_json_count(tc_json_get(json, "a")), 2);
	assert_ptr_equal(tc_response_json(response, &err), json);
	tc_release(response);
}

static void test_continue_and_redirect(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__reply_init(&reply, MAX, NULL);
	push(&reply,
		"HTTP/1.1 100 Continue\r\nOld: 1\r\n\r\nHTTP/2 303 \r\n"
		"location: https://elsewhere/\r\n\r\n",
		"", 0);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_string_equal(tc_response_location(reply.response), "https://elsewhere/");
	assert_null(tc_response_header(reply.response, "old"));
	assert_string_equal(tc_response_body(reply.response, NULL), "");
	tc__reply_clear(&reply);
}

static void push_bytes(struct tc__reply *reply, size_t total)
{
	static char bytes[64 * 1024];

	for (size_t left = total; left;) {
		size_t size = left < sizeof bytes ? left : sizeof bytes;
		(void)tc__reply_body(reply, bytes, size);
		left -= size;
	}
}

/* What is unlimited is a reply; a refusal has an end all the same. */
static void test_without_a_limit(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;
	size_t length;

	(void)state;
	tc__reply_init(&reply, TC_UNLIMITED, NULL);
	push(&reply, "HTTP/1.1 200 OK\r\n\r\n", "1", 1);
	push_bytes(&reply, TC__REPLY_MAX);
	assert_int_equal(reply.err.code, TC_OK);
	(void)tc_response_body(reply.response, &length);
	assert_int_equal(length, TC__REPLY_MAX + 1);
	tc__reply_clear(&reply);

	tc__reply_init(&reply, TC_UNLIMITED, NULL);
	push(&reply, "HTTP/1.1 403 x\r\n\r\n", "", 0);
	push_bytes(&reply, TC__REPLY_MAX - 1);
	assert_false(tc__reply_has_enough(&reply));
	push_bytes(&reply, 2);
	assert_true(tc__reply_has_enough(&reply));
	assert_ok(tc__reply_finish(&reply, &err), &err);
	(void)tc_response_body(reply.response, &length);
	assert_int_equal(length, TC__REPLY_MAX);
	tc__reply_clear(&reply);
}

/* In Turkish "I" is not the upper case of "i". */
static void test_headers_in_a_turkish_locale(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	if (!setlocale(LC_ALL, "tr_TR.UTF-8"))
		skip();
	tc__reply_init(&reply, MAX, NULL);
	push(&reply, "HTTP/1.1 303 \r\nLOCATION: https://elsewhere/\r\nx-id: 1\r\n\r\n", "", 0);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	setlocale(LC_ALL, "C");
	assert_non_null(tc_response_location(reply.response));
	setlocale(LC_ALL, "tr_TR.UTF-8");
	assert_string_equal(tc_response_location(reply.response), "https://elsewhere/");
	assert_string_equal(tc_response_header(reply.response, "X-ID"), "1");
	setlocale(LC_ALL, "C");
	tc__reply_clear(&reply);
}

static void test_body_that_is_no_json(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;
	const tc_json *json;

	(void)state;
	tc__reply_init(&reply, MAX, NULL);
	push(&reply, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", "OK", 2);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_null(tc_response_json(reply.response, &err));
	assert_failure(&err, TC_ERROR_REPLY, "the reply (text/plain) is not JSON");
	assert_int_not_equal(tc__response_take_json(reply.response, &json, &err), TC_OK);
	assert_failure(&err, TC_ERROR_REPLY, "not JSON");

	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 204 No Content\r\n\r\n", "", 0);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_null(tc_response_json(reply.response, &err));
	assert_failure(&err, TC_ERROR_REPLY, "the reply (empty) is not JSON");
	assert_ok(tc__response_take_json(reply.response, &json, &err), &err);
	assert_null(json);
	tc__reply_clear(&reply);
}

/* The error that a refusal becomes; the caller clears it. */
static void refuse_call(const struct tc_operation *operation, const char *head, const char *body,
	size_t length, tc_error *err)
{
	struct tc__reply reply;

	tc__reply_init(&reply, MAX, NULL);
	reply.operation = operation;
	push(&reply, head, body, length);
	assert_ok(tc__reply_finish(&reply, err), err);
	assert_int_equal(tc__reply_refusal(&reply, err), TC_ERROR_HTTP);
	tc__reply_clear(&reply);
}

static void refuse(const char *head, const char *body, size_t length, tc_error *err)
{
	refuse_call(TC_FAKE_OPERATION(STATUS), head, body, length, err);
}

static void says(const char *head, const char *body, const char *message)
{
	tc_error err = TC_ERROR_INIT;
	size_t length;

	refuse(head, body, strlen(body), &err);
	assert_string_equal(tc_error_text(&err), message);
	assert_string_equal(tc_error_body(&err, &length), body);
	assert_int_equal(length, strlen(body));
	tc_error_clear(&err);
}

static void test_refusal_with_code(void **state)
{
	static const char body[] = "{\"code\":\"ResourceNotFound\",\"message\":\"No task abc\\n"
				   "second line\\n---\\n* footer\","
				   "\"requestInfo\":{\"method\":\"status\",\"params\":{\"a\":1}}}";
	tc_error err = TC_ERROR_INIT;

	(void)state;
	refuse("HTTP/1.1 404 Not Found\r\nX-For-Request-Id: r1\r\nx-for-trace-id: t1\r\n\r\n", body,
		sizeof body - 1, &err);
	assert_string_equal(tc_error_text(&err),
		"queue.status: 404 ResourceNotFound: No task abc\nsecond line");
	assert_int_equal(err.code, TC_ERROR_HTTP);
	assert_int_equal(err.http_status, 404);
	assert_string_equal(tc_error_server_code(&err), "ResourceNotFound");
	assert_string_equal(
		tc_error_server_message(&err), "No task abc\nsecond line\n---\n* footer");
	assert_string_equal(
		tc_error_request_info(&err), "{\"method\":\"status\",\"params\":{\"a\":1}}");
	assert_string_equal(tc_error_request_id(&err), "r1");
	assert_string_equal(tc_error_trace_id(&err), "t1");
	tc_error_clear(&err);
}

/* What the error says of a function that only some releases have. */
static void says_of_life(const char *since, const char *removed_in, const char *head,
	const char *body, const char *message)
{
	const struct tc_operation_conventions rules = { .since = since, .removed_in = removed_in };
	struct tc_operation operation = *TC_FAKE_OPERATION(STATUS);
	tc_error err = TC_ERROR_INIT;

	operation.conventions = &rules;
	refuse_call(&operation, head, body, strlen(body), &err);
	assert_string_equal(tc_error_text(&err), message);
	tc_error_clear(&err);
}

static void test_refusals_tell_the_releases(void **state)
{
	static const char absent[] = "HTTP/1.1 404 x\r\n\r\n", body[] = "{\"error\":\"Not found\"}";

	(void)state;
	says_of_life("109", NULL, absent, body,
		"queue.status: 404: Not found; servers have it since release 109");
	says_of_life(NULL, "109", absent, "",
		"queue.status: 404: an empty reply; servers lack it since release 109");
	says_of_life("1", "2", absent, body,
		"queue.status: 404: Not found; servers have it since release 1; servers lack it "
		"since release 2");
	says_of_life(NULL, NULL, absent, body, "queue.status: 404: Not found");
	/* the server knows it */
	says_of_life("109", NULL, absent, "{\"code\":\"ResourceNotFound\",\"message\":\"no\"}",
		"queue.status: 404 ResourceNotFound: no");
	says_of_life("109", NULL, "HTTP/1.1 400 x\r\n\r\n", body, "queue.status: 400: Not found");
}

static void test_refusal_shapes(void **state)
{
	(void)state;
	says("HTTP/1.1 404 x\r\n\r\n", "{\"error\":\"Not found\"}", "queue.status: 404: Not found");
	says("HTTP/1.1 424 x\r\n\r\n",
		"{\"reason\":\"file-missing-on-worker\",\"message\":\"no such file\"}",
		"queue.status: 424 file-missing-on-worker: no such file");
	says("HTTP/1.1 400 x\r\n\r\n", "{\"detail\":\"count must be less\"}",
		"queue.status: 400: count must be less");
	says("HTTP/1.1 404 x\r\n\r\n", "\"No job with id: 3\"",
		"queue.status: 404: No job with id: 3");
	says("HTTP/1.1 400 x\r\n\r\n",
		"{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"bad shape\"}}",
		"queue.status: 400: bad shape");
	says("HTTP/1.1 400 x\r\n\r\n", "{\"code\":\"OnlyACode\"}", "queue.status: 400 OnlyACode");
	says("HTTP/1.1 502 x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n",
		"<html><head><TITLE>502 Bad\nGateway</TITLE>",
		"queue.status: 502: 502 Bad (an HTML page)");
	says("HTTP/1.1 503 x\r\n\r\n", "<!doctype html>\n<html><body>sorry",
		"queue.status: 503: an HTML page");
	says("HTTP/1.1 500 x\r\n\r\n", "", "queue.status: 500: an empty reply");
	says("HTTP/1.1 500 x\r\n\r\n", "\r\n  upstream is gone\r\nmore",
		"queue.status: 500: upstream is gone");
	says("HTTP/1.1 500 x\r\n\r\n", "{\"code\":\"Internal",
		"queue.status: 500: {\"code\":\"Internal");
	says("HTTP/1.1 500 x\r\n\r\n", "caf\xc3\xa9 \xff\x1b[0m",
		"queue.status: 500: caf\xc3\xa9 ? [0m");
	says("HTTP/1.1 500 x\r\n\r\n", "{}", "queue.status: 500: {}");
	says("HTTP/1.1 500 x\r\n\r\n", "{\"message\":7,\"code\":3}",
		"queue.status: 500: {\"message\":7,\"code\":3}");
}

static void test_refusal_with_nul_and_length(void **state)
{
	tc_error err = TC_ERROR_INIT;
	char wide[3000];
	size_t length;

	(void)state;
	refuse("HTTP/1.1 500 x\r\n\r\n", "a\0b", 3, &err);
	assert_string_equal(tc_error_text(&err), "queue.status: 500: a b");
	assert_memory_equal(tc_error_body(&err, &length), "a\0b", 3);
	assert_int_equal(length, 3);

	memset(wide, 'w', sizeof wide);
	refuse("HTTP/1.1 500 x\r\n\r\n", wide, sizeof wide, &err);
	assert_true(strlen(tc_error_text(&err)) < 600);
	assert_non_null(strstr(tc_error_text(&err), "ww..."));
	tc_error_clear(&err);
}

static void test_limit(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;
	char body[MAX + 1];

	(void)state;
	memset(body, 'b', sizeof body);
	tc__reply_init(&reply, MAX, NULL);
	push(&reply, "HTTP/1.1 200 OK\r\n\r\n", body, MAX);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_int_equal(tc__reply_body(&reply, "x", 1), TC_ERROR_REPLY);
	assert_int_equal(tc__reply_finish(&reply, &err), TC_ERROR_REPLY);
	assert_int_equal(err.http_status, 200);
	assert_failure(&err, TC_ERROR_REPLY, "over 4096 bytes");

	/* of a refusal what is beyond the limit is dropped, and enough is kept to understand it */
	tc__reply_clear(&reply);
	tc__reply_init(&reply, 10, NULL);
	reply.operation = TC_FAKE_OPERATION(STATUS);
	push(&reply, "HTTP/1.1 404 x\r\n\r\n", "{\"code\":\"ResourceNotFound\"}", 27);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	tc__reply_refusal(&reply, &err);
	assert_string_equal(tc_error_server_code(&err), "ResourceNotFound");
	tc_error_clear(&err);
	tc__reply_clear(&reply);
}

static void test_header_limits(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;
	static char wide[TC__REPLY_HEADERS_SIZE_MAX];

	(void)state;
	tc__reply_init(&reply, MAX, NULL);
	push(&reply, "HTTP/1.1 200 OK\r\n", "", 0);
	for (int i = 0; i < TC__REPLY_HEADERS_MAX; i++)
		assert_int_equal(tc__reply_line(&reply, "a: b\r\n", 6), TC_OK);
	assert_int_equal(tc__reply_line(&reply, "a: b\r\n", 6), TC_ERROR_REPLY);
	assert_int_equal(tc__reply_finish(&reply, &err), TC_ERROR_REPLY);
	assert_failure(&err, TC_ERROR_REPLY, "over 256 headers");

	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 200 OK\r\n", "", 0);
	memset(wide, 'w', sizeof wide);
	wide[1] = ':';
	assert_int_equal(tc__reply_line(&reply, wide, sizeof wide), TC_ERROR_REPLY);
	tc__reply_clear(&reply);
}

static void test_malformed_head(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__reply_init(&reply, MAX, NULL);
	assert_int_equal(tc__reply_finish(&reply, &err), TC_ERROR_NETWORK);
	assert_failure(&err, TC_ERROR_NETWORK, "no status");
	push(&reply, "HTTP/1.1 200 OK\r\nContent-\n", "", 0);
	assert_int_equal(tc__reply_finish(&reply, &err), TC_ERROR_NETWORK);
	assert_failure(&err, TC_ERROR_NETWORK, "ends within its headers");
	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 OK\r\n\r\n", "body", 4);
	assert_int_equal(tc__reply_finish(&reply, &err), TC_ERROR_NETWORK);
	assert_failure(&err, TC_ERROR_NETWORK, "status line is malformed: HTTP/1.1 OK");
	tc__reply_clear(&reply);
}

/* ---- a sink instead of collecting ---- */

struct counting_sink {
	struct tc__sink sink;
	int begun, finished, fail_at;
	size_t fed, pieces;
};

static int sink_begin(struct tc__sink *sink, tc_response *head, tc_error *err)
{
	(void)err;
	assert_int_in_range(tc_response_status(head), 200, 204);
	((struct counting_sink *)sink)->begun++;
	return TC_OK;
}

static int sink_feed(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err)
{
	struct counting_sink *counting = (struct counting_sink *)sink;

	assert_non_null(bytes);
	counting->fed += length;
	counting->pieces++;
	if (counting->fail_at && counting->fed >= (size_t)counting->fail_at)
		return tc__fail(err, TC_ERROR_REPLY, "byte %d is wrong", counting->fail_at);
	return TC_OK;
}

static int sink_finish(struct tc__sink *sink, tc_error *err)
{
	(void)err;
	((struct counting_sink *)sink)->finished++;
	return TC_OK;
}

static void test_sink(void **state)
{
	struct counting_sink counting = {
		.sink = { .begin = sink_begin, .feed = sink_feed, .finish = sink_finish }
	};
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__reply_init(&reply, MAX, &counting.sink);
	push(&reply, "HTTP/1.1 500 x\r\n\r\n", "refused", 7); /* not for the sink */
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_int_equal(counting.begun + counting.finished, 0);
	assert_string_equal(tc_response_body(reply.response, NULL), "refused");

	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 200 x\r\n\r\n", "typed", 5);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_int_equal(counting.begun, 1);
	assert_int_equal(counting.fed, 5);
	assert_int_equal(counting.pieces, 5);
	assert_int_equal(counting.finished, 1);
	assert_string_equal(tc_response_body(reply.response, NULL), "");

	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 204 x\r\n\r\n", "", 0);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_int_equal(counting.begun, 2);
	assert_int_equal(counting.finished, 2);

	tc__reply_restart(&reply);
	counting.fail_at = 8;
	push(&reply, "HTTP/1.1 200 x\r\n\r\n", "abcdef", 6);
	assert_int_equal(tc__reply_finish(&reply, &err), TC_ERROR_REPLY);
	assert_failure(&err, TC_ERROR_REPLY, "byte 8 is wrong");
	assert_int_equal(counting.finished, 2);
	tc__reply_clear(&reply);
}

static void test_held_sink(void **state)
{
	struct counting_sink counting = {
		.sink = { .begin = sink_begin, .feed = sink_feed, .finish = sink_finish }
	};
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__reply_init(&reply, MAX, &counting.sink);
	reply.hold = true;
	push(&reply, "HTTP/1.1 200 x\r\n\r\n", "typed", 5);
	assert_int_equal(counting.begun, 0);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_int_equal(counting.pieces, 1);
	assert_int_equal(counting.fed, 5);
	assert_int_equal(counting.finished, 1);
	tc__reply_clear(&reply);
}

/* ---- contents that are encoded ---- */

/* "hello" and " world" by gzip; a raw deflate of "hello" */
static const char hello[] =
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05"
	"\x00\x00\x00";
static const char raw[] = "\xcb\x48\xcd\xc9\xc9\x07\x00";

#define GZIP_HEAD "HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n"

static void test_encoded_contents(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__reply_init(&reply, MAX, NULL);
	push(&reply, GZIP_HEAD, hello, sizeof hello - 1);
	for (size_t i = 0; i < sizeof hello - 1; i++)
		(void)tc__reply_body(&reply, hello + i, 1);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_string_equal(tc_response_body(reply.response, NULL), "hellohello");
	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 200 x\r\nContent-Encoding: deflate\r\n\r\n", raw, sizeof raw - 1);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_string_equal(tc_response_body(reply.response, NULL), "hello");
	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 200 x\r\nContent-Encoding: identity\r\n\r\n", "hi", 2);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_string_equal(tc_response_body(reply.response, NULL), "hi");
	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 204 x\r\nContent-Encoding: gzip\r\n\r\n", "", 0);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	tc__reply_clear(&reply);
}

static void fails_encoded(
	const char *head, const char *body, size_t length, int code, const char *why)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	tc__reply_init(&reply, MAX, NULL);
	push(&reply, head, body, length);
	assert_int_equal(tc__reply_finish(&reply, &err), code);
	assert_int_equal(err.http_status, 200);
	assert_failure(&err, code, why);
	tc__reply_clear(&reply);
}

static void test_encodings_that_fail(void **state)
{
	static const char unframed[] = "HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\n\r\n";

	(void)state;
	for (size_t length = 0; length < sizeof hello - 1; length++) {
		fails_encoded(GZIP_HEAD, hello, length, TC_ERROR_REPLY, "gzip ends early");
		fails_encoded(unframed, hello, length, TC_ERROR_NETWORK, "gzip ends early");
	}
	fails_encoded("HTTP/2 200\r\nContent-Encoding: gzip\r\n\r\n", hello, 12, TC_ERROR_REPLY,
		"gzip ends early");
	fails_encoded(GZIP_HEAD, "garbage", 7, TC_ERROR_REPLY, "gzip is damaged");
	fails_encoded("HTTP/1.1 200 x\r\nContent-Encoding: br\r\n\r\n", "x", 1, TC_ERROR_REPLY,
		"Content-Encoding is \"br\"");
	fails_encoded("HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\ncontent-encoding: gzip\r\n\r\n",
		hello, 5, TC_ERROR_REPLY, "Content-Encoding is \"gzip, gzip\"");
	fails_encoded("HTTP/1.1 200 x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "x", 1,
		TC_ERROR_REPLY, "Transfer-Encoding is \"gzip, chunked\"");
}

/* What refuses may be encoded as it likes: it is the refusal that counts. */
static void test_refusals_that_are_encoded(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;

	refuse("HTTP/1.1 500 x\r\nContent-Encoding: gzip\r\n\r\n", hello, sizeof hello - 1, &err);
	assert_string_equal(tc_error_text(&err), "queue.status: 500: hello");
	refuse("HTTP/1.1 403 x\r\nContent-Encoding: br\r\n\r\n", "\x8b\x02", 2, &err);
	assert_string_equal(tc_error_text(&err), "queue.status: 403: its body cannot be decoded");
	refuse("HTTP/1.1 403 x\r\nContent-Encoding: gzip\r\n\r\n", "garbage", 7, &err);
	assert_string_equal(tc_error_text(&err), "queue.status: 403: an empty reply");
	refuse("HTTP/1.1 403 x\r\nContent-Encoding: gzip\r\n\r\n", "", 0, &err);
	assert_string_equal(tc_error_text(&err), "queue.status: 403: an empty reply");
	tc_error_clear(&err);
}

#define BOMB ((size_t)10 * 1024 * 1024)

/* Ten megabytes of nothing in ten kilobytes. */
static char *make_bomb(size_t *length)
{
	char *nothing = calloc(1, BOMB);

	assert_non_null(nothing);
	char *bomb = tc_test_encode(TC_TEST_GZIP, nothing, BOMB, length);
	free(nothing);
	return bomb;
}

static void test_the_limit_is_about_decoded_bytes(void **state)
{
	size_t length;
	char *bomb = make_bomb(&length);
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_in_range(length, 1, 20000);
	tc__reply_init(&reply, 100000, NULL);
	push(&reply, GZIP_HEAD, "", 0);
	assert_int_equal(tc__reply_body(&reply, bomb, length), TC_ERROR_REPLY);
	assert_int_in_range(reply.received, 0, 100000);
	assert_int_equal(tc__reply_finish(&reply, &err), TC_ERROR_REPLY);
	assert_failure(&err, TC_ERROR_REPLY, "over 100000 bytes");
	/* of a refusal what fits is kept */
	tc__reply_restart(&reply);
	push(&reply, "HTTP/1.1 500 x\r\nContent-Encoding: gzip\r\n\r\n", "", 0);
	assert_ok(tc__reply_body(&reply, bomb, length), &err);
	assert_int_equal(reply.received, 100000);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	tc__reply_clear(&reply);
	free(bomb);
}

static bool sink_full(struct tc__sink *sink)
{
	struct counting_sink *counting = (struct counting_sink *)sink;

	return counting->pieces > 0;
}

/* A sink that takes one piece at a time gets no more than one, however much a few bytes become;
 * what it stood still at comes again, whole or in other pieces, as a transport likes. */
static void test_a_full_sink_stops_the_decoding(void **state)
{
	static const size_t sizes[] = { 5000, 1, 300, 100000, 7000 };
	struct counting_sink counting = { .sink = { .begin = sink_begin,
						  .feed = sink_feed,
						  .finish = sink_finish,
						  .full = sink_full } };
	size_t length, pauses = 0;
	char *bomb = make_bomb(&length);
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__reply_init(&reply, 2 * BOMB, &counting.sink);
	push(&reply, GZIP_HEAD, "", 0);
	for (size_t at = 0, i = 0; at < length; i++) {
		size_t size = sizes[i % 5], before = counting.fed;
		size = length - at < size ? length - at : size;
		counting.pieces = 0;
		assert_ok(tc__reply_body(&reply, bomb + at, size), &reply.err);
		assert_int_in_range(counting.fed - before, 0, 16384);
		pauses += tc__reply_is_paused(&reply);
		at += tc__reply_is_paused(&reply) ? 0 : size;
		counting.sink.paused = false;
	}
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_int_equal(counting.fed, BOMB);
	assert_int_in_range(pauses, BOMB / 20000, BOMB / 5000);
	tc__reply_clear(&reply);
	free(bomb);
}

/* ---- lines ---- */

static void test_lines_that_are_no_headers(void **state)
{
	struct tc__reply reply;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__reply_init(&reply, MAX, NULL);
	/* one that looks like a status line, one that goes on with the one before */
	push(&reply,
		"HTTP/1.1 200 OK\r\nA: 1\r\nHTTP/1.1 500 x\r\n folded\r\n B: 2\r\n\tC: 3\r\n"
		"D: 4\r\n\r\n",
		"body", 4);
	/* and behind the body nothing is one */
	push(&reply, "A: 5\r\nHTTP/1.1 500 x\r\nE: 6\r\n\r\n", "", 0);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	assert_int_equal(tc__reply_status(&reply), 200);
	assert_string_equal(tc__reply_header(&reply, "a"), "1");
	assert_string_equal(tc__reply_header(&reply, "d"), "4");
	assert_null(tc__reply_header(&reply, "b"));
	assert_null(tc__reply_header(&reply, "e"));
	assert_false(tc_response_header_at(reply.response, 2, NULL, NULL));
	assert_string_equal(tc_response_body(reply.response, NULL), "body");
	tc__reply_clear(&reply);
}

/* ---- what a person reads of a refusal ---- */

/* As the services write it, in full. */
static void test_the_whole_message_without_its_footer(void **state)
{
	(void)state;
	says("HTTP/1.1 400 x\r\n\r\n",
		"{\"code\":\"InputValidationError\",\"message\":\"Schema Validation Failed!\\n"
		"Rejecting Schema: https://tc/x.json#\\nErrors:\\n  * /payload must be object\\n"
		"\\n\\n---\\n\\n* method:     createTask\\n* errorCode:  InputValidationError\\n"
		"* statusCode: 400\\n* time:       2026-01-01T00:00:00.000Z\"}",
		"queue.status: 400 InputValidationError: Schema Validation Failed!\n"
		"Rejecting Schema: https://tc/x.json#\nErrors:\n  * /payload must be object");
	says("HTTP/1.1 403 x\r\n\r\n",
		"{\"code\":\"InsufficientScopes\",\"message\":\"missing:\\r\\n---\\n* a:b\\nmore"
		"\\n---\\nfooter\"}",
		"queue.status: 403 InsufficientScopes: missing:\n---\n* a:b\nmore");
	says("HTTP/1.1 403 x\r\n\r\n", "{\"message\":\"\\n a\\u009bb\\u0007\\tc \\n\"}",
		"queue.status: 403: a b \tc");
}

/* Hundreds of scopes may be missing. */
static void test_a_long_message_is_whole(void **state)
{
	struct tc__buffer body = TC__BUFFER(100000);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__buffer_text(&body, "{\"message\":\"");
	for (int i = 0; i < 1000; i++)
		tc__buffer_printf(&body, "queue:scope:number-%d\\n", i);
	tc__buffer_text(&body, "the last\"}");
	struct tc__reply reply;
	tc__reply_init(&reply, 100000, NULL);
	reply.operation = TC_FAKE_OPERATION(STATUS);
	push(&reply, "HTTP/1.1 403 x\r\n\r\n", body.data, body.length);
	assert_ok(tc__reply_finish(&reply, &err), &err);
	tc__reply_refusal(&reply, &err);
	assert_non_null(strstr(tc_error_text(&err), "number-999\nthe last"));
	tc_error_clear(&err);
	tc__reply_clear(&reply);
	tc__buffer_clear(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_success),
		cmocka_unit_test(test_continue_and_redirect),
		cmocka_unit_test(test_without_a_limit),
		cmocka_unit_test(test_headers_in_a_turkish_locale),
		cmocka_unit_test(test_body_that_is_no_json),
		cmocka_unit_test(test_refusal_with_code),
		cmocka_unit_test(test_refusals_tell_the_releases),
		cmocka_unit_test(test_refusal_shapes),
		cmocka_unit_test(test_refusal_with_nul_and_length),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_header_limits),
		cmocka_unit_test(test_malformed_head),
		cmocka_unit_test(test_sink),
		cmocka_unit_test(test_held_sink),
		cmocka_unit_test(test_encoded_contents),
		cmocka_unit_test(test_encodings_that_fail),
		cmocka_unit_test(test_refusals_that_are_encoded),
		cmocka_unit_test(test_the_limit_is_about_decoded_bytes),
		cmocka_unit_test(test_a_full_sink_stops_the_decoding),
		cmocka_unit_test(test_lines_that_are_no_headers),
		cmocka_unit_test(test_the_whole_message_without_its_footer),
		cmocka_unit_test(test_a_long_message_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
