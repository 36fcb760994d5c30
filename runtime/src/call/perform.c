/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

/* While a call waits, its progress callback is asked this often whether to go on. */
#define WATCH_MS 200

/* Lets time pass in pieces, so that the caller can cancel in between. */
static int wait_watched(
	const tc_client *client, struct tc__transport *transport, int64_t ms, tc_error *err)
{
	const struct tc_options *options = &client->options;
	const struct tc_progress nothing = { .send_total = -1, .receive_total = -1 };

	while (ms > 0) {
		int64_t piece = ms < WATCH_MS || !options->progress ? ms : WATCH_MS;
		transport->kind->wait(transport, piece);
		ms -= piece;
		if (options->progress && options->progress(options->progress_data, &nothing))
			return tc__fail(
				err, TC_ERROR_CANCELED, "canceled by the progress callback");
	}
	return TC_OK;
}

/* One attempt and, if another is to follow, the pause before it. */
static struct tc__next step(
	struct tc__performance *performance, struct tc__transport *transport, tc_error *failure)
{
	const struct tc__transport_kind *kind = transport->kind;
	int rc = tc__performance_attempt(performance, kind->steady_ms(transport), failure);

	if (rc == TC_OK)
		rc = kind->deliver(transport, &performance->delivery, failure);
	struct tc__next next =
		tc__performance_judge(performance, rc, kind->steady_ms(transport), failure);
	if (next.step != TC__STEP_WAIT)
		return next;
	rc = wait_watched(performance->call->client, transport, next.delay_ms, failure);
	if (rc != TC_OK) {
		tc__operation_prefix(performance->call->request.operation, rc, failure);
		next.step = TC__STEP_END;
	}
	return next;
}

static int fail_inside(const tc_call *call, tc_error *err)
{
	const struct tc_operation *operation = call->request.operation;

	return tc__fail(err, TC_ERROR_ARGUMENT,
		"%s.%s: its client is busy with the call whose callback this is: use another "
		"client "
		"here (tc_client_dup), or a loop",
		operation->service->name, operation->name);
}

int tc__call_perform(
	const tc_call *call, struct tc__sink *sink, tc_response **response, tc_error *err)
{
	struct tc__performance performance;
	tc_error failure = TC_ERROR_INIT;
	struct tc__next next;
	tc_client *client = call->client;

	if (client->performing)
		return fail_inside(call, err);
	struct tc__transport *transport = tc__client_transport(client, &failure);
	if (!transport)
		return tc__fail_with(err, &failure);
	client->performing = true;
	tc__performance_begin(&performance, call, sink, transport->kind->steady_ms(transport));
	do {
		next = step(&performance, transport, &failure);
	} while (next.step != TC__STEP_END);
	client->performing = false;
	if (failure.code == TC_OK && response)
		*response = tc__reply_take(&performance.reply);
	tc__performance_end(&performance);
	return failure.code == TC_OK ? TC_OK : tc__fail_with(err, &failure);
}

int tc_call_perform(const tc_call *call, tc_response **response, tc_error *err)
{
	if (response)
		*response = NULL;
	int rc = tc__call_check_whole(call, err);
	return rc == TC_OK ? tc__call_perform(call, NULL, response, err) : rc;
}

int tc__call_fail_reading(const tc_call *call, const tc_response *response, tc_error *failure)
{
	tc__response_attach(response, failure);
	tc__call_log_failure(call, failure);
	return failure->code;
}

static int perform_json(const tc_call *call, const tc_json **json, tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;
	tc_response *response;

	int rc = tc_call_perform(call, &response, err);
	if (rc != TC_OK)
		return rc;
	rc = tc__response_take_json(response, json, &failure);
	tc__operation_prefix(call->request.operation, rc, &failure);
	if (rc != TC_OK)
		tc__call_fail_reading(call, response, &failure);
	tc_release(response);
	return rc == TC_OK ? TC_OK : tc__fail_with(err, &failure);
}

int tc_call_perform_json(const tc_call *call, const tc_json **json, tc_error *err)
{
	if (!json)
		return tc_call_perform(call, NULL, err);
	*json = NULL;
	tc_call *held = tc__call_hold(call);
	int rc = perform_json(call, json, err);
	tc_call_free(held);
	return rc;
}
