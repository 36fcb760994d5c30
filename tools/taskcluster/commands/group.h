/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_GROUP_H
#define TC_CLI_COMMANDS_GROUP_H

/* Task groups, by the official client's names. */

#include "tools/taskcluster/shared/command.h"

extern const struct command group_command;

#endif
