/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/systems/buildbot.h"

#include "tools/taskcluster/shared/report.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int take_build(void *data, const tc_json *build)
{
	const char *number = tc_json_text(tc_json_get(build, "buildid"));

	snprintf(data, BUILD_ID_SIZE, "%s", number ? number : "");
	return 0;
}

int buildbot_choose(struct remote *remote, const char *word, char id[BUILD_ID_SIZE])
{
	struct ask ask = { .function = "listBuilderBuilds" };

	id[0] = '\0';
	if (*word && strspn(word, "0123456789") == strlen(word)) {
		int length = snprintf(id, BUILD_ID_SIZE, "%s", word);
		return length < BUILD_ID_SIZE ? 0
					      : usage_error("\"%s\" is no number of a build", word);
	}
	ask_with(&ask, "builder", word);
	ask_with(&ask, "order", "-number");
	int status = remote_each(remote, &ask, 1, false, take_build, id);
	if (status == 0 && !id[0])
		return failure("there is no builder %s, or it has no build yet", word);
	return status;
}

int buildbot_get(
	struct remote *remote, const char *id, const tc_json **reply, const tc_json **build)
{
	struct ask ask = { .function = "getBuild" };

	ask_with(&ask, "buildId", id);
	int status = remote_get(remote, &ask, NULL, reply);
	*build = tc_json_at(*reply, "/builds/0");
	if (status == 0 && !*build)
		return failure("the server says nothing of the build %s", id);
	return status;
}

int buildbot_steps(
	struct remote *remote, const char *id, const tc_json **reply, const tc_json **steps)
{
	struct ask ask = { .function = "listBuildSteps" };

	ask_with(&ask, "buildId", id);
	ask_with(&ask, "order", "number");
	int status = remote_get(remote, &ask, NULL, reply);
	*steps = tc_json_get(*reply, "steps");
	return status;
}

static const struct result {
	const char *name;
	enum color color;
	bool good;
} results[] = { { "success", COLOR_GOOD, true }, { "warnings", COLOR_BUSY, true },
	{ "failure", COLOR_BAD, false }, { "skipped", COLOR_FAINT, true },
	{ "exception", COLOR_BAD, false }, { "retry", COLOR_FAINT, false },
	{ "cancelled", COLOR_BAD, false } };

static const struct result *result_of(const tc_json *object)
{
	static const struct result running = { "running", COLOR_BUSY, false },
				   waiting = { "waiting", COLOR_FAINT, false },
				   unknown = { "unknown", COLOR_NONE, false };
	int64_t number;

	if (!tc_json_true(tc_json_get(object, "complete")))
		return tc_json_int64(tc_json_get(object, "started_at"), &number) ? &running
										 : &waiting;
	if (!tc_json_int64(tc_json_get(object, "results"), &number) || number < 0 ||
		number >= (int64_t)(sizeof results / sizeof *results))
		return &unknown;
	return &results[number];
}

const char *buildbot_result(const tc_json *object)
{
	return result_of(object)->name;
}

enum color buildbot_color(const tc_json *object)
{
	return result_of(object)->color;
}

bool buildbot_is_good(const tc_json *object)
{
	return result_of(object)->good;
}

void buildbot_pause(int ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L }, NULL);
}
