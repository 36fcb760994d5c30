/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_PARTS_RUN_H
#define TC_CLI_PARTS_RUN_H

/* What the parts' main functions do. */

#include "tools/taskcluster/shared/action.h"

/* Does what the words behind the program's name say: by an action of the families (a list ended by
 * NULL), or by the command itself, where it takes no server. What is left is the part `next`'s. The
 * exit status. */
int part_run(char **argv, const struct action *const *families, const char *next);

#endif
