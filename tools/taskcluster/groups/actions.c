/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/groups.h"

const struct action group_actions[] = {
	{ NULL, NULL },
};
