/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_ERRAND_H
#define WORKER_MOUNTS_ERRAND_H

/*
 * What takes long on disks, or reads what strangers made, is done by a child process: this program
 * again, with "mounts-errand" as its first argument. So the loop goes on meanwhile, an archive that
 * breaks the reader breaks nothing else, it can be ended at any time, and it runs as the task's
 * user. It has no environment and no descriptors but those of its order, and ends with its parent.
 */

#include <stdbool.h>
#include <sys/types.h>
#include <taskcluster/loop.h>

/* ---- in main ---- */

/* Whether the program was started for an errand: then main returns errand_main, before anything
 * else. */
bool errand_wanted(int argc, char **argv);
int errand_main(int argc, char **argv);

/* ---- in the worker ---- */

enum errand_kind {
	ERRAND_FILE = 1, /* `source`, decoded by `format`, becomes the file `name` */
	ERRAND_FOLDER,   /* `source`, an archive of `format`, is unpacked into the folder `name`,
			    which may be there; "." is `folder` itself. Whole, or nothing */
	ERRAND_OWN,      /* the tree `name`, as far as it is from_uid's, becomes uid's and gid's */
	ERRAND_REMOVE,   /* what is in the folder `name` */
};

struct errand_order {
	enum errand_kind kind;
	int source;         /* a file, read from its beginning; -1 */
	const char *sha256; /* the source must have; NULL: any */
	const char *format; /* "gz", "tar.gz", as in the payload schema; NULL: as it is */
	int folder;         /* a descriptor of a folder, in which */
	const char *name;   /* is its own */
	int64_t bytes_max, entries_max;
	bool as_user; /* runs as uid and gid (not OWN and REMOVE) */
	uid_t uid, from_uid;
	gid_t gid;
};

/* Why it failed. */
enum errand_end {
	ERRAND_DONE = 0,
	ERRAND_REFUSED, /* the content is not what it should be, or is not unpacked here */
	ERRAND_CHANGED, /* the source has not the hash */
	ERRAND_SYSTEM,  /* the disk, or the system */
	ERRAND_DIED     /* the child ended before it was done */
};

struct errand;
/* `text`: why it failed, or, when it is done, what there is to say ("": nothing); borrowed. */
typedef void errand_fn(void *data, enum errand_end end, const char *text);

/* Begins; what the order points to is not needed any more. `program` NULL: this one. `on_end` comes
 * once, later, unless errand_stop comes first. */
int errand_start(tc_loop *loop, const char *program, const struct errand_order *order,
	errand_fn *on_end, void *data, struct errand **errand, tc_error *err);

/* Kills it, and waits for its end, which comes at once; on_end is not called. NULL is fine. */
void errand_stop(struct errand *errand);

#endif
