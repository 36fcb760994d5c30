/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/systems.h"

static const struct command *const treeherder_parts[] = { NULL };
static const struct command *const buildbot_parts[] = { NULL };

const struct command treeherder_command = {
	.name = "treeherder",
	.synopsis = "pushes|jobs|failures REPO",
	.summary = "look at pushes, their jobs and failures",
	.parts = treeherder_parts,
};

const struct command buildbot_command = {
	.name = "buildbot",
	.synopsis = "builds|force|watch|log …",
	.summary = "look at builds, and begin them",
	.parts = buildbot_parts,
};
