/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/validate.h"
#include "tools/taskcluster/validate/validate.h"

const struct action validate_actions[] = {
	{ &validate_json_command, validate_json },
	{ NULL, NULL },
};
