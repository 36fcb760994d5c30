/* SPDX-License-Identifier: MPL-2.0 */
/* What a program is told: of each attempt by the metrics hook, and by an error about what may help.
 * And what it tells itself: whether a call may be repeated, and its trace id. */
#include "tests/harness/test.h"

#include "runtime/src/call/call.h"
#include "tests/harness/ci.h"
#include "tests/harness/fake.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/transfer.h>

#define OK_REPLY \
	{ \
		.head = "HTTP/1.1 200 OK\nx-for-request-id: r2\nx-for-trace-id: t2\n\n", \
		.body = "{}" \
	}
#define STATUS_REPLY(status) \
	{ \
		.head = "HTTP/1.1 " #status " x\n\n", .body = "{}" \
	}
#define NETWORK_FAILURE(sent) \
	{ \
		.code = TC_ERROR_NETWORK, .maybe_sent = (sent) \
	}
#define TOLD_MAX 8

struct world {
	struct tc_fake fake;
	struct tc_options options;
	tc_client *client;
	tc_call *call;
	tc_error err;
	struct tc_metrics told[TOLD_MAX];
	char request_ids[TOLD_MAX][40], trace_ids[TOLD_MAX][40];
	size_t count;
};

static void copy(char to[40], const char *text)
{
	snprintf(to, 40, "%s", text ? text : "none");
}

static void on_attempt(void *data, const struct tc_metrics *metrics)
{
	struct world *w = data;

	assert_true(w->count < TOLD_MAX);
	copy(w->request_ids[w->count], metrics->request_id);
	copy(w->trace_ids[w->count], metrics->trace_id);
	w->told[w->count++] = *metrics;
}

static void begin(struct world *w, const struct tc_fake_reply *replies, size_t count)
{
	*w = (struct world){ .err = TC_ERROR_INIT };
	tc_fake_init(&w->fake, replies, count);
	w->fake.timing = (struct tc__timing){ 1, 2, -1, 3, 4, 5, 6, true };
	w->options = tc_fake_options(&w->fake);
	w->options.metrics = on_attempt;
	w->options.metrics_data = w;
	w->options.trace_id = "mine";
}
#define BEGIN(w, ...) \
	static const struct tc_fake_reply replies[] = { __VA_ARGS__ }; \
	begin(&(w), replies, sizeof replies / sizeof *replies)

static void make_call(struct world *w, const struct tc_operation *operation)
{
	w->client = w->client ? w->client : tc_fake_client(&w->fake, &w->options);
	w->call = tc_generated_call(
		w->client, operation, (const char *const[]){ "abc", "0", "x" }, NULL, &w->err);
	assert_non_null(w->call);
}

static int run(struct world *w, const struct tc_operation *operation)
{
	make_call(w, operation);
	int rc = tc_call_perform(w->call, NULL, &w->err);
	tc_call_free(w->call);
	w->call = NULL;
	return rc;
}

static void finish(struct world *w)
{
	tc_call_free(w->call);
	tc_client_free(w->client);
	tc_error_clear(&w->err);
	tc_fake_clear(&w->fake);
}

static void is_told(const struct world *w, size_t position, int code, int status,
	enum tc_repeat_reason reason, int64_t pause_ms)
{
	const struct tc_metrics *told = &w->told[position];

	assert_true(position < w->count);
	assert_int_equal(told->attempt, position + 1);
	assert_int_equal(told->code, code);
	assert_int_equal(told->status, status);
	assert_int_equal(told->reason, reason);
	assert_int_equal(told->pause_ms, pause_ms);
}

/* ---- metrics ---- */

static void test_an_attempt(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, OK_REPLY);
	make_call(&w, TC_FAKE_OPERATION(PING));
	assert_ok(tc_call_perform(w.call, NULL, &w.err), &w.err);
	assert_int_equal(w.count, 1);
	is_told(&w, 0, TC_OK, 200, TC_REASON_NONE, -1);
	const struct tc_metrics *told = &w.told[0];
	assert_ptr_equal(told->call, w.call);
	assert_int_equal(told->run, 0);
	assert_string_equal(told->service, "queue");
	assert_string_equal(told->function, "ping");
	assert_string_equal(told->method, "GET");
	assert_int_equal(told->name_us, 1);
	assert_int_equal(told->connect_us, 2);
	assert_int_equal(told->tls_us, -1);
	assert_int_equal(told->first_byte_us, 3);
	assert_int_equal(told->total_us, 4);
	assert_int_equal(told->sent, 5);
	assert_int_equal(told->received, 6);
	assert_true(told->reused);
	assert_string_equal(w.request_ids[0], "r2");
	assert_string_equal(w.trace_ids[0], "mine");
	finish(&w);
}

/* A transport that tells nothing: how long it took is known all the same. */
static void test_without_times(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, OK_REPLY);
	w.fake.timing = TC__TIMING_NONE;
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_int_equal(w.told[0].total_us, 12000);
	assert_int_equal(w.told[0].first_byte_us, -1);
	finish(&w);
}

static void test_why_another_follows(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, NETWORK_FAILURE(true), { .code = TC_ERROR_TIMEOUT },
		{ .head = "HTTP/1.1 429 x\nRetry-After: 3\n\n" }, STATUS_REPLY(404));
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_int_equal(w.count, 4);
	is_told(&w, 0, TC_ERROR_NETWORK, 0, TC_REASON_NETWORK, 200);
	is_told(&w, 1, TC_ERROR_TIMEOUT, 0, TC_REASON_TIMEOUT, 400);
	is_told(&w, 2, TC_ERROR_HTTP, 429, TC_REASON_STATUS, 3000);
	is_told(&w, 3, TC_ERROR_HTTP, 404, TC_REASON_NONE, -1);
	finish(&w);
}

static void use_credentials(struct world *w)
{
	tc_credentials *credentials = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, &w->err);

	w->client = tc_fake_client(&w->fake, &w->options);
	tc_client_set_credentials(w->client, credentials);
	tc_credentials_free(credentials);
}

static tc_credentials *renew(void *data, const tc_credentials *current, tc_error *err)
{
	(void)data;
	return current ? tc_credentials_new("second", TC_FAKE_TOKEN, NULL, err) : NULL;
}

static void test_refused_clock_and_credentials(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, { .head = "HTTP/1.1 401 x\nDate: Tue, 14 Nov 2023 23:13:20 GMT\n\n" },
		{ .head = "HTTP/1.1 401 x\nDate: Tue, 14 Nov 2023 23:13:20 GMT\n\n" }, OK_REPLY);
	w.options.renew = renew;
	use_credentials(&w);
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_int_equal(w.count, 3);
	is_told(&w, 0, TC_ERROR_HTTP, 401, TC_REASON_CLOCK, 0);
	is_told(&w, 1, TC_ERROR_HTTP, 401, TC_REASON_CREDENTIALS, 0);
	is_told(&w, 2, TC_OK, 200, TC_REASON_NONE, -1);
	finish(&w);
}

static void test_a_login(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w,
		{ .head = "HTTP/1.1 200 OK\nContent-Type: application/json\nSet-Cookie: SID=a\n"
			  "Set-Cookie: csrftoken=b\n\n",
			.body = "{}" },
		{ .head = "HTTP/1.1 200 OK\nContent-Type: application/json\n\n", .body = "{}" });
	w.options.root_url = NULL;
	w.options.base_url = CI_ROOT;
	w.client = tc_fake_client(&w.fake, &w.options);
	tc_credentials *credentials = tc_credentials_password("me", "pass", &w.err);
	tc_client_set_credentials(w.client, credentials);
	tc_credentials_free(credentials);
	assert_ok(run(&w, CI(WRITE)), &w.err);
	assert_int_equal(w.count, 2);
	is_told(&w, 0, TC_OK, 200, TC_REASON_SESSION, 0);
	is_told(&w, 1, TC_OK, 200, TC_REASON_NONE, -1);
	assert_string_equal(w.told[0].function, CI(LOGIN)->name);
	assert_string_equal(w.told[1].function, CI(WRITE)->name);
	finish(&w);
}

/* A transfer that is sent elsewhere. */
static void test_a_redirect(void **state)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	struct world w;

	(void)state;
	BEGIN(w, { .head = "HTTP/1.1 302 x\nLocation: https://other.example.com/x\n\n" }, OK_REPLY);
	w.client = tc_fake_client(&w.fake, &w.options);
	options.redirects = 1;
	w.call = tc_transfer_new(w.client, "GET", "https://storage.example.com/", &options, &w.err);
	assert_non_null(w.call);
	assert_ok(tc_call_perform(w.call, NULL, &w.err), &w.err);
	assert_int_equal(w.count, 2);
	is_told(&w, 0, TC_OK, 302, TC_REASON_REDIRECT, 0);
	is_told(&w, 1, TC_OK, 200, TC_REASON_NONE, -1);
	assert_string_equal(w.told[0].service, "transfer");
	assert_string_equal(w.trace_ids[0], "none");
	finish(&w);
}

/* Storage that wants a pause is not the server that the other calls go to. */
static void test_transfers_hold_nobody_back(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, { .head = "HTTP/1.1 503 x\nRetry-After: 3\n\n" }, OK_REPLY);
	w.options.attempts = 1;
	w.client = tc_fake_client(&w.fake, &w.options);
	w.call = tc_transfer_new(w.client, "GET", "https://storage.example.com/", NULL, &w.err);
	assert_int_equal(tc_call_perform(w.call, NULL, &w.err), TC_ERROR_HTTP);
	assert_int_equal(tc_error_retry_after_ms(&w.err), 3000);
	tc_call_free(w.call);
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_int_equal(w.fake.attempts[1].at_ms - w.fake.attempts[0].at_ms, 12);
	finish(&w);
}

static void see_lines(void *data, enum tc_log_level level, const char *line)
{
	size_t *attempts = data;

	(void)level;
	assert_null(strstr(line, "(null)"));
	*attempts += strstr(line, " ms") != NULL;
}

/* What was not sent is no attempt, neither for the metrics nor in the log. */
static void test_nothing_sent_nothing_told(void **state)
{
	size_t attempts = 0;
	struct world w;

	(void)state;
	BEGIN(w, OK_REPLY);
	tc_cancel *cancel = tc_cancel_new(&w.err);
	w.options.log = see_lines;
	w.options.log_data = &attempts;
	w.options.cancel = cancel;
	tc_cancel_fire(cancel);
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_CANCELED);
	assert_int_equal(w.count, 0);
	assert_int_equal(attempts, 0);
	finish(&w);
	tc_cancel_free(cancel);
}

static void uses_client(void *data, const struct tc_metrics *metrics)
{
	tc_error err = TC_ERROR_INIT;

	(void)data;
	assert_int_equal(tc_call_perform(metrics->call, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "its client is busy");
}

static void test_the_hook_must_not_use_the_client(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, OK_REPLY);
	w.options.metrics = uses_client;
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	finish(&w);
}

/* ---- ids ---- */

static void set_options(struct world *w, enum tc_repeat repeat, const char *trace_id)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;

	options.repeat = repeat;
	options.trace_id = trace_id;
	assert_ok(tc_call_set_options(w->call, &options, &w->err), &w->err);
}

static void test_ids_of_a_success(void **state)
{
	tc_response *response = NULL;
	struct world w;

	(void)state;
	BEGIN(w, OK_REPLY);
	make_call(&w, TC_FAKE_OPERATION(PING));
	assert_ok(tc_call_perform(w.call, &response, &w.err), &w.err);
	assert_string_equal(tc_response_request_id(response), "r2");
	assert_string_equal(tc_response_trace_id(response), "t2");
	tc_release(response);
	assert_null(tc_response_request_id(NULL));
	assert_null(tc_response_trace_id(NULL));
	finish(&w);
}

static void test_a_trace_id_of_its_own(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, STATUS_REPLY(500), OK_REPLY);
	make_call(&w, TC_FAKE_OPERATION(PING));
	set_options(&w, TC_REPEAT_AS_LISTED, "its own");
	assert_ok(tc_call_perform(w.call, NULL, &w.err), &w.err);
	tc_call_free(w.call);
	assert_ok(run(&w, TC_FAKE_OPERATION(PING)), &w.err);
	assert_string_equal(tc_fake_header(&w.fake, 0, "x-taskcluster-trace-id"), "its own");
	assert_string_equal(tc_fake_header(&w.fake, 1, "x-taskcluster-trace-id"), "its own");
	assert_string_equal(tc_fake_header(&w.fake, 2, "x-taskcluster-trace-id"), "mine");
	assert_string_equal(w.trace_ids[1], "its own");
	assert_string_equal(w.trace_ids[2], "mine");
	finish(&w);
}

/* ---- repeating ---- */

/* Attempts of an operation declared so, against a world that fails so. */
static size_t attempts_of(const struct tc_operation *operation, enum tc_repeat repeat,
	const struct tc_fake_reply *reply, bool *repeatable)
{
	struct world w;

	begin(&w, reply, 1);
	make_call(&w, operation);
	set_options(&w, repeat, NULL);
	assert_int_not_equal(tc_call_perform(w.call, NULL, &w.err), TC_OK);
	size_t count = w.fake.attempt_count;
	*repeatable = w.fake.attempts[0].repeatable;
	finish(&w);
	return count;
}

static void test_repeating_as_the_caller_says(void **state)
{
	static const struct tc_fake_reply sent = NETWORK_FAILURE(true),
					  unsent = NETWORK_FAILURE(false), busy = STATUS_REPLY(429);
	const struct {
		enum tc_repeat repeat;
		size_t sent, unsent, busy;
		bool by_transport;
	} rows[] = { { TC_REPEAT_SAFE, 6, 6, 6, true }, { TC_REPEAT_UNSENT, 1, 6, 6, false },
		{ TC_REPEAT_NEVER, 1, 1, 1, false } };
	bool repeatable;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t j = 0; j < 2; j++) {
			const struct tc_operation *operation =
				j ? TC_FAKE_OPERATION(PING) : TC_FAKE_OPERATION(STOP);
			enum tc_repeat repeat = rows[i].repeat;
			assert_int_equal(
				attempts_of(operation, repeat, &sent, &repeatable), rows[i].sent);
			assert_int_equal(repeatable, rows[i].by_transport);
			assert_int_equal(attempts_of(operation, repeat, &unsent, &repeatable),
				rows[i].unsent);
			assert_int_equal(
				attempts_of(operation, repeat, &busy, &repeatable), rows[i].busy);
		}
}

/* ---- errors ---- */

static void test_what_may_be_repeated(void **state)
{
	static const struct {
		struct tc_fake_reply reply;
		bool may;
	} rows[] = {
		{ NETWORK_FAILURE(true), true },
		{ { .code = TC_ERROR_TIMEOUT }, true },
		{ { .code = TC_ERROR_NETWORK, .permanent = true }, false },
		{ { .code = TC_ERROR_CANCELED }, false },
		{ { .code = TC_ERROR_NOMEM }, false },
		{ STATUS_REPLY(400), false },
		{ STATUS_REPLY(401), false },
		{ STATUS_REPLY(408), true },
		{ STATUS_REPLY(409), false },
		{ STATUS_REPLY(429), true },
		{ STATUS_REPLY(500), true },
		{ STATUS_REPLY(501), false },
		{ STATUS_REPLY(503), true },
		{ { .head = "HTTP/1.1 200 x\nContent-Type: text/html\n\n", .body = "<p>" }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct world w;
		begin(&w, &rows[i].reply, 1);
		w.options.attempts = 1;
		assert_int_not_equal(run(&w, TC_FAKE_OPERATION(STATUS)), TC_OK);
		assert_int_equal(tc_error_may_repeat(&w.err), rows[i].may);
		assert_int_equal(tc_error_retry_after_ms(&w.err), -1);
		finish(&w);
	}
	assert_false(tc_error_may_repeat(NULL));
	assert_int_equal(tc_error_retry_after_ms(NULL), -1);
}

static void test_headers_of_a_refusal(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w,
		{ .head = "HTTP/1.1 503 x\nX-One: 1\nRetry-After: 7\nSet-Cookie: "
			  "SID=secret\nx-one: "
			  "2\nEmpty:\n\n",
			.body = "{}" });
	w.options.attempts = 1;
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	assert_string_equal(tc_error_header(&w.err, "X-ONE"), "2");
	assert_string_equal(tc_error_header(&w.err, "retry-after"), "7");
	assert_string_equal(tc_error_header(&w.err, "Empty"), "");
	assert_null(tc_error_header(&w.err, "x-two"));
	assert_null(tc_error_header(&w.err, "set-cookie")); /* a secret */
	assert_null(tc_error_header(&w.err, NULL));
	assert_null(tc_error_header(NULL, "x-one"));
	assert_int_equal(tc_error_retry_after_ms(&w.err), 7000);
	finish(&w);
}

/* What cannot be read is no refusal, and has headers as well. */
static void test_headers_of_a_bad_reply(void **state)
{
	struct world w;

	(void)state;
	BEGIN(w, { .head = "HTTP/1.1 200 x\nX-One: 1\n\n", .body = "{" });
	const tc_json *json;
	make_call(&w, TC_FAKE_OPERATION(PING));
	assert_int_equal(tc_call_perform_json(w.call, &json, &w.err), TC_ERROR_REPLY);
	assert_string_equal(tc_error_header(&w.err, "x-one"), "1");
	finish(&w);
}

/* Of more than is kept the first ones are there. */
static void test_many_headers(void **state)
{
	static char head[40000];
	struct world w;
	struct tc_fake_reply reply = { .head = head };
	size_t used = (size_t)snprintf(head, sizeof head, "HTTP/1.1 400 x\n");
	char name[20];
	int kept = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		used += (size_t)snprintf(head + used, sizeof head - used, "x-%d: %0100d\n", i, i);
	snprintf(head + used, sizeof head - used, "\n");
	begin(&w, &reply, 1);
	assert_int_equal(run(&w, TC_FAKE_OPERATION(PING)), TC_ERROR_HTTP);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "x-%d", i);
		kept += tc_error_header(&w.err, name) != NULL;
	}
	assert_int_in_range(kept, 140, 160); /* of 16 KiB */
	assert_non_null(tc_error_header(&w.err, "x-139"));
	finish(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_attempt),
		cmocka_unit_test(test_without_times),
		cmocka_unit_test(test_why_another_follows),
		cmocka_unit_test(test_refused_clock_and_credentials),
		cmocka_unit_test(test_a_login),
		cmocka_unit_test(test_a_redirect),
		cmocka_unit_test(test_transfers_hold_nobody_back),
		cmocka_unit_test(test_nothing_sent_nothing_told),
		cmocka_unit_test(test_the_hook_must_not_use_the_client),
		cmocka_unit_test(test_ids_of_a_success),
		cmocka_unit_test(test_a_trace_id_of_its_own),
		cmocka_unit_test(test_repeating_as_the_caller_says),
		cmocka_unit_test(test_what_may_be_repeated),
		cmocka_unit_test(test_headers_of_a_refusal),
		cmocka_unit_test(test_headers_of_a_bad_reply),
		cmocka_unit_test(test_many_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
