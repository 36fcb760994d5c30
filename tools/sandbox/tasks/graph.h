/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_GRAPH_H
#define TC_SANDBOX_GRAPH_H

/* Task graphs of 2015, as far as the steps of tasks must know them. */

#include "tools/sandbox/tasks/task.h"

/* The scheduler of tasks that belong to a graph. */
#define GRAPH_SCHEDULER_ID "task-graph-scheduler"

/* Whether a run that failed is to be followed by another: a task of a graph has a number of reruns,
 * one of which this takes. */
bool graph_rerun(const struct step *step, const struct task *task, const struct run *run);

#endif
