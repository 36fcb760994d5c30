/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/pulse.h"
#include "tools/taskcluster/pulse/pulse.h"

const struct action pulse_actions[] = {
	{ &pulse_listen_command, pulse_listen },
	{ &pulse_delete_queue_command, pulse_delete_queue },
	{ NULL, NULL },
};
