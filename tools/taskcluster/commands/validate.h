/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_VALIDATE_H
#define TC_CLI_COMMANDS_VALIDATE_H

/* Documents against JSON schemas. */

#include "tools/taskcluster/shared/command.h"

enum { VALIDATE_JSON = OPTION_OWN };

extern const struct command validate_json_command;

#endif
