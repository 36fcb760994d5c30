/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_OFFLINE_H
#define TC_CLI_OFFLINE_H

/* What takes no server: ids, dates, what a listener binds to, and what this client is. */

#include "tools/taskcluster/shared/command.h"

extern const struct command from_now_command, routing_key_command, slugid_command, update_command,
	version_command;

#endif
