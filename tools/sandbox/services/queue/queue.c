/* SPDX-License-Identifier: MPL-2.0 */

/* The Queue's table, and the helpers of its files: queue_create.c (tasks come in), queue_tasks.c
 * (looked at and moved), queue_claim.c (worked on). */

#include "tools/sandbox/services/queue/queue.h"

#include "tools/sandbox/services/queue/artifacts.h"

#include <stdlib.h>

struct task *queue_load(struct request *request, int *status)
{
	const char *id = request_argument(request, "taskId");
	struct task *task = task_load(request->sandbox->store, &request->arena, id);

	if (!task)
		*status = refuse(request, RESOURCE_NOT_FOUND,
			"Task `%s` does not exist. Are you sure this task ID exists?", id);
	return task;
}

struct task *queue_load_run(struct request *request, struct run **run, int *status)
{
	const char *id = request_argument(request, "runId");
	struct task *task = queue_load(request, status);

	if (!task)
		return NULL;
	*run = task_run(task, strtol(id, NULL, 10));
	if (*run)
		return task;
	*status = refuse(
		request, RESOURCE_NOT_FOUND, "Run `%s` does not exist on task `%s`", id, task->id);
	return NULL;
}

struct step queue_step(struct request *request)
{
	return (struct step){ request->sandbox, &request->arena, request->now_ms };
}

int queue_reply_status(struct request *request, const struct task *task)
{
	write_object(&request->reply);
	write_name(&request->reply, "status");
	task_write_status(&request->reply, &request->arena, task);
	write_end_object(&request->reply);
	return 200;
}

const struct handler queue_handlers[] = {
	{ "queue.createTask", queue_create_task, true },
	{ "queue.task", queue_task, false },
	{ "queue.tasks", queue_tasks, false },
	{ "queue.status", queue_status, false },
	{ "queue.statuses", queue_statuses, false },
	{ "queue.listDependentTasks", queue_list_dependents, false },
	{ "queue.scheduleTask", queue_schedule_task, true },
	{ "queue.rerunTask", queue_rerun_task, true },
	{ "queue.cancelTask", queue_cancel_task, true },
	{ "queue.changeTaskPriority", queue_change_priority, true },
	{ "queue.claimWork", queue_claim_work, false },
	{ "queue.claimTask", queue_claim_task, true },
	{ "queue.reclaimTask", queue_reclaim_task, false },
	{ "queue.reportCompleted", queue_report_completed, false },
	{ "queue.reportFailed", queue_report_failed, false },
	{ "queue.reportException", queue_report_exception, false },
	{ "queue.createArtifact", queue_create_artifact, false },
	{ "queue.finishArtifact", queue_finish_artifact, false },
	{ "queue.getArtifact", queue_get_artifact, true },
	{ "queue.getLatestArtifact", queue_get_latest_artifact, true },
	{ "queue.artifact", queue_artifact, true },
	{ "queue.latestArtifact", queue_latest_artifact, true },
	{ "queue.listArtifacts", queue_list_artifacts, false },
	{ "queue.listLatestArtifacts", queue_list_latest_artifacts, false },
	{ "queue.artifactInfo", queue_artifact_info, false },
	{ "queue.latestArtifactInfo", queue_latest_artifact_info, false },
	{ "queue.getTaskGroup", queue_get_task_group, false },
	{ "queue.sealTaskGroup", queue_seal_task_group, true },
	{ "queue.listTaskGroup", queue_list_task_group, false },
	{ "queue.cancelTaskGroup", queue_cancel_task_group, true },
	{ "queue.changeTaskGroupPriority", queue_change_group_priority, true },
	{ "queue.listProvisioners", queue_list_provisioners, false },
	{ "queue.getProvisioner", queue_get_provisioner, false },
	{ "queue.listWorkerTypes", queue_list_worker_types, false },
	{ "queue.getWorkerType", queue_get_worker_type, false },
	{ "queue.listTaskQueues", queue_list_task_queues, false },
	{ "queue.getTaskQueue", queue_get_task_queue, false },
	{ "queue.listWorkers", queue_list_workers, false },
	{ "queue.getWorker", queue_get_worker, false },
	{ "queue.quarantineWorker", queue_quarantine_worker, false },
	{ "queue.declareWorker", queue_declare_worker, true },
	{ "queue.pendingTasks", queue_pending_tasks, false },
	{ "queue.taskQueueCounts", queue_task_queue_counts, false },
	{ "queue.listPendingTasks", queue_list_pending, false },
	{ "queue.listClaimedTasks", queue_list_claimed, false },
	{ NULL, NULL, false },
};
