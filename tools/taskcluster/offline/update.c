/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/offline.h"

#include "tools/taskcluster/offline/version.h"

#include <stdio.h>

static int run(struct arguments *arguments)
{
	int id;

	while ((id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h')
			return command_help(&update_command);
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		if (id == OPTION_WORD)
			return usage_error(
				"update takes no argument, such as \"%s\"", arguments->value);
	}
	version_print();
	puts("This program does not replace itself: nothing was looked for or changed.\n"
	     "Where it came with the system's packages, these update it. Where it was built from\n"
	     "source, take a newer source, and build and install it again.");
	return 0;
}

const struct command update_command = {
	.name = "update",
	.synopsis = "",
	.summary = "say how this client is updated; no server is asked",
	.run = run,
};
