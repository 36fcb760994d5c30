/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_GROUP_H
#define TC_CLI_COMMANDS_GROUP_H

/* Task groups, by the official client's names. */

#include "tools/taskcluster/shared/command.h"

extern const struct command group_command;
extern const struct command group_status_command, group_list_command, group_cancel_command;

/* Options without a letter. */
enum { GROUP_JSON = OPTION_OWN, GROUP_WATCH, GROUP_INTERVAL, GROUP_TIMEOUT, GROUP_FORMAT };

#endif
