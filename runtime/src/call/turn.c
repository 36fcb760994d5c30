/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

#include "runtime/src/call/client_realm.h"

/* The gate that a call's attempts go through. A transfer's go through none: it may lead anywhere,
 * and no server's pause is about all others. */
static struct tc__gate *gate_of(const tc_call *call)
{
	return tc__client_gate(call->client, call->request.operation);
}

static int fail_late(const struct tc__gate *gate, int64_t wait_ms, int64_t now_ms, tc_error *err)
{
	int64_t pause_ms = tc__gate_pause_left(gate, now_ms);

	if (pause_ms) {
		tc__fail(err, TC_ERROR_TIMEOUT,
			"the server asked for a pause, of which %lld ms are left, more than its "
			"deadline leaves",
			(long long)pause_ms);
		tc__error_outlook(err, false, pause_ms);
		return TC_ERROR_TIMEOUT;
	}
	return tc__fail(err, TC_ERROR_TIMEOUT,
		"its turn (rate_per_s) comes in %lld ms, after its deadline", (long long)wait_ms);
}

int tc__call_turn(const tc_call *call, struct tc__turn *turn, int64_t until_ms, int64_t now_ms,
	int64_t *wait_ms, tc_error *err)
{
	struct tc__gate *gate = gate_of(call);

	*wait_ms = 0;
	if (tc__call_is_transfer(call))
		return TC_OK;
	*wait_ms = tc__gate_wait_ms(gate, &call->client->rate, turn, until_ms, now_ms);
	if (*wait_ms && !turn->given)
		return fail_late(gate, *wait_ms, now_ms, err);
	if (*wait_ms)
		tc__log(&call->client->log, TC_LOG_DEBUG, "%s.%s waits %lld ms for its turn",
			call->request.operation->service->name, call->request.operation->name,
			(long long)*wait_ms);
	return TC_OK;
}

void tc__call_give_back(const tc_call *call, struct tc__turn *turn, int64_t now_ms)
{
	if (turn->given)
		tc__gate_give_back(gate_of(call), &call->client->rate, turn, now_ms);
}

int64_t tc__call_pause_left(const tc_call *call, int64_t now_ms)
{
	return tc__call_is_transfer(call) ? 0 : tc__gate_pause_left(gate_of(call), now_ms);
}

void tc__call_pause(const tc_call *call, int64_t pause_ms, int64_t now_ms)
{
	const tc_client *client = call->client;

	/* a longer one is no pause, but an outage */
	if (tc__call_is_transfer(call) || client->options.no_pause || pause_ms <= 0 ||
		pause_ms > TC__RETRY_AFTER * client->retry.delay_max_ms)
		return;
	if (tc__gate_pause(gate_of(call), now_ms + pause_ms))
		tc__log(&client->log, TC_LOG_WARN,
			"the server asks %s.%s for a pause: no attempt of this client to it "
			"begins within %lld ms",
			call->request.operation->service->name, call->request.operation->name,
			(long long)pause_ms);
}
