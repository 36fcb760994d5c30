/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/d2g.h"

#include "tools/taskcluster/commands/d2g.h"

const struct action d2g_actions[] = {
	{ &d2g_command, d2g },
	{ NULL, NULL },
};
