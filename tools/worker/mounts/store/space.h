/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_SPACE_H
#define WORKER_MOUNTS_SPACE_H

#include "tools/worker/mounts/store/state.h"

enum space {
	SPACE_FREE = 1, /* as much as there shall be */
	SPACE_WAIT,     /* something is being removed: ask again soon */
	SPACE_SHORT     /* less, and there is nothing left to remove */
};

/* Makes room on the disk: files go first, as they can be had again, then caches, those unused for
 * longest first. */
enum space space_make(struct mounts_store *store);

#endif
