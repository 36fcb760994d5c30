/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/commands.h"

#include "tools/taskcluster/commands/about.h"
#include "tools/taskcluster/commands/api.h"
#include "tools/taskcluster/commands/artifacts.h"
#include "tools/taskcluster/commands/pulse.h"
#include "tools/taskcluster/commands/trust.h"
#include "tools/taskcluster/completion/completion.h"
#include "tools/taskcluster/offline/offline.h"

const struct command *const commands[] = { &api_command, &artifact_command, &object_command,
	&download_command, &trust_command, &pulse_command, &routing_key_command, &slugid_command,
	&from_now_command, &scopes_command, &version_command, &completion_command, NULL };
