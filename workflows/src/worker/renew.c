/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/worker.h"

#include <taskcluster/queue.h>

#define ATTEMPT_MS 30000   /* the longest attempt, */
#define ATTEMPT_MIN_MS 500 /* and the shortest */
#define AGAIN_MS 1000
#define AGAIN_MAX_MS 8000
#define AGAIN_MIN_MS 100

static int64_t between(int64_t least, int64_t value, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* What the reply says of the claim; nothing is changed when it does not. */
static int take_reply(tc_task *task, tc_response *response, tc_error *err)
{
	struct tc__moment moment;
	const tc_json *reply = tc_response_json(response, err);
	const char *taken_until = tc_json_text(tc_json_get(reply, "takenUntil"));

	if (!reply)
		return err->code;
	if (!taken_until)
		return tc_error_set(
			err, TC_ERROR_REPLY, "queue.reclaimTask: /takenUntil: is not there");
	tc_credentials *credentials =
		tc_credentials_from_json(tc_json_get(reply, "credentials"), err);
	if (!credentials)
		return err->code;
	tc__moment_read(&moment, task->client, response, task->renew_sent_ms);
	/* it cannot be longer than from when it was asked for */
	moment.steady_ms = task->renew_sent_ms;
	int rc = tc__task_set_times(task, taken_until, &moment, err);
	if (rc == TC_OK)
		tc__task_set_credentials(task, credentials);
	tc_credentials_free(credentials);
	return rc;
}

/* Those who hand credentials on, and a worker after this one, know them, too. */
static void tell(tc_task *task, tc_response *response)
{
	tc_worker *worker = task->worker;
	tc_error err = TC_ERROR_INIT;

	task->renewals++;
	worker->stats.reclaims++;
	if (tc__state_renewed(worker->state, tc_task_id(task), task->run_id,
		    tc_response_json(response, NULL), &err) != TC_OK)
		tc__worker_line(worker, TC_LOG_WARN, "task %s run %s: the renewal is not kept: %s",
			tc_task_id(task), task->run_id, tc_error_text(&err));
	tc_error_clear(&err);
	if (task->renewed)
		task->renewed(task->renewed_data, task);
}

/* Again soon, as long as the claim lasts: what is a second away from its end is not put off for
 * longer. */
static void again(tc_task *task, const tc_error *err)
{
	int64_t now = tc__worker_now(task->worker), left = task->end_ms - now;
	int64_t pause = AGAIN_MS << (task->renew_failures < 3 ? task->renew_failures : 3);

	task->renew_failures++;
	task->refused_status = err->http_status;
	task->renew_ms =
		now + between(AGAIN_MIN_MS, left / 5, pause < AGAIN_MAX_MS ? pause : AGAIN_MAX_MS);
	if (task->renew_failures == 1 && !task->over)
		tc__worker_line(task->worker, TC_LOG_WARN,
			"task %s run %s: the claim was not renewed, and is tried again: %s",
			tc_task_id(task), task->run_id, tc_error_text(err));
}

/* It is somebody else's, or nobody's. A page of a front server has no code, and says nothing of it.
 */
static bool is_lost(const tc_error *err)
{
	return (err->http_status == 409 || err->http_status == 404) && tc_error_server_code(err);
}

static void took_renewal(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	tc_task *task = tc__errand_back(flow, response);
	tc_error own = TC_ERROR_INIT;

	if (!task)
		return;
	tc_worker *worker = task->worker;
	tc__worker_hold(worker);
	bool renewed = !err && take_reply(task, response, &own) == TC_OK;
	if (renewed) {
		task->renew_failures = task->refused_status = 0;
		tell(task, response);
	} else if (!task->over && !(err && is_lost(err))) {
		again(task, err ? err : &own);
	}
	bool lost = !task->over && err && is_lost(err);
	if (lost)
		tc__task_over(task, err);
	tc_error_clear(&own);
	tc_release(response);
	if (tc__worker_leave(worker))
		return;
	if (lost) {
		task->lost = true;
		tc__task_ask(task, TC__ASK_LOST);
	} else if (task->phase == TC__LEFTOVER && renewed) {
		tc__leftover_good(task);
	} else {
		tc__task_look(task);
	}
}

void tc__task_renew(tc_task *task)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	tc_error made = TC_ERROR_INIT;

	task->renew_sent_ms = tc__worker_now(task->worker);
	/* an attempt that hangs leaves time for others */
	options.timeout_ms =
		between(ATTEMPT_MIN_MS, (task->end_ms - task->renew_sent_ms) / 3, ATTEMPT_MS);
	tc_call *call =
		tc_queue_reclaim_task_call(task->client, tc_task_id(task), task->run_id, &made);
	tc__errand_send(&task->renewal, call, &options, task->end_ms, took_renewal, &made);
}
