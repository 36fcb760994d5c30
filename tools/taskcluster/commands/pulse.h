/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_PULSE_H
#define TC_CLI_COMMANDS_PULSE_H

/* Pulse: what happens, from the broker that Taskcluster tells it to. */

#include "tools/taskcluster/shared/command.h"

extern const struct command pulse_command;

/* Its commands. */
extern const struct command pulse_listen_command, pulse_delete_queue_command;

/* Of both, and of `pulse listen`. */
enum { BROKER_SERVER = OPTION_OWN, LISTEN_QUEUE, LISTEN_PATTERN, LISTEN_COUNT, LISTEN_TIMEOUT };

#endif
