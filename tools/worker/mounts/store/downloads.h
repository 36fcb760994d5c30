/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_FILES_H
#define WORKER_MOUNTS_FILES_H

/* Downloaded files that are kept, by a key that says whose bytes they are. */

#include "tools/worker/mounts/store/state.h"

/* A descriptor of the file, and its hash; -1: it is not kept. */
int downloads_open(struct mounts_store *store, const char *key, char sha256[65], int64_t *size);

/* Keeps a thing of the folder, whole and closed, under its key; older ones give way to it. */
int downloads_keep(struct mounts_store *store, const char *key, const char *thing,
	const char *sha256, int64_t size, tc_error *err);

/* It is not what it was. */
void downloads_drop(struct mounts_store *store, const char *key);
void downloads_remove(struct mounts_store *store, struct kept *kept);

/* Whether somebody fetches it; that this is begun now; and that it has ended. */
bool files_is_loading(const struct mounts_store *store, const char *key);
int downloads_begin(struct mounts_store *store, const char *key, tc_error *err);
void downloads_end(struct mounts_store *store, const char *key);

#endif
