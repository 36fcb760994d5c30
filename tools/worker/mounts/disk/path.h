/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_PATH_H
#define WORKER_MOUNTS_PATH_H

/* Paths below a folder that is open, as strangers give them: in payloads and in archives. They are
 * walked part by part from the descriptor; a symbolic link on the way is never followed. */

#include <stdbool.h>
#include <sys/types.h>
#include <taskcluster/error.h>

#define PATH_DEPTH_MAX 128 /* parts of a path */

/* Whose folders are that are made on the way; NULL: this process's own. */
struct path_owner {
	uid_t uid;
	gid_t gid;
};

/* The plain form of a path, for free(): without "." and empty parts, no slash at its end; "." for
 * the folder itself. TC_ERROR_INPUT for one that is absolute, has "..", or is too long or deep. */
int path_plain(const char *path, char **plain, tc_error *err);

/* The last part of a plain path. */
const char *path_name(const char *plain);

/* A descriptor, *parent, of the folder that a plain path's last part is in; folders that are
 * missing are made. TC_ERROR_INPUT when a part is a file or a link; *parent is -1 after a failure.
 */
int path_open_parent(
	int folder, const char *plain, const struct path_owner *owner, int *parent, tc_error *err);

/* A folder in a folder, which is no link; -1: errno says why. */
int path_open_folder(int folder, const char *name);

/* Makes a folder that is not there. -1: errno says why. */
int path_make_folder(int folder, const char *name, mode_t mode, const struct path_owner *owner);

#endif
