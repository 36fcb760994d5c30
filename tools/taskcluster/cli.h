/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CLI_H
#define TC_CLI_CLI_H

/* The commands. Each has a file of its own; main.c has their list. */

#include "tools/taskcluster/shared/command.h"

extern const struct command completion_command;

/* All of them, with NULL at the end. */
extern const struct command *const commands[];

#endif
