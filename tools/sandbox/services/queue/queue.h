/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_QUEUE_H
#define TC_SANDBOX_QUEUE_H

/* What the files of the Queue share. */

#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"
#include "tools/sandbox/tasks/task.h"

/* The handlers of each file; table.c joins them. */
handler_fn queue_create_task, queue_task, queue_tasks, queue_status, queue_statuses,
	queue_list_dependents, queue_schedule_task, queue_rerun_task, queue_cancel_task,
	queue_change_priority;
handler_fn queue_claim_work, queue_claim_task, queue_reclaim_task, queue_report_completed,
	queue_report_failed, queue_report_exception;

handler_fn queue_get_task_group, queue_seal_task_group, queue_list_task_group,
	queue_cancel_task_group, queue_change_group_priority;
handler_fn queue_list_provisioners, queue_get_provisioner, queue_list_worker_types,
	queue_get_worker_type, queue_list_task_queues, queue_get_task_queue, queue_list_workers,
	queue_get_worker, queue_quarantine_worker, queue_declare_worker, queue_pending_tasks,
	queue_task_queue_counts, queue_task_queue_counts_batch, queue_list_pending,
	queue_list_claimed;

/* For the classic generation: defines without scheduling; and stores a task that comes inside
 * another body, without looking at scopes (0, or the status of a refusal). */
handler_fn queue_define_task;
int queue_store_task(struct request *request, const char *task_id, const tc_json *input);

/* Claims a run for a worker, `by_work` when the worker asked for any, and writes the claim; false
 * when that fails. */
bool queue_claim_run(struct request *request, struct task *task, struct run *run,
	const char *worker_group, const char *worker_id, bool by_work);

/* The next pending task of a queue; NULL when there is none. */
struct task *queue_next_pending(struct request *request, const char *queue);

/* A claim from a queue was refused: when that was for want of scopes, those who look at what waits
 * there learn it. */
void queue_note_refused(struct request *request, const char *queue);

/* Notes that a worker showed itself, and its queue with it. */
void queue_see_worker(
	struct request *request, const char *queue, const char *group, const char *id);

void queue_set_priority(struct request *request, struct task *task, int64_t priority);

/* The task that the argument taskId names; NULL after a refusal, whose status is stored. */
struct task *queue_load(struct request *request, int *status);

/* The same with the run that the argument runId names. */
struct task *queue_load_run(struct request *request, struct run **run, int *status);

struct step queue_step(struct request *request);

/* A row whose second column is a task, as {status, task}. */
write_row_fn queue_write_task;

/* The reply {status}. */
int queue_reply_status(struct request *request, const struct task *task);

#endif
