/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_PULSE_H
#define TC_CLI_PULSE_H

/* Pulse: what happens, from the broker that Taskcluster tells it to. Where librabbitmq is not, all
 * that is done is to say so (absent.c). */

#include "tools/taskcluster/shared/action.h"

extern const struct action pulse_actions[];

/* Of these commands. */
int pulse_listen(struct arguments *arguments);
int pulse_delete_queue(struct arguments *arguments);

#endif
