/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_PULSE_H
#define TC_CLI_PULSE_H

/* Pulse: what happens, from the broker that Taskcluster tells it to. Where librabbitmq is not, only
 * a family that says so is built (absent.c). */

#include "tools/taskcluster/shared/command.h"

extern const struct command pulse_command;

/* Its commands. */
extern const struct command pulse_listen_command, pulse_delete_queue_command;

#endif
