/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_STATE_H
#define WORKER_MOUNTS_STATE_H

/* What a store consists of, for its own parts. */

#include "tools/worker/mounts/errand/errand.h"
#include "tools/worker/mounts/store/list.h"
#include "tools/worker/mounts/store/store.h"

#define STORE_TRASH "trash" /* in the folder of caches: what is being removed */

struct cache; /* that a task has: caches.h */

/* A file that is being fetched, by its key. */
struct loading {
	struct loading *next;
	char key[];
};

struct mounts_store {
	tc_loop *loop;
	struct mounts_store_options options; /* its texts are those here: */
	char *task_queue_id, *program;
	struct kept_list caches, files;
	struct cache *taken; /* caches that tasks have */
	struct loading *loading;

	int pending; /* what still ends, after which a closed one is gone */
	bool closed;

	int trash;
	struct errand *remover; /* at work in the trash; NULL */
	bool more_trash;        /* something came meanwhile */

	int64_t asked;    /* when purge-cache was last asked and has answered, ms since 1970; 0: */
	int64_t asked_at; /* never; the same by a clock that nobody sets */
};

/* The end of something that was pending. */
void store_release(struct mounts_store *store);

#endif
