/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/parts/run.h"

#include "tools/streams/streams.h"
#include "tools/taskcluster/dispatch/dispatch.h"
#include "tools/taskcluster/parts/parts.h"

static const struct action *const *known;

static const struct action *find_action(const struct command *command)
{
	for (const struct action *const *family = known; *family; family++)
		for (const struct action *action = *family; action->command; action++)
			if (action->command == command)
				return action;
	return NULL;
}

static int perform(const struct command *command, struct arguments *arguments)
{
	const struct action *action = find_action(command);

	if (action)
		return action->run(arguments);
	return command->run ? command->run(arguments) : COMMAND_ONLINE;
}

int part_run(char **argv, const struct action *const *families, const char *next)
{
	known = families;
	streams_open();
	part_begin();
	int status = dispatch(argv + (*argv != NULL), perform);
	if (status == COMMAND_ONLINE)
		status = part_become("", next, argv);
	return part_end(status);
}
