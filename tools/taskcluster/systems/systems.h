/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SYSTEMS_H
#define TC_CLI_SYSTEMS_H

/* Treeherder and Buildbot, with more comfort than `api` has. */

#include "tools/taskcluster/shared/action.h"

extern const struct action system_actions[];

#endif
