/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_D2G_H
#define TC_CLI_COMMANDS_D2G_H

/* Tasks of docker-worker as tasks of generic-worker. */

#include "tools/taskcluster/shared/command.h"

extern const struct command d2g_command;

/* Its options beside letters. */
enum { D2G_JSON = OPTION_OWN };

#endif
