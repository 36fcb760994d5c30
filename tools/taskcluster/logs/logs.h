/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_H
#define TC_CLI_LOGS_H

/* Logs of tasks, also while they grow. */

#include "tools/taskcluster/shared/action.h"

extern const struct action log_actions[];

int task_log(struct arguments *arguments);

#endif
