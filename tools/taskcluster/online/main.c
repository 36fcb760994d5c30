/* SPDX-License-Identifier: MPL-2.0 */

/* The part for commands that call servers, and load what calls take alone. */

#include "tools/taskcluster/about/about.h"
#include "tools/taskcluster/api/api.h"
#include "tools/taskcluster/artifacts/artifacts.h"
#include "tools/taskcluster/groups/groups.h"
#include "tools/taskcluster/live/live.h"
#include "tools/taskcluster/logs/logs.h"
#include "tools/taskcluster/parts/parts.h"
#include "tools/taskcluster/parts/run.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/systems/systems.h"
#include "tools/taskcluster/tasks/tasks.h"
#include "tools/taskcluster/trust/trust.h"

int main(int argc, char **argv)
{
	static const struct action *const families[] = { api_actions, task_actions, log_actions,
		group_actions, artifact_actions, trust_actions, system_actions, about_actions,
		NULL };

	(void)argc;
	advice_from(live_advise);
	return part_run(argv, families, PART_EXTRA);
}
