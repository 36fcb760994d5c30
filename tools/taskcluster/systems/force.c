/* SPDX-License-Identifier: MPL-2.0 */

/* `buildbot force`. */

#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/systems/buildbot.h"
#include "tools/taskcluster/systems/systems.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUILDERS_MAX 64
/* Requests that nothing stands in front of become builds at once. */
#define PAUSE_MS 100
#define PAUSE_MAX_MS 2000

struct force {
	struct remote remote;
	const char *builders[BUILDERS_MAX], *reason;
	size_t builder_count;
	bool watch;
	const tc_json *scheduler; /* the reply that has it, when nobody named a builder */
};

static int take_option(void *data, int id, const char *value)
{
	struct force *force = data;

	if (remote_take_option(&force->remote, id, value))
		return 0;
	switch (id) {
	case FORCE_WATCH:
		force->watch = true;
		return 0;
	case FORCE_REASON:
		force->reason = value;
		return 0;
	default:
		if (force->builder_count == BUILDERS_MAX)
			return usage_error("more than %d builders", BUILDERS_MAX);
		force->builders[force->builder_count++] = value;
		return 0;
	}
}

/* ---- what is asked for ---- */

/* A field's value; those that the master wants as numbers are. */
static int add_field(tc_json_builder *body, const char *word)
{
	const char *equals = strchr(word, '=');
	int64_t number;
	int status = 0;

	if (!equals || equals == word)
		return usage_error("expected key=value, not \"%s\"", word);
	char *name = strndup(word, (size_t)(equals - word));
	if (!name)
		return failure("memory ended");
	tc_json_add_name(body, name);
	if (strcmp(name, "builderid") == 0 || strcmp(name, "priority") == 0) {
		status = arguments_number(name, equals + 1, INT32_MIN, INT64_MAX, &number);
		tc_json_add_int64(body, number);
	} else {
		tc_json_add_string(body, equals + 1);
	}
	free(name);
	return status;
}

static bool names_builder(const struct words *words)
{
	for (size_t i = 1; i < words->count; i++)
		if (strncmp(words->all[i], "builderid=", 10) == 0)
			return true;
	return false;
}

static int several(const char *scheduler, const tc_json *names)
{
	int status = usage_error("which builder? --builder NAME says it");

	for (size_t i = 0; i < tc_json_count(names); i++)
		hint("%s has %s", scheduler, remote_text(tc_json_item(names, i)));
	return status;
}

/* A scheduler with one builder means that one. */
static int find_builder(struct force *force, const char *scheduler)
{
	struct ask ask = { .function = "getForcescheduler" };

	ask_with(&ask, "forcescheduler", scheduler);
	int status = remote_get(&force->remote, &ask, NULL, &force->scheduler);
	const tc_json *names = tc_json_at(force->scheduler, "/forceschedulers/0/builder_names");
	if (status != 0)
		return status;
	if (tc_json_count(names) != 1)
		return several(scheduler, names);
	force->builders[force->builder_count++] = tc_json_text(tc_json_item(names, 0));
	return 0;
}

static int make_body(const struct force *force, const struct words *words, const tc_json **body)
{
	tc_json_builder *builder = tc_json_builder_new();
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	tc_json_add_object(builder);
	if (force->builder_count) {
		tc_json_add_name(builder, "builderNames");
		tc_json_add_array(builder);
		for (size_t i = 0; i < force->builder_count; i++)
			tc_json_add_string(builder, force->builders[i]);
		tc_json_end(builder);
	}
	if (force->reason) {
		tc_json_add_name(builder, "reason");
		tc_json_add_string(builder, force->reason);
	}
	for (size_t i = 1; status == 0 && i < words->count; i++)
		status = add_field(builder, words->all[i]);
	tc_json_end(builder);
	int rc = tc_json_build(builder, body, &err);
	if (status == 0 && rc != TC_OK)
		status = usage_error("the fields: %s", tc_error_text(&err));
	tc_error_clear(&err);
	return status;
}

/* ---- what comes of it ---- */

/* The first build of a request, once there is one; none when it ended without. */
static int find_build(struct force *force, const char *request, char id[BUILD_ID_SIZE])
{
	struct ask builds = { .function = "listBuildrequestBuilds" };
	struct ask self = { .function = "getBuildrequest" };
	bool over = false;
	int status = 0, pause_ms = PAUSE_MS;

	ask_with(&builds, "buildrequestId", request);
	ask_with(&self, "buildrequestId", request);
	for (id[0] = '\0'; status == 0 && !id[0] && !over;) {
		const tc_json *reply = NULL, *found = NULL;
		status = remote_get(&force->remote, &self, NULL, &reply);
		if (status == 0)
			status = remote_get(&force->remote, &builds, NULL, &found);
		const char *number = tc_json_text(tc_json_at(found, "/builds/0/buildid"));
		snprintf(id, BUILD_ID_SIZE, "%s", number ? number : "");
		over = tc_json_true(tc_json_at(reply, "/buildrequests/0/complete"));
		tc_release(reply);
		tc_release(found);
		if (status == 0 && !id[0] && !over)
			buildbot_pause(pause_ms);
		pause_ms = pause_ms < PAUSE_MAX_MS ? 2 * pause_ms : PAUSE_MAX_MS;
	}
	if (status == 0 && !id[0])
		return failure("the request %s ended without a build", request);
	return status;
}

static int watch_request(struct force *force, const char *request)
{
	char id[BUILD_ID_SIZE];
	int status = find_build(force, request, id);

	return status == 0 ? buildbot_watch_build(&force->remote, id) : status;
}

/* Whether they are numbers, which name requests. */
static bool are_requests(const tc_json *requests)
{
	int64_t number;

	for (size_t i = 0; i < tc_json_count(requests); i++)
		if (!tc_json_int64(tc_json_item(requests, i), &number))
			return false;
	return true;
}

/* The result of the remote procedure is [buildset, {builder: request}]. */
static int take_reply(struct force *force, const tc_json *reply)
{
	const tc_json *result = tc_json_get(reply, "result");
	const tc_json *requests = tc_json_item(result, 1);
	int status = 0;

	if (tc_json_count(requests) == 0)
		return failure("the scheduler did not ask for any build");
	if (!are_requests(requests))
		return failure("the server's answer does not say which requests it made");
	if (force->remote.json)
		status = remote_print(&force->remote, result);
	for (size_t i = 0; !force->remote.json && i < tc_json_count(requests); i++)
		printf("%s\n", tc_json_text(tc_json_item(requests, i)));
	fflush(stdout);
	for (size_t i = 0; force->watch && i < tc_json_count(requests); i++) {
		int ended = watch_request(force, tc_json_text(tc_json_item(requests, i)));
		if (ended != 0)
			status = ended;
	}
	return status;
}

static int ask_for(struct force *force, const struct words *words)
{
	struct ask ask = { .function = "forceBuild" };
	const tc_json *body = NULL, *reply = NULL;
	int status = 0;

	ask_with(&ask, "forcescheduler", words->all[0]);
	if (!force->builder_count && !names_builder(words))
		status = find_builder(force, words->all[0]);
	if (status == 0)
		status = make_body(force, words, &body);
	if (status == 0)
		status = remote_get(&force->remote, &ask, body, &reply);
	if (status == 0)
		status = take_reply(force, reply);
	tc_release(reply);
	tc_release(body);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct force *force = data;
	int status = remote_open(&force->remote, arguments, "forceBuild");

	if (status == 0)
		status = ask_for(force, words);
	tc_release(force->scheduler);
	remote_close(&force->remote);
	return status;
}

int buildbot_force(struct arguments *arguments)
{
	static const struct job job = { &buildbot_force_command, 1, SIZE_MAX, take_option,
		perform };
	struct force force = { .remote.service = "buildbot" };

	return job_run(&job, &force, arguments);
}
