/* SPDX-License-Identifier: MPL-2.0 */

/* `buildbot watch`. */

#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/systems/buildbot.h"
#include "tools/taskcluster/systems/row.h"
#include "tools/taskcluster/systems/systems.h"

#include <taskcluster/registry.h>
#include <taskcluster/stream.h>

#include <stdio.h>
#include <string.h>

/* Events only have it look sooner: none is needed, and none can be missed. */
#define PAUSE_MS 2000

struct watch {
	struct remote *remote;
	const char *id;
	size_t told;       /* steps that have ended, and were told of */
	size_t begun;      /* the same of those that have begun, for people */
	tc_stream *stream; /* NULL: none is to be had */
	bool over, good;
	char result[16]; /* once it is over */
};

static int print_row(struct watch *watch, const tc_json *object, const char *name)
{
	static const struct column first = { 24, false }, result = { 9, false };
	const char *state = tc_json_text(tc_json_get(object, "state_string"));

	if (watch->remote->json)
		return remote_print(watch->remote, object);
	row_text(&first, name, COLOR_NONE);
	row_text(&result, buildbot_result(object), buildbot_color(object));
	row_duration(tc_json_get(object, "started_at"), tc_json_get(object, "complete_at"));
	row_end(state, state ? strlen(state) : 0);
	fflush(stdout);
	return 0;
}

/* Steps in their order, when they have ended. */
static int print_steps(struct watch *watch, const tc_json *steps)
{
	bool people = row_is_for_people() && !watch->remote->json;
	int status = 0;

	for (; status == 0 && watch->told < tc_json_count(steps); watch->told++) {
		const tc_json *step = tc_json_item(steps, watch->told);
		const char *name = tc_json_text(tc_json_get(step, "name"));
		bool ended = tc_json_true(tc_json_get(step, "complete"));
		if (!ended && people && watch->begun <= watch->told) {
			watch->begun = watch->told + 1;
			return print_row(watch, step, name);
		}
		if (!ended)
			break;
		status = print_row(watch, step, name);
	}
	return status;
}

/* The build is asked for before its steps: so none that is told of is missing in the end. */
static int look(struct watch *watch)
{
	const tc_json *reply = NULL, *build, *more = NULL, *steps;
	int status = buildbot_get(watch->remote, watch->id, &reply, &build);

	if (status == 0)
		status = buildbot_steps(watch->remote, watch->id, &more, &steps);
	if (status == 0)
		status = print_steps(watch, steps);
	watch->over = tc_json_true(tc_json_get(build, "complete"));
	watch->good = buildbot_is_good(build);
	snprintf(watch->result, sizeof watch->result, "%s", buildbot_result(build));
	if (status == 0 && watch->over) {
		char name[BUILD_ID_SIZE + 16];
		snprintf(name, sizeof name, "build %s", watch->id);
		status = print_row(watch, build, name);
	}
	tc_release(reply);
	tc_release(more);
	return status;
}

static void listen(struct watch *watch)
{
	char path[BUILD_ID_SIZE + 16];
	struct tc_pair pair = { "path", path };

	snprintf(path, sizeof path, "builds/%s/*", watch->id);
	tc_call *call = tc_call_by_name(watch->remote->session.client,
		tc_find_operation("buildbot", "listenEvents"), &pair, 1, NULL, NULL);
	watch->stream = call ? tc_stream_new(call, NULL, NULL) : NULL;
	tc_call_free(call);
}

/* Until an event comes, or for a while. */
static void await(struct watch *watch)
{
	const tc_json *event;

	if (!watch->stream) {
		buildbot_pause(PAUSE_MS);
		return;
	}
	if (tc_stream_next(watch->stream, PAUSE_MS, &event, NULL) == TC_OK)
		return;
	tc_stream_free(watch->stream);
	watch->stream = NULL;
}

int buildbot_watch_build(struct remote *remote, const char *id)
{
	struct watch watch = { .remote = remote, .id = id };
	int status = look(&watch);

	if (status == 0 && !watch.over)
		listen(&watch);
	while (status == 0 && !watch.over) {
		await(&watch);
		status = look(&watch);
	}
	tc_stream_free(watch.stream);
	if (status == 0 && !watch.good)
		return failure("the build %s ended with %s", id, watch.result);
	return status;
}

static int take_option(void *data, int id, const char *value)
{
	struct remote *remote = data;

	remote_take_option(remote, id, value);
	return 0;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct remote *remote = data;
	char id[BUILD_ID_SIZE];
	int status = remote_open(remote, arguments, "getBuild");

	if (status == 0)
		status = buildbot_choose(remote, words->all[0], id);
	if (status == 0)
		status = buildbot_watch_build(remote, id);
	remote_close(remote);
	return status;
}

int buildbot_watch(struct arguments *arguments)
{
	static const struct job job = { &buildbot_watch_command, 1, 1, take_option, perform };
	struct remote remote = { .service = "buildbot" };

	return job_run(&job, &remote, arguments);
}
