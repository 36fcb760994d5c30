/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_STORE_H
#define WORKER_MOUNTS_STORE_H

/*
 * What outlives tasks: writable caches, each a folder, and downloaded files. Both are kept in a
 * folder of their own, with a list beside them ("directory-caches.json", "file-caches.json") that
 * is written anew, whole, whenever it changes. What the list does not name is removed when the
 * store is opened, and what is not there any more is forgotten; a damaged list counts as empty.
 *
 * A cache that a task has is not in the list: should this program die, it is lost with the task's
 * folder, as nobody knows in what state it was.
 */

#include <taskcluster/client.h>
#include <taskcluster/loop.h>

struct mounts_store;

/* Zero and NULL mean the default. Texts are copied, the client is borrowed. */
struct mounts_store_options {
	const char *caches_folder;    /* required; made if need be, mode 0700; on the same file
					 system as the tasks' folders, or caches do not work */
	const char *downloads_folder; /* required; the same; where no task reads or writes */
	tc_client *client;            /* the worker's own, for purge-cache; NULL: it is not asked */
	const char *task_queue_id;    /* with `client` */
	int64_t free_min;      /* bytes that shall be free on the disk before content is fetched:
				  files, then caches are removed, those unused for longest
				  first; 10 GiB; negative: do not look */
	int64_t downloads_max; /* bytes of kept files; no limit but the disk */
	int64_t unpacked_max;  /* bytes that one archive may become; 64 GiB */
	int64_t entries_max;   /* things in one archive; 4,000,000 */
	const char *program;   /* that does errands; NULL: this one */
	int64_t purge_each_ms; /* purge-cache is asked at least so often; 6 hours; */
	int64_t purge_wait_ms; /* so long at most, then the task goes on; 30,000 */
};

/* The loop is used until mounts_store_close, by when all mounts must have ended. NULL: the folders
 * cannot be used, or are another program's at the moment. */
struct mounts_store *mounts_store_open(
	tc_loop *loop, const struct mounts_store_options *options, tc_error *err);

/* NULL is fine. What is being removed is left to the next that opens it. Downloads that were just
 * broken off end in the loop's next turns (or its tc_loop_free), and keep the folders locked until
 * then. */
void mounts_store_close(struct mounts_store *store);

#endif
