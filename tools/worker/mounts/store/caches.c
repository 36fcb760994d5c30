/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tools/worker/mounts/store/caches.h"

#include "tools/worker/mounts/disk/tree.h"
#include "tools/worker/mounts/store/trash.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(const char *key, const char *name, tc_error *err)
{
	const char *why = strerror(errno);

	if (errno == EXDEV)
		why = "the folders of caches and tasks have to be on the same file system";
	if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
		return tc_error_set(err, TC_ERROR_INPUT,
			"cache %s cannot be mounted at %s: something is there already", key, name);
	return tc_error_set(err, TC_ERROR_SYSTEM, "cache %s cannot be moved: %s", key, why);
}

static void note_taken(struct mounts_store *store, const char *key, struct cache *cache)
{
	cache->key = key;
	cache->purged = false;
	cache->next = store->taken;
	store->taken = cache;
}

static void forget_taken(struct mounts_store *store, const struct cache *cache)
{
	for (struct cache **at = &store->taken; *at; at = &(*at)->next)
		if (*at == cache) {
			*at = cache->next;
			return;
		}
}

int caches_take(struct mounts_store *store, const char *key, int folder, const char *name,
	struct cache *cache, bool *found, tc_error *err)
{
	struct kept *kept = list_find(&store->caches, key);

	*found = kept != NULL;
	cache->made = kept ? kept->made : list_now();
	cache->owner = kept ? kept->owner : geteuid();
	if (kept && tree_move(store->caches.folder, kept->thing, folder, name) != 0)
		return refuse(key, name, err);
	note_taken(store, key, cache);
	if (kept) {
		list_drop(&store->caches, kept);
		list_save(&store->caches, NULL); /* the old list names what is not there: fine */
	}
	return TC_OK;
}

static int keep(struct mounts_store *store, const struct cache *cache, int folder, const char *name,
	tc_error *err)
{
	char thing[LIST_THING_SIZE];
	struct kept kept = { .made = cache->made, .used = list_now(), .owner = cache->owner };

	list_new_thing(&store->caches, thing);
	memcpy(&kept.key, &cache->key, sizeof(kept.key)); /* both are copied */
	kept.thing = thing;
	if (tree_move(folder, name, store->caches.folder, thing) != 0)
		return refuse(cache->key, name, err);
	int rc = list_add(&store->caches, &kept, err);
	if (rc == TC_OK)
		list_save(&store->caches, NULL); /* the next change writes it as well */
	return rc;
}

/* A task can leave there what it likes. */
static int check_folder(const char *key, int folder, const char *name, tc_error *err)
{
	struct stat status;

	if (folder >= 0 && fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(status.st_mode))
		return TC_OK;
	return tc_error_set(
		err, TC_ERROR_INPUT, "the task has left no folder %s for cache %s", name, key);
}

enum cache_fate caches_give(struct mounts_store *store, struct cache *cache, int folder,
	const char *name, bool purge, tc_error *err)
{
	enum cache_fate fate = CACHE_KEPT;

	forget_taken(store, cache);
	if (check_folder(cache->key, folder, name, err) != TC_OK)
		return CACHE_LOST;
	if (purge || cache->purged)
		fate = CACHE_PURGED;
	else if (list_find(&store->caches, cache->key))
		fate = CACHE_DOUBLE;
	if (fate == CACHE_KEPT)
		return keep(store, cache, folder, name, err) == TC_OK ? fate : CACHE_LOST;
	if (trash_take(store, folder, name, err) != TC_OK)
		return CACHE_LOST;
	trash_empty(store);
	return fate;
}

void caches_remove(struct mounts_store *store, struct kept *kept)
{
	trash_take(store, store->caches.folder, kept->thing, NULL);
	list_drop(&store->caches, kept);
	list_save(&store->caches, NULL);
	trash_empty(store);
}

int caches_purge(struct mounts_store *store, const char *key, int64_t before)
{
	struct kept *kept = list_find(&store->caches, key);
	int count = 0;

	if (kept && kept->made < before) {
		caches_remove(store, kept);
		count++;
	}
	for (struct cache *cache = store->taken; cache; cache = cache->next)
		if (strcmp(cache->key, key) == 0 && cache->made < before && !cache->purged) {
			cache->purged = true;
			count++;
		}
	return count;
}
