/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/logs.h"

const struct action log_actions[] = {
	{ NULL, NULL },
};
