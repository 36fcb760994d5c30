/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/download.h"

#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/index.h>
#include <taskcluster/queue.h>
#include <unistd.h>

#define REDIRECTS 10
#define RANGES_MAX 32
#define MEMORY_MAX ((size_t)64 * 1024 * 1024)
#define NOTE_EVERY ((int64_t)1024 * 1024)

static struct tc__download *download_of(struct tc__flow *flow)
{
	return (struct tc__download *)((char *)flow - offsetof(struct tc__download, flow));
}

/* ---- the end ---- */

static void release(struct tc__download *download)
{
	char *texts[] = { download->texts.task_id, download->texts.run_id, download->texts.name,
		download->texts.index, download->id };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	for (int i = 0; download->fetches && i < download->options.ranges; i++)
		tc_error_clear(&download->fetches[i].refusal);
	free(download->fetches);
	if (download->kept_fd >= 0)
		close(download->kept_fd);
	tc__pieces_clear(&download->pieces);
	tc__place_close(&download->place);
	tc__locator_end(&download->locator);
	tc__hashes_end(&download->hashes);
	tc_error_clear(&download->failure);
	tc_call_free(download->hold);
	free(download);
}

static void name_failure(const struct tc__download *download, tc_error *err)
{
	const char *run = download->texts.run_id;

	if (download->locator.sought.object)
		tc_error_prefix(err, "object %s", download->texts.name);
	else if (download->texts.task_id)
		tc_error_prefix(err, "artifact %s of task %s%s%s", download->texts.name,
			download->texts.task_id, run ? ", run " : "", run ? run : "");
	else
		tc_error_prefix(err, "artifact %s of the task at %s", download->texts.name,
			download->texts.index);
}

static void end_well(struct tc__download *download)
{
	download->result.bytes = download->output.bytes;
	download->output.bytes = NULL;
	tc__output_close(&download->output, false);
	download->on_done(download->data, &download->result, NULL);
	release(download);
}

/* What can be gone on with stays; what is wrong does not. */
static void end_failed(struct tc__download *download)
{
	name_failure(download, &download->failure);
	tc__download_note(download, true);
	tc__output_close(&download->output, download->damaged);
	download->on_done(download->data, NULL, &download->failure);
	release(download);
}

void tc__download_settle(struct tc__download *download)
{
	if (download->active || download->reading)
		return;
	if (download->failure.code != TC_OK)
		end_failed(download);
	else if (download->falls_back)
		tc__download_begin_anew(download);
}

void tc__download_fail(struct tc__download *download, const tc_error *err)
{
	if (download->failure.code == TC_OK) {
		tc_error_copy(&download->failure, err);
		for (int i = 0; i < download->options.ranges; i++)
			tc__fetch_cancel(&download->fetches[i]);
	}
	tc__download_settle(download);
}

static void fail_with(struct tc__download *download, tc_error *err)
{
	tc__download_fail(download, err);
	tc_error_clear(err);
}

/* ---- progress, and what is noted ---- */

int tc__download_tell(
	struct tc__download *download, enum tc_job_step step, int64_t done, tc_error *err)
{
	const struct tc_job_progress progress = { .name = download->texts.name,
		.step = step,
		.done = done,
		.total = download->headed ? download->total : -1,
		.begun_at = download->resumed_at,
		.files_total = 1 };

	if (!download->options.progress ||
		!download->options.progress(download->options.progress_data, &progress))
		return TC_OK;
	return tc_error_set(err, TC_ERROR_CANCELED, "canceled by the progress callback");
}

/* A failure to note is none of the download's. */
static void note(struct tc__download *download)
{
	struct tc__partial_state state = { .length = download->total,
		.position = download->hashed };

	snprintf(state.etag, sizeof state.etag, "%s", download->etag);
	if (tc__hashes_read_sha256(&download->hashes, state.sha256, NULL) == TC_OK &&
		tc__partial_note(&download->output.file, &state, NULL) == TC_OK)
		download->noted = download->hashed;
}

void tc__download_note(struct tc__download *download, bool now)
{
	int64_t more = download->hashed - download->noted;

	if (download->output.kind == TC__OUTPUT_FILE && download->output.file.fd >= 0 &&
		download->headed && download->etag[0] && !download->encoded &&
		(now ? more > 0 : more >= NOTE_EVERY))
		note(download);
}

/* ---- the last check ---- */

static int check_hash(const char *name, const char *has, const char *expected, tc_error *err)
{
	if (!*expected || strcmp(has, expected) == 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_REPLY,
		"its bytes have the %s %s, and should have %s: they were damaged, or are others",
		name, has, expected);
}

static int check_hashes(struct tc__download *download, tc_error *err)
{
	const struct tc__found *found = &download->locator.found;
	struct tc__digests digests;

	int rc = tc__hashes_read(&download->hashes, &digests, err);
	if (rc == TC_OK)
		rc = check_hash("sha256", digests.sha256, found->sha256, err);
	if (rc == TC_OK)
		rc = check_hash("sha512", digests.sha512, found->sha512, err);
	memcpy(download->result.sha256, digests.sha256, sizeof digests.sha256);
	download->result.verified = rc == TC_OK && found->hashed;
	return rc;
}

static int check_whole(struct tc__download *download, tc_error *err)
{
	if (download->total >= 0 && download->hashed != download->total)
		return tc_error_set(err, TC_ERROR_REPLY, "%lld bytes came, and should be %lld",
			(long long)download->hashed, (long long)download->total);
	return check_hashes(download, err);
}

static int commit(struct tc__download *download, tc_error *err)
{
	bool sync = !download->options.no_sync;
	bool keeps = download->options.keep_same && download->etag[0];
	int rc = TC_OK;

	if (download->output.kind != TC__OUTPUT_FILE)
		return tc__output_end(&download->output, err);
	if (keeps) {
		download->total = download->hashed;
		note(download);
	}
	if (sync)
		rc = tc__partial_sync(&download->output.file, err);
	return rc == TC_OK ? tc__partial_finish(&download->output.file, keeps, sync, err) : rc;
}

void tc__download_commit(struct tc__download *download)
{
	tc_error err = TC_ERROR_INIT;

	if (commit(download, &err) != TC_OK)
		fail_with(download, &err);
	else
		end_well(download);
}

static void tell_storage(struct tc__download *download)
{
	snprintf(download->result.storage, sizeof download->result.storage, "%s",
		download->locator.found.storage);
}

void tc__download_complete(struct tc__download *download)
{
	tc_error err = TC_ERROR_INIT;

	download->result.length = download->hashed;
	tell_storage(download);
	int rc = check_whole(download, &err);
	download->damaged = rc == TC_ERROR_REPLY;
	if (rc != TC_OK)
		fail_with(download, &err);
	else if (download->ready)
		download->ready(download, download->data);
	else
		tc__download_commit(download);
}

/* ---- what is there already ---- */

static void end_kept(struct tc__download *download)
{
	download->result.kept = true;
	tell_storage(download);
	end_well(download);
}

/* Either the file itself, which was looked at before, or a partial one that has all of it. */
void tc__download_unchanged(struct tc__download *download)
{
	if (download->output.file.fd >= 0)
		tc__download_complete(download);
	else
		end_kept(download);
}

static void use_output(struct tc__download *download);

/* The next reading is another file's. */
static void end_kept_look(struct tc__download *download)
{
	tc_error err = TC_ERROR_INIT;

	close(download->kept_fd);
	download->kept_fd = -1;
	if (tc__download_unhash(download, &err) != TC_OK)
		fail_with(download, &err);
	else
		use_output(download);
}

/* Whether it is what was downloaded then, as far as anybody can know here. */
static int judge_unhashed(struct tc__download *download, tc_error *err)
{
	unsigned char sha256[TC__SHA256_SIZE];

	int rc = tc__hashes_read_sha256(&download->hashes, sha256, err);
	if (rc == TC_OK && memcmp(sha256, download->kept.sha256, sizeof sha256) == 0) {
		rc = check_hashes(download, err); /* for the result */
		download->asks_kept = rc == TC_OK;
	}
	return rc;
}

/* The file is read: it is right, or may be. */
static void judge_kept(struct tc__download *download)
{
	tc_error err = TC_ERROR_INIT;

	download->result.length = download->hashed;
	if (!download->locator.found.hashed) {
		judge_unhashed(download, &err);
	} else if (check_hashes(download, &err) == TC_OK) {
		end_kept(download);
		return;
	}
	tc_error_clear(&err); /* then it is downloaded */
	end_kept_look(download);
}

/* A file at the place that may be what is wanted. */
static bool look_for_kept(struct tc__download *download, int64_t *size)
{
	struct stat status;
	const struct tc__place *place = &download->place;

	if (!download->options.keep_same || place->folder < 0)
		return false;
	download->kept_fd = openat(place->folder, place->name,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (download->kept_fd < 0 || fstat(download->kept_fd, &status) != 0 ||
		!S_ISREG(status.st_mode))
		return false;
	*size = status.st_size;
	return download->locator.found.hashed ||
		(tc__partial_read_kept(place, download->id, &download->kept) &&
			download->kept.position == *size);
}

static void look_at_place(struct tc__download *download)
{
	int64_t size;

	if (look_for_kept(download, &size)) {
		tc__download_read_back(download, download->kept_fd, size, judge_kept);
		return;
	}
	if (download->kept_fd >= 0)
		close(download->kept_fd);
	download->kept_fd = -1;
	use_output(download);
}

/* ---- a partial file ---- */

int tc__download_open_file(struct tc__download *download, bool anew, tc_error *err)
{
	return tc__partial_open(&download->output.file, &download->place, download->id, anew, err);
}

static int empty_file(struct tc__download *download, tc_error *err)
{
	int rc = tc__partial_empty(&download->output.file, err);

	return rc == TC_OK ? tc__download_unhash(download, err) : rc;
}

static void go_on_with(struct tc__download *download, const struct tc__partial_state *found)
{
	download->headed = true;
	download->total = found->length;
	download->noted = download->resumed_at = found->position;
	snprintf(download->etag, sizeof download->etag, "%s", found->etag);
	download->asks_kept = found->position == found->length;
	download->kept = *found;
}

/* What the state says is what is there, or not. All of it may be: the known hashes say whether it
 * is right, or, where there are none, the server. */
static void judge_partial(struct tc__download *download)
{
	const struct tc__partial_state *found = &download->output.file.found;
	bool whole = found->position == found->length && download->locator.found.hashed;
	unsigned char sha256[TC__SHA256_SIZE];
	tc_error err = TC_ERROR_INIT;

	int rc = tc__hashes_read_sha256(&download->hashes, sha256, &err);
	bool same = rc == TC_OK && memcmp(sha256, found->sha256, sizeof sha256) == 0;
	if (same && whole && check_hashes(download, &err) == TC_OK) {
		go_on_with(download, found);
		tc__download_complete(download);
		return;
	}
	if (rc == TC_OK)
		tc_error_clear(&err);
	if (same && !whole)
		go_on_with(download, found);
	else if (rc == TC_OK)
		rc = empty_file(download, &err);
	if (rc == TC_OK)
		tc__download_fetch(download);
	else
		fail_with(download, &err);
}

static void use_file(struct tc__download *download)
{
	const struct tc__partial *file = &download->output.file;
	tc_error err = TC_ERROR_INIT;

	if (tc__download_open_file(download, download->options.anew, &err) != TC_OK)
		fail_with(download, &err);
	else if (file->had_state && file->found.position > 0)
		tc__download_read_back(download, file->fd, file->found.position, judge_partial);
	else
		tc__download_fetch(download);
}

/* With a file that may be kept nothing is touched before the server has said that it has changed.
 */
static void use_output(struct tc__download *download)
{
	if (download->output.kind == TC__OUTPUT_FILE && !download->asks_kept)
		use_file(download);
	else
		tc__download_fetch(download);
}

/* ---- where it is ---- */

static void took_place(struct tc__locator *locator, const tc_error *failure)
{
	struct tc__download *download = locator->data;
	tc_error err = TC_ERROR_INIT;

	if (failure) {
		tc__download_fail(download, failure);
		return;
	}
	if (download->found && download->found(download, download->data)) {
		end_well(download);
		return;
	}
	int rc = tc__download_unhash(download, &err);
	download->id = rc == TC_OK ? tc__locate_id(download->client, &locator->sought, &err) : NULL;
	if (download->id)
		look_at_place(download);
	else
		fail_with(download, &err);
}

static void locate(struct tc__download *download)
{
	tc_error err = TC_ERROR_INIT;

	if (tc__download_tell(download, TC_JOB_ASKING, 0, &err) != TC_OK) {
		fail_with(download, &err);
		return;
	}
	download->locator.data = download;
	download->locator.sought.task_id = download->texts.task_id;
	download->locator.sought.run_id = download->texts.run_id;
	download->locator.sought.name = download->texts.name;
	download->locator.sought.simple = download->options.simple;
	tc__locate(&download->locator, took_place);
}

static void took_task(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__download *download = download_of(flow);
	tc_error err = TC_ERROR_INIT;

	if (failure) {
		tc__download_fail(download, failure);
		return;
	}
	struct tc_index_indexed_task_response *task = tc_index_find_task_reply(response, &err);
	tc_release(response);
	if (task)
		tc__text_copy(&download->texts.task_id, task->task_id, &err);
	tc_release(task);
	if (download->texts.task_id)
		locate(download);
	else
		fail_with(download, &err);
}

static void begin(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__download *download = download_of(flow);
	tc_error made = TC_ERROR_INIT;

	(void)response;
	if (err)
		tc__download_fail(download, err);
	else if (download->texts.index)
		tc__flow_send(flow,
			tc_index_find_task_call(download->client, download->texts.index, &made),
			NULL, NULL, took_task, &made);
	else
		locate(download);
}

/* ---- from the options ---- */

int tc__download_options(
	const struct tc_download_options *given, struct tc_download_options *known, tc_error *err)
{
	int rc = tc__workflow_options(given, known, sizeof *known, "TC_DOWNLOAD_OPTIONS_INIT", err);

	if (rc == TC_OK)
		rc = tc__workflow_check("deadline_ms", known->deadline_ms, err);
	if (rc != TC_OK)
		return rc;
	if (known->ranges < 0 || known->ranges > RANGES_MAX)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "ranges is %d; expected up to %d",
			known->ranges, RANGES_MAX);
	known->ranges = known->ranges ? known->ranges : 1;
	known->redirects = known->redirects < 0 ? 0
		: known->redirects              ? known->redirects
						: REDIRECTS;
	known->memory_max = known->memory_max ? known->memory_max : MEMORY_MAX;
	return TC_OK;
}

static int take_texts(
	struct tc__download *download, const struct tc__download_start *start, tc_error *err)
{
	const struct tc_artifact *artifact = start->artifact;
	const struct {
		char **to;
		const char *from;
	} texts[] = {
		{ &download->texts.task_id, artifact ? artifact->task_id : NULL },
		{ &download->texts.run_id, artifact ? artifact->run_id : NULL },
		{ &download->texts.index, artifact ? artifact->index : NULL },
		{ &download->texts.name, artifact ? artifact->name : start->name },
	};
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < sizeof texts / sizeof *texts; i++)
		rc = tc__text_copy(texts[i].to, texts[i].from, err);
	return rc;
}

static int take_sink(struct tc__output *output, const struct tc_sink *sink, tc_error *err)
{
	int rc = tc__workflow_struct(
		"target.sink", sink, &output->sink, sizeof output->sink, "TC_SINK_INIT", err);

	output->kind = TC__OUTPUT_SINK;
	if (rc == TC_OK && !output->sink.write)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT, "target.sink->write is NULL");
	return rc;
}

static int take_target(struct tc__download *download, const struct tc_target *given, tc_error *err)
{
	struct tc_target target;

	int rc =
		tc__workflow_struct("target", given, &target, sizeof target, "TC_TARGET_INIT", err);
	if (rc != TC_OK)
		return rc;
	if (target.path && target.sink)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "target has both a path and a sink");
	if (target.sink)
		return take_sink(&download->output, target.sink, err);
	download->output.kind = target.path ? TC__OUTPUT_FILE : TC__OUTPUT_MEMORY;
	return target.path ? tc__place_open(&download->place, target.path, err) : TC_OK;
}

static void cancel(struct tc_job *job)
{
	struct tc__download *download = (struct tc__download *)job;

	tc__flow_cancel(&download->flow);
	tc__flow_cancel(&download->locator.flow);
	for (int i = 0; i < download->options.ranges; i++)
		tc__flow_cancel(&download->fetches[i].flow);
}

static void resume(struct tc_job *job)
{
	const struct tc__download *download = (struct tc__download *)job;

	if (download->fetches[0].flow.run)
		tc_loop_resume(download->flow.loop, download->fetches[0].flow.run);
}

static int fill(
	struct tc__download *download, const struct tc__download_start *start, tc_error *err)
{
	download->fetches = calloc((size_t)download->options.ranges, sizeof *download->fetches);
	if (!download->fetches)
		return tc__no_memory(err);
	if (!start->flow) /* else the job that it is a part of holds it */
		download->hold = tc_queue_ping_call(download->client, err);
	if (!start->flow && !download->hold)
		return err->code;
	if (start->flow)
		tc__flow_branch(&download->flow, start->flow);
	else
		tc__flow_init(&download->flow, start->loop, start->client, start->options->cancel,
			start->options->deadline_ms);
	tc__flow_branch(&download->locator.flow, &download->flow);
	for (int i = 0; i < download->options.ranges; i++) {
		tc__flow_branch(&download->fetches[i].flow, &download->flow);
		download->fetches[i].download = download;
	}
	download->job = (struct tc_job){ cancel, resume, download->flow.cancel };
	download->locator.client = download->client;
	download->locator.sought.object = !start->artifact;
	int rc = take_texts(download, start, err);
	return rc == TC_OK && start->target ? take_target(download, start->target, err) : rc;
}

int tc__download_start(
	const struct tc__download_start *start, struct tc__download **started, tc_error *err)
{
	struct tc__download *download = calloc(1, sizeof *download);

	if (!download) {
		if (start->place)
			tc__place_close(start->place);
		return tc__no_memory(err);
	}
	download->client = start->client;
	download->options = *start->options;
	download->kept_fd = -1;
	download->place = (struct tc__place)TC__PLACE_NONE;
	download->output = (struct tc__output){ .kind = TC__OUTPUT_FILE,
		.file = { .fd = -1, .state_fd = -1 },
		.max = start->options->memory_max };
	download->output.file.place = (struct tc__place)TC__PLACE_NONE;
	if (start->place) {
		download->place = *start->place;
		*start->place = (struct tc__place)TC__PLACE_NONE;
	}
	download->found = start->found;
	download->ready = start->ready;
	download->on_done = start->on_done;
	download->data = start->data;
	int rc = fill(download, start, err);
	if (rc == TC_OK)
		rc = tc__flow_begin(&download->flow, begin, err);
	if (rc != TC_OK)
		release(download);
	else
		*started = download;
	return rc;
}

/* ---- the faces on a loop ---- */

static int check_artifact(const struct tc_artifact *artifact, tc_error *err)
{
	if (!artifact || !artifact->name)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is NULL",
			artifact ? "artifact->name" : "artifact");
	if (!artifact->task_id == !artifact->index)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"exactly one of artifact->task_id and artifact->index is to be given");
	return TC_OK;
}

static int check_start(const struct tc__download_start *start, tc_error *err)
{
	const struct {
		const char *name;
		bool given;
	} needed[] = { { "loop", start->loop }, { "client", start->client },
		{ "target", start->target }, { "on_done", start->on_done } };

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!needed[i].given)
			return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is NULL", needed[i].name);
	return TC_OK;
}

static int start_any(struct tc__download_start *start, const struct tc_download_options *given,
	bool artifact, tc_job **job, tc_error *err)
{
	struct tc_download_options options;
	struct tc__download *download = NULL;
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	if (job)
		*job = NULL;
	err = err ? err : &own;
	int rc = check_start(start, err);
	if (rc == TC_OK && artifact)
		rc = check_artifact(start->artifact, err);
	else if (rc == TC_OK && (!start->name || !*start->name))
		rc = tc_error_set(
			err, TC_ERROR_ARGUMENT, "name is %s", start->name ? "empty" : "NULL");
	if (rc == TC_OK)
		rc = tc__download_options(given, &options, err);
	start->options = &options;
	if (rc == TC_OK)
		rc = tc__download_start(start, &download, err);
	tc_error_clear(&own);
	if (rc == TC_OK && job)
		*job = &download->job;
	return rc;
}

int tc_loop_download_artifact(tc_loop *loop, tc_client *client, const struct tc_artifact *artifact,
	const struct tc_target *target, const struct tc_download_options *options,
	tc_downloaded_fn *on_done, void *data, tc_job **job, tc_error *err)
{
	struct tc__download_start start = { .loop = loop,
		.client = client,
		.artifact = artifact,
		.target = target,
		.on_done = on_done,
		.data = data };

	return start_any(&start, options, true, job, err);
}

int tc_loop_download_object(tc_loop *loop, tc_client *client, const char *name,
	const struct tc_target *target, const struct tc_download_options *options,
	tc_downloaded_fn *on_done, void *data, tc_job **job, tc_error *err)
{
	struct tc__download_start start = { .loop = loop,
		.client = client,
		.name = name,
		.target = target,
		.on_done = on_done,
		.data = data };

	return start_any(&start, options, false, job, err);
}

/* ---- the blocking faces ---- */

struct blocking {
	struct tc__ending ending;
	struct tc_downloaded *result;
};

static void take_end(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct blocking *blocking = data;

	if (result)
		*blocking->result = *result;
	tc__ending_set(&blocking->ending, err);
}

static int download_blocking(struct tc__download_start *start,
	const struct tc_download_options *options, bool artifact, struct tc_downloaded *result,
	tc_error *err)
{
	struct tc_downloaded unasked = { 0 };
	struct blocking blocking = { .result = result ? result : &unasked };
	tc_job *job = NULL;

	*blocking.result = (struct tc_downloaded){ 0 };
	start->loop = tc_loop_on(start->client, RANGES_MAX, err);
	if (!start->loop)
		return err ? err->code : TC_ERROR_ARGUMENT;
	start->on_done = take_end;
	start->data = &blocking;
	int rc = start_any(start, options, artifact, &job, err);
	rc = tc__job_wait(start->loop, job, rc, &blocking.ending, err);
	tc_release(unasked.bytes);
	return rc;
}

int tc_download_artifact(tc_client *client, const struct tc_artifact *artifact,
	const struct tc_target *target, const struct tc_download_options *options,
	struct tc_downloaded *result, tc_error *err)
{
	struct tc__download_start start = {
		.client = client, .artifact = artifact, .target = target
	};

	return download_blocking(&start, options, true, result, err);
}

int tc_download_object(tc_client *client, const char *name, const struct tc_target *target,
	const struct tc_download_options *options, struct tc_downloaded *result, tc_error *err)
{
	struct tc__download_start start = { .client = client, .name = name, .target = target };

	return download_blocking(&start, options, false, result, err);
}
