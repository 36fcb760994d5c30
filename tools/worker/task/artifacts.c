/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/artifacts.h"

#include "workflows/src/bytes/media.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UPLOADS_MAX 10 /* at once */

/* ---- each artifact ---- */

static void pump(struct run *run);

static void on_done(struct artifact *artifact)
{
	struct run *run = artifact->run;
	struct run_artifacts *all = run->artifacts;

	artifact->job = NULL;
	if (artifact->fd >= 0)
		close(artifact->fd);
	artifact->fd = -1;
	all->busy--;
	pump(run);
	if (!all->busy)
		run_next(run);
}

static void fail(struct artifact *artifact, const tc_error *err)
{
	run_settle(artifact->run, run_upload_result(err), "artifact %s: %s", artifact->name,
		tc_error_text(err));
}

static void on_uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	struct artifact *artifact = data;

	if (result) {
		memcpy(artifact->sha256, result->sha256, sizeof artifact->sha256);
		artifact->there = true;
	} else {
		fail(artifact, err);
	}
	on_done(artifact);
}

static void on_created(void *data, const tc_error *err)
{
	if (err)
		fail(data, err);
	on_done(data);
}

/* What the payload does not say is told by the end of the file's name, not the artifact's. */
static void set_kind(const struct artifact *artifact, struct tc_upload_options *options)
{
	const struct payload_artifact *wanted = artifact->wanted;

	options->content_type =
		wanted->content_type ? wanted->content_type : tc__media_type(artifact->path, NULL);
	options->encoding = wanted->encoding;
	if (options->encoding == TC_ENCODING_DEFAULT)
		options->encoding = tc__media_is_compressed(artifact->path, NULL)
			? TC_ENCODING_IDENTITY
			: TC_ENCODING_GZIP;
}

static int send_bytes(struct artifact *artifact, tc_error *err)
{
	struct run *run = artifact->run;
	const struct payload_artifact *wanted = artifact->wanted;
	struct tc_artifact which = run_artifact(run, artifact->name);
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source source = TC_SOURCE_INIT;

	options.expires = wanted->expires ? wanted->expires : run->payload.expires;
	set_kind(artifact, &options);
	if (run->host->options->object_artifacts) {
		options.storage = TC_STORAGE_OBJECT;
		options.encoding = TC_ENCODING_DEFAULT;
		options.project_id = run->definition->project_id;
	}
	int rc = tc_source_fd(&source, artifact->fd, err);
	if (rc != TC_OK)
		return rc;
	return tc_loop_upload_artifact(run->host->loop, tc_task_client(run->task), &which, &source,
		&options, on_uploaded, artifact, &artifact->job, err);
}

/* What should be there and is not, or is something else: an artifact that says so. */
static int send_fault(struct artifact *artifact, tc_error *err)
{
	struct run *run = artifact->run;
	const struct payload_artifact *wanted = artifact->wanted;
	struct tc_artifact which = run_artifact(run, artifact->name);
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;

	options.reason = artifact->reason;
	options.message = artifact->message;
	options.expires = wanted->expires ? wanted->expires : run->payload.expires;
	if (wanted->optional)
		task_log_line(run->log, LOG_INFO, "Optional artifact %s: %s: %s", artifact->name,
			artifact->reason, artifact->message);
	else
		run_settle(run, TC_TASK_FAILED, "TASK FAILURE during artifact upload: %s: %s",
			artifact->reason, artifact->message);
	return tc_loop_create_artifact(run->host->loop, tc_task_client(run->task), &which, &options,
		on_created, artifact, &artifact->job, err);
}

static int begin(struct artifact *artifact, tc_error *err)
{
	int rc = artifact->reason ? TC_OK : artifacts_open(artifact, err);

	if (rc != TC_OK)
		return rc;
	if (artifact->reason)
		return send_fault(artifact, err);
	task_log_line(artifact->run->log, LOG_INFO, "Uploading artifact %s from %s", artifact->name,
		artifact->path);
	return send_bytes(artifact, err);
}

/* Begins as many as there may be at once. */
static void pump(struct run *run)
{
	struct run_artifacts *all = run->artifacts;
	tc_error err = TC_ERROR_INIT;

	while (all->next < all->count && all->busy < UPLOADS_MAX && !all->canceled) {
		struct artifact *artifact = all->items[all->next++];
		if (begin(artifact, &err) == TC_OK) {
			all->busy++;
			continue;
		}
		fail(artifact, &err);
		if (artifact->fd >= 0)
			close(artifact->fd);
		artifact->fd = -1;
	}
	tc_error_clear(&err);
}

/* ---- the step ---- */

static bool cancel(struct run *run)
{
	struct run_artifacts *all = run->artifacts;

	all->canceled = true;
	for (size_t i = 0; i < all->count; i++)
		tc_job_cancel(all->items[i]->job);
	return false;
}

bool run_upload(struct run *run)
{
	tc_error err = TC_ERROR_INIT;

	if (!run->payload.artifacts_count)
		return true;
	if (run_open_files(run, &err) != TC_OK) {
		run_settle(run, TC_TASK_INTERNAL_ERROR, "%s", tc_error_text(&err));
		tc_error_clear(&err);
		return true;
	}
	run->artifacts = calloc(1, sizeof *run->artifacts);
	if (!run->artifacts || !artifacts_collect(run)) {
		run_settle(run, TC_TASK_INTERNAL_ERROR, "no memory for artifacts");
		return true;
	}
	run->cancel = cancel;
	pump(run);
	return run->artifacts->busy == 0;
}

size_t artifacts_digests(const struct run *run, const struct tc_trust_artifact **digests)
{
	struct run_artifacts *all = run->artifacts;
	size_t count = 0;

	*digests = NULL;
	if (!all)
		return 0;
	free(all->digests);
	all->digests = calloc(all->count + 1, sizeof *all->digests);
	for (size_t i = 0; all->digests && i < all->count; i++) {
		if (all->items[i]->there)
			all->digests[count++] = (struct tc_trust_artifact){ all->items[i]->name,
				all->items[i]->sha256 };
	}
	*digests = all->digests;
	return count;
}

void run_free_artifacts(struct run *run)
{
	struct run_artifacts *all = run->artifacts;

	for (size_t i = 0; all && i < all->count; i++) {
		struct artifact *artifact = all->items[i];
		if (artifact->fd >= 0)
			close(artifact->fd);
		free(artifact->name);
		free(artifact->path);
		free(artifact->message);
		free(artifact);
	}
	if (all) {
		free(all->items);
		free(all->digests);
	}
	free(all);
	run->artifacts = NULL;
}
