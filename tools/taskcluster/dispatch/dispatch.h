/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DISPATCH_H
#define TC_CLI_DISPATCH_H

/* From the words of a command line to the command that they name: families, help, what was meant.
 */

#include "tools/taskcluster/shared/command.h"

/* Does what the command is for; returns the exit status. */
typedef int perform_fn(const struct command *command, struct arguments *arguments);

/* Reads the words behind the program's name, ended by NULL, and has the command that they name
 * performed; help and what is wrong it prints itself. Returns the exit status. */
int dispatch(char **words, perform_fn *perform);

#endif
