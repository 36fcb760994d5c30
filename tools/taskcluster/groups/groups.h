/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_H
#define TC_CLI_GROUPS_H

/* Task groups. */

#include "tools/taskcluster/shared/action.h"

extern const struct action group_actions[];

#endif
