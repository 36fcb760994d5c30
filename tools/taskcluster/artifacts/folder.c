/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/artifacts/fetch.h"
#include "tools/taskcluster/jobs/bars.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/shared/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is told at the end. */
struct failed {
	struct failed *next;
	char text[]; /* "NAME: what was wrong" */
};

struct saving {
	const struct fetch *fetch;
	const char *folder;
	bool verbose;
	int status; /* of what was printed */
	struct failed *first, **last;
};

/* Without memory the error of the whole still tells. */
static void note_failure(struct saving *saving, const struct tc_saved *saved)
{
	const char *error = tc_error_text(saved->err);
	size_t size = strlen(saved->name) + strlen(error) + 3;
	struct failed *failed = malloc(sizeof *failed + size);

	if (!failed)
		return;
	snprintf(failed->text, size, "%s: %s", saved->name, error);
	failed->next = NULL;
	*saving->last = failed;
	saving->last = &failed->next;
}

static void note_saved(struct saving *saving, const struct tc_saved *saved)
{
	const char *slash = saving->folder[strlen(saving->folder) - 1] == '/' ? "" : "/";
	size_t size = strlen(saving->folder) + strlen(saved->path) + 2;
	char *path = malloc(size);

	if (path)
		snprintf(path, size, "%s%s%s", saving->folder, slash, saved->path);
	bars_hide();
	int status =
		fetch_tell(saving->fetch, saved->name, path ? path : saved->path, saved->result);
	if (status != 0)
		saving->status = status;
	free(path);
}

static void on_saved(void *data, const struct tc_saved *saved)
{
	struct saving *saving = data;

	bars_drop(saved->name);
	if (saved->err)
		note_failure(saving, saved);
	else if (saved->result)
		note_saved(saving, saved);
	else if (saving->verbose)
		complain("%s is left out: %s", saved->name, saved->why);
}

/* The list of what failed, and how many were there. */
static void tell_failures(struct saving *saving, const struct tc_folder_counts *counts)
{
	long long all = (long long)(counts->saved + counts->kept + counts->failed);

	failure("%lld of %lld artifacts failed:", (long long)counts->failed, all);
	for (struct failed *at = saving->first; at; at = at->next)
		hint("%s", at->text);
}

static void free_failures(struct saving *saving)
{
	while (saving->first) {
		struct failed *next = saving->first->next;
		free(saving->first);
		saving->first = next;
	}
}

/* "12 artifacts, 3 kept as they are, 5678 bytes" */
static void tell_counts(const struct fetch *fetch, const struct tc_folder_counts *counts)
{
	if (fetch->json || fetch->quiet)
		return;
	printf("%lld downloaded, %lld bytes; %lld kept, %lld left out, %lld failed\n",
		(long long)counts->saved, (long long)counts->bytes, (long long)counts->kept,
		(long long)counts->left_out, (long long)counts->failed);
}

static int check_folder(const char *folder)
{
	struct stat present;

	if (!*folder || strcmp(folder, "-") == 0)
		return usage_error("--all needs a folder: \"%s\" is none", folder);
	if (stat(folder, &present) == 0 && !S_ISDIR(present.st_mode))
		return usage_error("--all needs a folder: %s is a file", folder);
	return 0;
}

static int save(struct fetch *fetch, const struct session *session, struct saving *saving)
{
	struct tc_folder_counts counts = { 0 };
	tc_error err = TC_ERROR_INIT;

	bars_begin(fetch->quiet);
	int rc = tc_download_artifacts(
		session->client, &fetch->artifact, saving->folder, &fetch->folder, &counts, &err);
	bars_end();
	if (rc != TC_OK && stop_came())
		saving->status = STATUS_FAILED;
	else if (saving->first)
		tell_failures(saving, &counts);
	else if (rc != TC_OK)
		saving->status = job_report(&err, fetch_operation(fetch), session);
	if (rc == TC_OK || saving->first)
		tell_counts(fetch, &counts);
	if (saving->first)
		saving->status = STATUS_FAILED;
	tc_error_clear(&err);
	return saving->status;
}

int fetch_all(struct fetch *fetch, const struct session *session)
{
	struct saving saving = { .fetch = fetch, .folder = fetch->output ? fetch->output : "." };
	int status = check_folder(saving.folder);

	if (status != 0)
		return status;
	saving.last = &saving.first;
	saving.verbose = session->verbose > 0;
	fetch->how.progress = bars_progress;
	fetch->how.cancel = stop_begin();
	fetch->folder.download = &fetch->how;
	fetch->folder.on_saved = on_saved;
	fetch->folder.data = &saving;
	status = save(fetch, session, &saving);
	free_failures(&saving);
	stop_end();
	return status;
}
