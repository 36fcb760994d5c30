/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/group.h"
#include "tools/taskcluster/groups/groups.h"

const struct action group_actions[] = {
	{ &group_cancel_command, group_cancel },
	{ &group_list_command, group_list },
	{ &group_status_command, group_status },
	{ NULL, NULL },
};
