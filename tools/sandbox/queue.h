/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_QUEUE_H
#define TC_SANDBOX_QUEUE_H

/* What the files of the Queue share. */

#include "authorize.h"
#include "common.h"
#include "handlers.h"
#include "task.h"

/* The handlers of each file; queue.c joins them into the table. */
handler_fn queue_create_task, queue_task, queue_tasks, queue_status, queue_statuses,
	queue_list_dependents, queue_schedule_task, queue_rerun_task, queue_cancel_task,
	queue_change_priority;
handler_fn queue_claim_work, queue_claim_task, queue_reclaim_task, queue_report_completed,
	queue_report_failed, queue_report_exception;

/* The task that the argument taskId names; NULL after a refusal, whose status is stored. */
struct task *queue_load(struct request *request, int *status);

/* The same with the run that the argument runId names. */
struct task *queue_load_run(struct request *request, struct run **run, int *status);

struct step queue_step(struct request *request);

/* The reply {status}. */
int queue_reply_status(struct request *request, const struct task *task);

#endif
