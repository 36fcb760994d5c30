/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/pulse/pulse.h"

static int run(struct arguments *arguments)
{
	(void)arguments;
	return usage_error("this program was built without librabbitmq, and cannot listen to "
			   "Pulse; `taskcluster routing-key` still prints what to bind to");
}

const struct command pulse_command = {
	.name = "pulse",
	.synopsis = "…",
	.summary = "listen to Pulse (not in this program: it was built without librabbitmq)",
	.run = run,
};
