/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_CACHES_H
#define WORKER_MOUNTS_CACHES_H

/* Writable caches: each waits in the store until a task with its name comes. */

#include "tools/worker/mounts/store/state.h"

/* A cache that a task has, from caches_take to caches_give. */
struct cache {
	struct cache *next;
	const char *key; /* its name; borrowed */
	int64_t made;    /* ms since 1970 */
	uid_t owner;
	bool purged; /* purge-cache wants it gone */
};

/*
 * Moves the cache to `name` in a folder, where nothing or an empty folder is. *found false: there
 * is none at the moment, and the caller makes a folder, which is the cache when it is given back.
 * TC_ERROR_INPUT when something is in the way, TC_ERROR_SYSTEM when it cannot be moved.
 */
int caches_take(struct mounts_store *store, const char *key, int folder, const char *name,
	struct cache *cache, bool *found, tc_error *err);

enum cache_fate {
	CACHE_KEPT = 1,
	CACHE_DOUBLE, /* another task has given one of that name back before: removed */
	CACHE_PURGED, /* removed */
	CACHE_LOST    /* it could not be moved back, as *err says */
};

/* Takes it back from where it is; `purge`: to be removed. */
enum cache_fate caches_give(struct mounts_store *store, struct cache *cache, int folder,
	const char *name, bool purge, tc_error *err);

/* All of that name, made before, go, also those that tasks have now. How many. */
int caches_purge(struct mounts_store *store, const char *key, int64_t before);

/* One from the list goes. */
void caches_remove(struct mounts_store *store, struct kept *kept);

#endif
