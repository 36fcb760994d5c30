/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/pulse.h"
#include "tools/taskcluster/pulse/pulse.h"

static int run(struct arguments *arguments)
{
	(void)arguments;
	return usage_error("this program was built without librabbitmq, and cannot listen to "
			   "Pulse; `taskcluster routing-key` still prints what to bind to");
}

const struct action pulse_actions[] = {
	{ &pulse_listen_command, run },
	{ &pulse_delete_queue_command, run },
	{ NULL, NULL },
};
