/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SETTINGS_H
#define TC_CLI_SETTINGS_H

/* The configuration's file: what is in it, and how that changes. */

#include "tools/taskcluster/shared/command.h"

extern const struct command config_command;

#endif
