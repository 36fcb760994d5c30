/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_H
#define TC_CLI_TASKS_H

/* Tasks, one at a time. */

#include "tools/taskcluster/shared/action.h"

extern const struct action task_actions[];

/* Of these commands. */
int task_status(struct arguments *arguments);
int task_name(struct arguments *arguments);
int task_def(struct arguments *arguments);
int task_group(struct arguments *arguments);
int task_artifacts(struct arguments *arguments);
int task_cancel(struct arguments *arguments);
int task_rerun(struct arguments *arguments);
int task_complete(struct arguments *arguments);
int task_retrigger(struct arguments *arguments);
int task_run(struct arguments *arguments);

#endif
