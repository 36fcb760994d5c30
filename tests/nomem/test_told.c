/* SPDX-License-Identifier: MPL-2.0 */
/* What a program is told of attempts and refusals, and tells of its calls, with memory that ends at
 * any moment: what cannot be kept is left out of an error, and nothing leaks. */
#include "tests/harness/test.h"

#include "runtime/src/call/call.h"
#include "tests/harness/fake.h"
#include "tests/nomem/failing.h"
#include "tests/nomem/silent.h"
#include <string.h>

struct world {
	struct tc__transport transport;
	tc_client *client;
	size_t told;
};

static void line(struct tc__reply *reply, const char *text)
{
	(void)tc__reply_line(reply, text, strlen(text));
}

/* Every call is refused, with all that a refusal can bring. */
static int deliver(struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err)
{
	struct tc__reply *reply = delivery->reply;
	static const char body[] = "{\"code\":\"Busy\",\"message\":\"come again\"}";

	(void)transport;
	(void)err;
	line(reply, "HTTP/1.1 503 x\r\n");
	line(reply, "Retry-After: 7\r\n");
	line(reply, "x-for-request-id: r1\r\n");
	line(reply, "X-Long: a header that is as long as headers of real servers are at times\r\n");
	line(reply, "\r\n");
	(void)tc__reply_body(reply, body, sizeof body - 1);
	return TC_OK;
}

static const struct tc__transport_kind kind = SILENT_KIND(deliver);

static void on_attempt(void *data, const struct tc_metrics *metrics)
{
	struct world *w = data;

	w->told += metrics->total_us >= 0;
}

static int prepare(tc_call *call, tc_error *err)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;

	options.repeat = TC_REPEAT_NEVER;
	options.trace_id = "a trace id of its own, of some length, so that it needs memory";
	int rc = tc_call_set_options(call, &options, err);
	return rc == TC_OK ? tc_call_secret_header(call, "x-gate", "secret", err) : rc;
}

static int check_refusal(const struct world *w, tc_error *err)
{
	const char *id = tc_error_request_id(err);
	const char *header = tc_error_header(err, "x-for-request-id");
	int64_t pause_ms = tc_error_retry_after_ms(err);

	assert_int_equal(err->http_status, 503);
	assert_true(tc_error_may_repeat(err)); /* whatever could be kept of it */
	assert_true(w->told > 0);
	assert_true(!header || strcmp(header, "r1") == 0);
	assert_true(pause_ms == -1 || pause_ms == 7000);
	bool whole = id && header && pause_ms == 7000 &&
		strstr(tc_error_text(err), "503 Busy: come again") && tc_error_server_code(err) &&
		tc_error_server_message(err) && tc_error_body(err, NULL) &&
		tc_error_header(err, "x-long");
	tc_error_clear(err);
	return whole ? TC_OK : tc__fail_nomem(err);
}

static int be_refused(void *data, tc_error *err)
{
	struct world *w = data;
	tc_call *call = tc_generated_call(w->client, TC_FAKE_OPERATION(PING), NULL, NULL, err);
	int rc = call ? prepare(call, err) : err->code;

	w->told = 0;
	if (rc == TC_OK)
		rc = tc_call_perform(call, NULL, err);
	tc_call_free(call);
	return rc == TC_ERROR_HTTP ? check_refusal(w, err) : rc;
}

static void test_a_refusal(void **state)
{
	struct world w = { .transport = { &kind } };
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.root_url = "https://tc.example.com";
	options.metrics = on_attempt;
	options.metrics_data = &w;
	options.no_pause = true;
	w.client = tc_client_new(&options, &err);
	assert_non_null(w.client);
	tc__client_set_transport(w.client, &w.transport);
	assert_ok(be_refused(&w, &err), &err);
	assert_true(tc_failing_each(be_refused, &w) > 8);
	tc_client_free(w.client);
}

/* A call that fails for its turn needs memory for the text only. */
static int be_late(void *data, tc_error *err)
{
	struct world *w = data;
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	tc_call *call = tc_generated_call(w->client, TC_FAKE_OPERATION(PING), NULL, NULL, err);

	options.deadline_ms = 1000;
	int rc = call ? tc_call_set_options(call, &options, err) : err->code;
	if (rc == TC_OK)
		rc = tc_call_perform(call, NULL, err);
	tc_call_free(call);
	if (rc != TC_ERROR_TIMEOUT)
		return rc;
	bool whole = strstr(tc_error_text(err), "queue.ping: the server asked for a pause") &&
		tc_error_retry_after_ms(err) > 0;
	tc_error_clear(err);
	return whole ? TC_OK : tc__fail_nomem(err);
}

static void test_a_pause_beyond_a_deadline(void **state)
{
	struct world w = { .transport = { &kind } };
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.root_url = "https://tc.example.com";
	options.attempts = 1;
	w.client = tc_client_new(&options, &err);
	tc__client_set_transport(w.client, &w.transport);
	tc_call *call = tc_generated_call(w.client, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_HTTP);
	tc_call_free(call);
	tc_error_clear(&err);
	assert_true(tc_failing_each(be_late, &w) > 3);
	tc_client_free(w.client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_refusal),
		cmocka_unit_test(test_a_pause_beyond_a_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
