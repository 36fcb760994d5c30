/* SPDX-License-Identifier: MPL-2.0 */

/* `treeherder failures`. */

#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/color.h"
#include "tools/taskcluster/systems/row.h"
#include "tools/taskcluster/systems/systems.h"
#include "tools/taskcluster/systems/treeherder.h"
#include "tools/taskcluster/text/one_of.h"
#include "tools/taskcluster/text/plain.h"

#include <stdio.h>
#include <string.h>

#define LINES 5 /* of a job's log */

struct failures {
	struct remote remote;
	struct chosen chosen;
	int64_t lines;
	const tc_json *classifications;
	size_t count;
};

static int take_option(void *data, int id, const char *value)
{
	struct failures *failures = data;

	if (remote_take_option(&failures->remote, id, value))
		return 0;
	switch (id) {
	case FAILURES_LINES:
		return arguments_number("--lines", value, 0, INT32_MAX, &failures->lines);
	default:
		return treeherder_take_push(&failures->chosen, id, value);
	}
}

/* "not classified", "intermittent": the name of a classification by its number. */
static const char *name_of(const struct failures *failures, const tc_json *number)
{
	for (size_t i = 0; i < tc_json_count(failures->classifications); i++) {
		const tc_json *one = tc_json_item(failures->classifications, i);
		if (tc_json_equal(tc_json_get(one, "id"), number))
			return tc_json_text(tc_json_get(one, "name"));
	}
	return tc_json_text(number);
}

/* ---- the lines of a log that were taken for errors, and bugs that may be about them ---- */

static void print_bugs(const tc_json *bugs)
{
	for (size_t i = 0; i < tc_json_count(bugs); i++) {
		const tc_json *bug = tc_json_item(bugs, i);
		const char *id = remote_text(tc_json_get(bug, "id"));
		const char *summary = tc_json_text(tc_json_get(bug, "summary"));
		printf("\t\t%sbug ", color_begin(stdout, COLOR_FAINT));
		plain_print_line(stdout, id, strlen(id));
		fputs(": ", stdout);
		if (summary)
			plain_print_line(stdout, summary, strlen(summary));
		printf("%s\n", color_begin(stdout, COLOR_NONE));
	}
}

static void print_suggestions(const struct failures *failures, const tc_json *suggestions)
{
	for (size_t i = 0; i < tc_json_count(suggestions) && (int64_t)i < failures->lines; i++) {
		const tc_json *suggestion = tc_json_item(suggestions, i);
		const tc_json *line = tc_json_get(suggestion, "search");
		putchar('\t');
		if (tc_json_text(line))
			plain_print_line(stdout, tc_json_text(line), tc_json_text_length(line));
		putchar('\n');
		print_bugs(tc_json_at(suggestion, "/bugs/open_recent"));
	}
	if ((int64_t)tc_json_count(suggestions) > failures->lines && failures->lines > 0)
		printf("\t… %lld more\n",
			(long long)((int64_t)tc_json_count(suggestions) - failures->lines));
}

static int print_json(
	const struct failures *failures, const tc_json *job, const tc_json *suggestions)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	tc_json_add_name(builder, "job");
	tc_json_add_json(builder, job);
	tc_json_add_name(builder, "classification");
	tc_json_add_string(
		builder, name_of(failures, tc_json_get(job, "failure_classification_id")));
	if (suggestions) {
		tc_json_add_name(builder, "suggestions");
		tc_json_add_json(builder, suggestions);
	}
	return output_object(builder);
}

static void print_people(
	const struct failures *failures, const tc_json *job, const tc_json *suggestions)
{
	const char *name = name_of(failures, tc_json_get(job, "failure_classification_id"));

	treeherder_print_job(job);
	putchar('\t');
	if (name)
		plain_print_line(stdout, name, strlen(name));
	putchar('\n');
	print_suggestions(failures, suggestions);
}

static bool has_failed(const tc_json *job)
{
	static const char *const bad[] = { "testfailed", "busted", "exception", NULL };
	const char *result = tc_json_text(tc_json_get(job, "result"));

	return result && text_is_one_of(result, bad);
}

static int print_failure(void *data, const tc_json *job)
{
	struct failures *failures = data;
	struct ask ask = { .function = "getJobBugSuggestions" };
	const tc_json *suggestions = NULL;
	int status = 0;

	if (!has_failed(job))
		return 0;
	failures->count++;
	ask_with(&ask, "project", failures->chosen.repository);
	ask_with(&ask, "jobId", tc_json_text(tc_json_get(job, "id")));
	if (failures->lines > 0)
		status = remote_look(&failures->remote, &ask, &suggestions);
	if (status == 0 && failures->remote.json)
		status = print_json(failures, job, suggestions);
	else if (status == 0)
		print_people(failures, job, suggestions);
	tc_release(suggestions);
	return status;
}

/* ---- the job ---- */

static int list_failures(struct failures *failures)
{
	struct ask names = { .function = "listFailureClassifications" };
	struct ask ask = { .function = "getJobs" };
	int status = treeherder_choose(&failures->remote, &failures->chosen);

	ask_with(&ask, "project", failures->chosen.repository);
	ask_with(&ask, "push_id", failures->chosen.id);
	if (status == 0)
		status = remote_get(&failures->remote, &names, NULL, &failures->classifications);
	if (status == 0)
		status = remote_each(&failures->remote, &ask, 0, true, print_failure, failures);
	if (status == 0 && failures->count == 0)
		complain("no job of push %s has failed", failures->chosen.id);
	tc_release(failures->classifications);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct failures *failures = data;

	failures->chosen.repository = words->all[0];
	int status = remote_open(&failures->remote, arguments, "getJobs");
	if (status == 0)
		status = list_failures(failures);
	remote_close(&failures->remote);
	return status;
}

int treeherder_failures(struct arguments *arguments)
{
	static const struct job job = { &treeherder_failures_command, 1, 1, take_option, perform };
	struct failures failures = { .remote.service = "treeherder", .lines = LINES };

	return job_run(&job, &failures, arguments);
}
