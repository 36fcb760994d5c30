/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_FILES_H
#define WORKER_PROCESS_FILES_H

/*
 * A task's files, read as its user and only inside its folder: no link leads out of it, "..", too,
 * nor does /proc's magic; FIFOs and devices are no files, and are not waited for. A link that stays
 * inside is followed. With a user an agent opens them: this program again, with "process-files" as
 * its first argument, which has become that user for good and hands descriptors back; else this
 * process does so itself. (Trees are removed and given away by mounts/errand.)
 *
 * For one thread at a time. These functions wait: for the disk, and for the agent at most 30 s,
 * after which it is killed and all else fails as FILES_BROKEN.
 */

#include "tools/worker/process/user.h"
#include <sys/stat.h>

enum task_files_problem {
	FILES_FINE = 0,
	FILES_MISSING,    /* there is no such file */
	FILES_UNREADABLE, /* the user may not read it */
	FILES_INVALID, /* it leads out of the folder, or is no plain file (no folder, when listed)
			*/
	FILES_BROKEN   /* the system: no memory, no agent, the disk */
};

/* The reason that an error artifact gives: "file-missing-on-worker", "file-not-readable-on-worker",
 * "invalid-resource-on-worker"; NULL: it is not the artifact's fault. */
const char *task_files_reason(enum task_files_problem problem);

struct task_files;

/*
 * `folder` is a descriptor of the task's folder, which is kept (a duplicate); `path` what it is
 * called, for paths that are absolute: those inside of it are taken, others are FILES_INVALID.
 * `user` NULL: as this process; `program` NULL: this one.
 */
int task_files_new(int folder, const char *path, const struct user *user, const char *program,
	struct task_files **files, tc_error *err);
void task_files_free(struct task_files *files); /* NULL is fine */

/* Opens a plain file for reading: *fd is the caller's (close-on-exec), blocking, at its beginning.
 * *err says what is wrong with it, without its path. */
enum task_files_problem task_files_open(
	struct task_files *files, const char *path, int *fd, tc_error *err);

/*
 * All plain files below a folder, names relative to that folder, in no order; `each` returns false
 * to end (FILES_FINE). Links are told, as task_files_open decides on them; folders behind links are
 * not entered, nor are those that cannot be read or are deeper than FILES_DEPTH_MAX: these are
 * told, too, as names, so that task_files_open says what is wrong with them. FIFOs and devices
 * likewise. More than `max` names are FILES_INVALID.
 */
#define FILES_DEPTH_MAX 200
typedef bool task_files_fn(void *data, const char *name);
enum task_files_problem task_files_list(struct task_files *files, const char *path, size_t max,
	task_files_fn *each, void *data, tc_error *err);

#endif
