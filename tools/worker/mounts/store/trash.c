/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tools/worker/mounts/store/trash.h"

#include "tools/worker/mounts/disk/path.h"
#include "tools/worker/mounts/disk/tree.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/slugid.h>
#include <unistd.h>

int trash_open(struct mounts_store *store, tc_error *err)
{
	if (mkdirat(store->caches.folder, STORE_TRASH, 0700) == 0 || errno == EEXIST)
		store->trash = path_open_folder(store->caches.folder, STORE_TRASH);
	if (store->trash >= 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_SYSTEM, "%s/%s cannot be made: %s", store->caches.path,
		STORE_TRASH, strerror(errno));
}

void trash_close(struct mounts_store *store)
{
	errand_stop(store->remover);
	store->remover = NULL;
	if (store->trash >= 0)
		close(store->trash);
}

int trash_take(struct mounts_store *store, int folder, const char *name, tc_error *err)
{
	char slug[TC_SLUGID_SIZE];

	tc_slugid_nice(slug);
	if (tree_move(folder, name, store->trash, slug) == 0)
		return TC_OK;
	return tc_error_set(
		err, TC_ERROR_SYSTEM, "%s cannot be removed: %s", name, strerror(errno));
}

/* What could not be removed stays for another time. */
static void on_removed(void *data, enum errand_end end, const char *text)
{
	struct mounts_store *store = data;

	(void)end;
	(void)text;
	store->remover = NULL;
	if (store->more_trash)
		trash_empty(store);
}

void trash_empty(struct mounts_store *store)
{
	struct errand_order order = { .kind = ERRAND_REMOVE,
		.source = -1,
		.folder = store->caches.folder,
		.name = STORE_TRASH };

	store->more_trash = store->remover != NULL;
	if (!store->remover)
		errand_start(store->loop, store->program, &order, on_removed, store,
			&store->remover, NULL);
}
