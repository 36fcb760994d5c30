/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tools/worker/mounts/content/content.h"

#include "tools/worker/mounts/content/text.h"
#include "tools/worker/mounts/content/url.h"
#include "tools/worker/mounts/store/downloads.h"
#include "tools/worker/mounts/store/space.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/index.h>
#include <taskcluster/queue.h>
#include <unistd.h>

struct content_job {
	struct content_order order;
	struct content content; /* the order's; an index's with the task */
	char *label;            /* for people */
	char *task_id, *run_id; /* what was found; its own */
	char *key;              /* under which it is kept; NULL: it is not */
	bool loading;           /* the key is ours to fetch */
	char thing[LIST_THING_SIZE];

	uint64_t run, timer; /* what it waits for; 0: nothing of the kind */
	tc_job *download;
	struct url_fetch *url;
	bool stopped;
};

#define LOOK_AGAIN_MS 50 /* for what another task fetches, or a child removes */

/* ---- its end ---- */

static void remove_thing(struct content_job *job, const char *format)
{
	char name[LIST_THING_SIZE + 16];

	snprintf(name, sizeof(name), format, job->thing);
	unlinkat(job->order.store->files.folder, name, 0);
}

static void free_job(struct content_job *job)
{
	if (job->loading)
		downloads_end(job->order.store, job->key);
	if (job->thing[0]) { /* not kept: what a download leaves, too */
		remove_thing(job, "%s");
		remove_thing(job, ".%s.tc-part");
		remove_thing(job, ".%s.tc-state");
	}
	free(job->label);
	free(job->task_id);
	free(job->run_id);
	free(job->key);
	store_release(job->order.store);
	free(job);
}

/* Frees what stopped while something was under way. true: it was. */
static bool is_stopped(struct content_job *job)
{
	if (!job->stopped)
		return false;
	free_job(job);
	return true;
}

void content_stop(struct content_job *job)
{
	if (!job)
		return;
	job->stopped = true;
	if (job->timer)
		tc_loop_timer_cancel(job->order.store->loop, job->timer);
	url_stop(job->url);
	if (job->run) /* its callback frees the job */
		tc_loop_cancel(job->order.store->loop, job->run);
	else if (job->download)
		tc_job_cancel(job->download);
	else
		free_job(job);
}

/* The end, one of both; the job is gone. */
static void done(struct content_job *job, int fd, const char *sha256, bool reused)
{
	struct content_order order = job->order;
	struct content_got got = { .fd = fd, .reused = reused };

	snprintf(got.sha256, sizeof(got.sha256), "%s", sha256);
	free_job(job);
	order.on_end(order.data, &got, NULL);
}

static void fail(struct content_job *job, const tc_error *err)
{
	struct content_order order = job->order;
	tc_error failure = TC_ERROR_INIT;

	tc_error_set(&failure, err->code, "%s cannot be had: %s",
		job->label ? job->label : "the content", tc_error_text(err));
	free_job(job);
	order.on_end(order.data, &(struct content_got){ .fd = -1 }, &failure);
	tc_error_clear(&failure);
}

TC_PRINTF(3, 4)
static void say(struct content_job *job, bool warning, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	job->order.say(job->order.data, warning, text);
}

/* A pause, after which it goes on. */
static void go_on(struct content_job *job, int64_t ms, tc_timer_fn *then)
{
	tc_error err = TC_ERROR_INIT;

	if (tc_loop_timer(job->order.store->loop, ms, then, job, &job->timer, &err) != TC_OK)
		fail(job, &err);
	tc_error_clear(&err);
}

/* Sends a call, which is freed; NULL: it could not be made, as *err says. */
static void send_call(struct content_job *job, tc_call *call, tc_done_fn *then, tc_error *err)
{
	int rc = call ? tc_loop_start(job->order.store->loop, call, then, job, &job->run, err)
		      : TC_ERROR_ARGUMENT;

	tc_call_free(call);
	if (rc != TC_OK)
		fail(job, err);
	tc_error_clear(err);
}

/* ---- what stands in the payload ---- */

static void take_text(struct content_job *job)
{
	tc_error err = TC_ERROR_INIT;
	int fd = text_open(&job->content, &err);

	if (fd < 0)
		fail(job, &err);
	else
		done(job, fd, "", false);
	tc_error_clear(&err);
}

/* ---- the bytes are there ---- */

static int check_sha256(const struct content_job *job, const char *sha256, tc_error *err)
{
	if (!job->content.sha256 || strcmp(job->content.sha256, sha256) == 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_INPUT, "it has the sha256 %s; the payload wants %s",
		sha256, job->content.sha256);
}

static void fetched(struct content_job *job, const char *sha256, int64_t length)
{
	struct mounts_store *store = job->order.store;
	tc_error err = TC_ERROR_INIT;
	int rc = check_sha256(job, sha256, &err);
	int fd = -1;

	if (rc == TC_OK)
		fd = openat(store->files.folder, job->thing, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (rc == TC_OK && fd < 0)
		rc = tc_error_set(&err, TC_ERROR_SYSTEM, "it is not where it was written: %s",
			strerror(errno));
	if (rc != TC_OK) {
		fail(job, &err);
		tc_error_clear(&err);
		return;
	}
	say(job, false, "Downloaded %" PRId64 " bytes with sha256 %s of %s", length, sha256,
		job->label);
	if (job->key && downloads_keep(store, job->key, job->thing, sha256, length, NULL) == TC_OK)
		job->thing[0] = '\0';
	done(job, fd, sha256, false);
}

/* ---- fetching ---- */

static void on_artifact(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	struct content_job *job = data;

	job->download = NULL;
	if (is_stopped(job))
		return;
	if (err) {
		fail(job, err);
		return;
	}
	if (job->key && strcmp(result->storage, "reference") == 0) {
		downloads_end(job->order.store, job->key); /* who knows what it brings next time */
		job->loading = false;
		free(job->key);
		job->key = NULL;
	}
	fetched(job, result->sha256, result->length);
}

static void on_url(void *data, const char *sha256, int64_t length, const tc_error *err)
{
	struct content_job *job = data;

	job->url = NULL;
	if (err)
		fail(job, err);
	else
		fetched(job, sha256, length);
}

static void fetch_url(struct content_job *job)
{
	const struct mounts_store *store = job->order.store;
	tc_error err = TC_ERROR_INIT;

	if (url_start(store->loop, job->order.client, job->content.url, store->files.folder,
		    job->thing, on_url, job, &job->url, &err) != TC_OK)
		fail(job, &err);
	tc_error_clear(&err);
}

static void fetch_artifact(struct content_job *job)
{
	const struct mounts_store *store = job->order.store;
	struct tc_artifact artifact = {
		.task_id = job->task_id, .run_id = job->run_id, .name = job->content.artifact
	};
	struct tc_download_options options = TC_DOWNLOAD_OPTIONS_INIT;
	struct tc_target target = TC_TARGET_INIT;
	tc_error err = TC_ERROR_INIT;
	char *path = tc__text(&err, "%s/%s", store->files.path, job->thing);

	target.path = path;
	options.no_sync =
		true; /* a file that a crash of the machine has damaged has another hash */
	if (!path ||
		tc_loop_download_artifact(store->loop, job->order.client, &artifact, &target,
			&options, on_artifact, job, &job->download, &err) != TC_OK)
		fail(job, &err);
	free(path);
	tc_error_clear(&err);
}

static void fetch(struct content_job *job);

static void begin_fetching(struct content_job *job)
{
	tc_error err = TC_ERROR_INIT;

	if (job->key && downloads_begin(job->order.store, job->key, &err) != TC_OK) {
		fail(job, &err);
		tc_error_clear(&err);
		return;
	}
	job->loading = job->key != NULL;
	list_new_thing(&job->order.store->files, job->thing);
	say(job, false, "Downloading %s", job->label);
	if (job->content.kind == CONTENT_URL)
		fetch_url(job);
	else
		fetch_artifact(job);
}

static void on_pause(void *data, uint64_t timer)
{
	struct content_job *job = data;

	(void)timer;
	job->timer = 0;
	fetch(job);
}

static void fetch(struct content_job *job)
{
	struct mounts_store *store = job->order.store;
	char sha256[65];
	int64_t size = 0;
	int fd = job->key ? downloads_open(store, job->key, sha256, &size) : -1;

	if (fd >= 0) {
		say(job, false, "Using %s, %" PRId64 " bytes, downloaded before", job->label, size);
		done(job, fd, sha256, true);
		return;
	}
	enum space space = SPACE_WAIT;
	if (!job->key || !files_is_loading(store, job->key))
		space = space_make(store);
	if (space == SPACE_WAIT) {
		go_on(job, LOOK_AGAIN_MS, on_pause);
		return;
	}
	if (space == SPACE_SHORT)
		say(job, true, "The disk has less free space than it should have");
	begin_fetching(job);
}

/* ---- which run of an artifact's task ---- */

static bool has_ended(const char *state)
{
	return strcmp(state, "completed") == 0 || strcmp(state, "failed") == 0 ||
		strcmp(state, "exception") == 0;
}

/* Only what a run leaves that has ended stays as it is. */
static int take_run(
	struct content_job *job, const struct tc_queue_task_status *status, tc_error *err)
{
	if (!status->runs_count)
		return TC_OK;
	const struct tc_queue_task_status_runs *last = &status->runs[status->runs_count - 1];
	job->run_id = tc__text(err, "%" PRId64, last->run_id);
	if (!job->run_id)
		return TC_ERROR_NOMEM;
	if (!has_ended(last->state))
		return TC_OK;
	job->key = tc__text(err, "artifact %s/%s/%s%s%s", job->task_id, job->run_id,
		job->content.artifact, job->content.sha256 ? " " : "",
		job->content.sha256 ? job->content.sha256 : "");
	return job->key ? TC_OK : TC_ERROR_NOMEM;
}

static void on_status(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct content_job *job = data;
	tc_error failure = TC_ERROR_INIT;
	int rc = TC_OK;

	(void)run;
	job->run = 0;
	if (is_stopped(job)) {
		tc_release(response);
		return;
	}
	/* who may not ask may still have the latest run's; it is not kept then */
	struct tc_queue_task_status_response *reply =
		err ? NULL : tc_queue_status_reply(response, NULL);
	if (reply)
		rc = take_run(job, &reply->status, &failure);
	tc_release(reply);
	tc_release(response);
	if (rc == TC_OK)
		fetch(job);
	else
		fail(job, &failure);
	tc_error_clear(&failure);
}

static void ask_status(struct content_job *job)
{
	tc_error err = TC_ERROR_INIT;

	send_call(
		job, tc_queue_status_call(job->order.client, job->task_id, &err), on_status, &err);
}

static void on_indexed(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct content_job *job = data;
	tc_error failure = TC_ERROR_INIT;

	(void)run;
	job->run = 0;
	if (is_stopped(job)) {
		tc_release(response);
		return;
	}
	struct tc_index_indexed_task_response *reply =
		err ? NULL : tc_index_find_task_reply(response, &failure);
	int rc = reply ? tc__text_copy(&job->task_id, reply->task_id, &failure) : TC_ERROR_REPLY;
	tc_release(reply);
	tc_release(response);
	if (rc == TC_OK) {
		say(job, false, "Found %s: task %s", job->label, job->task_id);
		ask_status(job);
	} else {
		fail(job, err ? err : &failure);
	}
	tc_error_clear(&failure);
}

/* ---- its beginning ---- */

static void begin_url(struct content_job *job)
{
	tc_error err = TC_ERROR_INIT;

	if (!job->content.sha256)
		say(job, true,
			"The payload has no sha256 for %s: whatever it brings is taken, and it is "
			"downloaded for each task",
			job->label);
	else
		job->key = tc__text(&err, "url %s %s", job->content.sha256, job->content.url);
	if (job->content.sha256 && !job->key)
		fail(job, &err);
	else
		fetch(job);
	tc_error_clear(&err);
}

static void begin(void *data, uint64_t timer)
{
	struct content_job *job = data;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	job->timer = 0;
	switch (job->content.kind) {
	case CONTENT_ARTIFACT:
		ask_status(job);
		break;
	case CONTENT_INDEX:
		send_call(job, tc_index_find_task_call(job->order.client, job->content.index, &err),
			on_indexed, &err);
		break;
	case CONTENT_URL:
		begin_url(job);
		break;
	default:
		take_text(job);
	}
	tc_error_clear(&err);
}

int content_start(const struct content_order *order, struct content_job **job, tc_error *err)
{
	struct content_job *made = calloc(1, sizeof(*made));

	*job = NULL;
	if (!made)
		return tc__no_memory(err);
	made->order = *order;
	made->content = *order->content;
	order->store->pending++;
	made->label = payload_describe(order->content);
	int rc = made->label ? tc__text_copy(&made->task_id, made->content.task_id, err)
			     : tc__no_memory(err);
	if (rc == TC_OK)
		rc = tc_loop_timer(order->store->loop, 0, begin, made, &made->timer, err);
	if (rc == TC_OK)
		*job = made;
	else
		free_job(made);
	return rc;
}

void content_forget(struct mounts_store *store, const char *sha256)
{
	for (size_t i = store->files.count; i > 0; i--)
		if (strcmp(store->files.kept[i - 1].sha256, sha256) == 0)
			downloads_remove(store, &store->files.kept[i - 1]);
}
