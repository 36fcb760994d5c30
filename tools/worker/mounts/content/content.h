/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_CONTENT_H
#define WORKER_MOUNTS_CONTENT_H

/*
 * The content of a mount, from wherever it comes, as a file that can be read. What cannot change
 * is kept in the store: an artifact of a run that has ended, and what a URL brought when the
 * payload says its sha256. Two tasks that want the same at the same time fetch it once.
 */

#include "tools/worker/mounts/content/payload.h"
#include "tools/worker/mounts/store/state.h"

struct content_got {
	int fd;          /* the callback's; -1: it failed */
	char sha256[65]; /* of it; "" when nobody has looked */
	bool reused;     /* it was kept, from an earlier time */
};

typedef void content_fn(void *data, const struct content_got *got, const tc_error *err);
typedef void content_say_fn(void *data, bool warning, const char *text);

struct content_job;

struct content_order {
	struct mounts_store *store;
	tc_client *client;             /* the task's */
	const struct content *content; /* borrowed until the end */
	content_say_fn *say;           /* text without "[mounts] " */
	content_fn *on_end;            /* exactly one of fd and err is there */
	void *data;
};

/* `on_end` comes once, later, unless content_stop comes first. */
int content_start(const struct content_order *order, struct content_job **job, tc_error *err);

/* Breaks it off: nothing is called any more. NULL is fine. */
void content_stop(struct content_job *job);

/* A kept content has proved to be another than it was: it is kept no more. `job` as content_start
 * gave it is gone by then; the key is found again from the hash. */
void content_forget(struct mounts_store *store, const char *sha256);

#endif
