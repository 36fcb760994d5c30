/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SYSTEMS_H
#define TC_CLI_SYSTEMS_H

/* Treeherder and Buildbot, with more comfort than `api` has. */

#include "tools/taskcluster/shared/action.h"

extern const struct action system_actions[];

/* The commands, by their names; each returns the exit status. */
int treeherder_pushes(struct arguments *arguments);
int treeherder_jobs(struct arguments *arguments);
int treeherder_failures(struct arguments *arguments);
int buildbot_builds(struct arguments *arguments);
int buildbot_force(struct arguments *arguments);
int buildbot_watch(struct arguments *arguments);
int buildbot_log(struct arguments *arguments);

#endif
