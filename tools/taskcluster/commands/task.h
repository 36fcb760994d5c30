/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_TASK_H
#define TC_CLI_COMMANDS_TASK_H

/* Tasks, one at a time, by the official client's names. */

#include "tools/taskcluster/shared/command.h"

extern const struct command task_command;

/* Its commands. */
extern const struct command task_log_command;

#endif
