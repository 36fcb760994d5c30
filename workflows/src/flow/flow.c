/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/flow/flow.h"

#include "workflows/src/base/timer.h"

void tc__flow_init(struct tc__flow *flow, tc_loop *loop, tc_client *client, tc_cancel *cancel,
	int64_t deadline_ms)
{
	int64_t now = tc_client_steady_ms(client);

	*flow = (struct tc__flow){ .loop = loop,
		.client = client,
		.cancel = cancel ? cancel : tc_client_cancel(client),
		.until_ms = deadline_ms && deadline_ms < INT64_MAX - now ? now + deadline_ms
									 : INT64_MAX };
}

void tc__flow_branch(struct tc__flow *flow, const struct tc__flow *from)
{
	*flow = (struct tc__flow){ .loop = from->loop,
		.client = from->client,
		.cancel = from->cancel,
		.until_ms = from->until_ms,
		.canceled = from->canceled };
}

static int64_t time_left(const struct tc__flow *flow)
{
	if (flow->until_ms == INT64_MAX)
		return INT64_MAX;
	return flow->until_ms - tc_client_steady_ms(flow->client);
}

int tc__flow_check(const struct tc__flow *flow, tc_error *err)
{
	if (flow->canceled)
		return tc_error_set(err, TC_ERROR_CANCELED, "canceled by tc_job_cancel");
	if (tc_cancel_fired(flow->cancel))
		return tc_error_set(err, TC_ERROR_CANCELED, "canceled by tc_cancel_fire");
	if (time_left(flow) <= 0)
		return tc_error_set(err, TC_ERROR_TIMEOUT, "not done by its deadline");
	return TC_OK;
}

static void fail(struct tc__flow *flow, tc__flow_fn *then, tc_error *err)
{
	then(flow, NULL, err);
	tc_error_clear(err);
}

/* ---- the tc_cancel ---- */

#define LOOK_MS 100

static void end_wait(struct tc__flow *flow);
static void look(void *data, uint64_t timer);

/* Runs on a user's loop look at a tc_cancel before each attempt only, and timers never: so the flow
 * looks now and then while it waits. Without memory it is seen later. */
static void begin_wait(struct tc__flow *flow)
{
	tc_error err = TC_ERROR_INIT;

	if (flow->cancel && (flow->run || flow->timer))
		tc_loop_timer(flow->loop, LOOK_MS, look, flow, &flow->watch, &err);
	tc_error_clear(&err);
}

static void look(void *data, uint64_t timer)
{
	struct tc__flow *flow = data;

	(void)timer;
	flow->watch = 0;
	if (tc_cancel_fired(flow->cancel))
		end_wait(flow);
	else
		begin_wait(flow);
}

/* What it waited for has come. */
static void stop_looking(struct tc__flow *flow)
{
	tc__timer_end(flow->loop, &flow->watch);
	flow->run = flow->timer = 0;
}

/* ---- calls ---- */

static void take_reply(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct tc__flow *flow = data;
	tc_error canceled = TC_ERROR_INIT;

	(void)run;
	stop_looking(flow);
	/* a reply that came just before the cancel counts for nothing */
	if (!err && flow->canceled) {
		tc_release(response);
		tc__flow_check(flow, &canceled);
		fail(flow, flow->then, &canceled);
		return;
	}
	flow->then(flow, response, err);
}

void tc__flow_terms(const struct tc__flow *flow, struct tc_call_options *options)
{
	int64_t left = time_left(flow);

	if (left != INT64_MAX)
		options->deadline_ms = left > 0 ? left : 1;
	options->cancel = flow->cancel;
}

static int start(struct tc__flow *flow, tc_call *call, struct tc_call_options *options,
	const struct tc_sink *sink, tc_error *err)
{
	int rc = tc__flow_check(flow, err);

	if (rc != TC_OK)
		return rc;
	tc__flow_terms(flow, options);
	rc = tc_call_set_options(call, options, err);
	if (rc != TC_OK)
		return rc;
	if (sink)
		return tc_loop_download(flow->loop, call, sink, take_reply, flow, &flow->run, err);
	return tc_loop_start(flow->loop, call, take_reply, flow, &flow->run, err);
}

void tc__flow_send(struct tc__flow *flow, tc_call *call, struct tc_call_options *options,
	const struct tc_sink *sink, tc__flow_fn *then, tc_error *made)
{
	struct tc_call_options none = TC_CALL_OPTIONS_INIT;

	flow->then = then;
	int rc = call ? start(flow, call, options ? options : &none, sink, made) : made->code;
	tc_call_free(call);
	if (rc != TC_OK)
		fail(flow, then, made);
	else
		begin_wait(flow);
}

tc_call *tc__flow_call(tc_call *call, int rc)
{
	if (!call || rc == TC_OK)
		return call;
	tc_call_free(call);
	return NULL;
}

void tc__flow_send_kept(struct tc__flow *flow, const tc_call *call, tc__flow_fn *then)
{
	tc_error err = TC_ERROR_INIT;

	flow->then = then;
	int rc = tc__flow_check(flow, &err);
	if (rc == TC_OK)
		rc = tc_loop_start(flow->loop, call, take_reply, flow, &flow->run, &err);
	if (rc != TC_OK)
		fail(flow, then, &err);
	else
		begin_wait(flow);
}

/* ---- pauses ---- */

static void end_pause(void *data, uint64_t timer)
{
	struct tc__flow *flow = data;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	stop_looking(flow);
	if (tc__flow_check(flow, &err) != TC_OK)
		fail(flow, flow->then, &err);
	else
		flow->then(flow, NULL, NULL);
}

static void lose_pause(void *data, uint64_t timer)
{
	struct tc__flow *flow = data;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	stop_looking(flow);
	tc_error_set(&err, TC_ERROR_CANCELED, "canceled, as the loop is freed");
	fail(flow, flow->then, &err);
}

int tc__flow_begin(struct tc__flow *flow, tc__flow_fn *then, tc_error *err)
{
	flow->then = then;
	return tc_loop_timer_or_end(flow->loop, 0, end_pause, lose_pause, flow, &flow->timer, err);
}

/* No longer than the deadline allows, nor at all when it is canceled: it then fails by itself. */
void tc__flow_pause(struct tc__flow *flow, int64_t ms, tc__flow_fn *then)
{
	int64_t left = time_left(flow);
	tc_error err = TC_ERROR_INIT;

	flow->then = then;
	if (left < ms)
		ms = left > 0 ? left : 0;
	if (flow->canceled)
		ms = 0;
	if (tc_loop_timer_or_end(flow->loop, ms, end_pause, lose_pause, flow, &flow->timer, &err) !=
		TC_OK)
		fail(flow, then, &err);
	else if (ms > LOOK_MS)
		begin_wait(flow);
}

void tc__flow_stop_pause(struct tc__flow *flow)
{
	if (!flow->timer)
		return;
	tc__timer_end(flow->loop, &flow->timer);
	stop_looking(flow);
}

/* ---- the end ---- */

static void end_wait(struct tc__flow *flow)
{
	tc_error err = TC_ERROR_INIT;

	if (flow->run)
		tc_loop_cancel(flow->loop, flow->run);
	/* the longer pause goes on when there is no memory for a shorter one */
	uint64_t before = flow->timer, soon = 0;
	if (before &&
		tc_loop_timer_or_end(flow->loop, 0, end_pause, lose_pause, flow, &soon, &err) ==
			TC_OK) {
		tc_loop_timer_cancel(flow->loop, before);
		flow->timer = soon;
	}
	tc_error_clear(&err);
}

void tc__flow_cancel(struct tc__flow *flow)
{
	flow->canceled = true;
	end_wait(flow);
}
