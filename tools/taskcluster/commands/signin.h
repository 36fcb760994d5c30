/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_SIGNIN_H
#define TC_CLI_COMMANDS_SIGNIN_H

/* Credentials, by way of a browser. */

#include "tools/taskcluster/shared/command.h"

/* Ids of its options; letters are their own. */
enum { SIGNIN_CHECK = OPTION_OWN, SIGNIN_CSH, SIGNIN_EXPIRES, SIGNIN_SAVE, SIGNIN_TIMEOUT };

extern const struct command signin_command;

#endif
