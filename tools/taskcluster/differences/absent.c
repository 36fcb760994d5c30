/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/api.h"
#include "tools/taskcluster/differences/differences.h"

static int run(struct arguments *arguments)
{
	(void)arguments;
	return usage_error("this program was built without the component references, and cannot "
			   "read any");
}

const struct action difference_actions[] = {
	{ &api_diff_command, run },
	{ NULL, NULL },
};
