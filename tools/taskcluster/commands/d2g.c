/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/d2g.h"

const struct command d2g_command = {
	.name = "d2g",
	.synopsis = "",
	.summary = "translate a payload of docker-worker to one of generic-worker",
};
