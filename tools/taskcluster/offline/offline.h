/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_OFFLINE_H
#define TC_CLI_OFFLINE_H

/* Values for scripts, made without a server: ids, dates, and what a listener binds to. */

#include "tools/taskcluster/shared/command.h"

extern const struct command from_now_command, routing_key_command, slugid_command;

#endif
