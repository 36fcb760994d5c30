/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMPLETION_H
#define TC_CLI_COMPLETION_H

/* Scripts with which shells complete the words of this program. */

#include "tools/taskcluster/shared/command.h"

extern const struct command completion_command;

#endif
