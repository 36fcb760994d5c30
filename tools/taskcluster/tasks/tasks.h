/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_H
#define TC_CLI_TASKS_H

/* Tasks, one at a time. */

#include "tools/taskcluster/shared/action.h"

extern const struct action task_actions[];

#endif
