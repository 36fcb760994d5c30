/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tools/worker/mounts/mounts.h"

#include "tools/worker/mounts/content/content.h"
#include "tools/worker/mounts/disk/path.h"
#include "tools/worker/mounts/store/caches.h"
#include "tools/worker/mounts/store/purge.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A cache that the task has. */
struct taken {
	struct cache cache;
	bool is;     /* it has one */
	bool spoilt; /* nobody knows in what state it is */
};

struct mounts {
	struct mounts_store *store;
	struct mounts_task task;
	struct mount *list;
	struct taken *taken; /* as many */
	size_t count, at;
	int parent; /* the folder that the one at hand is made in; -1 */

	int64_t asked;       /* when purge-cache was */
	uint64_t run, timer; /* what it waits for; 0: nothing of the kind */
	struct content_job *content;
	struct errand *errand;
	struct content_got got; /* of the one at hand; fd -1 */
	bool again;             /* what was kept had changed, and is fetched */
	char *malformed;        /* why the payload cannot be; NULL */
	bool ended;
};

static void next(struct mounts *mounts);

/* ---- what is said ---- */

TC_PRINTF(3, 4)
static void say(const struct mounts *mounts, enum mounts_line kind, const char *format, ...)
{
	static const char prefix[] = "[mounts] ";
	char text[2048] = "[mounts] ";
	size_t length = sizeof(prefix) - 1;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, sizeof(text) - length, format, arguments);
	va_end(arguments);
	mounts->task.say(mounts->task.data, kind, text);
}

/* The end: it is told once, and may free the mounts. */
static void fail(struct mounts *mounts, enum tc_task_result result, const tc_error *err)
{
	char *why = tc__text(NULL, "[mounts] %s", tc_error_text(err));

	mounts->task.on_ready(mounts->task.data, result, why ? why : "[mounts] out of memory");
	free(why);
}

/* Whose fault it is that a mount cannot be had: this machine's, or the task's. */
static enum tc_task_result blame(const tc_error *err)
{
	return err->code == TC_ERROR_SYSTEM || err->code == TC_ERROR_NOMEM
		? TC_TASK_RESOURCE_UNAVAILABLE
		: TC_TASK_FAILED;
}

static void fail_at(struct mounts *mounts, enum tc_task_result result, const tc_error *err)
{
	tc_error whole = TC_ERROR_INIT;

	tc_error_set(&whole, err->code, "%s cannot be mounted: %s", mounts->list[mounts->at].path,
		tc_error_text(err));
	fail(mounts, result, &whole);
	tc_error_clear(&whole);
}

/* ---- one after the other ---- */

static const struct path_owner *owner_of(const struct mounts *mounts, struct path_owner *owner)
{
	*owner = (struct path_owner){ mounts->task.uid, mounts->task.gid };
	return mounts->task.as_user ? owner : NULL;
}

static void let_go(struct mounts *mounts)
{
	if (mounts->parent >= 0)
		close(mounts->parent);
	if (mounts->got.fd >= 0)
		close(mounts->got.fd);
	mounts->parent = mounts->got.fd = -1;
}

static void on_turn(void *data, uint64_t timer)
{
	struct mounts *mounts = data;

	(void)timer;
	mounts->timer = 0;
	next(mounts);
}

/* The one at hand is there. */
static void done(struct mounts *mounts)
{
	tc_error err = TC_ERROR_INIT;

	let_go(mounts);
	mounts->again = false;
	mounts->at++;
	if (tc_loop_timer(mounts->store->loop, 0, on_turn, mounts, &mounts->timer, &err) != TC_OK)
		fail(mounts, TC_TASK_RESOURCE_UNAVAILABLE, &err);
	tc_error_clear(&err);
}

static void order_of(const struct mounts *mounts, struct errand_order *order)
{
	*order = (struct errand_order){ .source = -1,
		.folder = mounts->parent,
		.name = path_name(mounts->list[mounts->at].path),
		.bytes_max = mounts->store->options.unpacked_max,
		.entries_max = mounts->store->options.entries_max,
		.as_user = mounts->task.as_user,
		.uid = mounts->task.uid,
		.gid = mounts->task.gid };
}

static void send_errand(struct mounts *mounts, const struct errand_order *order, errand_fn *then)
{
	tc_error err = TC_ERROR_INIT;

	if (errand_start(mounts->store->loop, mounts->store->program, order, then, mounts,
		    &mounts->errand, &err) != TC_OK)
		fail_at(mounts, TC_TASK_RESOURCE_UNAVAILABLE, &err);
	tc_error_clear(&err);
}

/* ---- content to its place ---- */

static void fetch(struct mounts *mounts);

static void on_placed(void *data, enum errand_end end, const char *text)
{
	struct mounts *mounts = data;
	tc_error err = TC_ERROR_INIT;

	mounts->errand = NULL;
	if (end == ERRAND_DONE) {
		done(mounts);
		return;
	}
	if (end == ERRAND_CHANGED && mounts->got.reused && !mounts->again) {
		say(mounts, MOUNTS_WARN, "What was kept has changed, and is downloaded again: %s",
			text);
		content_forget(mounts->store, mounts->got.sha256);
		let_go(mounts);
		mounts->again = true;
		fetch(mounts);
		return;
	}
	tc_error_set(&err, end == ERRAND_SYSTEM ? TC_ERROR_SYSTEM : TC_ERROR_INPUT, "%s", text);
	fail_at(mounts, blame(&err), &err);
	tc_error_clear(&err);
}

static int open_parent(struct mounts *mounts, tc_error *err)
{
	struct path_owner owner;

	if (mounts->parent >= 0)
		return TC_OK;
	return path_open_parent(mounts->task.folder, mounts->list[mounts->at].path,
		owner_of(mounts, &owner), &mounts->parent, err);
}

static void place(struct mounts *mounts)
{
	const struct mount *mount = &mounts->list[mounts->at];
	struct errand_order order;

	order_of(mounts, &order);
	order.kind = mount->kind == MOUNT_FILE ? ERRAND_FILE : ERRAND_FOLDER;
	order.source = mounts->got.fd;
	order.sha256 = *mounts->got.sha256 ? mounts->got.sha256 : NULL;
	order.format = mount->format;
	if (mount->format)
		say(mounts, MOUNTS_INFO, "Unpacking %s as %s", mount->path, mount->format);
	else
		say(mounts, MOUNTS_INFO, "Writing %s", mount->path);
	send_errand(mounts, &order, on_placed);
}

static void on_content(void *data, const struct content_got *got, const tc_error *err)
{
	struct mounts *mounts = data;
	tc_error failure = TC_ERROR_INIT;

	mounts->content = NULL;
	if (err) {
		fail_at(mounts, blame(err), err);
		return;
	}
	mounts->got = *got;
	if (open_parent(mounts, &failure) == TC_OK)
		place(mounts);
	else
		fail_at(mounts, blame(&failure), &failure);
	tc_error_clear(&failure);
}

static void on_say(void *data, bool warning, const char *text)
{
	say(data, warning ? MOUNTS_WARN : MOUNTS_INFO, "%s", text);
}

static void fetch(struct mounts *mounts)
{
	struct content_order order = { .store = mounts->store,
		.client = mounts->task.client,
		.content = &mounts->list[mounts->at].content,
		.say = on_say,
		.on_end = on_content,
		.data = mounts };
	tc_error err = TC_ERROR_INIT;

	if (content_start(&order, &mounts->content, &err) != TC_OK)
		fail_at(mounts, TC_TASK_RESOURCE_UNAVAILABLE, &err);
	tc_error_clear(&err);
}

/* ---- caches ---- */

static int make_cache(struct mounts *mounts, const char *name, tc_error *err)
{
	struct path_owner owner;
	const struct path_owner *other = owner_of(mounts, &owner);

	mounts->taken[mounts->at].cache.owner = other ? other->uid : geteuid();
	if (path_make_folder(mounts->parent, name, 0755, other) == 0)
		return TC_OK;
	if (errno == EEXIST)
		return tc_error_set(err, TC_ERROR_INPUT, "something is there already");
	return tc_error_set(err, TC_ERROR_SYSTEM, "%s", strerror(errno));
}

static void on_owned(void *data, enum errand_end end, const char *text)
{
	struct mounts *mounts = data;
	struct taken *taken = &mounts->taken[mounts->at];
	tc_error err = TC_ERROR_INIT;

	mounts->errand = NULL;
	taken->spoilt = end != ERRAND_DONE;
	taken->cache.owner = mounts->task.uid;
	if (end == ERRAND_DONE) {
		done(mounts);
		return;
	}
	tc_error_set(&err, TC_ERROR_SYSTEM, "%s", text);
	fail_at(mounts, TC_TASK_RESOURCE_UNAVAILABLE, &err);
	tc_error_clear(&err);
}

/* A cache that another user's task had becomes this one's. */
static void own(struct mounts *mounts)
{
	struct taken *taken = &mounts->taken[mounts->at];
	struct errand_order order;

	if (!mounts->task.as_user || taken->cache.owner == mounts->task.uid) {
		done(mounts);
		return;
	}
	order_of(mounts, &order);
	order.kind = ERRAND_OWN;
	order.from_uid = taken->cache.owner;
	taken->spoilt = true; /* until all of it is */
	send_errand(mounts, &order, on_owned);
}

static int take(struct mounts *mounts, bool *found, tc_error *err)
{
	const struct mount *mount = &mounts->list[mounts->at];
	struct taken *taken = &mounts->taken[mounts->at];
	const char *name = path_name(mount->path);
	int rc = open_parent(mounts, err);

	if (rc == TC_OK)
		rc = caches_take(mounts->store, mount->cache, mounts->parent, name, &taken->cache,
			found, err);
	if (rc != TC_OK)
		return rc;
	taken->is = true;
	if (*found)
		return TC_OK;
	rc = make_cache(mounts, name, err);
	taken->spoilt = rc != TC_OK || mount->content.kind != CONTENT_NONE;
	return rc;
}

static void mount_cache(struct mounts *mounts)
{
	const struct mount *mount = &mounts->list[mounts->at];
	tc_error err = TC_ERROR_INIT;
	bool found = false;

	if (take(mounts, &found, &err) != TC_OK) {
		fail_at(mounts, blame(&err), &err);
	} else if (found) {
		say(mounts, MOUNTS_INFO, "Moved cache %s to %s", mount->cache, mount->path);
		own(mounts);
	} else {
		say(mounts, MOUNTS_INFO, "There is no cache %s: it begins at %s", mount->cache,
			mount->path);
		if (mount->content.kind == CONTENT_NONE)
			done(mounts);
		else
			fetch(mounts);
	}
	tc_error_clear(&err);
}

static void next(struct mounts *mounts)
{
	if (mounts->at > 0) /* with its content a cache is whole */
		mounts->taken[mounts->at - 1].spoilt = false;
	if (mounts->at == mounts->count)
		mounts->task.on_ready(mounts->task.data, TC_TASK_COMPLETED, NULL);
	else if (mounts->list[mounts->at].kind == MOUNT_CACHE)
		mount_cache(mounts);
	else
		fetch(mounts);
}

/* ---- before the first ---- */

static void free_mounts(struct mounts *mounts)
{
	let_go(mounts);
	payload_free(mounts->list, mounts->count);
	free(mounts->taken);
	free(mounts->malformed);
	free(mounts);
}

/* Purge-cache has answered, or not: neither is a reason to end a task. */
static void on_purges(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct mounts *mounts = data;
	tc_error failure = TC_ERROR_INIT;
	int count = 0;

	(void)run;
	mounts->run = 0;
	if (mounts->ended) {
		tc_release(response);
		free_mounts(mounts);
		return;
	}
	if (!err && purge_obey(mounts->store, response, mounts->asked, &count, &failure) != TC_OK)
		err = &failure;
	if (err)
		say(mounts, MOUNTS_WARN, "Purge-cache has not been asked, and caches are kept: %s",
			tc_error_text(err));
	if (count)
		say(mounts, MOUNTS_INFO, "Purged caches, as purge-cache asks for it: %d", count);
	tc_error_clear(&failure);
	tc_release(response);
	next(mounts);
}

static void ask_purges(struct mounts *mounts)
{
	tc_error err = TC_ERROR_INIT;

	mounts->asked = list_now();
	if (purge_ask(mounts->store, on_purges, mounts, &mounts->run, &err) != TC_OK) {
		mounts->run = 0;
		on_purges(mounts, 0, NULL, &err);
	}
	tc_error_clear(&err);
}

static void begin(void *data, uint64_t timer)
{
	struct mounts *mounts = data;
	bool has_cache = false;

	(void)timer;
	mounts->timer = 0;
	for (size_t i = 0; i < mounts->count; i++)
		has_cache = has_cache || mounts->list[i].kind == MOUNT_CACHE;
	if (mounts->malformed)
		mounts->task.on_ready(
			mounts->task.data, TC_TASK_MALFORMED_PAYLOAD, mounts->malformed);
	else if (purge_is_due(mounts->store, has_cache))
		ask_purges(mounts);
	else
		next(mounts);
}

/* What the task wants, and whether it may: a payload that cannot be is told in its turn. */
static int read_task(struct mounts *mounts, const struct mounts_task *task, tc_error *err)
{
	tc_error why = TC_ERROR_INIT;
	int rc = payload_read(task->mounts, &mounts->list, &mounts->count, &why);

	if (rc == TC_OK)
		rc = payload_check(mounts->list, mounts->count, &task->scopes, task->dependencies,
			task->dependencies_count, &why);
	if (rc == TC_ERROR_INPUT) {
		mounts->malformed = tc__text(err, "[mounts] %s", tc_error_text(&why));
		rc = mounts->malformed ? TC_OK : TC_ERROR_NOMEM;
	} else if (rc != TC_OK) {
		tc__no_memory(err);
	}
	tc_error_clear(&why);
	if (rc != TC_OK)
		return rc;
	mounts->taken = calloc(mounts->count ? mounts->count : 1, sizeof(*mounts->taken));
	return mounts->taken ? TC_OK : tc__no_memory(err);
}

int mounts_begin(struct mounts_store *store, const struct mounts_task *task, struct mounts **mounts,
	tc_error *err)
{
	struct mounts *made = calloc(1, sizeof(*made));

	*mounts = NULL;
	if (!made)
		return tc__no_memory(err);
	made->store = store;
	made->task = *task;
	made->parent = made->got.fd = -1;
	int rc = read_task(made, task, err);
	if (rc == TC_OK)
		rc = tc_loop_timer(store->loop, 0, begin, made, &made->timer, err);
	if (rc == TC_OK)
		*mounts = made;
	else
		free_mounts(made);
	return rc;
}

/* ---- after the last ---- */

static enum cache_fate give(struct mounts *mounts, size_t i, bool purge, tc_error *err)
{
	struct taken *taken = &mounts->taken[i];
	const char *path = mounts->list[i].path;
	int parent = -1;

	/* without its folder it cannot be found, and is lost as if it were not there */
	path_open_parent(mounts->task.folder, path, NULL, &parent, err);
	enum cache_fate fate = caches_give(
		mounts->store, &taken->cache, parent, path_name(path), purge || taken->spoilt, err);
	if (parent >= 0)
		close(parent);
	return fate;
}

static void put_back(struct mounts *mounts, size_t i, bool purge)
{
	const struct mount *mount = &mounts->list[i];
	tc_error err = TC_ERROR_INIT;

	switch (give(mounts, i, purge, &err)) {
	case CACHE_KEPT:
		say(mounts, MOUNTS_INFO, "Kept cache %s, from %s", mount->cache, mount->path);
		break;
	case CACHE_DOUBLE:
		say(mounts, MOUNTS_INFO,
			"Removed cache %s: another task that had one of its name has ended before",
			mount->cache);
		break;
	case CACHE_PURGED:
		say(mounts, MOUNTS_INFO, "Removed cache %s", mount->cache);
		break;
	case CACHE_LOST:
		say(mounts, MOUNTS_WARN, "Cache %s is lost: %s", mount->cache, tc_error_text(&err));
		break;
	}
	tc_error_clear(&err);
}

void mounts_end(struct mounts *mounts, bool purge)
{
	if (!mounts)
		return;
	if (mounts->timer)
		tc_loop_timer_cancel(mounts->store->loop, mounts->timer);
	content_stop(mounts->content);
	errand_stop(mounts->errand);
	let_go(mounts);
	for (size_t i = mounts->count; i > 0; i--) /* one may lie in another */
		if (mounts->taken[i - 1].is)
			put_back(mounts, i - 1, purge);
	mounts->ended = true;
	if (mounts->run) /* its callback frees all */
		tc_loop_cancel(mounts->store->loop, mounts->run);
	else
		free_mounts(mounts);
}
