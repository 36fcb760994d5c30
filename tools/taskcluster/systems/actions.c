/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/systems/systems.h"

const struct action system_actions[] = {
	{ NULL, NULL },
};
