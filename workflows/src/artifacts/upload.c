/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/upload.h"

#include "workflows/src/artifacts/expiry.h"
#include "workflows/src/artifacts/naming.h"
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/bytes/media.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/object.h>
#include <taskcluster/queue.h>
#include <taskcluster/transfer.h>

#define RENEWALS 3  /* of a place, for one upload */
#define LATER_MS 20 /* before a descriptor is asked again that does not block */
#define BY_PROGRESS "canceled by the progress callback"

/* ---- the end ---- */

static void release(struct tc__upload *upload)
{
	char *texts[] = { upload->texts.task_id, upload->texts.run_id, upload->texts.name,
		upload->texts.content_type, upload->texts.expires, upload->texts.project_id,
		upload->texts.folder, upload->bytes };

	tc__input_close(&upload->input);
	tc__spool_close(&upload->spool);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	tc_release(upload->made);
	tc_client_free(upload->object_client);
	tc_call_free(upload->hold);
	free(upload);
}

static void name_failure(const struct tc__upload *upload, tc_error *err)
{
	if (upload->made)
		tc_error_prefix(err,
			"the artifact is made, but not finished, and cannot be made again in this "
			"run");
	if (upload->texts.run_id)
		tc_error_prefix(err, "artifact %s of task %s, run %s", upload->texts.name,
			upload->texts.task_id, upload->texts.run_id);
	else
		tc_error_prefix(err, "object %s", upload->texts.name);
}

void tc__upload_end(struct tc__upload *upload, const tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	if (err) {
		tc_error_copy(&failure, err);
		name_failure(upload, &failure);
	}
	upload->on_done(upload->data, err ? NULL : &upload->result, err ? &failure : NULL);
	tc_error_clear(&failure);
	release(upload);
}

void tc__upload_fail(struct tc__upload *upload, int code, const char *format, ...)
{
	tc_error err = TC_ERROR_INIT;
	char text[500];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	tc_error_set(&err, code, "%s", text);
	tc__upload_end(upload, &err);
	tc_error_clear(&err);
}

/* With an error that is made here. */
static void end_with(struct tc__upload *upload, tc_error *err)
{
	tc__upload_end(upload, err);
	tc_error_clear(err);
}

/* ---- progress ---- */

static int tell(struct tc__upload *upload, enum tc_job_step step, int64_t done, int64_t total)
{
	const struct tc_job_progress progress = { .name = upload->texts.name,
		.step = step,
		.done = done,
		.total = total,
		.files_total = 1 };

	if (!upload->options.progress)
		return 0;
	return upload->options.progress(upload->options.progress_data, &progress);
}

static void end_by_progress(struct tc__upload *upload)
{
	tc__upload_fail(upload, TC_ERROR_CANCELED, BY_PROGRESS);
}

static int tell_sent(void *data, const struct tc_progress *progress)
{
	struct tc__upload *upload = data;

	return tell(upload, TC_JOB_SENDING, progress->sent, upload->stored_length);
}

/* ---- sending ---- */

/* Wherever all of the bytes are. Another call begins at the first of them, wherever the one before
 * has stopped. */
static int find_body(struct tc__upload *upload, struct tc_source *body, tc_error *err)
{
	*body = (struct tc_source)TC_SOURCE_INIT;
	if (upload->bytes) {
		tc_source_memory(body, upload->bytes, (size_t)upload->stored_length);
		return TC_OK;
	}
	if (upload->spooled) {
		tc__spool_source(&upload->spool, body);
		return TC_OK;
	}
	tc__input_source(&upload->input, body);
	return tc__input_rewind(&upload->input, err);
}

tc_call *tc__upload_new_put(struct tc__upload *upload, const char *url, tc_error *err)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	struct tc_source body;

	if (find_body(upload, &body, err) != TC_OK)
		return NULL;
	options.body = &body;
	return tc_transfer_new(upload->client, "PUT", url, &options, err);
}

/* Asks where the bytes go. */
static void ask_place(struct tc__upload *upload)
{
	if (tell(upload, TC_JOB_ASKING, 0, -1))
		end_by_progress(upload);
	else
		upload->place(upload);
}

static void send_again(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__upload *upload = tc__upload_of(flow);

	(void)response;
	if (err)
		tc__upload_end(upload, err);
	else
		ask_place(upload);
}

/* S3 gives up connections that are idle for a while, be it for our reading. */
static bool was_idle(const tc_error *err)
{
	const char *code = tc_error_server_code(err);

	return err->http_status == 400 && code && strcmp(code, "RequestTimeout") == 0;
}

static void judge_put(struct tc__upload *upload, const tc_error *err)
{
	int64_t pause_ms = 0;

	if (err->code == TC_ERROR_HTTP && was_idle(err)) {
		tc_error passing = TC_ERROR_INIT; /* what may be tried again, unlike a 400 */
		tc_error_set(&passing, TC_ERROR_NETWORK, "idle");
		pause_ms = tc_client_pause_ms(upload->client, ++upload->failed, &passing);
		tc_error_clear(&passing);
	} else if (err->code != TC_ERROR_HTTP || err->http_status != 403 ||
		upload->renewals++ >= RENEWALS) {
		pause_ms = -1;
	}
	if (pause_ms < 0)
		tc__upload_end(upload, err);
	else if (tell(upload, TC_JOB_PAUSING, 0, -1))
		end_by_progress(upload);
	else
		tc__flow_pause(&upload->flow, pause_ms, send_again);
}

/* What was read is what was said, as the storage has it by now. */
static void finish(struct tc__upload *upload)
{
	const struct tc__input *input = &upload->input;
	struct tc__digests digests;
	tc_error err = TC_ERROR_INIT;

	if (input->length >= 0 && input->position != input->length)
		tc_error_set(&err, TC_ERROR_REPLY,
			"storage has answered when %lld of %lld bytes were read",
			(long long)input->position, (long long)input->length);
	else
		tc__hashes_read(&input->hashes, &digests, &err);
	if (err.code != TC_OK) {
		end_with(upload, &err);
		return;
	}
	memcpy(upload->result.sha256, digests.sha256, sizeof digests.sha256);
	memcpy(upload->result.sha512, digests.sha512, sizeof digests.sha512);
	upload->result.length = input->position;
	upload->result.stored_length = upload->stored_length;
	upload->finish(upload);
}

void tc__upload_sent(struct tc__upload *upload)
{
	if (tell(upload, TC_JOB_SENDING, upload->stored_length, upload->stored_length))
		end_by_progress(upload);
	else
		finish(upload);
}

static void took_put(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__upload *upload = tc__upload_of(flow);

	tc_release(response);
	if (err)
		judge_put(upload, err);
	else
		tc__upload_sent(upload);
}

void tc__upload_put(struct tc__upload *upload, tc_call *put, tc_error *made)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;

	if (upload->options.progress) {
		options.progress = tell_sent;
		options.progress_data = upload;
	}
	tc__flow_send(&upload->flow, put, &options, NULL, took_put, made);
}

/* ---- before it is sent ---- */

/* All of what is small, from where it is. */
static int read_all(struct tc__upload *upload, size_t *length, tc_error *err)
{
	size_t more = 1;
	bool later = false;
	int rc = TC_OK;

	if (upload->spooled)
		return tc__spool_read(&upload->spool, upload->bytes, TC__INLINE_MAX, length, err);
	while (rc == TC_OK && more && *length < TC__INLINE_MAX) {
		rc = tc__input_read(&upload->input, upload->bytes + *length,
			TC__INLINE_MAX - *length, &more, &later, err);
		*length += more;
	}
	return rc;
}

/* What is small is kept as a whole: it may go inside a request. */
static int keep_small(struct tc__upload *upload, tc_error *err)
{
	size_t length = 0;

	upload->bytes = malloc(TC__INLINE_MAX);
	if (!upload->bytes)
		return tc__no_memory(err);
	int rc = read_all(upload, &length, err);
	if (rc == TC_OK && (int64_t)length != upload->stored_length)
		rc = tc_error_set(err, TC_ERROR_INPUT,
			"the source has %s %zu bytes, and should have %lld",
			(int64_t)length < upload->stored_length ? "only" : "at least", length,
			(long long)upload->stored_length);
	return rc;
}

static void prepared(struct tc__upload *upload)
{
	tc_error err = TC_ERROR_INIT;

	upload->stored_length = upload->spooled ? upload->spool.length : upload->input.length;
	bool small =
		upload->place == tc__upload_object_place && upload->stored_length < TC__INLINE_MAX;
	if (small && keep_small(upload, &err) != TC_OK)
		end_with(upload, &err);
	else
		ask_place(upload);
}

static void fill_spool(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__upload *upload = tc__upload_of(flow);
	tc_error err = TC_ERROR_INIT;
	bool done = false, later = false;

	(void)response;
	if (failure) {
		tc__upload_end(upload, failure);
		return;
	}
	int rc = tc__spool_fill(&upload->spool, &upload->input, &done, &later, &err);
	if (rc == TC_OK &&
		tell(upload, TC_JOB_READING, upload->input.position, upload->input.length))
		rc = tc_error_set(&err, TC_ERROR_CANCELED, BY_PROGRESS);
	upload->spooled = done;
	if (rc != TC_OK)
		end_with(upload, &err);
	else if (done)
		prepared(upload);
	else
		tc__flow_pause(flow, later ? LATER_MS : 0, fill_spool);
}

/* Through a temporary file, if it has to be. */
static void prepare(struct tc__upload *upload)
{
	tc_error err = TC_ERROR_INIT;

	if (!upload->gzip && upload->input.length >= 0 && tc__input_rewinds(&upload->input)) {
		prepared(upload);
	} else if (tc__spool_open(&upload->spool, upload->texts.folder, upload->gzip, &err) !=
		TC_OK) {
		end_with(upload, &err);
	} else {
		tc__flow_pause(&upload->flow, 0, fill_spool);
	}
}

static void took_expiry(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__upload *upload = tc__upload_of(flow);
	tc_error err = TC_ERROR_INIT;

	upload->texts.expires = tc__expiry_take(response, failure, &err);
	if (upload->texts.expires)
		prepare(upload);
	else
		end_with(upload, &err);
}

static void begin(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__upload *upload = tc__upload_of(flow);

	(void)response;
	if (err)
		tc__upload_end(upload, err);
	else if (upload->texts.expires)
		prepare(upload);
	else if (tell(upload, TC_JOB_ASKING, 0, -1))
		end_by_progress(upload);
	else
		tc__expiry_ask(flow, upload->client, upload->texts.task_id, took_expiry);
}

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
	const struct {
		char **to;
		const char *from;
	} texts[] = {
		{ &upload->texts.task_id, artifact ? artifact->task_id : NULL },
		{ &upload->texts.run_id, artifact ? artifact->run_id : NULL },
		{ &upload->texts.name, name },
		{ &upload->texts.content_type,
			type ? type : tc__media_type(options->path ? options->path : name) },
		{ &upload->texts.expires, options->expires },
		{ &upload->texts.project_id, options->project_id },
		{ &upload->texts.folder, tc__spool_folder(options->folder) },
	};
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < sizeof texts / sizeof *texts; i++)
		rc = tc__text_copy(texts[i].to, texts[i].from, err);
	return rc;
}

/* Whether it is compressed; objects are not. */
static int choose_encoding(struct tc__upload *upload, bool s3, tc_error *err)
{
	const struct tc_upload_options *options = &upload->options;
	const char *name = options->path ? options->path : upload->texts.name;

	if (!s3 && options->encoding == TC_ENCODING_GZIP)
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "encoding is gzip; objects are stored as they are");
	upload->gzip = options->encoding == TC_ENCODING_GZIP ||
		(s3 && options->encoding == TC_ENCODING_DEFAULT && !tc__media_is_compressed(name));
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
	upload->hold = tc_queue_ping_call(upload->client, err);
	int rc = upload->hold ? take_texts(upload, artifact, name, err) : err->code;
	if (rc == TC_OK && artifact && !s3) {
		upload->object_client = tc_client_as(upload->client, NULL, err);
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
	tc__flow_init(&upload->flow, loop, upload->client, options->cancel, options->deadline_ms);
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
	upload->client = start->client;
	upload->options = options;
	upload->spool = (struct tc__spool)TC__SPOOL_NONE;
	upload->input.own_fd = -1;
	upload->on_done = start->on_done;
	upload->data = start->data;
	rc = fill(upload, start->loop, start->artifact, start->name, start->from, err);
	if (rc == TC_OK)
		rc = tc__flow_begin(&upload->flow, begin, err);
	if (rc != TC_OK)
		release(upload);
	else if (job)
		*job = &upload->job;
	return rc;
}

static int check_start(const struct start *start, tc_error *err)
{
	const struct {
		const char *name;
		const void *value;
	} needed[] = { { "loop", start->loop }, { "client", start->client },
		{ "on_done", start->on_done ? start : NULL } };

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!needed[i].value)
			return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is NULL", needed[i].name);
	return TC_OK;
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
