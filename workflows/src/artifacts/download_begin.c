/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/download.h"

#include "workflows/src/artifacts/indexed.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is there already ---- */

static void use_output(struct tc__download *download);

/* The next reading is another file's. */
static void end_kept_look(struct tc__download *download)
{
	tc_error err = TC_ERROR_INIT;

	close(download->kept_fd);
	download->kept_fd = -1;
	if (tc__download_unhash(download, &err) != TC_OK)
		tc__download_fail_with(download, &err);
	else
		use_output(download);
}

/* Whether it is what was downloaded then, as far as anybody can know here. */
static int judge_unhashed(struct tc__download *download, tc_error *err)
{
	unsigned char sha256[TC__SHA256_SIZE];

	int rc = tc__hashes_read_sha256(&download->hashes, sha256, err);
	if (rc == TC_OK && memcmp(sha256, download->kept.sha256, sizeof sha256) == 0) {
		rc = tc__download_check_hashes(download, err); /* for the result */
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
	} else if (tc__download_check_hashes(download, &err) == TC_OK) {
		tc__download_end_kept(download);
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
	if (same && whole && tc__download_check_hashes(download, &err) == TC_OK) {
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
		tc__download_fail_with(download, &err);
}

static void use_file(struct tc__download *download)
{
	const struct tc__partial *file = &download->output.file;
	tc_error err = TC_ERROR_INIT;

	if (tc__download_open_file(download, download->options.anew, &err) != TC_OK)
		tc__download_fail_with(download, &err);
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
		tc__download_end(download);
		return;
	}
	int rc = tc__download_unhash(download, &err);
	download->id =
		rc == TC_OK ? tc__locate_id(download->job.client, &locator->sought, &err) : NULL;
	if (download->id)
		look_at_place(download);
	else
		tc__download_fail_with(download, &err);
}

static void locate(struct tc__download *download)
{
	tc_error err = TC_ERROR_INIT;

	if (tc__download_tell(download, TC_JOB_ASKING, 0, &err) != TC_OK) {
		tc__download_fail_with(download, &err);
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
	struct tc__download *download = tc__download_of(flow);
	tc_error err = TC_ERROR_INIT;

	download->texts.task_id = tc__indexed_take(response, failure, &err);
	if (download->texts.task_id)
		locate(download);
	else
		tc__download_fail_with(download, &err);
	tc_error_clear(&err);
}

static void begin(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__download *download = tc__download_of(flow);

	(void)response;
	if (err)
		tc__download_fail(download, err);
	else if (download->texts.index)
		tc__indexed_ask(flow, download->job.client, download->texts.index, took_task);
	else
		locate(download);
}

int tc__download_begin(struct tc__download *download, tc_error *err)
{
	return tc__flow_begin(&download->flow, begin, err);
}
