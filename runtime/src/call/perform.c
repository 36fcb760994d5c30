/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

/* While a call waits, its progress callback is asked this often whether to go on. */
#define WATCH_MS 200

static int fail_canceled(const char *by, tc_error *err)
{
	return tc__fail(err, TC_ERROR_CANCELED, "canceled by %s", by);
}

/* Lets time pass, in pieces when the progress callback may cancel in between. */
static int wait_watched(const struct tc__delivery *delivery, struct tc__transport *transport,
	int64_t ms, tc_error *err)
{
	const struct tc_progress nothing = {
		.send_total = -1, .receive_total = -1, .call = delivery->call
	};

	while (ms > 0) {
		int64_t piece = ms < WATCH_MS || !delivery->progress ? ms : WATCH_MS;
		if (!transport->kind->wait(transport, piece, delivery->cancel, NULL))
			return fail_canceled("tc_cancel_fire", err);
		ms -= piece;
		if (delivery->progress && delivery->progress(delivery->progress_data, &nothing))
			return fail_canceled("the progress callback", err);
	}
	return TC_OK;
}

/* Until it may begin with an attempt; *now_ms is when that is. */
static int wait_for_turn(struct tc__performance *performance, struct tc__transport *transport,
	int64_t *now_ms, tc_error *failure)
{
	const tc_call *call = performance->call;
	struct tc__turn turn = { 0 };
	int64_t wait_ms = 0;
	int rc;

	do {
		rc = wait_watched(&performance->delivery, transport, wait_ms, failure);
		*now_ms = tc__steady_ms(call->client->options.seams);
		if (rc == TC_OK)
			rc = tc__call_turn(call, &turn, performance->terms.until_ms, *now_ms,
				&wait_ms, failure);
		else
			tc__call_give_back(call, &turn, *now_ms);
	} while (rc == TC_OK && wait_ms);
	/* what did not begin is not repeated */
	performance->delivery.permanent = rc != TC_OK;
	return rc;
}

/* One attempt and, if another is to follow, the pause before it. */
static struct tc__next step(
	struct tc__performance *performance, struct tc__transport *transport, tc_error *failure)
{
	const struct tc_seams *seams = performance->call->client->options.seams;
	int64_t now_ms;
	int rc = wait_for_turn(performance, transport, &now_ms, failure);

	if (rc == TC_OK)
		rc = tc__performance_attempt(performance, now_ms, failure);
	if (rc == TC_OK)
		rc = transport->kind->deliver(transport, &performance->delivery, failure);
	struct tc__next next =
		tc__performance_judge(performance, rc, tc__steady_ms(seams), failure);
	if (next.step != TC__STEP_WAIT)
		return next;
	rc = wait_watched(&performance->delivery, transport, next.delay_ms, failure);
	if (rc != TC_OK) {
		tc__operation_prefix(performance->call->request.operation, rc, failure);
		next.step = TC__STEP_END;
	}
	return next;
}

struct tc__terms tc__terms_within(const struct tc__terms *terms, int64_t until_ms)
{
	struct tc__terms within = terms ? *terms : (struct tc__terms){ .until_ms = INT64_MAX };

	if (until_ms < within.until_ms)
		within.until_ms = until_ms;
	return within;
}

int tc__call_perform(const tc_call *call, struct tc__sink *sink, const struct tc__terms *terms,
	tc_response **response, tc_error *err)
{
	struct tc__performance performance;
	tc_error failure = TC_ERROR_INIT;
	struct tc__next next;
	tc_client *client = call->client;

	int rc = tc__pool_check_free(&client->pool, err);
	if (rc != TC_OK)
		return tc__operation_prefix(call->request.operation, rc, err);
	struct tc__transport *transport = tc__client_transport(client, &failure);
	if (!transport)
		return tc__fail_with(err, &failure);
	tc__pool_enter(&client->pool);
	int64_t now_ms = tc__pool_now(&client->pool);
	struct tc__terms own = tc__terms_within(terms, tc__call_deadline(call, now_ms));
	tc__performance_begin(&performance, call, sink, &own, now_ms);
	do {
		next = step(&performance, transport, &failure);
	} while (next.step != TC__STEP_END);
	tc__pool_leave(&client->pool);
	if (failure.code == TC_OK && response)
		*response = tc__reply_take(&performance.reply);
	tc__performance_end(&performance);
	return failure.code == TC_OK ? TC_OK : tc__fail_with(err, &failure);
}

int tc_call_perform(const tc_call *call, tc_response **response, tc_error *err)
{
	tc_error_clear(err);
	if (response)
		*response = NULL;
	int rc = tc__call_check_whole(call, err);
	return rc == TC_OK ? tc__call_perform(call, NULL, NULL, response, err) : rc;
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
	tc_error_clear(err);
	if (!json)
		return tc_call_perform(call, NULL, err);
	*json = NULL;
	tc_call *held = tc__call_hold(call);
	int rc = perform_json(call, json, err);
	tc_call_free(held);
	return rc;
}
