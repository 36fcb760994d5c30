/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/settings/settings.h"

static const struct command *const parts[] = { NULL };

const struct command config_command = {
	.name = "config",
	.synopsis = "[get|set|reset|help …]",
	.summary = "show and change the configuration",
	.parts = parts,
};
