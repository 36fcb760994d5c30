/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_ABOUT_H
#define TC_CLI_COMMANDS_ABOUT_H

/* Who calls, and what they may. */

#include "tools/taskcluster/shared/command.h"

extern const struct command scopes_command;

#endif
