/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/download.h"
#include "workflows/src/artifacts/entries.h"
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/decimal.h>
#include <taskcluster/index.h>
#include <taskcluster/pages.h>
#include <unistd.h>

#define IN_FLIGHT 10
#define IN_FLIGHT_MAX 1000
#define PAGE_LIMIT "1000"
#define SYNC_AT_ONCE 32 /* files that wait to be on disk together */

struct folder;

/* One artifact under way. */
struct item {
	struct folder *folder;
	struct tc__entry *entry; /* NULL: it has nothing to do */
	struct tc__download *download;
};

struct folder {
	struct tc_job job;    /* first */
	struct tc__flow flow; /* what is asked before the first download */
	tc_client *client;
	tc_call *hold; /* of that client, which lives as long */
	struct tc_folder_options options;
	struct tc_download_options download; /* for each */
	tc_job_progress_fn *progress;        /* the caller's, told of the whole, too */
	void *progress_data;
	struct {
		char *task_id, *run_id, *index, *folder;
		char **patterns;
	} texts;   /* for free() */
	int fd;    /* of the folder */
	bool live; /* the run goes on */

	tc_pages *pages;
	struct tc__entries entries;
	size_t next;        /* that nobody has begun with */
	bool links;         /* all but those that link to others have ended */
	struct item *items; /* options.in_flight of them */
	int active;
	struct item *waiting[SYNC_AT_ONCE]; /* whole, and not on disk yet */
	size_t waiting_count;
	bool flushing, ended;

	struct tc_folder_counts counts;
	tc_error failure; /* the first of an artifact's */
	tc_folder_fn *on_done;
	void *data;
};

static struct folder *folder_of(struct tc__flow *flow)
{
	return (struct folder *)((char *)flow - offsetof(struct folder, flow));
}

/* ---- the end ---- */

static void release(struct folder *folder)
{
	char *texts[] = { folder->texts.task_id, folder->texts.run_id, folder->texts.index,
		folder->texts.folder };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	for (char **pattern = folder->texts.patterns; pattern && *pattern; pattern++)
		free(*pattern);
	free(folder->texts.patterns);
	free(folder->items);
	if (folder->fd >= 0)
		close(folder->fd);
	tc_pages_free(folder->pages);
	tc__entries_clear(&folder->entries);
	tc_error_clear(&folder->failure);
	tc_call_free(folder->hold);
	free(folder);
}

static void end(struct folder *folder, const tc_error *err)
{
	folder->on_done(folder->data, &folder->counts, err);
	release(folder);
}

/* Before the first download: with what was asked for. */
static void end_unbegun(struct folder *folder, const tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	tc_error_copy(&failure, err);
	if (folder->texts.task_id)
		tc_error_prefix(&failure, "artifacts of task %s", folder->texts.task_id);
	else
		tc_error_prefix(&failure, "artifacts of the task at %s", folder->texts.index);
	end(folder, &failure);
	tc_error_clear(&failure);
}

/* All have ended. */
static void end_all(struct folder *folder)
{
	tc_error *failure = &folder->failure;

	folder->ended = true;
	if (failure->code == TC_OK && tc__flow_check(&folder->flow, failure) == TC_OK) {
		end(folder, NULL);
		return;
	}
	if (folder->counts.failed)
		tc_error_prefix(failure, "%lld of %zu artifacts are not there; the first",
			(long long)folder->counts.failed, folder->entries.count);
	end(folder, failure);
}

/* ---- what became of one ---- */

static void tell(struct folder *folder, const struct tc__entry *entry,
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

static void count_failed(struct folder *folder, struct tc__entry *entry, const tc_error *err)
{
	folder->counts.failed++;
	if (folder->failure.code == TC_OK)
		tc_error_copy(&folder->failure, err);
	tell(folder, entry, NULL, err, NULL);
}

static void count_saved(
	struct folder *folder, struct tc__entry *entry, const struct tc_downloaded *result)
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

static int64_t count_ended(const struct folder *folder)
{
	const struct tc_folder_counts *counts = &folder->counts;

	return counts->saved + counts->kept + counts->left_out + counts->failed;
}

static int tell_progress(void *data, const struct tc_job_progress *progress)
{
	const struct folder *folder = data;
	struct tc_job_progress whole = *progress;

	whole.files = count_ended(folder);
	whole.files_total = (int64_t)folder->entries.count;
	return folder->progress(folder->progress_data, &whole);
}

/* ---- on disk together ---- */

/* Folders that have to be on disk, each once. */
struct folders {
	int fds[SYNC_AT_ONCE];
	struct stat seen[SYNC_AT_ONCE];
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
static void flush(struct folder *folder)
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
		struct item *item = folder->waiting[i];
		if (!item)
			continue;
		item->download->options.no_sync = true; /* it is done here, for all of them */
		tc__download_commit(item->download);
	}
	sync_folders(&folders);
	folder->flushing = false;
}

/* ---- one after the other ---- */

static void start_more(struct folder *folder);

static void wait_for_others(struct tc__download *download, void *data)
{
	struct item *item = data;
	struct folder *folder = item->folder;

	(void)download;
	folder->waiting[folder->waiting_count++] = item;
	start_more(folder);
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
	struct folder *folder, const char *from, const char *to, bool *kept, tc_error *err)
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
	struct item *item = data;
	struct folder *folder = item->folder;
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
	struct item *item = data;
	struct folder *folder = item->folder;

	if (err)
		count_failed(folder, item->entry, err);
	else
		count_saved(folder, item->entry, result);
	item->entry = NULL;
	item->download = NULL;
	folder->active--;
	if (!folder->flushing)
		start_more(folder);
}

static int start_one(struct folder *folder, struct item *item, tc_error *err)
{
	struct tc__place place = TC__PLACE_NONE;
	const struct tc_artifact artifact = { .task_id = folder->texts.task_id,
		.run_id = folder->texts.run_id,
		.name = item->entry->name };

	int rc = tc__entries_check(&folder->entries, item->entry, err);
	if (rc == TC_OK)
		rc = tc__place_open_below(&place, folder->fd, item->entry->name, err);
	const struct tc__download_start start = { .loop = folder->flow.loop,
		.client = folder->client,
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

static struct item *free_item(struct folder *folder)
{
	for (int i = 0; i < folder->options.in_flight + SYNC_AT_ONCE; i++)
		if (!folder->items[i].entry)
			return &folder->items[i];
	return NULL;
}

/* The next one that this time is for; NULL: there is none. */
static struct tc__entry *next_entry(struct folder *folder)
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

static void start_entry(struct folder *folder, struct tc__entry *entry)
{
	struct item *item = free_item(folder);
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

static bool may_start(const struct folder *folder)
{
	int flying = folder->active - (int)folder->waiting_count;

	return flying < folder->options.in_flight && folder->waiting_count < SYNC_AT_ONCE &&
		tc__flow_check(&folder->flow, NULL) == TC_OK;
}

/* Keeps as many under way as may be; what waits to be on disk is, when there are enough of them, or
 * no others to wait for. */
static void start_more(struct folder *folder)
{
	struct tc__entry *entry;

	for (;;) {
		while (may_start(folder) && (entry = next_entry(folder)))
			start_entry(folder, entry);
		if (folder->waiting_count == SYNC_AT_ONCE ||
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

/* ---- the list ---- */

static void ask_page(struct folder *folder);

static int take_page(struct folder *folder, const tc_response *response, tc_error *err)
{
	struct tc_queue_list_artifacts_response *page =
		tc_queue_list_artifacts_reply(response, err);

	if (!page)
		return err->code;
	int rc =
		tc__entries_add(&folder->entries, page, (const char *const *)folder->texts.patterns,
			folder->live && !folder->options.live, err);
	tc_release(page);
	return rc == TC_OK ? tc_pages_accept(folder->pages, response, err) : rc;
}

static void took_page(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct folder *folder = folder_of(flow);
	tc_error err = TC_ERROR_INIT;

	if (failure) {
		end_unbegun(folder, failure);
		return;
	}
	int rc = take_page(folder, response, &err);
	tc_release(response);
	if (rc == TC_OK)
		ask_page(folder);
	else
		end_unbegun(folder, &err);
	tc_error_clear(&err);
}

static void ask_page(struct folder *folder)
{
	const tc_call *call = NULL;
	tc_error err = TC_ERROR_INIT;

	if (tc_pages_call(folder->pages, &call, &err) != TC_OK) {
		end_unbegun(folder, &err);
	} else if (call) {
		tc__flow_send_kept(&folder->flow, call, took_page);
	} else {
		tc__entries_sort(&folder->entries);
		start_more(folder);
	}
	tc_error_clear(&err);
}

static tc_call *list_call(const struct folder *folder, tc_error *err)
{
	const struct tc_queue_list_artifacts_query query = { .limit = PAGE_LIMIT };
	const struct tc_queue_list_latest_artifacts_query latest = { .limit = PAGE_LIMIT };

	if (folder->texts.run_id)
		return tc_queue_list_artifacts_call(
			folder->client, folder->texts.task_id, folder->texts.run_id, &query, err);
	return tc_queue_list_latest_artifacts_call(
		folder->client, folder->texts.task_id, &latest, err);
}

static void list(struct folder *folder)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = list_call(folder, &err);

	tc__flow_terms(&folder->flow, &options);
	if (call && tc_call_set_options(call, &options, &err) == TC_OK)
		folder->pages = tc_pages_new(call, NULL, &err);
	tc_call_free(call);
	if (folder->pages)
		ask_page(folder);
	else
		end_unbegun(folder, &err);
	tc_error_clear(&err);
}

/* ---- the run ---- */

/* Which it is, so that all are of the same, and whether it goes on. */
static int take_status(
	struct folder *folder, const struct tc_queue_task_status *status, tc_error *err)
{
	char number[TC_DECIMAL_SIZE];
	const struct tc_queue_task_status_runs *run = NULL;

	for (size_t i = 0; i < status->runs_count; i++) {
		tc_decimal(number, status->runs[i].run_id);
		if (!folder->texts.run_id || strcmp(folder->texts.run_id, number) == 0)
			run = &status->runs[i];
	}
	if (!run)
		return TC_OK; /* the queue says what is wrong with it */
	folder->live = run->state && strcmp(run->state, "running") == 0;
	if (folder->texts.run_id)
		return TC_OK;
	return tc__text_copy(&folder->texts.run_id, tc_decimal(number, run->run_id), err);
}

static void took_status(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct folder *folder = folder_of(flow);
	tc_error err = TC_ERROR_INIT;

	/* who may not ask for the status may list artifacts all the same, whose run may go on */
	if (failure && failure->http_status == 403) {
		folder->live = true;
		list(folder);
		return;
	}
	if (failure) {
		end_unbegun(folder, failure);
		return;
	}
	struct tc_queue_task_status_response *reply = tc_queue_status_reply(response, &err);
	tc_release(response);
	int rc = reply ? take_status(folder, &reply->status, &err) : err.code;
	tc_release(reply);
	if (rc == TC_OK)
		list(folder);
	else
		end_unbegun(folder, &err);
	tc_error_clear(&err);
}

static void ask_status(struct folder *folder)
{
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_queue_status_call(folder->client, folder->texts.task_id, &made);

	tc__flow_send(&folder->flow, call, NULL, NULL, took_status, &made);
}

static void took_task(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct folder *folder = folder_of(flow);
	tc_error err = TC_ERROR_INIT;

	if (failure) {
		end_unbegun(folder, failure);
		return;
	}
	struct tc_index_indexed_task_response *task = tc_index_find_task_reply(response, &err);
	tc_release(response);
	if (task)
		tc__text_copy(&folder->texts.task_id, task->task_id, &err);
	tc_release(task);
	if (folder->texts.task_id)
		ask_status(folder);
	else
		end_unbegun(folder, &err);
	tc_error_clear(&err);
}

static void begin(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct folder *folder = folder_of(flow);
	tc_error made = TC_ERROR_INIT;

	(void)response;
	if (err)
		end_unbegun(folder, err);
	else if (folder->texts.index)
		tc__flow_send(flow,
			tc_index_find_task_call(folder->client, folder->texts.index, &made), NULL,
			NULL, took_task, &made);
	else
		ask_status(folder);
}

/* ---- from the options ---- */

static int open_folder(struct folder *folder, tc_error *err)
{
	const char *path = folder->texts.folder;

	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		return tc_error_set(err, TC_ERROR_SYSTEM, "the folder %s cannot be made: %s", path,
			strerror(errno));
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd >= 0)
		return TC_OK;
	return tc_error_set(
		err, TC_ERROR_SYSTEM, "the folder %s cannot be opened: %s", path, strerror(errno));
}

static int take_patterns(struct folder *folder, tc_error *err)
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

static int take_texts(
	struct folder *folder, const struct tc_artifact *artifact, const char *path, tc_error *err)
{
	int rc = tc__text_copy(&folder->texts.task_id, artifact->task_id, err);

	if (rc == TC_OK)
		rc = tc__text_copy(&folder->texts.run_id, artifact->run_id, err);
	if (rc == TC_OK)
		rc = tc__text_copy(&folder->texts.index, artifact->index, err);
	if (rc == TC_OK)
		rc = tc__text_copy(&folder->texts.folder, path, err);
	return rc == TC_OK ? take_patterns(folder, err) : rc;
}

static void cancel(struct tc_job *job)
{
	struct folder *folder = (struct folder *)job;

	tc__flow_cancel(&folder->flow);
	for (int i = 0; i < folder->options.in_flight + SYNC_AT_ONCE; i++)
		if (folder->items[i].entry)
			tc_job_cancel(&folder->items[i].download->job);
}

static int fill(struct folder *folder, tc_loop *loop, const struct tc_artifact *artifact,
	const char *path, tc_error *err)
{
	folder->hold = tc_queue_ping_call(folder->client, err);
	if (!folder->hold)
		return err->code;
	folder->items =
		calloc((size_t)folder->options.in_flight + SYNC_AT_ONCE, sizeof *folder->items);
	if (!folder->items)
		return tc__no_memory(err);
	folder->progress = folder->download.progress;
	folder->progress_data = folder->download.progress_data;
	folder->download.progress = folder->progress ? tell_progress : NULL;
	folder->download.progress_data = folder;
	int rc = take_texts(folder, artifact, path, err);
	if (rc == TC_OK)
		rc = open_folder(folder, err);
	tc__flow_init(&folder->flow, loop, folder->client, folder->download.cancel,
		folder->download.deadline_ms);
	folder->job = (struct tc_job){ cancel, NULL, folder->flow.cancel };
	return rc == TC_OK ? tc__flow_begin(&folder->flow, begin, err) : rc;
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
	const char *path, const struct tc_folder_options *given, struct folder **started,
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
	struct folder *folder = calloc(1, sizeof *folder);
	if (!folder)
		return tc__no_memory(err);
	folder->client = client;
	folder->options = options;
	folder->download = download;
	folder->fd = -1;
	rc = fill(folder, loop, artifact, path, err);
	if (rc != TC_OK)
		release(folder);
	else
		*started = folder;
	return rc;
}

int tc_loop_download_artifacts(tc_loop *loop, tc_client *client, const struct tc_artifact *artifact,
	const char *folder, const struct tc_folder_options *options, tc_folder_fn *on_done,
	void *data, tc_job **job, tc_error *err)
{
	struct folder *started = NULL;
	tc_error own = TC_ERROR_INIT;

	tc_error_clear(err);
	if (job)
		*job = NULL;
	if (!loop || !client || !on_done)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "%s is NULL",
			!loop            ? "loop"
				: client ? "on_done"
					 : "client");
	int rc = start(loop, client, artifact, folder, options, &started, err ? err : &own);
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

int tc_download_artifacts(tc_client *client, const struct tc_artifact *artifact, const char *folder,
	const struct tc_folder_options *options, struct tc_folder_counts *counts, tc_error *err)
{
	struct tc_folder_counts unasked;
	struct blocking blocking = { .counts = counts ? counts : &unasked };
	tc_job *job = NULL;

	*blocking.counts = (struct tc_folder_counts){ 0 };
	tc_loop *loop = tc_loop_on(client, IN_FLIGHT_MAX, err);
	if (!loop)
		return err ? err->code : TC_ERROR_ARGUMENT;
	int rc = tc_loop_download_artifacts(
		loop, client, artifact, folder, options, take_end, &blocking, &job, err);
	return tc__job_wait(loop, job, rc, &blocking.ending, err);
}
