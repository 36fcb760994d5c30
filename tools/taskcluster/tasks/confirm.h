/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_CONFIRM_H
#define TC_CLI_TASKS_CONFIRM_H

/* Options --noop and --confirm of what changes a task. What they say goes to standard output, or
 * with --json, for which that is, to standard error. Each returns 0, or the exit status after
 * telling. */

#include "tools/taskcluster/tasks/task.h"

/* Says what would be done: "Would cancel NAME taskid: … (state: running)". */
int confirm_noop(struct task *task, const char *would);

/* Asks whether it shall be, as question_ask does: an empty line is a no. */
int confirm_ask(struct task *task, const char *will, bool *agreed);

#endif
