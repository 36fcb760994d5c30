/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_TASK_LOG_H
#define TC_CLI_COMMANDS_TASK_LOG_H

/* The options of `task log` that have no letter. */

#include "tools/taskcluster/commands/task.h"

enum { LOG_NO_FOLLOW = OPTION_OWN, LOG_NAME };

#endif
