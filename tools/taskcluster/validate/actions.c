/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/validate/validate.h"

const struct action validate_actions[] = {
	{ NULL, NULL },
};
