/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/folder.h"
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>

#define IN_FLIGHT 10
#define IN_FLIGHT_MAX 1000

/* ---- from the options ---- */

static int take_patterns(struct tc__folder *folder, tc_error *err)
{
	const char *const *patterns = folder->options.patterns;
	size_t count = 0;
	int rc = TC_OK;

	if (!patterns)
		return TC_OK;
	while (patterns[count])
		count++;
	folder->texts.patterns = calloc(count + 1, sizeof *folder->texts.patterns);
	if (!folder->texts.patterns)
		return tc__no_memory(err);
	for (size_t i = 0; rc == TC_OK && i < count; i++)
		rc = tc__text_copy(&folder->texts.patterns[i], patterns[i], err);
	return rc;
}

static int take_texts(struct tc__folder *folder, const struct tc_artifact *artifact,
	const char *path, tc_error *err)
{
	const struct tc__text_copy texts[] = {
		{ &folder->texts.task_id, artifact->task_id },
		{ &folder->texts.run_id, artifact->run_id },
		{ &folder->texts.index, artifact->index },
		{ &folder->texts.folder, path },
	};

	int rc = tc__texts_copy(texts, sizeof texts / sizeof *texts, err);
	return rc == TC_OK ? take_patterns(folder, err) : rc;
}

static void cancel(struct tc_job *job)
{
	struct tc__folder *folder = (struct tc__folder *)job;

	tc__flow_cancel(&folder->flow);
	for (int i = 0; i < folder->options.in_flight + TC__FOLDER_SYNC; i++)
		if (folder->items[i].entry)
			tc_job_cancel(&folder->items[i].download->job);
}

static int fill(struct tc__folder *folder, tc_loop *loop, const struct tc_artifact *artifact,
	const char *path, tc_error *err)
{
	folder->items =
		calloc((size_t)folder->options.in_flight + TC__FOLDER_SYNC, sizeof *folder->items);
	if (!folder->items)
		return tc__no_memory(err);
	folder->progress = folder->download.progress;
	folder->progress_data = folder->download.progress_data;
	folder->download.progress = folder->progress ? tc__folder_tell : NULL;
	folder->download.progress_data = folder;
	int rc = take_texts(folder, artifact, path, err);
	if (rc == TC_OK)
		rc = tc__place_make_folder(folder->texts.folder, &folder->fd, err);
	tc__flow_init(&folder->flow, loop, folder->job.client, folder->download.cancel,
		folder->download.deadline_ms);
	folder->job.cancel = cancel;
	folder->job.by = folder->flow.cancel;
	return rc == TC_OK ? tc__folder_begin(folder, err) : rc;
}

static int check(const struct tc_artifact *artifact, const char *path,
	struct tc_folder_options *options, tc_error *err)
{
	if (!artifact || !path || !*path)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is %s",
			artifact ? "folder" : "artifact", artifact && path ? "empty" : "NULL");
	if (artifact->name)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"artifact->name is set; which ones is said by options.patterns");
	if (!artifact->task_id == !artifact->index)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"exactly one of artifact->task_id and artifact->index is to be given");
	if (options->in_flight < 0 || options->in_flight > IN_FLIGHT_MAX)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "in_flight is %d; expected up to %d",
			options->in_flight, IN_FLIGHT_MAX);
	options->in_flight = options->in_flight ? options->in_flight : IN_FLIGHT;
	return TC_OK;
}

static int start(tc_loop *loop, tc_client *client, const struct tc_artifact *artifact,
	const char *path, const struct tc_folder_options *given, struct tc__folder **started,
	tc_error *err)
{
	struct tc_folder_options options;
	struct tc_download_options download;

	int rc = tc__workflow_options(
		given, &options, sizeof options, "TC_FOLDER_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check(artifact, path, &options, err);
	if (rc == TC_OK)
		rc = tc__download_options(options.download, &download, err);
	if (rc != TC_OK)
		return rc;
	struct tc__folder *folder = calloc(1, sizeof *folder);
	if (!folder)
		return tc__no_memory(err);
	folder->options = options;
	folder->download = download;
	folder->fd = -1;
	rc = tc__job_keep(&folder->job, client, err);
	if (rc == TC_OK)
		rc = fill(folder, loop, artifact, path, err);
	if (rc != TC_OK)
		tc__folder_free(folder);
	else
		*started = folder;
	return rc;
}

int tc_loop_download_artifacts(tc_loop *loop, tc_client *client, const struct tc_artifact *artifact,
	const char *folder, const struct tc_folder_options *options, tc_folder_fn *on_done,
	void *data, tc_job **job, tc_error *err)
{
	const struct tc__needed needed[] = { { "loop", loop }, { "client", client },
		{ "on_done", on_done } };
	struct tc__folder *started = NULL;
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	if (job)
		*job = NULL;
	err = err ? err : &own;
	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = start(loop, client, artifact, folder, options, &started, err);
	tc_error_clear(&own);
	if (rc != TC_OK)
		return rc;
	started->on_done = on_done;
	started->data = data;
	if (job)
		*job = &started->job;
	return TC_OK;
}

/* ---- the blocking face ---- */

struct blocking {
	struct tc__ending ending;
	struct tc_folder_counts *counts;
};

static void take_end(void *data, const struct tc_folder_counts *counts, const tc_error *err)
{
	struct blocking *blocking = data;

	*blocking->counts = *counts;
	tc__ending_set(&blocking->ending, err);
}

/* Requests at the same time. What is wrong with the options is told by the start. */
static size_t count_flights(const struct tc_folder_options *given)
{
	struct tc_folder_options options;
	struct tc_download_options download;

	if (tc__workflow_options(given, &options, sizeof options, "TC_FOLDER_OPTIONS_INIT", NULL) !=
			TC_OK ||
		tc__download_options(options.download, &download, NULL) != TC_OK)
		return IN_FLIGHT;
	size_t in_flight = options.in_flight > 0 ? (size_t)options.in_flight : IN_FLIGHT;
	size_t flights = in_flight * (size_t)download.ranges;
	return flights < IN_FLIGHT_MAX ? flights : IN_FLIGHT_MAX;
}

int tc_download_artifacts(tc_client *client, const struct tc_artifact *artifact, const char *folder,
	const struct tc_folder_options *options, struct tc_folder_counts *counts, tc_error *err)
{
	struct tc_folder_counts unasked;
	struct blocking blocking = { .counts = counts ? counts : &unasked };
	tc_job *job = NULL;

	*blocking.counts = (struct tc_folder_counts){ 0 };
	tc_loop *loop = tc_loop_on(client, count_flights(options), err);
	if (!loop)
		return err ? err->code : TC_ERROR_ARGUMENT;
	int rc = tc_loop_download_artifacts(
		loop, client, artifact, folder, options, take_end, &blocking, &job, err);
	return tc__job_wait(loop, job, rc, &blocking.ending, err);
}
