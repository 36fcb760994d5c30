/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_SYSTEMS_H
#define TC_CLI_COMMANDS_SYSTEMS_H

/* Other systems than Taskcluster, with more comfort than `api` has. */

#include "tools/taskcluster/shared/command.h"

extern const struct command treeherder_command, buildbot_command;

/* Their commands. */
extern const struct command treeherder_pushes_command, treeherder_jobs_command,
	treeherder_failures_command;
extern const struct command buildbot_builds_command, buildbot_force_command, buildbot_watch_command,
	buildbot_log_command;

/* Of several. */
enum { SYSTEM_SERVER = OPTION_OWN, SYSTEM_JSON, SYSTEM_COUNT, SYSTEM_OWN };

enum { PUSHES_AUTHOR = SYSTEM_OWN, PUSHES_REVISION, PUSHES_STATUS };
enum { PUSH_NUMBER = SYSTEM_OWN, PUSH_REVISION, PUSH_OWN };
enum { JOBS_RESULT = PUSH_OWN, JOBS_STATE, JOBS_TIER, JOBS_NAME };
enum { FAILURES_LINES = PUSH_OWN };
enum { FORCE_BUILDER = SYSTEM_OWN, FORCE_REASON, FORCE_WATCH };

#endif
