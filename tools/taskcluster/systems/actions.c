/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/systems/systems.h"

const struct action system_actions[] = {
	{ &treeherder_pushes_command, treeherder_pushes },
	{ &treeherder_jobs_command, treeherder_jobs },
	{ &treeherder_failures_command, treeherder_failures },
	{ &buildbot_builds_command, buildbot_builds },
	{ &buildbot_force_command, buildbot_force },
	{ &buildbot_watch_command, buildbot_watch },
	{ &buildbot_log_command, buildbot_log },
	{ NULL, NULL },
};
