/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_RUNS_H
#define TC_CLI_TASKS_RUNS_H

/* The runs in a task's status, which is the member "status" of what the queue answers. */

#include <taskcluster/json.h>

/* A run by its number, TASK_LATEST for the last. NULL after telling that it is not there. */
const tc_json *runs_find(const tc_json *status, int64_t number);

/* The latest run or, of a task without runs, the status: both have a "state". */
const tc_json *runs_latest(const tc_json *status);

/* Prints "failed 'failed'" or "running" and a line end, of a run or a status; in colour on a
 * terminal. 0, or STATUS_FAILED after telling that there is no state. */
int runs_print(const tc_json *run);

#endif
