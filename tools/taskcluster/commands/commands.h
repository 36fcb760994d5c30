/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_H
#define TC_CLI_COMMANDS_H

/* All commands that there are, in the order in which help lists them; NULL ends them. */

#include "tools/taskcluster/shared/command.h"

extern const struct command *const commands[];

#endif
