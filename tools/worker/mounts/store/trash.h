/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_TRASH_H
#define WORKER_MOUNTS_TRASH_H

/* Folders that go: moved away at once, and removed by a child, however long that takes. */

#include "tools/worker/mounts/store/state.h"

int trash_open(struct mounts_store *store, tc_error *err);
void trash_close(struct mounts_store *store);

/* Moves a thing away. TC_ERROR_SYSTEM: it is where it was. */
int trash_take(struct mounts_store *store, int folder, const char *name, tc_error *err);

/* Begins to remove what is there, if it is not at it already. */
void trash_empty(struct mounts_store *store);

#endif
