/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_FOLDER_H
#define TC_WORKFLOWS_FOLDER_H

/*
 * A run's artifacts on their way into a folder.
 *
 *	folder_start.c   what callers call
 *	folder_list.c    which run, and which artifacts
 *	folder.c         the downloads, so many at a time, and how all of it ends
 */

#include "workflows/src/artifacts/download.h"
#include "workflows/src/artifacts/entries.h"
#include <taskcluster/pages.h>

#define TC__FOLDER_SYNC 32 /* files that wait to be on disk together */

struct tc__folder;

/* One artifact under way. */
struct tc__item {
	struct tc__folder *folder;
	struct tc__entry *entry; /* NULL: it has nothing to do */
	struct tc__download *download;
};

struct tc__folder {
	struct tc_job job;    /* first */
	struct tc__flow flow; /* what is asked before the first download */
	struct tc_folder_options options;
	struct tc_download_options download; /* for each */
	tc_job_progress_fn *progress;        /* the caller's, told of the whole, too */
	void *progress_data;
	struct {
		char *task_id, *run_id, *index, *folder;
		char **patterns;
	} texts;   /* for free() */
	int fd;    /* of the folder */
	bool live; /* the run goes on */

	tc_pages *pages;
	struct tc__entries entries;
	size_t next;            /* that nobody has begun with */
	bool links;             /* all but those that link to others have ended */
	struct tc__item *items; /* options.in_flight of them */
	int active;
	struct tc__item *waiting[TC__FOLDER_SYNC]; /* whole, and not on disk yet */
	size_t waiting_count;
	bool flushing;

	struct tc_folder_counts counts;
	tc_error failure; /* the first of an artifact's */
	tc_folder_fn *on_done;
	void *data;
};

/* Whose flow it is. */
static inline struct tc__folder *tc__folder_of(struct tc__flow *flow)
{
	return (struct tc__folder *)((char *)flow - offsetof(struct tc__folder, flow));
}

/* Begins with one that is filled, which is nobody's to free from then on. Not TC_OK: it is not. */
int tc__folder_begin(struct tc__folder *folder, tc_error *err);

/* One that was never begun. */
void tc__folder_free(struct tc__folder *folder);

/* Its entries are known: downloads them, and ends. The last thing that is done. */
void tc__folder_download(struct tc__folder *folder);

/* It ends; `err` NULL: well. The last thing that is done. */
void tc__folder_end(struct tc__folder *folder, const tc_error *err);

/* The progress of each download, whose data it is: tells the caller, with that of the whole. */
int tc__folder_tell(void *folder, const struct tc_job_progress *progress);

#endif
