/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/commands.h"

#include "tools/taskcluster/commands/about.h"
#include "tools/taskcluster/commands/api.h"
#include "tools/taskcluster/commands/artifacts.h"
#include "tools/taskcluster/commands/d2g.h"
#include "tools/taskcluster/commands/group.h"
#include "tools/taskcluster/commands/pulse.h"
#include "tools/taskcluster/commands/signin.h"
#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/commands/trust.h"
#include "tools/taskcluster/commands/validate.h"
#include "tools/taskcluster/completion/completion.h"
#include "tools/taskcluster/offline/offline.h"
#include "tools/taskcluster/settings/settings.h"

const struct command *const commands[] = { &api_command, &task_command, &group_command,
	&artifact_command, &object_command, &download_command, &trust_command, &pulse_command,
	&treeherder_command, &buildbot_command, &signin_command, &config_command, &scopes_command,
	&routing_key_command, &slugid_command, &from_now_command, &validate_json_command,
	&d2g_command, &version_command, &update_command, &completion_command, &completions_command,
	&complete_command, &complete_brief_command, NULL };
