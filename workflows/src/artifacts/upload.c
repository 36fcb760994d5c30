/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/upload.h"

#include "workflows/src/artifacts/expiry.h"
#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/transfer.h>

#define RENEWALS 3  /* of a place, for one upload */
#define LATER_MS 20 /* before a descriptor is asked again that does not block */
#define BY_PROGRESS "canceled by the progress callback"

/* ---- the end ---- */

void tc__upload_free(struct tc__upload *upload)
{
	char *texts[] = { upload->texts.task_id, upload->texts.run_id, upload->texts.name,
		upload->texts.content_type, upload->texts.expires, upload->texts.project_id,
		upload->texts.folder, upload->bytes };

	tc__input_close(&upload->input);
	tc__spool_close(&upload->spool);
	tc__texts_free(texts, sizeof texts / sizeof *texts);
	tc_release(upload->made);
	tc_client_free(upload->object_client);
	tc__job_let_go(&upload->job);
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
	tc__upload_free(upload);
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
	tc_error err = TC_ERROR_INIT;

	tc_error_set(&err, TC_ERROR_CANCELED, BY_PROGRESS);
	end_with(upload, &err);
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
	return tc_transfer_new(upload->job.client, "PUT", url, &options, err);
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
		pause_ms = tc_client_pause_ms(upload->job.client, ++upload->failed, &passing);
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
	bool small = upload->may_be_inside && upload->stored_length < TC__INLINE_MAX;
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
		tc__expiry_ask(flow, upload->job.client, upload->texts.task_id, took_expiry);
}

int tc__upload_begin(struct tc__upload *upload, tc_error *err)
{
	return tc__flow_begin(&upload->flow, begin, err);
}
