/* SPDX-License-Identifier: MPL-2.0 */
/* claimWork: when, how, and what becomes of a refusal. */
#include "workflows/src/worker/worker.h"

#include <taskcluster/queue.h>

#define MOST 32         /* tasks that one call may ask for */
#define SPACING_MS 5000 /* between empty answers, however soon they come */
#define AGAIN_MS 1000   /* after a failure, doubled */
#define AGAIN_MAX_MS 60000

static int64_t free_places(const tc_worker *worker)
{
	int64_t places = worker->options.capacity - worker->stats.busy;
	int64_t limit = worker->options.task_limit;

	if (limit && places > limit - worker->stats.claimed)
		places = limit - worker->stats.claimed;
	return places < MOST ? places : MOST;
}

int64_t tc__claim_due(const tc_worker *worker)
{
	if (!worker->ready || worker->ending || worker->claim_run || worker->asking ||
		free_places(worker) < 1)
		return TC__NEVER;
	return worker->claim_next_ms;
}

/* What no repetition changes. What a front server says, without a code, is for now. */
static bool is_refusal(const tc_worker *worker, const tc_error *err)
{
	if (err->http_status && !tc_error_server_code(err))
		return false;
	switch (err->http_status) {
	case 400:
	case 403:
	case 404:
		return true;
	case 401:
		return !worker->manager; /* there will be others */
	default:
		return err->code == TC_ERROR_ARGUMENT || err->code == TC_ERROR_INPUT;
	}
}

static int64_t pause_ms(int failures)
{
	int shift = failures < 7 ? failures : 7;
	int64_t pause = (int64_t)AGAIN_MS << shift;

	return pause < AGAIN_MAX_MS ? pause : AGAIN_MAX_MS;
}

static void fail(tc_worker *worker, const tc_error *err)
{
	if (worker->claim_canceled && err->code == TC_ERROR_CANCELED)
		return;
	if (is_refusal(worker, err)) {
		tc__worker_line(
			worker, TC_LOG_ERROR, "no work may be claimed: %s", tc_error_text(err));
		tc__worker_end(worker, TC_END_REFUSED, err);
		return;
	}
	int64_t pause = pause_ms(worker->claim_failures++);
	worker->claim_next_ms = tc__worker_now(worker) + pause;
	tc__worker_line(worker, TC_LOG_WARN,
		"no work was claimed, and it is tried again in %d s: %s", (int)(pause / 1000),
		tc_error_text(err));
}

/* An empty answer takes 20 s; when it comes at once it is not asked for all the time, nor is one
 * with nothing to begin. */
static void take(tc_worker *worker, tc_response *response)
{
	tc_error err = TC_ERROR_INIT;
	int64_t now = tc__worker_now(worker);

	worker->claim_heard_ms = now;
	int count = tc__intake(worker, response, worker->claim_sent_ms, &err);
	if (!worker->closed && count < 0) {
		fail(worker, &err);
	} else if (!worker->closed && worker->unkept) {
		worker->claim_next_ms = now + pause_ms(worker->claim_failures++);
	} else if (!worker->closed) {
		worker->claim_failures = 0;
		worker->claim_next_ms = count ? now : worker->claim_sent_ms + SPACING_MS;
	}
	tc_error_clear(&err);
}

static void took_claims(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	tc_worker *worker = data;

	(void)run;
	worker->claim_run = 0;
	if (worker->closed)
		;
	else if (err)
		fail(worker, err);
	else
		take(worker, response);
	tc_release(response);
	if (!tc__worker_leave(worker))
		tc__worker_look(worker);
}

tc_call *tc__claim_call(const tc_worker *worker, int64_t tasks, tc_error *err)
{
	const struct tc_queue_claim_work_request request = {
		.tasks = { .present = true, .value = tasks },
		.worker_group = worker->options.worker_group,
		.worker_id = worker->options.worker_id,
	};

	tc_call *call =
		tc_queue_claim_work_call(worker->client, worker->options.task_queue_id, err);
	return tc__flow_call(call, call ? tc_queue_claim_work_body(call, &request, err) : TC_OK);
}

static int start(tc_worker *worker, tc_error *err)
{
	tc_call *call = tc__claim_call(worker, free_places(worker), err);

	if (!call)
		return err->code;
	int rc = tc_loop_start(worker->loop, call, took_claims, worker, &worker->claim_run, err);
	tc_call_free(call);
	return rc;
}

static void send(tc_worker *worker)
{
	tc_error err = TC_ERROR_INIT;

	worker->claim_sent_ms = tc__worker_now(worker);
	worker->claim_canceled = false;
	if (start(worker, &err) == TC_OK)
		tc__worker_hold(worker);
	else
		fail(worker, &err);
	tc_error_clear(&err);
}

static void heard_manager(void *data, bool stop, const char *reason)
{
	tc_worker *worker = data;

	worker->asking = false;
	if (stop) {
		tc__worker_line(worker, TC_LOG_INFO, "worker-manager wants this worker to stop: %s",
			reason ? reason : "it does not say why");
		tc__worker_end(worker, TC_END_MANAGER, NULL);
	} else if (tc__claim_due(worker) != TC__NEVER) {
		send(worker);
	}
	tc__worker_look(worker);
}

void tc__claim_send(tc_worker *worker)
{
	if (!worker->manager) {
		send(worker);
		return;
	}
	worker->asking = true;
	tc__manager_ask(worker->manager, heard_manager, worker);
}

void tc__claim_cancel(tc_worker *worker)
{
	worker->claim_canceled = true;
	if (worker->claim_run)
		tc_loop_cancel(worker->loop, worker->claim_run);
}
