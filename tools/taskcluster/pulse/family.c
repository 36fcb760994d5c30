/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/pulse/pulse.h"

static const struct command *const parts[] = { &pulse_listen_command, &pulse_delete_queue_command,
	NULL };

const struct command pulse_command = {
	.name = "pulse",
	.synopsis = "listen|delete-queue …",
	.summary = "listen to the messages that tell what happens",
	.parts = parts,
};
