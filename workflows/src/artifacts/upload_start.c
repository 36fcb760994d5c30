/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/naming.h"
#include "workflows/src/artifacts/upload.h"
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/bytes/media.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- from the options ---- */

static int check_options(const struct tc_upload_options *options, tc_error *err)
{
	if (options->storage > TC_STORAGE_OBJECT)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"storage is %d; expected an enum tc_storage", (int)options->storage);
	if (options->encoding > TC_ENCODING_GZIP)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"encoding is %d; expected an enum tc_encoding", (int)options->encoding);
	int rc = tc__check_type(options->content_type, err);
	return rc == TC_OK ? tc__workflow_check("deadline_ms", options->deadline_ms, err) : rc;
}

static int take_texts(struct tc__upload *upload, const struct tc_artifact *artifact,
	const char *name, tc_error *err)
{
	const struct tc_upload_options *options = &upload->options;
	const char *type = options->content_type;
	const struct tc__text_copy texts[] = {
		{ &upload->texts.task_id, artifact ? artifact->task_id : NULL },
		{ &upload->texts.run_id, artifact ? artifact->run_id : NULL },
		{ &upload->texts.name, name },
		{ &upload->texts.content_type, type ? type : tc__media_type(options->path, name) },
		{ &upload->texts.expires, options->expires },
		{ &upload->texts.project_id, options->project_id },
		{ &upload->texts.folder, tc__spool_folder(options->folder) },
	};

	return tc__texts_copy(texts, sizeof texts / sizeof *texts, err);
}

/* Whether it is compressed; objects are not. */
static int choose_encoding(struct tc__upload *upload, bool s3, tc_error *err)
{
	const struct tc_upload_options *options = &upload->options;

	if (!s3 && options->encoding == TC_ENCODING_GZIP)
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "encoding is gzip; objects are stored as they are");
	upload->gzip = options->encoding == TC_ENCODING_GZIP ||
		(s3 && options->encoding == TC_ENCODING_DEFAULT &&
			!tc__media_is_compressed(options->path, upload->texts.name));
	return TC_OK;
}

static void cancel(struct tc_job *job)
{
	tc__flow_cancel(&((struct tc__upload *)job)->flow);
}

static int fill(struct tc__upload *upload, tc_loop *loop, const struct tc_artifact *artifact,
	const char *name, const struct tc_source *from, tc_error *err)
{
	const struct tc_upload_options *options = &upload->options;
	bool s3 = artifact && options->storage == TC_STORAGE_S3;

	upload->job.cancel = cancel;
	upload->place = s3 ? tc__upload_s3_place : tc__upload_object_place;
	upload->finish = s3 ? tc__upload_s3_finish : tc__upload_object_finish;
	upload->may_be_inside = !s3;
	int rc = take_texts(upload, artifact, name, err);
	if (rc == TC_OK && artifact && !s3) {
		upload->object_client = tc_client_as(upload->job.client, NULL, err);
		rc = upload->object_client ? TC_OK : err->code;
	}
	if (rc == TC_OK)
		rc = choose_encoding(upload, s3, err);
	if (rc == TC_OK)
		rc = tc__input_open(&upload->input, from, options->path, err);
	if (rc != TC_OK)
		return rc;
	snprintf(upload->result.content_type, sizeof upload->result.content_type, "%s",
		upload->texts.content_type);
	upload->result.gzip = upload->gzip;
	upload->result.is_private = artifact && !tc_artifact_is_public(name);
	tc__flow_init(
		&upload->flow, loop, upload->job.client, options->cancel, options->deadline_ms);
	upload->job.by = upload->flow.cancel;
	return TC_OK;
}

struct start {
	tc_loop *loop;
	tc_client *client;
	const struct tc_artifact *artifact; /* NULL: an object */
	const char *name;
	const struct tc_source *from;
	const struct tc_upload_options *options;
	tc_uploaded_fn *on_done;
	void *data;
};

static int start_upload(const struct start *start, tc_job **job, tc_error *err)
{
	struct tc_upload_options options;

	int rc = tc__workflow_options(
		start->options, &options, sizeof options, "TC_UPLOAD_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check_options(&options, err);
	if (rc == TC_OK)
		rc = tc__check_name(start->name, err);
	if (rc != TC_OK)
		return rc;
	if (!start->artifact && (!options.project_id || !options.expires))
		return tc_error_set(err, TC_ERROR_ARGUMENT, "options.%s is NULL",
			options.project_id ? "expires" : "project_id");
	struct tc__upload *upload = calloc(1, sizeof *upload);
	if (!upload)
		return tc__no_memory(err);
	upload->options = options;
	upload->spool = (struct tc__spool)TC__SPOOL_NONE;
	upload->input.own_fd = -1;
	upload->on_done = start->on_done;
	upload->data = start->data;
	rc = tc__job_keep(&upload->job, start->client, err);
	if (rc == TC_OK)
		rc = fill(upload, start->loop, start->artifact, start->name, start->from, err);
	if (rc == TC_OK)
		rc = tc__upload_begin(upload, err);
	if (rc != TC_OK)
		tc__upload_free(upload);
	else if (job)
		*job = &upload->job;
	return rc;
}

static int check_start(const struct start *start, tc_error *err)
{
	const struct tc__needed needed[] = { { "loop", start->loop }, { "client", start->client },
		{ "on_done", start->on_done } };

	return tc__check_needed(needed, sizeof needed / sizeof *needed, err);
}

static int start_any(const struct start *start, bool artifact, tc_job **job, tc_error *err)
{
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	if (job)
		*job = NULL;
	err = err ? err : &own;
	int rc = check_start(start, err);
	if (rc == TC_OK && artifact)
		rc = tc__check_made(start->artifact, err);
	if (rc == TC_OK)
		rc = start_upload(start, job, err);
	tc_error_clear(&own);
	return rc;
}

int tc_loop_upload_artifact(tc_loop *loop, tc_client *client, const struct tc_artifact *artifact,
	const struct tc_source *from, const struct tc_upload_options *options,
	tc_uploaded_fn *on_done, void *data, tc_job **job, tc_error *err)
{
	const struct start start = { loop, client, artifact, artifact ? artifact->name : NULL, from,
		options, on_done, data };

	return start_any(&start, true, job, err);
}

int tc_loop_upload_object(tc_loop *loop, tc_client *client, const char *name,
	const struct tc_source *from, const struct tc_upload_options *options,
	tc_uploaded_fn *on_done, void *data, tc_job **job, tc_error *err)
{
	const struct start start = { loop, client, NULL, name, from, options, on_done, data };

	return start_any(&start, false, job, err);
}

/* ---- the blocking face ---- */

struct blocking {
	struct tc__ending ending; /* first */
	struct tc_uploaded *result;
};

static void take_end(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	struct blocking *blocking = data;

	if (result)
		*blocking->result = *result;
	tc__ending_set(&blocking->ending, err);
}

static int upload_blocking(
	struct start *start, bool artifact, struct tc_uploaded *result, tc_error *err)
{
	struct tc_uploaded unasked;
	struct blocking blocking = { .result = result ? result : &unasked };
	tc_job *job = NULL;

	*blocking.result = (struct tc_uploaded){ 0 };
	start->loop = tc_loop_on(start->client, 1, err);
	if (!start->loop)
		return err ? err->code : TC_ERROR_ARGUMENT;
	start->on_done = take_end;
	start->data = &blocking;
	int rc = start_any(start, artifact, &job, err);
	return tc__job_wait(start->loop, job, rc, &blocking.ending, err);
}

int tc_upload_artifact(tc_client *client, const struct tc_artifact *artifact,
	const struct tc_source *from, const struct tc_upload_options *options,
	struct tc_uploaded *result, tc_error *err)
{
	struct start start = { .client = client,
		.artifact = artifact,
		.name = artifact ? artifact->name : NULL,
		.from = from,
		.options = options };

	return upload_blocking(&start, true, result, err);
}

int tc_upload_object(tc_client *client, const char *name, const struct tc_source *from,
	const struct tc_upload_options *options, struct tc_uploaded *result, tc_error *err)
{
	struct start start = { .client = client, .name = name, .from = from, .options = options };

	return upload_blocking(&start, false, result, err);
}
