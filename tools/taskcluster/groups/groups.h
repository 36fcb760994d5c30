/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_H
#define TC_CLI_GROUPS_H

/* Task groups. */

#include "tools/taskcluster/shared/action.h"

extern const struct action group_actions[];

/* Each reads its command line and returns the exit status. */
int group_cancel(struct arguments *arguments);
int group_list(struct arguments *arguments);
int group_status(struct arguments *arguments);

#endif
