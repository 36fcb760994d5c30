/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/tasks/graph.h"

#include <string.h>

bool graph_rerun(const struct step *step, const struct task *task, const struct run *run)
{
	if (strcmp(task->scheduler_id, GRAPH_SCHEDULER_ID) != 0 || task->deadline <= step->now_ms ||
		strcmp(run->state, "completed") == 0 ||
		strcmp(run->reason_resolved, "canceled") == 0)
		return false;
	return store_run(step->sandbox->store,
		       "UPDATE graph_tasks SET reruns_left = reruns_left - 1 WHERE task_id = ? AND "
		       "reruns_left > 0",
		       "t", task->id) > 0;
}
