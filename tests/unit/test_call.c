/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS(...) ((const char *const[]){ __VA_ARGS__ })
#define BODY_MAX ((size_t)10 * 1024 * 1024) /* what servers take */

/* A fake world, a client in it with credentials, and what it logs. */
struct world {
	struct tc_fake fake;
	tc_client *client;
	tc_error err;
	char log[20000];
};

static void keep_log(void *data, enum tc_log_level level, const char *line)
{
	struct world *world = data;
	size_t used = strlen(world->log);

	snprintf(world->log + used, sizeof world->log - used, "%d %s\n", (int)level, line);
}

static void begin_with(struct world *world, const struct tc_fake_reply *replies, size_t count,
	void (*change)(struct tc_options *options, struct world *world))
{
	*world = (struct world){ 0 };
	tc_fake_init(&world->fake, replies, count);
	struct tc_options options = tc_fake_options(&world->fake);
	tc_credentials *credentials =
		tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, &world->err);
	options.credentials = credentials;
	options.log = keep_log;
	options.log_data = world;
	if (change)
		change(&options, world);
	world->client = tc_fake_client(&world->fake, &options);
	tc_credentials_free(credentials);
}

#define BEGIN(world, change, ...) \
	static const struct tc_fake_reply replies[] = { __VA_ARGS__ }; \
	begin_with(&(world), replies, sizeof replies / sizeof *replies, (change))

static void finish(struct world *world)
{
	tc_client_free(world->client);
	tc_error_clear(&world->err);
	tc_fake_clear(&world->fake);
}

static tc_call *call_of(struct world *world, const struct tc_operation *operation)
{
	tc_call *call = tc_generated_call(
		world->client, operation, TEXTS("abc", "0", "public/x"), NULL, &world->err);

	assert_ok(call ? TC_OK : world->err.code, &world->err);
	return call;
}

/* Performs an operation once and drops the reply. */
static int run(struct world *world, const struct tc_operation *operation)
{
	tc_call *call = call_of(world, operation);
	int rc = tc_call_perform(call, NULL, &world->err);

	tc_call_free(call);
	return rc;
}

#define OK_REPLY \
	{ \
		.head = "HTTP/1.1 200 OK\n\n", .body = "{\"ok\":true}" \
	}
#define STATUS_REPLY(status) \
	{ \
		.head = "HTTP/1.1 " #status " x\n\n", .body = "{}" \
	}
#define NETWORK_FAILURE(sent) \
	{ \
		.code = TC_ERROR_NETWORK, .maybe_sent = (sent) \
	}

/* ---- performing ---- */

static void test_perform(void **state)
{
	struct world w;
	tc_response *response;
	const tc_json *json;

	(void)state;
	BEGIN(w, NULL, OK_REPLY);
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(STATUS));
	assert_ptr_equal(tc_call_operation(call), TC_FAKE_OPERATION(STATUS));
	assert_ok(tc_call_perform(call, &response, &w.err), &w.err);
	assert_int_equal(tc_response_status(response), 200);
	assert_true(tc_json_true(tc_json_get(tc_response_json(response, &w.err), "ok")));
	tc_release(response);
	assert_ok(tc_call_perform_json(call, &json, &w.err), &w.err);
	assert_true(tc_json_true(tc_json_get(json, "ok")));
	tc_release(json);
	assert_ok(tc_call_perform_json(call, NULL, &w.err), &w.err);
	assert_int_equal(w.fake.attempt_count, 3);
	assert_string_equal(w.fake.attempts[0].method, "GET");
	assert_string_equal(
		w.fake.attempts[0].url, "https://tc.example.com/api/queue/v1/task/abc/status");
	assert_false(w.fake.attempts[0].has_body);
	assert_int_equal(w.fake.attempts[0].timeout_ms, 30000);
	tc_call_free(call);
	finish(&w);
}

static void test_redirect_is_success_where_it_is_promised(void **state)
{
	struct world w;
	tc_response *response;

	(void)state;
	BEGIN(w, NULL, { .head = "HTTP/1.1 303 See Other\nLocation: https://s3/x\n\n" },
		{ .head = "HTTP/1.1 302 Found\nLocation: https://s3/x\n\n" },
		{ .head = "HTTP/1.1 200 OK\n\n", .body = "{}" });
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(GET_ARTIFACT));
	assert_ok(tc_call_perform(call, &response, &w.err), &w.err);
	assert_string_equal(tc_response_location(response), "https://s3/x");
	tc_release(response);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tc_call_perform(call, &response, &w.err), TC_ERROR_HTTP);
		assert_failure(&w.err, TC_ERROR_HTTP, "; expected 303: ");
	}
	assert_int_equal(w.fake.attempt_count, 3);
	tc_call_free(call);
	finish(&w);
}

/* A front server that only sends elsewhere has stored nothing. */
static void test_redirects_are_no_success(void **state)
{
	static const char *const lines[] = { "301 Moved Permanently", "302 Found", "303 See Other",
		"307 Temporary Redirect", "308 Permanent Redirect" };
	char head[200], text[200];
	struct tc_fake_reply replies[] = { { .head = head } };
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		snprintf(head, sizeof head, "HTTP/1.1 %s\nLocation: https://other/\n\n", lines[i]);
		begin_with(&w, replies, 1, NULL);
		tc_call *call = call_of(&w, TC_FAKE_OPERATION(PUT_NOTE));
		assert_ok(tc_call_body_bytes(call, "{}", 2, NULL, &w.err), &w.err);
		assert_int_equal(tc_call_perform(call, NULL, &w.err), TC_ERROR_HTTP);
		assert_int_equal(w.err.http_status, atoi(lines[i]));
		snprintf(text, sizeof text,
			"queue.putNote: %.3s, to https://other/; expected 200 to 299: an empty "
			"reply",
			lines[i]);
		assert_string_equal(tc_error_text(&w.err), text);
		assert_int_equal(w.fake.attempt_count, 1);
		tc_error_clear(&w.err);
		tc_call_free(call);
		finish(&w);
	}
}

static void perform_surprised(
	struct world *w, const struct tc_operation *operation, bool body, const char *text)
{
	tc_response *response = NULL;
	tc_call *call = call_of(w, operation);

	if (body)
		assert_ok(tc_call_body_bytes(call, "{}", 2, NULL, &w->err), &w->err);
	assert_int_equal(tc_call_perform(call, &response, &w->err), TC_ERROR_REPLY);
	assert_null(response);
	assert_int_equal(w->err.http_status, 200);
	assert_string_equal(tc_error_text(&w->err), text);
	tc_error_clear(&w->err);
	tc_call_free(call);
}

/* A page to log in at, by a server in between. */
static void test_a_page_is_no_success(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL,
		{ .head = "HTTP/1.1 200 OK\nContent-Type: text/html; charset=utf-8\n"
			  "Location: /login\n\n",
			.body = "<html><title>Sign in</title>" },
		{ .head = "HTTP/1.1 200 OK\nContent-Type: text/html\n\n",
			.body = "<html><title>Sign in</title>" },
		{ .head = "HTTP/1.1 200 OK\n\n", .body = " <html><title>Sign in</title>" });
	perform_surprised(&w, TC_FAKE_OPERATION(PUT_NOTE), true,
		"queue.putNote: 200 (text/html; charset=utf-8), to /login; expected "
		"application/json: Sign in (an HTML page)");
	perform_surprised(&w, TC_FAKE_OPERATION(STATUS), false,
		"queue.status: 200 (text/html); expected application/json: Sign in (an HTML page)");
	perform_surprised(&w, TC_FAKE_OPERATION(PING), false,
		"queue.ping: 200 (of no type); expected application/json: Sign in (an HTML page)");
	assert_int_equal(w.fake.attempt_count, 3);
	finish(&w);
}

/* Where the reference has a schema for the reply, nothing is not one. */
static void test_nothing_is_no_reply_with_a_schema(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, { .head = "HTTP/1.1 200 OK\n\n" });
	perform_surprised(&w, TC_FAKE_OPERATION(STATUS), false,
		"queue.status: 200; expected application/json: an empty reply");
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(PING));
	assert_ok(tc_call_perform(call, NULL, &w.err), &w.err);
	tc_call_free(call);
	finish(&w);
}

static void test_empty_reply_as_json(void **state)
{
	struct world w;
	const tc_json *json = (const tc_json *)&w;

	(void)state;
	BEGIN(w, NULL, { .head = "HTTP/1.1 204 No Content\n\n" },
		{ .head = "HTTP/1.1 200 OK\ncontent-type: application/json\n\n", .body = "OK" });
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(PING));
	assert_ok(tc_call_perform_json(call, &json, &w.err), &w.err);
	assert_null(json);
	assert_int_equal(tc_call_perform_json(call, &json, &w.err), TC_ERROR_REPLY);
	assert_null(json);
	assert_failure(
		&w.err, TC_ERROR_REPLY, "queue.ping: the reply (application/json) is not JSON");
	tc_call_free(call);
	finish(&w);
}

static void test_refusal(void **state)
{
	struct world w;
	tc_response *response = (tc_response *)&w;

	(void)state;
	BEGIN(w, NULL,
		{ .head = "HTTP/1.1 404 Not Found\nx-for-request-id: r7\n\n",
			.body = "{\"code\":\"ResourceNotFound\",\"message\":\"no abc\"}" });
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(STATUS));
	assert_int_equal(tc_call_perform(call, &response, &w.err), TC_ERROR_HTTP);
	assert_null(response);
	assert_string_equal(tc_error_text(&w.err), "queue.status: 404 ResourceNotFound: no abc");
	assert_string_equal(tc_error_request_id(&w.err), "r7");
	assert_int_equal(w.fake.attempt_count, 1);
	tc_call_free(call);
	finish(&w);
}

static void limit_reply(struct tc_options *options, struct world *world)
{
	(void)world;
	options->reply_max = 5;
}

static void test_reply_limit(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, limit_reply, OK_REPLY);
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_REPLY);
	assert_string_equal(tc_error_text(&w.err),
		"queue.ping: the reply is over 5 bytes, which is the limit (reply_max)");
	assert_int_equal(w.fake.attempt_count, 1);
	finish(&w);
}

static void test_long_polling_gets_its_time(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, OK_REPLY);
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(CLAIM_WORK));
	assert_ok(tc_call_body_bytes(call, "{}", 2, NULL, &w.err), &w.err);
	assert_ok(tc_call_perform(call, NULL, &w.err), &w.err);
	assert_int_equal(w.fake.attempts[0].timeout_ms, 55000);
	tc_call_free(call);
	finish(&w);
}

/* ---- bodies ---- */

static void test_bodies(void **state)
{
	struct world w;
	const tc_json *json;

	(void)state;
	BEGIN(w, NULL, OK_REPLY);
	assert_ok(tc_json_parse("{\"a\": 1}", 8, &json, &w.err), &w.err);
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(DELETE_NOTE));
	assert_int_equal(tc_call_perform(call, NULL, &w.err), TC_ERROR_ARGUMENT);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "queue.deleteNote: it takes a body");
	assert_int_equal(tc_call_body_json(call, NULL, &w.err), TC_ERROR_ARGUMENT);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "queue.deleteNote: body is NULL");
	assert_ok(tc_call_body_bytes(call, "x", 1, "text/plain", &w.err), &w.err);
	assert_ok(tc_call_body_json(call, json, &w.err), &w.err);
	char *huge = calloc(1, BODY_MAX + 1);
	assert_non_null(huge);
	tc_call_body_bytes(call, huge, BODY_MAX + 1, NULL, &w.err);
	free(huge);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "the body has 10485761 bytes");
	assert_ok(tc_call_perform(call, NULL, &w.err), &w.err);
	assert_string_equal(w.fake.attempts[0].method, "DELETE");
	assert_string_equal(w.fake.attempts[0].body, "{\"a\":1}");
	assert_string_equal(tc_fake_header(&w.fake, 0, "Content-Type"), "application/json");
	tc_call_body_json(call, json, &w.err);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "has been used already");
	tc_call_header(call, "X-A", "b", &w.err);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "has been used already");
	tc_call_free(call);

	call = call_of(&w, TC_FAKE_OPERATION(STATUS));
	tc_call_body_json(call, json, &w.err);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "queue.status: a GET takes no body");
	tc_call_free(call);
	tc_release(json);
	finish(&w);
}

static void test_own_headers(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, OK_REPLY);
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(PING));
	assert_ok(tc_call_header(call, "X-Mine", "1", &w.err), &w.err);
	tc_call_header(call, "Host", "evil", &w.err);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "queue.ping: name: the header Host");
	assert_ok(tc_call_perform(call, NULL, &w.err), &w.err);
	assert_string_equal(tc_fake_header(&w.fake, 0, "X-Mine"), "1");
	tc_call_free(call);
	finish(&w);
}

/* ---- by name ---- */

static void by_name_fails(struct world *w, const struct tc_operation *operation,
	const struct tc_pair *pairs, size_t count, const tc_json *payload, const char *part)
{
	assert_null(tc_call_by_name(w->client, operation, pairs, count, payload, &w->err));
	assert_failure(&w->err, TC_ERROR_ARGUMENT, part);
}

static void test_by_name(void **state)
{
	const struct tc_operation *list = TC_FAKE_OPERATION(LIST_ARTIFACTS);
	const struct tc_pair pairs[] = { { "limit", "5" }, { "runId", "0" }, { "taskId", "abc" },
		{ "taskId", "again" } };
	struct world w;
	const tc_json *payload;

	(void)state;
	BEGIN(w, NULL, OK_REPLY);
	tc_call *call = tc_call_by_name(w.client, list, pairs, 3, NULL, &w.err);
	assert_non_null(call);
	assert_string_equal(tc_call_url(call),
		"https://tc.example.com/api/queue/v1/task/abc/runs/0/artifacts?limit=5");
	tc_call_free(call);

	by_name_fails(&w, list, pairs, 2, NULL, "queue.listArtifacts: taskId is missing");
	by_name_fails(&w, list, pairs, 4, NULL, "queue.listArtifacts: taskId is given twice");
	by_name_fails(&w, list, (struct tc_pair[]){ { "task_id", "x" } }, 1, NULL,
		"queue.listArtifacts has no argument task_id");
	by_name_fails(&w, list, (struct tc_pair[]){ { "limit", NULL } }, 1, NULL, "limit is NULL");
	by_name_fails(&w, list, (struct tc_pair[]){ { "taskId", "" }, { "runId", "0" } }, 2, NULL,
		"taskId is empty");
	by_name_fails(&w, NULL, NULL, 0, NULL, "operation is NULL");
	assert_ok(tc_json_parse("[]", 2, &payload, &w.err), &w.err);
	by_name_fails(&w, list, pairs, 3, payload, "a payload is given, but it takes none");
	by_name_fails(&w, TC_FAKE_OPERATION(PUT_NOTE), NULL, 0, NULL, "the payload is missing");
	call = tc_call_by_name(w.client, TC_FAKE_OPERATION(PUT_NOTE), NULL, 0, payload, &w.err);
	assert_ok(tc_call_perform(call, NULL, &w.err), &w.err);
	assert_string_equal(w.fake.attempts[0].body, "[]");
	tc_call_free(call);
	tc_release(payload);
	finish(&w);
}

struct list_query {
	const char *continuation_token;
	const char *limit;
};

static void test_generated_query(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, OK_REPLY);
	tc_call *call = tc_generated_call(w.client, TC_FAKE_OPERATION(LIST_ARTIFACTS),
		TEXTS("a", "0"), &(struct list_query){ .limit = "7" }, &w.err);
	assert_string_equal(tc_call_url(call),
		"https://tc.example.com/api/queue/v1/task/a/runs/0/artifacts?limit=7");
	tc_call_free(call);
	assert_null(tc_generated_call(NULL, TC_FAKE_OPERATION(PING), NULL, NULL, &w.err));
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "client is NULL");
	finish(&w);
}

/* ---- retries ---- */

static void test_schedule(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, STATUS_REPLY(503));
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_failure(&w.err, TC_ERROR_HTTP, "queue.ping: 503");
	assert_int_equal(w.fake.attempt_count, 6);
	const int64_t delays[] = { 200, 400, 800, 1600, 3200 };
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(w.fake.attempts[i + 1].at_ms - w.fake.attempts[i].at_ms,
			delays[i] + 12); /* 12 ms each attempt takes */
	finish(&w);
}

static void test_recovery_with_new_signatures(void **state)
{
	struct world w;
	char first[1000];

	(void)state;
	BEGIN(w, NULL, NETWORK_FAILURE(true), STATUS_REPLY(500), OK_REPLY);
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_int_equal(w.fake.attempt_count, 3);
	snprintf(first, sizeof first, "%s", tc_fake_header(&w.fake, 0, "Authorization"));
	assert_string_not_equal(first, tc_fake_header(&w.fake, 1, "Authorization"));
	assert_string_not_equal(first, tc_fake_header(&w.fake, 2, "Authorization"));
	finish(&w);
}

static void test_retry_after(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, { .head = "HTTP/1.1 429 x\nRetry-After: 3\n\n" },
		{ .head = "HTTP/1.1 503 x\nDate: Sun, 06 Nov 1994 08:49:37 GMT\n"
			  "Retry-After: Sun, 06 Nov 1994 08:49:42 GMT\n\n" },
		{ .head = "HTTP/1.1 503 x\nRetry-After: 301\n\n" });
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_int_equal(w.fake.attempt_count, 3); /* five minutes is too much to ask */
	assert_int_equal(w.fake.attempts[1].at_ms - w.fake.attempts[0].at_ms, 3012);
	assert_int_equal(w.fake.attempts[2].at_ms - w.fake.attempts[1].at_ms, 5012);
	finish(&w);
}

static void bound_budget(struct tc_options *options, struct world *world)
{
	(void)world;
	options->retry_budget_ms = 1000;
}

static void test_budget(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, bound_budget, NETWORK_FAILURE(true));
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_NETWORK);
	assert_failure(&w.err, TC_ERROR_NETWORK, "queue.ping: no reply from the fake");
	assert_int_equal(w.fake.attempt_count, 3); /* 200 + 400 fit, 800 more do not */
	finish(&w);
}

/* Attempts of createArtifact with this body, against a world that fails so. */
static size_t attempts_with(
	const char *body, const struct tc_fake_reply *replies, size_t count, bool *repeatable)
{
	struct world w;

	begin_with(&w, replies, count, NULL);
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(CREATE_ARTIFACT));
	assert_ok(tc_call_body_bytes(call, body, strlen(body), NULL, &w.err), &w.err);
	tc_call_perform(call, NULL, &w.err);
	tc_call_free(call);
	size_t attempts = w.fake.attempt_count;
	*repeatable = w.fake.attempts[0].repeatable;
	finish(&w);
	return attempts;
}

static void test_unsafe_bodies(void **state)
{
	static const char object[] = "{\"storageType\":\"object\"}";
	static const struct tc_fake_reply sent[] = { NETWORK_FAILURE(true) },
					  unsent[] = { NETWORK_FAILURE(false) },
					  error[] = { STATUS_REPLY(500) },
					  busy[] = { STATUS_REPLY(429) };
	bool repeatable;

	(void)state;
	assert_int_equal(attempts_with(object, sent, 1, &repeatable), 1);
	assert_false(repeatable); /* nor may the transport repeat it */
	assert_int_equal(attempts_with(object, error, 1, &repeatable), 1);
	assert_int_equal(attempts_with(object, unsent, 1, &repeatable), 6);
	assert_int_equal(attempts_with(object, busy, 1, &repeatable), 6);
	assert_int_equal(attempts_with("{\"storageType\":\"s3\"}", sent, 1, &repeatable), 6);
	assert_true(repeatable);
	assert_int_equal(attempts_with("{}", error, 1, &repeatable), 6);
	assert_int_equal(attempts_with("not json", sent, 1, &repeatable), 1);
}

static void test_unsafe_tree(void **state)
{
	struct world w;
	const tc_json *json;

	(void)state;
	BEGIN(w, NULL, STATUS_REPLY(500));
	assert_ok(tc_json_parse("{\"storageType\":\"object\"}", 24, &json, &w.err), &w.err);
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(CREATE_ARTIFACT));
	assert_ok(tc_call_body_json(call, json, &w.err), &w.err);
	tc_release(json);
	assert_int_equal(tc_call_perform(call, NULL, &w.err), TC_ERROR_HTTP);
	assert_int_equal(w.fake.attempt_count, 1);
	tc_call_free(call);
	finish(&w);
}

static void test_never(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, NETWORK_FAILURE(false));
	assert_int_equal(run(&w, TC_FAKE_OPERATION(STOP)), TC_ERROR_NETWORK);
	assert_int_equal(w.fake.attempt_count, 1);
	assert_false(w.fake.attempts[0].repeatable);
	finish(&w);
}

/* ---- cancelling ---- */

static int cancel_third(void *data, const struct tc_progress *progress)
{
	struct world *world = data;

	assert_int_equal(progress->receive_total, -1);
	return world->fake.waits >= 3;
}

static void watch(struct tc_options *options, struct world *world)
{
	options->progress = cancel_third;
	options->progress_data = world;
	options->retry_delay_ms = 10000;
}

static void test_cancel_while_waiting(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, watch, STATUS_REPLY(500));
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_CANCELED);
	assert_failure(&w.err, TC_ERROR_CANCELED, "queue.ping: canceled");
	assert_int_equal(w.fake.attempt_count, 1);
	assert_int_equal(w.fake.waits, 3);
	assert_int_equal(w.fake.steady_ms, 5000 + 12 + 600);
	finish(&w);
}

/* ---- the clock ---- */

#define STALE_BY_DATE(date) \
	{ \
		.head = "HTTP/1.1 401 x\nWWW-Authenticate: hawk\nDate: " date "\n\n", \
		.body = "{\"code\":\"AuthenticationFailed\",\"message\":\"Stale timestamp\"}" \
	}

static void test_skew_by_date(void **state)
{
	struct world w;

	(void)state;
	/* the server is an hour ahead of TC_FAKE_EPOCH_MS */
	BEGIN(w, NULL, STALE_BY_DATE("Tue, 14 Nov 2023 23:13:20 GMT"), OK_REPLY);
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_int_equal(w.fake.attempt_count, 2);
	assert_int_equal(w.fake.waits, 0);
	assert_non_null(strstr(tc_fake_header(&w.fake, 0, "Authorization"), "ts=\"1700000000\""));
	assert_non_null(strstr(tc_fake_header(&w.fake, 1, "Authorization"), "ts=\"1700003600\""));
	assert_int_equal(tc_client_clock_offset_ms(w.client), 3600000 - 12);
	assert_non_null(strstr(w.log, "the clock here is 3599 s behind the server's"));

	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err); /* it is kept */
	assert_int_equal(w.fake.attempt_count, 3);
	finish(&w);
}

static void test_skew_only_once(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, STALE_BY_DATE("Tue, 14 Nov 2023 23:13:20 GMT"),
		STALE_BY_DATE("Tue, 14 Nov 2023 20:13:20 GMT"));
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_failure(&w.err, TC_ERROR_HTTP, "queue.ping: 401 AuthenticationFailed: Stale");
	assert_int_equal(w.fake.attempt_count, 2);
	finish(&w);
}

static void test_right_clock_is_left_alone(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, STALE_BY_DATE("Tue, 14 Nov 2023 22:14:20 GMT"));
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_int_equal(w.fake.attempt_count, 1);
	assert_int_equal(tc_client_clock_offset_ms(w.client), 0);

	tc_client_set_credentials(w.client, NULL); /* unsigned: no clock was judged */
	w.fake.wall_ms += 3600000;
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_int_equal(w.fake.attempt_count, 2);
	assert_int_equal(tc_client_clock_offset_ms(w.client), 0);
	finish(&w);
}

/* "HTTP/1.1 401" with a challenge whose tsm proves the time, or does not. */
static void make_challenge(char head[400], int64_t ts, const char *token)
{
	tc_error err = TC_ERROR_INIT;
	char text[60], tsm[TC__MAC_SIZE];

	snprintf(text, sizeof text, "hawk.1.ts\n%lld\n", (long long)ts);
	struct tc__hawk *hawk = tc__hawk_new(NULL, &err);
	struct tc__hmac_key *key = tc__hmac_key_new(token, strlen(token), &err);
	assert_ok(tc__hawk_mac_text(key, text, strlen(text), tsm, &err), &err);
	snprintf(head, 400,
		"HTTP/1.1 401 x\nDate: Tue, 14 Nov 2023 22:13:20 GMT\nWWW-Authenticate: Basic\n"
		"WWW-Authenticate: Hawk ts=\"%lld\", tsm=\"%s\", error=\"Stale timestamp\"\n\n",
		(long long)ts, tsm);
	tc__hmac_key_free(key);
	tc__hawk_free(hawk);
}

static void test_skew_by_challenge(void **state)
{
	struct world w;
	char head[400];
	struct tc_fake_reply replies[] = { { .head = head }, OK_REPLY };

	(void)state;
	make_challenge(head, 1699999000, TC_FAKE_TOKEN);
	begin_with(&w, replies, 2, NULL);
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_int_equal(w.fake.attempt_count, 2);
	assert_non_null(strstr(tc_fake_header(&w.fake, 1, "Authorization"), "ts=\"1699999000\""));
	finish(&w);

	make_challenge(head, 1699999000, "somebody else's key");
	begin_with(&w, replies, 2, NULL);
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_int_equal(w.fake.attempt_count, 1);
	assert_int_equal(tc_client_clock_offset_ms(w.client), 0);
	finish(&w);
}

/* ---- credentials ---- */

static void replace_credentials(struct tc_fake *fake)
{
	struct world *world = fake->data;
	tc_credentials *other = tc_credentials_new("second", TC_FAKE_TOKEN, NULL, NULL);

	tc_client_set_credentials(world->client, other);
	tc_credentials_free(other);
}

static void test_new_credentials_count_from_the_next_attempt(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NULL, STATUS_REPLY(500), OK_REPLY);
	w.fake.during = replace_credentials;
	w.fake.data = &w;
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_non_null(strstr(tc_fake_header(&w.fake, 0, "Authorization"), "id=\"tester\""));
	assert_non_null(strstr(tc_fake_header(&w.fake, 1, "Authorization"), "id=\"second\""));
	finish(&w);
}

/* ---- verified replies ---- */

static void demand_verification(struct tc_options *options, struct world *world)
{
	(void)world;
	options->verify_replies = true;
}

static void test_verification(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, demand_verification, OK_REPLY, STATUS_REPLY(404),
		{ .head = "HTTP/1.1 200 OK\nServer-Authorization: Hawk mac=\"AAAA\", "
			  "hash=\"BBBB\"\n\n",
			.body = "{}" },
		OK_REPLY);
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_REPLY);
	assert_failure(&w.err, TC_ERROR_REPLY, "queue.ping: ");
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_REPLY);
	tc_client_set_credentials(w.client, NULL); /* unsigned: nobody to prove it by */
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	finish(&w);
}

/* Answers as a Hawk server would: with a Server-Authorization over the attempt's ts and nonce. */
static void authorize_reply(struct tc_fake *fake)
{
	static char head[500];
	struct tc_fake_reply *reply = fake->data;
	char ts[40], nonce[40], text[600], hash[TC__MAC_SIZE], mac[TC__MAC_SIZE];
	const char *sent = tc_fake_header(fake, fake->attempt_count - 1, "Authorization");

	snprintf(ts, sizeof ts, "%.10s", strstr(sent, "ts=\"") + 4);
	snprintf(nonce, sizeof nonce, "%.16s", strstr(sent, "nonce=\"") + 7);
	nonce[strcspn(nonce, "\"")] = '\0';
	tc__hawk_payload_hash("application/json", reply->body, strlen(reply->body), hash, NULL);
	snprintf(text, sizeof text,
		"hawk.1.response\n%s\n%s\nGET\n/api/queue/v1/ping\ntc.example.com\n443\n%s\n\n", ts,
		nonce, hash);
	struct tc__hawk *hawk = tc__hawk_new(NULL, NULL);
	struct tc__hmac_key *key = tc__hmac_key_new(TC_FAKE_TOKEN, strlen(TC_FAKE_TOKEN), NULL);
	tc__hawk_mac_text(key, text, strlen(text), mac, NULL);
	snprintf(head, sizeof head,
		"HTTP/1.1 200 OK\nContent-Type: application/json\n"
		"Server-Authorization: Hawk mac=\"%s\", hash=\"%s\"\n\n",
		mac, hash);
	reply->head = head;
	tc__hmac_key_free(key);
	tc__hawk_free(hawk);
}

static void test_verified(void **state)
{
	struct tc_fake_reply reply = { .head = "", .body = "{\"ok\":true}" };
	struct world w;

	(void)state;
	begin_with(&w, &reply, 1, demand_verification);
	w.fake.during = authorize_reply;
	w.fake.data = &reply;
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	finish(&w);
}

/* ---- signed URLs ---- */

static void test_signed_url(void **state)
{
	struct world w;
	const char *url;

	(void)state;
	BEGIN(w, NULL, OK_REPLY);
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(STATUS));
	assert_ok(tc_call_signed_url(call, 0, &url, &w.err), &w.err);
	assert_memory_equal(url, "https://tc.example.com/api/queue/v1/task/abc/status?bewit=", 58);
	assert_null(strchr(url + 58, '='));
	tc_release(url);
	tc_call_signed_url(call, -1, &url, &w.err);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "queue.status: lifetime_s is -1");
	tc_client_set_credentials(w.client, NULL);
	tc_call_signed_url(call, 0, &url, &w.err);
	assert_failure(&w.err, TC_ERROR_CREDENTIALS, "queue.status: there are no credentials");
	assert_null(url);
	tc_call_free(call);

	call = call_of(&w, TC_FAKE_OPERATION(SCHEDULE_TASK));
	tc_call_signed_url(call, 0, &url, &w.err);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "only a GET can be signed into a URL");
	tc_call_free(call);
	assert_int_equal(w.fake.attempt_count, 0);
	finish(&w);
}

static void use_proxy(struct tc_options *options, struct world *world)
{
	(void)world;
	options->proxy_url = "http://taskcluster/";
}

static void use_proxy_only(struct tc_options *options, struct world *world)
{
	use_proxy(options, world);
	options->root_url = NULL;
}

#define SIGNED "https://tc.example.com/api/queue/v1/task/abc/status?bewit=x"

static void test_signed_url_under_the_proxy(void **state)
{
	struct world w;
	const char *url;

	(void)state;
	BEGIN(w, use_proxy, { .head = "HTTP/1.1 303 x\nLocation: " SIGNED "\n\n" },
		{ .head = "HTTP/1.1 303 x\n\n" },
		{ .head = "HTTP/1.1 308 x\nLocation: https://other/bewit\n\n" });
	tc_call *call = call_of(&w, TC_FAKE_OPERATION(STATUS));
	assert_ok(tc_call_signed_url(call, 0, &url, &w.err), &w.err);
	assert_string_equal(url, SIGNED);
	tc_release(url);
	assert_string_equal(w.fake.attempts[0].method, "POST");
	assert_string_equal(w.fake.attempts[0].url, "http://taskcluster/bewit");
	assert_string_equal(
		w.fake.attempts[0].body, "https://tc.example.com/api/queue/v1/task/abc/status");
	assert_null(tc_fake_header(&w.fake, 0, "Authorization"));
	tc_call_signed_url(call, 0, &url, &w.err);
	assert_failure(&w.err, TC_ERROR_REPLY, "no Location");
	tc_call_signed_url(call, 0, &url, &w.err);
	assert_failure(&w.err, TC_ERROR_HTTP,
		"proxy.bewit: 308, to https://other/bewit; expected 303: an empty reply");
	assert_null(url);
	assert_null(strstr(w.log, "bewit=x"));
	tc_call_free(call);
	finish(&w);

	begin_with(&w, replies, 2, use_proxy_only);
	call = call_of(&w, TC_FAKE_OPERATION(STATUS));
	assert_ok(tc_call_signed_url(call, 0, &url, &w.err), &w.err);
	tc_release(url);
	assert_string_equal(
		w.fake.attempts[0].body, "http://taskcluster/api/queue/v1/task/abc/status");
	tc_call_free(call);
	finish(&w);
}

/* ---- the log ---- */

static void log_all(struct tc_options *options, struct world *world)
{
	(void)world;
	options->log_level = TC_LOG_DEBUG;
}

static void test_log(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, log_all, STATUS_REPLY(500),
		{ .head = "HTTP/1.1 400 x\nServer: s\n\n",
			.body = "{\"message\":\"bad\",\"accessToken\":\"hush\"}" });
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	const char *expected[] = {
		"4 > User-Agent: libtaskcluster/",
		"4 > Authorization: (redacted)\n",
		"3 GET https://tc.example.com/api/queue/v1/ping -> 500 in 12 ms\n",
		"2 GET https://tc.example.com/api/queue/v1/ping: status 500; attempt 2 of 6 "
		"follows in 200 ms\n",
		"3 GET https://tc.example.com/api/queue/v1/ping -> 400 in 12 ms\n",
		"4 < Server: s\n",
		"1 GET https://tc.example.com/api/queue/v1/ping failed: queue.ping: 400: bad; the "
		"reply's body: {\"message\":\"bad\",\"accessToken\":(redacted)}\n",
	};
	const char *at = w.log;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		const char *found = strstr(at, expected[i]);
		if (!found)
			fail_msg("no \"%s\" in:\n%s", expected[i], at);
		at = found + strlen(expected[i]);
	}
	assert_string_equal(at, "");
	assert_null(strstr(w.log, "mac="));
	assert_null(strstr(w.log, "hush"));
	finish(&w);
}

static void try_for_ever(struct tc_options *options, struct world *world)
{
	(void)world;
	options->attempts = INT_MAX;
}

/* However many they are, they are counted. */
static void test_as_many_attempts_as_an_int_holds(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, try_for_ever, STATUS_REPLY(500), NETWORK_FAILURE(false), OK_REPLY);
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_int_equal(w.fake.attempt_count, 3);
	assert_non_null(strstr(w.log, "attempt 2 of 2147483647 follows"));
	assert_non_null(strstr(w.log, "attempt 3 of 2147483647 follows"));
	finish(&w);
}

static void log_errors(struct tc_options *options, struct world *world)
{
	(void)world;
	options->log_level = TC_LOG_ERROR;
}

static void test_log_of_a_long_body(void **state)
{
	static char body[3001];
	struct tc_fake_reply reply = { .head = "HTTP/1.1 400 x\n\n", .body = body };
	struct world w;

	(void)state;
	memset(body, 'b', 3000);
	begin_with(&w, &reply, 1, log_errors);
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	const char *shown = strstr(w.log, "body: ");
	assert_non_null(shown);
	assert_int_equal(strspn(shown + 6, "b"), 1000);
	finish(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perform),
		cmocka_unit_test(test_redirect_is_success_where_it_is_promised),
		cmocka_unit_test(test_redirects_are_no_success),
		cmocka_unit_test(test_a_page_is_no_success),
		cmocka_unit_test(test_nothing_is_no_reply_with_a_schema),
		cmocka_unit_test(test_empty_reply_as_json),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_reply_limit),
		cmocka_unit_test(test_long_polling_gets_its_time),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_own_headers),
		cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_generated_query),
		cmocka_unit_test(test_schedule),
		cmocka_unit_test(test_recovery_with_new_signatures),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_unsafe_bodies),
		cmocka_unit_test(test_unsafe_tree),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_cancel_while_waiting),
		cmocka_unit_test(test_skew_by_date),
		cmocka_unit_test(test_skew_only_once),
		cmocka_unit_test(test_right_clock_is_left_alone),
		cmocka_unit_test(test_skew_by_challenge),
		cmocka_unit_test(test_new_credentials_count_from_the_next_attempt),
		cmocka_unit_test(test_verification),
		cmocka_unit_test(test_verified),
		cmocka_unit_test(test_signed_url),
		cmocka_unit_test(test_signed_url_under_the_proxy),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_as_many_attempts_as_an_int_holds),
		cmocka_unit_test(test_log_of_a_long_body),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
