/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/group.h"

static const struct command *const parts[] = { NULL };

const struct command group_command = {
	.name = "group",
	.synopsis = "cancel|list|status …",
	.summary = "look at task groups, and cancel them",
	.parts = parts,
};
