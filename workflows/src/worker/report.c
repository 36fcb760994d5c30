/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/worker/worker.h"

#include <taskcluster/queue.h>

#define AGAIN_MS 1000
#define AGAIN_SHIFT_MAX 4
#define REPORT_MAX_MS 3600000 /* the claim may be renewed, but the report not be taken */

void tc__task_finish(tc_task *task)
{
	tc_error err = TC_ERROR_INIT;

	task->phase = TC__REPORTING;
	task->finished_ms = task->report_ms = tc__worker_now(task->worker);
	if (!task->over &&
		tc__state_settled(task->worker->state, tc_task_id(task), task->run_id,
			(int)task->result, &err) != TC_OK)
		tc__worker_line(task->worker, TC_LOG_WARN,
			"task %s run %s: its result is not kept: %s", tc_task_id(task),
			task->run_id, tc_error_text(&err));
	tc_error_clear(&err);
	tc__task_look(task);
}

void tc__task_give_back(tc_task *task, enum tc_task_result result, const char *why)
{
	if (atomic_exchange(&task->resolved, true))
		return;
	tc_task_settle(task, result, why);
	tc__task_finish(task);
}

bool tc__task_was_heard(const tc_task *task)
{
	return task->report_sent && tc__run_ended_as(tc__run_of(task, task->told), task->result);
}

void tc__task_unheard(tc_task *task)
{
	if (task->told)
		tc__task_end(task, tc__task_was_heard(task));
	else
		tc__task_ask(task, TC__ASK_END);
}

/* What another try may mend. */
static bool may_again(const tc_error *err)
{
	return tc_error_may_repeat(err) || err->code == TC_ERROR_NETWORK ||
		err->code == TC_ERROR_TIMEOUT || err->code == TC_ERROR_NOMEM ||
		err->code == TC_ERROR_SYSTEM || err->code == TC_ERROR_CANCELED ||
		err->code == TC_ERROR_CREDENTIALS;
}

static void took_report(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	tc_task *task = tc__errand_back(flow, response);

	if (!task)
		return;
	tc_release(response);
	if (!err) {
		tc__task_end(task, true);
		return;
	}
	int64_t now = tc__worker_now(task->worker);
	if (may_again(err) && !task->over && now - task->finished_ms < REPORT_MAX_MS) {
		int shift = task->report_failures < AGAIN_SHIFT_MAX ? task->report_failures
								    : AGAIN_SHIFT_MAX;
		task->report_failures++;
		task->report_ms = now + (AGAIN_MS << shift);
		tc__worker_line(task->worker, TC_LOG_WARN,
			"task %s run %s: the report is tried again: %s", tc_task_id(task),
			task->run_id, tc_error_text(err));
		tc__task_look(task);
		return;
	}
	tc__task_over(task, err);
	tc__task_ask(task, TC__ASK_REPORT);
}

static tc_call *make_call(const tc_task *task, tc_error *err)
{
	const char *id = tc_task_id(task);
	struct tc_queue_task_exception_request why = { .reason = tc__result_name(task->result) };

	if (task->result == TC_TASK_COMPLETED)
		return tc_queue_report_completed_call(task->client, id, task->run_id, err);
	if (task->result == TC_TASK_FAILED)
		return tc_queue_report_failed_call(task->client, id, task->run_id, err);
	tc_call *call = tc_queue_report_exception_call(task->client, id, task->run_id, err);
	return tc__flow_call(call, call ? tc_queue_report_exception_body(call, &why, err) : TC_OK);
}

void tc__task_report(tc_task *task)
{
	tc_error made = TC_ERROR_INIT;
	tc_call *call = make_call(task, &made);

	task->report_sent = true;
	tc__errand_send(&task->report, call, NULL, task->end_ms, took_report, &made);
}
