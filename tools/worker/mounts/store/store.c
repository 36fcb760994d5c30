/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tools/worker/mounts/store/store.h"

#include "tools/worker/mounts/store/state.h"
#include "tools/worker/mounts/store/trash.h"
#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <unistd.h>

#define FREE_MIN ((int64_t)10 << 30)
#define UNPACKED_MAX ((int64_t)64 << 30)
#define ENTRIES_MAX ((int64_t)4000000)
#define PURGE_EACH_MS ((int64_t)6 * 3600 * 1000)
#define PURGE_WAIT_MS ((int64_t)30000)

static void set_default(int64_t *value, int64_t otherwise)
{
	if (*value == 0)
		*value = otherwise;
}

static int copy_options(
	struct mounts_store *store, const struct mounts_store_options *options, tc_error *err)
{
	const struct tc__text_copy copies[] = {
		{ &store->task_queue_id, options->task_queue_id },
		{ &store->program, options->program },
	};

	store->options = *options;
	set_default(&store->options.free_min, FREE_MIN);
	set_default(&store->options.unpacked_max, UNPACKED_MAX);
	set_default(&store->options.entries_max, ENTRIES_MAX);
	set_default(&store->options.purge_each_ms, PURGE_EACH_MS);
	set_default(&store->options.purge_wait_ms, PURGE_WAIT_MS);
	return tc__texts_copy(copies, sizeof(copies) / sizeof(copies[0]), err);
}

static void discard_cache(void *data, const char *thing)
{
	struct mounts_store *store = data;

	if (thing[0] != '.')
		trash_take(store, store->caches.folder, thing, NULL);
}

static void discard_file(void *data, const char *thing)
{
	struct mounts_store *store = data;

	unlinkat(store->files.folder, thing, 0);
}

static int open_lists(
	struct mounts_store *store, const struct mounts_store_options *options, tc_error *err)
{
	int rc = list_open(&store->caches, options->caches_folder, err);

	if (rc == TC_OK)
		rc = list_open(&store->files, options->downloads_folder, err);
	if (rc == TC_OK)
		rc = trash_open(store, err);
	if (rc == TC_OK)
		rc = list_leftovers(&store->caches, discard_cache, store, err);
	if (rc == TC_OK)
		rc = list_leftovers(&store->files, discard_file, store, err);
	if (rc == TC_OK)
		trash_empty(store);
	return rc;
}

struct mounts_store *mounts_store_open(
	tc_loop *loop, const struct mounts_store_options *options, tc_error *err)
{
	struct mounts_store *store = calloc(1, sizeof(*store));

	if (!store) {
		tc__no_memory(err);
		return NULL;
	}
	store->loop = loop;
	store->trash = -1;
	store->caches = (struct kept_list){ .name = "directory-caches.json",
		.prefix = "cache-",
		.folders = true,
		.folder = -1,
		.lock = -1 };
	store->files = (struct kept_list){
		.name = "file-caches.json", .prefix = "file-", .folder = -1, .lock = -1
	};
	int rc = copy_options(store, options, err);
	if (rc == TC_OK)
		rc = open_lists(store, options, err);
	if (rc == TC_OK)
		return store;
	mounts_store_close(store);
	return NULL;
}

static void free_store(struct mounts_store *store)
{
	list_close(&store->caches);
	list_close(&store->files);
	free(store->task_queue_id);
	free(store->program);
	free(store);
}

void store_release(struct mounts_store *store)
{
	if (--store->pending == 0 && store->closed)
		free_store(store);
}

void mounts_store_close(struct mounts_store *store)
{
	if (!store)
		return;
	if (store->files.lock >= 0)
		list_save(&store->files, NULL); /* when each was last used */
	trash_close(store);
	store->closed = true;
	if (!store->pending)
		free_store(store);
}
