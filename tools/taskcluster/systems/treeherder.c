/* SPDX-License-Identifier: MPL-2.0 */

/* `treeherder pushes` and `treeherder jobs`, and which push is meant. */

#include "tools/taskcluster/systems/treeherder.h"
#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/systems/remote.h"
#include "tools/taskcluster/systems/row.h"
#include "tools/taskcluster/systems/systems.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT "10"

/* ---- pushes ---- */

struct pushes {
	struct remote remote;
	const char *repository, *author, *revision, *count;
	bool status;
};

static int take_pushes_option(void *data, int id, const char *value)
{
	struct pushes *pushes = data;
	int64_t number;

	if (remote_take_option(&pushes->remote, id, value))
		return 0;
	switch (id) {
	case PUSHES_AUTHOR:
		pushes->author = value;
		return 0;
	case PUSHES_REVISION:
		pushes->revision = value;
		return 0;
	case SYSTEM_COUNT:
		pushes->count = value;
		return arguments_number("--count", value, 1, INT32_MAX, &number);
	default:
		pushes->status = true;
		return 0;
	}
}

/* The first line of the last commit's message. */
static const char *subject_of(const tc_json *push, size_t *length)
{
	const char *text = tc_json_text(tc_json_at(push, "/revisions/0/comments"));

	*length = text ? strcspn(text, "\r\n") : 0;
	return text;
}

/* "success 12, testfailed 1, running 3": how its jobs stand, one call for each push. */
static int add_counts(struct pushes *pushes, const tc_json *push, char *text, size_t size)
{
	struct ask ask = { .function = "getPushStatus" };
	const tc_json *counts;

	ask_with(&ask, "project", pushes->repository);
	ask_with(&ask, "pushId", tc_json_text(tc_json_get(push, "id")));
	int status = remote_get(&pushes->remote, &ask, NULL, &counts);
	size_t used = 0;
	for (size_t i = 0; i < tc_json_count(counts) && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s %s", i ? ", " : "",
			tc_json_text(tc_json_name(counts, i)),
			remote_text(tc_json_item(counts, i)));
	tc_release(counts);
	return status;
}

static int print_push(void *data, const tc_json *push)
{
	static const struct column revision = { 12, true }, author = { 28, true },
				   counts = { 30, false };
	struct pushes *pushes = data;
	char standing[1000] = "";
	size_t length;
	int status = 0;

	if (pushes->remote.json)
		return remote_print(&pushes->remote, push);
	if (pushes->status)
		status = add_counts(pushes, push, standing, sizeof standing);
	if (status != 0)
		return status;
	row_json(&revision, tc_json_get(push, "revision"));
	row_json(&author, tc_json_get(push, "author"));
	row_time(tc_json_get(push, "push_timestamp"));
	if (pushes->status)
		row_text(&counts, standing, COLOR_NONE);
	const char *subject = subject_of(push, &length);
	row_end(subject, length);
	return 0;
}

static int list_pushes(void *data, const struct words *words, struct arguments *arguments)
{
	struct pushes *pushes = data;
	struct ask ask = { .function = "getPushes" };
	const char *count = pushes->count ? pushes->count : COUNT;

	pushes->repository = words->all[0];
	ask_with(&ask, "project", words->all[0]);
	ask_with(&ask, "author", pushes->author);
	ask_with(&ask, "revision", pushes->revision);
	int status = remote_open(&pushes->remote, arguments, ask.function);
	if (status == 0)
		status = remote_each(
			&pushes->remote, &ask, strtoll(count, NULL, 10), false, print_push, pushes);
	remote_close(&pushes->remote);
	return status;
}

int treeherder_pushes(struct arguments *arguments)
{
	static const struct job job = { &treeherder_pushes_command, 1, 1, take_pushes_option,
		list_pushes };
	struct pushes pushes = { .remote.service = "treeherder" };

	return job_run(&job, &pushes, arguments);
}

/* ---- which push ---- */

static int take_push(void *data, const tc_json *push)
{
	struct chosen *chosen = data;
	const char *id = tc_json_text(tc_json_get(push, "id"));

	snprintf(chosen->id, sizeof chosen->id, "%s", id ? id : "");
	return 0;
}

int treeherder_choose(struct remote *remote, struct chosen *chosen)
{
	struct ask ask = { .function = "getPushes" };

	if (chosen->push && chosen->revision)
		return usage_error("--push and --revision both name the push: one of them");
	if (chosen->push) {
		snprintf(chosen->id, sizeof chosen->id, "%s", chosen->push);
		return 0;
	}
	ask_with(&ask, "project", chosen->repository);
	ask_with(&ask, "revision", chosen->revision);
	int status = remote_each(remote, &ask, 1, false, take_push, chosen);
	if (status != 0 || chosen->id[0])
		return status;
	if (!chosen->revision)
		return failure("%s has no push", chosen->repository);
	status = failure(
		"%s has no push with the revision %s", chosen->repository, chosen->revision);
	hint("`taskcluster treeherder pushes %s` has the newest ones.", chosen->repository);
	return status;
}

int treeherder_take_push(struct chosen *chosen, int id, const char *value)
{
	int64_t number;

	if (id == PUSH_REVISION) {
		chosen->revision = value;
		return 0;
	}
	chosen->push = value;
	return arguments_number("--push", value, 1, INT64_MAX, &number);
}

/* ---- jobs ---- */

struct jobs {
	struct remote remote;
	struct chosen chosen;
	const char *result, *state, *tier, *pattern;
};

static int take_jobs_option(void *data, int id, const char *value)
{
	struct jobs *jobs = data;

	if (remote_take_option(&jobs->remote, id, value))
		return 0;
	switch (id) {
	case JOBS_RESULT:
		jobs->result = value;
		return 0;
	case JOBS_STATE:
		jobs->state = value;
		return 0;
	case JOBS_TIER:
		jobs->tier = value;
		return 0;
	case JOBS_NAME:
		jobs->pattern = value;
		return 0;
	default:
		return treeherder_take_push(&jobs->chosen, id, value);
	}
}

static enum color color_of(const char *standing)
{
	static const struct {
		const char *standing;
		enum color color;
	} colors[] = { { "success", COLOR_GOOD }, { "testfailed", COLOR_BAD },
		{ "busted", COLOR_BAD }, { "exception", COLOR_BAD }, { "running", COLOR_BUSY },
		{ "pending", COLOR_FAINT }, { "retry", COLOR_FAINT } };

	for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
		if (strcmp(colors[i].standing, standing) == 0)
			return colors[i].color;
	return COLOR_NONE;
}

void treeherder_print_job(const tc_json *job)
{
	static const struct column number = { 9, false }, standing = { 10, false },
				   tier = { 1, false }, platform = { 24, true },
				   task = { 22, false };
	const char *state = tc_json_text(tc_json_get(job, "state"));
	const char *result = tc_json_text(tc_json_get(job, "result"));
	const char *name = tc_json_text(tc_json_get(job, "job_type_name"));
	bool ended = state && strcmp(state, "completed") == 0;
	const char *told = ended ? result : state;

	row_json(&number, tc_json_get(job, "id"));
	row_text(&standing, told, color_of(told ? told : ""));
	row_json(&tier, tc_json_get(job, "tier"));
	row_json(&platform, tc_json_get(job, "platform"));
	row_duration(tc_json_get(job, "start_timestamp"),
		ended ? tc_json_get(job, "end_timestamp") : NULL);
	row_json(&task, tc_json_get(job, "task_id"));
	row_end(name, name ? strlen(name) : 0);
}

static int print_job(void *data, const tc_json *job)
{
	struct jobs *jobs = data;
	const char *name = tc_json_text(tc_json_get(job, "job_type_name"));

	if (jobs->pattern && fnmatch(jobs->pattern, name ? name : "", 0) != 0)
		return 0;
	if (jobs->remote.json)
		return remote_print(&jobs->remote, job);
	treeherder_print_job(job);
	return 0;
}

static int list_jobs(void *data, const struct words *words, struct arguments *arguments)
{
	struct jobs *jobs = data;
	struct ask ask = { .function = "getJobs" };

	jobs->chosen.repository = words->all[0];
	int status = remote_open(&jobs->remote, arguments, ask.function);
	if (status == 0)
		status = treeherder_choose(&jobs->remote, &jobs->chosen);
	ask_with(&ask, "project", words->all[0]);
	ask_with(&ask, "push_id", jobs->chosen.id);
	ask_with(&ask, "result", jobs->result);
	ask_with(&ask, "state", jobs->state);
	ask_with(&ask, "tier", jobs->tier);
	/* the server's list has no order, and its pages may overlap */
	if (status == 0)
		status = remote_each(&jobs->remote, &ask, 0, true, print_job, jobs);
	remote_close(&jobs->remote);
	return status;
}

int treeherder_jobs(struct arguments *arguments)
{
	static const struct job job = { &treeherder_jobs_command, 1, 1, take_jobs_option,
		list_jobs };
	struct jobs jobs = { .remote.service = "treeherder" };

	return job_run(&job, &jobs, arguments);
}
