/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_CLAIM_H
#define TC_CLI_TASKS_CLAIM_H

#include "tools/taskcluster/tasks/task.h"

/* Completes a task whose status is known, and which has runs: claims the latest as a worker would,
 * and reports it as completed. The queue's answer to that; release it. 0, or the exit status after
 * telling. */
int claim_and_complete(struct task *task, const tc_json **answer);

#endif
