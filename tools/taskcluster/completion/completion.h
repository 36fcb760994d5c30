/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMPLETION_H
#define TC_CLI_COMPLETION_H

/* Scripts with which shells complete the words of this program, and what scripts ask it. */

#include "tools/taskcluster/shared/command.h"

extern const struct command completion_command, completions_command;
extern const struct command complete_command, complete_brief_command;

#endif
