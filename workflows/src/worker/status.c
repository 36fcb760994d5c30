/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/worker.h"

#include <taskcluster/queue.h>

#define ASK_MS 3000 /* what was lost is to be aborted soon, known or not */

static void took_status(struct tc__flow *flow, tc_response *response, const tc_error *err);

static void send(tc_task *task)
{
	tc_worker *worker = task->worker;
	tc_error made = TC_ERROR_INIT;
	tc_client *client = worker->status_signed ? worker->client : worker->anonymous;

	task->again = false;
	tc_call *call = tc_queue_status_call(client, tc_task_id(task), &made);
	tc__errand_send(
		&task->asking, call, NULL, tc__worker_now(worker) + ASK_MS, took_status, &made);
}

void tc__task_ask(tc_task *task, enum tc__question question)
{
	if (question > task->question)
		task->question = question;
	if (!task->asking.busy)
		send(task);
	else
		task->again = true; /* what is said now may be older than what made us ask */
}

static void set_told(tc_task *task, struct tc_queue_task_status_response *told)
{
	if (!told)
		return;
	tc_release(task->told);
	task->told = told;
}

/* A poll: it runs, or it was ended from elsewhere. */
static void judge_poll(tc_task *task, struct tc_queue_task_status_response *told)
{
	const struct tc_queue_task_status_runs *run = tc__run_of(task, told);
	tc_error err = TC_ERROR_INIT;

	tc__task_plan_poll(task);
	if (!tc__run_ended(run) || task->over) {
		tc_release(told);
		tc__task_look(task);
		return;
	}
	tc_error_set(&err, TC_ERROR_CANCELED, "the queue says that the run is %s (%s)", run->state,
		run->reason_resolved ? run->reason_resolved : "no reason");
	tc__task_over(task, &err);
	tc_error_clear(&err);
	task->lost = true;
	set_told(task, told);
	if (tc__task_abort(task, TC_ABORT_LOST))
		tc__task_look(task);
}

static void judge(tc_task *task, struct tc_queue_task_status_response *told)
{
	enum tc__question question = task->question;

	task->question = TC__ASK_NOTHING;
	if (question == TC__ASK_POLL) {
		judge_poll(task, told);
		return;
	}
	set_told(task, told);
	if (question != TC__ASK_LOST)
		tc__task_end(task, tc__task_was_heard(task));
	else if (tc__task_abort(task, TC_ABORT_LOST))
		tc__task_look(task);
}

static void took_status(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	tc_task *task = tc__errand_back(flow, response);

	if (!task)
		return;
	bool refused = err && (err->http_status == 401 || err->http_status == 403);
	if (task->again || (refused && !task->worker->status_signed)) {
		task->worker->status_signed |= refused;
		tc_release(response);
		send(task);
		return;
	}
	struct tc_queue_task_status_response *told =
		response ? tc_queue_status_reply(response, NULL) : NULL;
	tc_release(response);
	judge(task, told);
}
