/* SPDX-License-Identifier: MPL-2.0 */

/* `buildbot builds`. */

#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/systems/buildbot.h"
#include "tools/taskcluster/systems/row.h"
#include "tools/taskcluster/systems/systems.h"

#include <string.h>

#define COUNT 10

struct builds {
	struct remote remote;
	int64_t count;
	const tc_json *builders; /* the reply that has their names */
};

static int take_option(void *data, int id, const char *value)
{
	struct builds *builds = data;

	if (id == SYSTEM_COUNT)
		return arguments_number("--count", value, 1, INT32_MAX, &builds->count);
	remote_take_option(&builds->remote, id, value);
	return 0;
}

static const char *name_of(const struct builds *builds, const tc_json *number)
{
	const tc_json *all = tc_json_get(builds->builders, "builders");

	for (size_t i = 0; i < tc_json_count(all); i++) {
		const tc_json *builder = tc_json_item(all, i);
		if (tc_json_equal(tc_json_get(builder, "builderid"), number))
			return tc_json_text(tc_json_get(builder, "name"));
	}
	return tc_json_text(number);
}

static int print_build(void *data, const tc_json *build)
{
	static const struct column id = { 6, false }, name = { 20, false }, number = { 5, false },
				   result = { 9, false };
	struct builds *builds = data;
	const char *state = tc_json_text(tc_json_get(build, "state_string"));

	if (builds->remote.json)
		return remote_print(&builds->remote, build);
	row_json(&id, tc_json_get(build, "buildid"));
	row_text(&name, name_of(builds, tc_json_get(build, "builderid")), COLOR_NONE);
	row_json(&number, tc_json_get(build, "number"));
	row_text(&result, buildbot_result(build), buildbot_color(build));
	row_time(tc_json_get(build, "started_at"));
	row_duration(tc_json_get(build, "started_at"), tc_json_get(build, "complete_at"));
	row_end(state, state ? strlen(state) : 0);
	return 0;
}

static int list_builds(struct builds *builds, const char *builder)
{
	struct ask names = { .function = "listBuilders" };
	struct ask ask = { .function = builder ? "listBuilderBuilds" : "listBuilds" };
	int status = 0;

	ask_with(&ask, "builder", builder);
	ask_with(&ask, "order", builder ? "-number" : "-buildid");
	if (!builds->remote.json)
		status = remote_get(&builds->remote, &names, NULL, &builds->builders);
	if (status == 0)
		status = remote_each(
			&builds->remote, &ask, builds->count, false, print_build, builds);
	tc_release(builds->builders);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct builds *builds = data;
	int status = remote_open(&builds->remote, arguments, "listBuilds");

	if (status == 0)
		status = list_builds(builds, words->all[0]);
	remote_close(&builds->remote);
	return status;
}

int buildbot_builds(struct arguments *arguments)
{
	static const struct job job = { &buildbot_builds_command, 0, 1, take_option, perform };
	struct builds builds = { .remote.service = "buildbot", .count = COUNT };

	return job_run(&job, &builds, arguments);
}
