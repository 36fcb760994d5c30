/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tools/worker/mounts/store/space.h"

#include "tools/worker/mounts/store/caches.h"
#include "tools/worker/mounts/store/downloads.h"
#include <sys/statvfs.h>

static int64_t free_on(int folder)
{
	struct statvfs status;

	if (fstatvfs(folder, &status) != 0)
		return INT64_MAX; /* a disk that does not say is not looked after */
	return (int64_t)(status.f_bavail * status.f_frsize);
}

static bool is_enough(const struct mounts_store *store)
{
	int64_t wanted = store->options.free_min;

	return wanted < 0 ||
		(free_on(store->files.folder) >= wanted && free_on(store->caches.folder) >= wanted);
}

enum space space_make(struct mounts_store *store)
{
	struct kept *oldest;

	while (!is_enough(store) && (oldest = list_oldest(&store->files)))
		downloads_remove(store, oldest);
	if (is_enough(store))
		return SPACE_FREE;
	if (store->remover)
		return SPACE_WAIT;
	oldest = list_oldest(&store->caches);
	if (!oldest)
		return SPACE_SHORT;
	caches_remove(store, oldest);
	return SPACE_WAIT;
}
