/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_TRUST_H
#define TC_CLI_COMMANDS_TRUST_H

/* The chain of trust: certificates of workers over their tasks' artifacts. */

#include "tools/taskcluster/shared/command.h"

extern const struct command trust_command;

/* Its commands. */
extern const struct command trust_verify_command, trust_create_key_command;

/* Of `chain-of-trust verify`. */
enum { VERIFY_KEY = OPTION_OWN, VERIFY_KEY_FILE, VERIFY_RUN, VERIFY_JSON };

#endif
