/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/folder.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYNC_MS 1000 /* a file that is whole waits for others no longer */

/* ---- the end ---- */

void tc__folder_free(struct tc__folder *folder)
{
	char *texts[] = { folder->texts.task_id, folder->texts.run_id, folder->texts.index,
		folder->texts.folder };

	tc__texts_free(texts, sizeof texts / sizeof *texts);
	for (char **pattern = folder->texts.patterns; pattern && *pattern; pattern++)
		free(*pattern);
	free(folder->texts.patterns);
	free(folder->items);
	if (folder->fd >= 0)
		close(folder->fd);
	tc_pages_free(folder->pages);
	tc__entries_clear(&folder->entries);
	tc_error_clear(&folder->failure);
	tc__flow_stop_pause(&folder->flow);
	tc__job_let_go(&folder->job);
	free(folder);
}

void tc__folder_end(struct tc__folder *folder, const tc_error *err)
{
	folder->on_done(folder->data, &folder->counts, err);
	tc__folder_free(folder);
}

/* All have ended. */
static void end_all(struct tc__folder *folder)
{
	tc_error *failure = &folder->failure;

	if (failure->code == TC_OK && tc__flow_check(&folder->flow, failure) == TC_OK) {
		tc__folder_end(folder, NULL);
		return;
	}
	if (folder->counts.failed)
		tc_error_prefix(failure, "%lld of %zu artifacts are not there; the first",
			(long long)folder->counts.failed, folder->entries.count);
	tc__folder_end(folder, failure);
}

/* ---- what became of one ---- */

static void tell(struct tc__folder *folder, const struct tc__entry *entry,
	const struct tc_downloaded *result, const tc_error *err, const char *why)
{
	const struct tc_saved saved = { .name = entry->name,
		.path = result ? entry->name : NULL,
		.result = result,
		.err = err,
		.why = why ? why : "" };

	if (folder->options.on_saved)
		folder->options.on_saved(folder->options.data, &saved);
}

static void count_failed(struct tc__folder *folder, struct tc__entry *entry, const tc_error *err)
{
	folder->counts.failed++;
	if (folder->failure.code == TC_OK)
		tc_error_copy(&folder->failure, err);
	tell(folder, entry, NULL, err, NULL);
}

static void count_saved(
	struct tc__folder *folder, struct tc__entry *entry, const struct tc_downloaded *result)
{
	entry->is_saved = true;
	entry->length = result->length;
	entry->verified = result->verified;
	memcpy(entry->sha256, result->sha256, sizeof entry->sha256);
	if (result->kept) {
		folder->counts.kept++;
	} else {
		folder->counts.saved++;
		folder->counts.bytes += result->length;
	}
	tell(folder, entry, result, NULL, NULL);
}

static int64_t count_ended(const struct tc__folder *folder)
{
	const struct tc_folder_counts *counts = &folder->counts;

	return counts->saved + counts->kept + counts->left_out + counts->failed;
}

int tc__folder_tell(void *data, const struct tc_job_progress *progress)
{
	const struct tc__folder *folder = data;
	struct tc_job_progress whole = *progress;

	whole.files = count_ended(folder);
	whole.files_total = (int64_t)folder->entries.count;
	return folder->progress(folder->progress_data, &whole);
}

/* ---- on disk together ---- */

/* Folders that have to be on disk, each once. */
struct folders {
	int fds[TC__FOLDER_SYNC];
	struct stat seen[TC__FOLDER_SYNC];
	size_t count;
};

static void note_folder(struct folders *folders, int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return;
	for (size_t i = 0; i < folders->count; i++)
		if (folders->seen[i].st_ino == status.st_ino &&
			folders->seen[i].st_dev == status.st_dev)
			return;
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return;
	folders->fds[folders->count] = copy;
	folders->seen[folders->count++] = status;
}

static void sync_folders(struct folders *folders)
{
	for (size_t i = 0; i < folders->count; i++) {
		fsync(folders->fds[i]);
		close(folders->fds[i]);
	}
}

/* All are on disk before the first of them gets its name. */
static void flush(struct tc__folder *folder)
{
	struct folders folders = { .count = 0 };
	size_t count = folder->waiting_count;

	folder->flushing = true;
	folder->waiting_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct tc__download *download = folder->waiting[i]->download;
		tc_error err = TC_ERROR_INIT;
		if (tc__partial_sync(&download->output.file, &err) != TC_OK) {
			folder->waiting[i] = NULL;
			tc__download_fail(download, &err);
		} else {
			note_folder(&folders, download->output.file.place.folder);
		}
		tc_error_clear(&err);
	}
	for (size_t i = 0; i < count; i++) {
		struct tc__item *item = folder->waiting[i];
		if (!item)
			continue;
		item->download->options.no_sync = true; /* it is done here, for all of them */
		tc__download_commit(item->download);
	}
	sync_folders(&folders);
	folder->flushing = false;
}

/* ---- one after the other ---- */

/* Also when that was cut short: what waits is whole. */
static void end_waiting(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__folder *folder = tc__folder_of(flow);

	(void)response, (void)err;
	flush(folder);
	tc__folder_download(folder);
}

/* Until there are enough of them, but not for long: others may take theirs. */
static void wait_for_others(struct tc__download *download, void *data)
{
	struct tc__item *item = data;
	struct tc__folder *folder = item->folder;

	(void)download;
	folder->waiting[folder->waiting_count++] = item;
	if (!folder->flow.timer)
		tc__flow_pause(&folder->flow, SYNC_MS, end_waiting);
	tc__folder_download(folder);
}

static bool is_same_file(const struct tc__place *one, const struct tc__place *other)
{
	struct stat first, second;

	return fstatat(one->folder, one->name, &first, AT_SYMLINK_NOFOLLOW) == 0 &&
		fstatat(other->folder, other->name, &second, AT_SYMLINK_NOFOLLOW) == 0 &&
		first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* The same bytes once more, by another name: a hard link to the file that is there; *kept: it was
 * one before. */
static int link_file(
	struct tc__folder *folder, const char *from, const char *to, bool *kept, tc_error *err)
{
	struct tc__place source = TC__PLACE_NONE, place = TC__PLACE_NONE;

	int rc = tc__place_open_below(&source, folder->fd, from, err);
	if (rc == TC_OK)
		rc = tc__place_open_below(&place, folder->fd, to, err);
	*kept = rc == TC_OK && is_same_file(&source, &place);
	if (rc == TC_OK && !*kept && unlinkat(place.folder, place.name, 0) != 0 && errno != ENOENT)
		rc = tc_error_set(err, TC_ERROR_SYSTEM, "%s: %s", to, strerror(errno));
	if (rc == TC_OK && !*kept &&
		linkat(source.folder, source.name, place.folder, place.name, 0) != 0)
		rc = tc_error_set(err, TC_ERROR_SYSTEM, "%s: %s", to, strerror(errno));
	tc__place_close(&source);
	tc__place_close(&place);
	return rc;
}

/* What a link leads to may be there already. Where that cannot have two names it is downloaded. */
static bool found(struct tc__download *download, void *data)
{
	struct tc__item *item = data;
	struct tc__folder *folder = item->folder;
	struct tc_downloaded *result = &download->result;
	const char *url = download->locator.found.url;
	bool with_query = strcmp(download->locator.found.storage, "reference") == 0;
	tc_error err = TC_ERROR_INIT;

	const struct tc__entry *other =
		folder->links ? tc__entries_find_place(&folder->entries, url, with_query) : NULL;
	bool linked = other &&
		link_file(folder, other->name, item->entry->name, &result->kept, &err) == TC_OK;
	if (linked) {
		snprintf(result->storage, sizeof result->storage, "link");
		result->length = other->length;
		result->verified = other->verified;
		memcpy(result->sha256, other->sha256, sizeof result->sha256);
	} else {
		result->kept = false;
		tc__entry_set_place(item->entry, url, with_query, &err);
	}
	tc_error_clear(&err);
	return linked;
}

static void took_one(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct tc__item *item = data;
	struct tc__folder *folder = item->folder;

	if (err)
		count_failed(folder, item->entry, err);
	else
		count_saved(folder, item->entry, result);
	item->entry = NULL;
	item->download = NULL;
	folder->active--;
	if (!folder->flushing)
		tc__folder_download(folder);
}

static int start_one(struct tc__folder *folder, struct tc__item *item, tc_error *err)
{
	struct tc__place place = TC__PLACE_NONE;
	const struct tc_artifact artifact = { .task_id = folder->texts.task_id,
		.run_id = folder->texts.run_id,
		.name = item->entry->name };

	int rc = tc__entries_check(&folder->entries, item->entry, err);
	if (rc == TC_OK)
		rc = tc__place_open_below(&place, folder->fd, item->entry->name, err);
	const struct tc__download_start start = { .loop = folder->flow.loop,
		.client = folder->job.client,
		.artifact = &artifact,
		.place = &place,
		.options = &folder->download,
		.flow = &folder->flow,
		.found = found,
		.ready = folder->download.no_sync ? NULL : wait_for_others,
		.on_done = took_one,
		.data = item };
	return rc == TC_OK ? tc__download_start(&start, &item->download, err) : rc;
}

static struct tc__item *free_item(struct tc__folder *folder)
{
	for (int i = 0; i < folder->options.in_flight + TC__FOLDER_SYNC; i++)
		if (!folder->items[i].entry)
			return &folder->items[i];
	return NULL;
}

/* The next one that this time is for; NULL: there is none. */
static struct tc__entry *next_entry(struct tc__folder *folder)
{
	while (folder->next < folder->entries.count) {
		struct tc__entry *entry = &folder->entries.list[folder->next++];
		if (entry->is_link != folder->links)
			continue;
		if (!entry->left_out)
			return entry;
		folder->counts.left_out++;
		tell(folder, entry, NULL, NULL, entry->left_out);
	}
	return NULL;
}

static void start_entry(struct tc__folder *folder, struct tc__entry *entry)
{
	struct tc__item *item = free_item(folder);
	tc_error err = TC_ERROR_INIT;

	item->folder = folder;
	item->entry = entry;
	folder->active++;
	if (start_one(folder, item, &err) == TC_OK)
		return;
	folder->active--;
	item->entry = NULL;
	tc_error_prefix(&err, "artifact %s", entry->name);
	count_failed(folder, entry, &err);
	tc_error_clear(&err);
}

static bool may_start(const struct tc__folder *folder)
{
	int flying = folder->active - (int)folder->waiting_count;

	return flying < folder->options.in_flight && folder->waiting_count < TC__FOLDER_SYNC &&
		tc__flow_check(&folder->flow, NULL) == TC_OK;
}

/* Keeps as many under way as may be; what waits to be on disk is, when there are enough of them, or
 * no others to wait for. */
void tc__folder_download(struct tc__folder *folder)
{
	struct tc__entry *entry;

	for (;;) {
		while (may_start(folder) && (entry = next_entry(folder)))
			start_entry(folder, entry);
		if (folder->waiting_count == TC__FOLDER_SYNC ||
			(folder->waiting_count && (int)folder->waiting_count == folder->active)) {
			flush(folder);
			continue;
		}
		if (folder->active)
			return;
		if (folder->links || tc__flow_check(&folder->flow, NULL) != TC_OK)
			break;
		folder->links = true;
		folder->next = 0;
	}
	end_all(folder);
}
