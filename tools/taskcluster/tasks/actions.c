/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/tasks/tasks.h"

const struct action task_actions[] = {
	{ NULL, NULL },
};
