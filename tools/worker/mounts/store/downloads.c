/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE

#include "tools/worker/mounts/store/downloads.h"

#include "workflows/src/base/text.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int downloads_open(struct mounts_store *store, const char *key, char sha256[65], int64_t *size)
{
	struct kept *kept = list_find(&store->files, key);

	if (!kept)
		return -1;
	int fd = openat(store->files.folder, kept->thing, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || strlen(kept->sha256) != 64) {
		downloads_remove(store, kept);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	memcpy(sha256, kept->sha256, 65);
	*size = kept->size;
	kept->used = list_now(); /* on disk with the next change */
	return fd;
}

/* Who has it open goes on with it. */
void downloads_remove(struct mounts_store *store, struct kept *kept)
{
	unlinkat(store->files.folder, kept->thing, 0);
	list_drop(&store->files, kept);
	list_save(&store->files, NULL);
}

void downloads_drop(struct mounts_store *store, const char *key)
{
	struct kept *kept = list_find(&store->files, key);

	if (kept)
		downloads_remove(store, kept);
}

static void make_room(struct mounts_store *store, int64_t size)
{
	int64_t total = size;

	if (store->options.downloads_max <= 0)
		return;
	for (size_t i = 0; i < store->files.count; i++)
		total += store->files.kept[i].size;
	while (total > store->options.downloads_max && store->files.count) {
		struct kept *oldest = list_oldest(&store->files);
		total -= oldest->size;
		downloads_remove(store, oldest);
	}
}

int downloads_keep(struct mounts_store *store, const char *key, const char *thing,
	const char *sha256, int64_t size, tc_error *err)
{
	const char *texts[] = { key, thing, sha256 };
	struct kept kept = { .size = size, .made = list_now(), .used = list_now() };

	downloads_drop(store, key);
	make_room(store, size);
	memcpy(&kept.key, &texts[0], sizeof(kept.key)); /* which list_add copies */
	memcpy(&kept.thing, &texts[1], sizeof(kept.thing));
	memcpy(&kept.sha256, &texts[2], sizeof(kept.sha256));
	int rc = list_add(&store->files, &kept, err);
	if (rc == TC_OK)
		list_save(&store->files, NULL); /* the next change writes it as well */
	return rc;
}

bool files_is_loading(const struct mounts_store *store, const char *key)
{
	for (const struct loading *at = store->loading; at; at = at->next)
		if (strcmp(at->key, key) == 0)
			return true;
	return false;
}

int downloads_begin(struct mounts_store *store, const char *key, tc_error *err)
{
	size_t length = strlen(key) + 1;
	struct loading *loading = malloc(sizeof(*loading) + length);

	if (!loading)
		return tc__no_memory(err);
	memcpy(loading->key, key, length);
	loading->next = store->loading;
	store->loading = loading;
	return TC_OK;
}

void downloads_end(struct mounts_store *store, const char *key)
{
	for (struct loading **at = &store->loading; *at; at = &(*at)->next)
		if (strcmp((*at)->key, key) == 0) {
			struct loading *gone = *at;
			*at = gone->next;
			free(gone);
			return;
		}
}
