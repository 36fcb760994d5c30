/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_SYSTEMS_H
#define TC_CLI_COMMANDS_SYSTEMS_H

/* Other systems than Taskcluster, with more comfort than `api` has. */

#include "tools/taskcluster/shared/command.h"

extern const struct command treeherder_command, buildbot_command;

#endif
