/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/download.h"

#include "workflows/src/base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTE_EVERY ((int64_t)1024 * 1024)

/* Whether its bytes must be certain ones. */
static bool is_awaited(const struct tc__download *download)
{
	return *download->expected.sha256 || *download->expected.sha512;
}

/* ---- the end ---- */

void tc__download_free(struct tc__download *download)
{
	char *texts[] = { download->texts.task_id, download->texts.run_id, download->texts.name,
		download->texts.index, download->id };

	tc__texts_free(texts, sizeof texts / sizeof *texts);
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
	tc__job_let_go(&download->job);
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

void tc__download_end(struct tc__download *download)
{
	download->result.bytes = download->output.bytes;
	download->output.bytes = NULL;
	tc__output_close(&download->output, false);
	download->on_done(download->data, &download->result, NULL);
	tc__download_free(download);
}

/* What can be gone on with stays; what is wrong does not. */
static void end_failed(struct tc__download *download)
{
	name_failure(download, &download->failure);
	tc__download_note(download, true);
	tc__output_close(&download->output, download->damaged || is_awaited(download));
	download->on_done(download->data, NULL, &download->failure);
	tc__download_free(download);
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

void tc__download_fail_with(struct tc__download *download, tc_error *err)
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

int tc__download_check_hashes(struct tc__download *download, tc_error *err)
{
	const struct tc__found *found = &download->locator.found;
	const struct tc__digests *expected = &download->expected;
	struct tc__digests digests;

	int rc = tc__hashes_read(&download->hashes, &digests, err);
	const struct {
		const char *name, *has, *expected;
	} checks[] = { { "sha256", digests.sha256, expected->sha256 },
		{ "sha512", digests.sha512, expected->sha512 },
		{ "sha256", digests.sha256, found->sha256 },
		{ "sha512", digests.sha512, found->sha512 } };
	for (size_t i = 0; rc == TC_OK && i < sizeof checks / sizeof *checks; i++)
		rc = check_hash(checks[i].name, checks[i].has, checks[i].expected, err);
	memcpy(download->result.sha256, digests.sha256, sizeof digests.sha256);
	download->result.verified = rc == TC_OK && (found->hashed || is_awaited(download));
	return rc;
}

static int check_whole(struct tc__download *download, tc_error *err)
{
	if (download->total >= 0 && download->hashed != download->total)
		return tc_error_set(err, TC_ERROR_REPLY, "%lld bytes came, and should be %lld",
			(long long)download->hashed, (long long)download->total);
	return tc__download_check_hashes(download, err);
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
		tc__download_fail_with(download, &err);
	else
		tc__download_end(download);
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
		tc__download_fail_with(download, &err);
	else if (download->ready)
		download->ready(download, download->data);
	else
		tc__download_commit(download);
}

/* ---- what is there already ---- */

void tc__download_end_kept(struct tc__download *download)
{
	download->result.kept = true;
	tell_storage(download);
	tc__download_end(download);
}

/* Either the file itself, which was looked at before, or a partial one that has all of it. */
void tc__download_unchanged(struct tc__download *download)
{
	if (download->output.file.fd >= 0)
		tc__download_complete(download);
	else
		tc__download_end_kept(download);
}
