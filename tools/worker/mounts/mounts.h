/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_H
#define WORKER_MOUNTS_H

/*
 * The mounts of a task: files, folders and writable caches that its payload wants in its folder
 * before the first command runs. The store is the worker's: caches and downloads that outlive
 * tasks, and the requests of purge-cache, which are obeyed here.
 *
 *	struct mounts_store *store = mounts_store_open(loop, &store_options, &err);
 *	…
 *	struct mounts *mounts = NULL;
 *	mounts_begin(store, &task, &mounts, &err);    every task, with mounts or without
 *	… on_ready(data, TC_TASK_COMPLETED, NULL)     the commands may run
 *	mounts_end(mounts, purge);                    when they have ended, or never ran
 *	…
 *	mounts_store_close(store);
 *
 * All of it is for the loop's thread. What takes long on disks (unpacking, copying, removing) is
 * done by children, which are this program again (errand.h): main gives way to errand_main when
 * errand_wanted(argc, argv). They end when their parent does.
 *
 * Nothing here follows a symbolic link below a task's folder, nor a path out of it.
 */

#include "tools/worker/mounts/errand/errand.h"
#include "tools/worker/mounts/store/store.h"
#include <taskcluster/scope.h>
#include <taskcluster/worker.h>

/* The kinds of a log line, as the worker's log marks them. */
enum mounts_line { MOUNTS_INFO = 1, MOUNTS_WARN, MOUNTS_ERROR };

/* A task, and whose functions are called. Pointers are borrowed until mounts_end, but the array
 * of scopes and that of dependencies until mounts_begin returns. */
struct mounts_task {
	tc_client *client;               /* signs as the task: tc_task_client */
	const tc_json *mounts;           /* payload.mounts, valid by the schema; NULL: none */
	struct tc_scopes scopes;         /* task.scopes */
	const char *const *dependencies; /* task.dependencies */
	size_t dependencies_count;
	int folder;   /* a descriptor of the task's folder; on the file system of the store's caches
		       */
	bool as_user; /* the task is another user's: what is mounted is made, or becomes, his */
	uid_t uid;
	gid_t gid;

	/* A line for the task's log: "[mounts] …", without line feed. */
	void (*say)(void *data, enum mounts_line kind, const char *text);
	/*
	 * Once, later, unless mounts_end comes first: everything is there (TC_TASK_COMPLETED, `why`
	 * NULL), or how the task ends instead, with a sentence that has not been said: malformed
	 * payload; failed, when content cannot be had, or cannot be unpacked; resource unavailable,
	 * when this machine's disk fails.
	 */
	void (*on_ready)(void *data, enum tc_task_result result, const char *why);
	void *data;
};

struct mounts; /* of one task */

/*
 * Begins. A payload that asks for what is not allowed (a cache without its scope
 * generic-worker:cache:NAME, a private artifact without queue:get-artifact:NAME, an artifact of no
 * dependency, a path out of the folder, a format that is not read) is told by on_ready, before
 * anything is made. Not TC_OK: memory ended, and nothing was begun.
 */

int mounts_begin(struct mounts_store *store, const struct mounts_task *task, struct mounts **mounts,
	tc_error *err);

/*
 * Puts the caches back, for the next task, or has them removed with `purge`; the task's processes
 * have ended. What is under way is broken off, and nothing of `task` is used any more. The
 * task's folder stays as it is otherwise: removing it is the caller's. Of two tasks that had the
 * same cache at the same time the first to end leaves its own, and that of the other is removed.
 * Lines that are to be said come from inside. NULL is fine.
 */
void mounts_end(struct mounts *mounts, bool purge);

#endif
