/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/artifacts/fetch.h"
#include "tools/taskcluster/jobs/bars.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/sink.h"

#include <taskcluster/registry.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANGES_MAX 32
#define IN_FLIGHT_MAX 1000

static int take_number(const char *option, const char *value, int64_t most, int *number)
{
	int64_t wide;
	int status = arguments_number(option, value, 1, most, &wide);

	*number = (int)wide;
	return status;
}

static int take_option(void *data, int id, const char *value)
{
	struct fetch *fetch = data;
	struct tc_download_options *how = &fetch->how;

	switch (id) {
	case FETCH_RANGES:
		return take_number("--ranges", value, RANGES_MAX, &how->ranges);
	case FETCH_IN_FLIGHT:
		return take_number("--in-flight", value, IN_FLIGHT_MAX, &fetch->folder.in_flight);
	case 'o':
		fetch->output = value;
		break;
	case FETCH_RUN:
		fetch->run = value;
		break;
	case FETCH_INDEX:
		fetch->artifact.index = value;
		break;
	default: { /* those that take no value */
		bool *const flags[] = {
			[FETCH_KEEP - OPTION_OWN] = &how->keep_same,
			[FETCH_ANEW - OPTION_OWN] = &how->anew,
			[FETCH_IDENTITY - OPTION_OWN] = &how->identity,
			[FETCH_NO_SYNC - OPTION_OWN] = &how->no_sync,
			[FETCH_PUBLIC_ONLY - OPTION_OWN] = &how->public_only,
			[FETCH_ALL - OPTION_OWN] = &fetch->all,
			[FETCH_LIVE - OPTION_OWN] = &fetch->folder.live,
			[FETCH_JSON - OPTION_OWN] = &fetch->json,
		};
		*(id == 'q' ? &fetch->quiet : flags[id - OPTION_OWN]) = true;
	}
	}
	return 0;
}

const struct tc_operation *fetch_operation(const struct fetch *fetch)
{
	if (fetch->object)
		return tc_find_operation("object", "startDownload");
	if (fetch->artifact.index && !fetch->all)
		return tc_find_operation("index", "findArtifactFromTask");
	if (fetch->artifact.run_id)
		return tc_find_operation("queue", fetch->all ? "listArtifacts" : "getArtifact");
	return tc_find_operation("queue", fetch->all ? "listLatestArtifacts" : "latestArtifact");
}

static int open_and_perform(
	const struct fetch_command *how, struct fetch *fetch, struct arguments *arguments)
{
	struct session session = SESSION_INIT;

	session.apart = fetch->how.ranges > 1;
	int status = session_open(&session, arguments, fetch_operation(fetch));
	if (status == 0)
		status = how->perform(fetch, &session);
	session_close(&session);
	return status;
}

int fetch_run(const struct fetch_command *how, struct arguments *arguments)
{
	struct fetch fetch = { .object = how->object,
		.how = TC_DOWNLOAD_OPTIONS_INIT,
		.folder = TC_FOLDER_OPTIONS_INIT };
	struct words words;
	int status = words_read(&words, arguments, take_option, &fetch);

	if (status == 0 && words.help)
		status = command_help(how->command);
	else if (status == 0)
		status = how->find(&fetch, &words, how->command);
	if (status == 0 && !words.help)
		status = open_and_perform(how, &fetch, arguments);
	words_free(&words);
	return status;
}

/* ---- where to ---- */

static int no_name(const char *name)
{
	return usage_error(
		"\"%s\" has no last part that could be a file's name: -o FILE names it", name);
}

/* The name's last part in a folder, "" being the current one; for free(). */
static int name_in(const char *folder, const char *name, char **path)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
	const char *between = *folder && folder[strlen(folder) - 1] != '/' ? "/" : "";
	size_t size = strlen(folder) + strlen(base) + 2;

	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return no_name(name);
	*path = malloc(size);
	if (!*path)
		return failure("memory ended");
	snprintf(*path, size, "%s%s%s", folder, between, base);
	return 0;
}

/* The file's path, or NULL for what output_open gives a descriptor of. */
static int find_place(const struct fetch *fetch, char **path)
{
	const char *output = fetch->output;
	struct stat present;

	if (!output)
		return name_in("", fetch->artifact.name, path);
	if (strcmp(output, "-") == 0)
		return 0;
	bool exists = stat(output, &present) == 0;
	if (!*output || (!exists && output[strlen(output) - 1] == '/'))
		return usage_error("-o: there is no folder \"%s\"", output);
	if (exists && S_ISDIR(present.st_mode))
		return name_in(output, fetch->artifact.name, path);
	if (exists && !S_ISREG(present.st_mode))
		return 0;
	*path = strdup(output);
	return *path ? 0 : failure("memory ended");
}

/* ---- one ---- */

static int download(const struct fetch *fetch, const struct session *session,
	const struct tc_target *target, struct tc_downloaded *result, tc_error *err)
{
	if (fetch->object)
		return tc_download_object(
			session->client, fetch->artifact.name, target, &fetch->how, result, err);
	return tc_download_artifact(
		session->client, &fetch->artifact, target, &fetch->how, result, err);
}

/* A signal lets it keep what it has; there is something to keep with files only. */
static int to_file(struct fetch *fetch, const struct session *session, const char *path,
	struct tc_downloaded *result)
{
	struct tc_target target = TC_TARGET_INIT;
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	target.path = path;
	fetch->how.cancel = stop_begin();
	bars_begin(fetch->quiet);
	int rc = download(fetch, session, &target, result, &err);
	bars_end();
	if (rc != TC_OK && !stop_came())
		status = job_report(&err, fetch_operation(fetch), session);
	tc_error_clear(&err);
	stop_end();
	return status;
}

/* A reader that has gone is an error here: what it has is not the artifact. */
static int to_output(struct fetch *fetch, const struct session *session, const char *path,
	struct tc_downloaded *result)
{
	struct tc_target target = TC_TARGET_INIT;
	tc_error err = TC_ERROR_INIT;
	struct output output;
	struct output_sink into = { .output = &output };
	int status = output_open(&output, path);

	if (status == 0) {
		output.counts_readers = true;
		signal(SIGPIPE, SIG_IGN);
		fflush(stdout);
		struct tc_sink sink = output_sink(&into);
		target.sink = &sink;
		bars_begin(fetch->quiet || isatty(output.fd));
		int rc = download(fetch, session, &target, result, &err);
		bars_end();
		if (rc != TC_OK)
			status = into.status ? into.status
					     : job_report(&err, fetch_operation(fetch), session);
	}
	output_close(&output);
	tc_error_clear(&err);
	return status;
}

int fetch_one(const struct fetch *asked, const struct session *session,
	struct tc_downloaded *result, char **path)
{
	struct fetch fetch = *asked;
	int status = find_place(&fetch, path);

	fetch.how.progress = bars_progress;
	if (status != 0)
		return status;
	return *path ? to_file(&fetch, session, *path, result)
		     : to_output(&fetch, session, fetch.output, result);
}
