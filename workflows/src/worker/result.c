/* SPDX-License-Identifier: MPL-2.0 */
/* What results are called, and what the queue told of a run. */
#include "workflows/src/worker/worker.h"

#include <string.h>

/* The state of the run, and its reason. */
static const struct {
	const char *state, *reason;
} results[] = {
	[TC_TASK_COMPLETED] = { "completed", "completed" },
	[TC_TASK_FAILED] = { "failed", "failed" },
	[TC_TASK_INTERMITTENT] = { "exception", "intermittent-task" },
	[TC_TASK_WORKER_SHUTDOWN] = { "exception", "worker-shutdown" },
	[TC_TASK_MALFORMED_PAYLOAD] = { "exception", "malformed-payload" },
	[TC_TASK_RESOURCE_UNAVAILABLE] = { "exception", "resource-unavailable" },
	[TC_TASK_INTERNAL_ERROR] = { "exception", "internal-error" },
};

bool tc__result_known(enum tc_task_result result)
{
	return result >= TC_TASK_COMPLETED && result <= TC_TASK_INTERNAL_ERROR;
}

const char *tc__result_name(enum tc_task_result result)
{
	return results[result].reason;
}

const struct tc_queue_task_status_runs *tc__run_of(
	const tc_task *task, const struct tc_queue_task_status_response *told)
{
	for (size_t i = 0; told && i < told->status.runs_count; i++)
		if (told->status.runs[i].run_id == task->claim->tasks[0].run_id)
			return &told->status.runs[i];
	return NULL;
}

/* A state that is not known says nothing. */
bool tc__run_ended(const struct tc_queue_task_status_runs *run)
{
	for (int i = TC_TASK_COMPLETED; i <= TC_TASK_INTERNAL_ERROR; i++)
		if (run && run->state && strcmp(run->state, results[i].state) == 0)
			return true;
	return false;
}

bool tc__run_ended_as(const struct tc_queue_task_status_runs *run, enum tc_task_result result)
{
	return run && run->state && run->reason_resolved &&
		strcmp(run->state, results[result].state) == 0 &&
		strcmp(run->reason_resolved, results[result].reason) == 0;
}
