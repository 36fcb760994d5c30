/* SPDX-License-Identifier: MPL-2.0 */

/* The program of the commands that call servers, which `taskcluster` becomes for them. */

#include "tools/streams/streams.h"
#include "tools/taskcluster/about/about.h"
#include "tools/taskcluster/api/api.h"
#include "tools/taskcluster/artifacts/artifacts.h"
#include "tools/taskcluster/d2g/d2g.h"
#include "tools/taskcluster/dispatch/dispatch.h"
#include "tools/taskcluster/groups/groups.h"
#include "tools/taskcluster/logs/logs.h"
#include "tools/taskcluster/pulse/pulse.h"
#include "tools/taskcluster/signin/signin.h"
#include "tools/taskcluster/systems/systems.h"
#include "tools/taskcluster/tasks/tasks.h"
#include "tools/taskcluster/trust/trust.h"
#include "tools/taskcluster/validate/validate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct action *const families[] = { api_actions, task_actions, log_actions,
	group_actions, artifact_actions, trust_actions, pulse_actions, system_actions,
	signin_actions, validate_actions, d2g_actions, about_actions };

static const struct action *find_action(const struct command *command)
{
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		for (const struct action *action = families[i]; action->command; action++)
			if (action->command == command)
				return action;
	return NULL;
}

/* What takes no server can be done here, too. */
static int perform(const struct command *command, struct arguments *arguments)
{
	const struct action *action = find_action(command);

	return action ? action->run(arguments) : command->run(arguments);
}

int main(int argc, char **argv)
{
	streams_open();
	int status = dispatch(argv + (argc > 0), perform);
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE)
		return failure("the output: %s", strerror(errno));
	return status;
}
