/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_TREE_H
#define WORKER_MOUNTS_TREE_H

/* Whole trees, made by anybody: however deep, whatever is in them. No link is followed. */

#include <sys/types.h>
#include <taskcluster/error.h>

/* Renames, also a folder to which a task of this user has taken its own rights away, which could
 * not be moved, and which keeps the rights it had. -1: errno says why. */
int tree_move(int from, const char *name, int to, const char *new_name);

/* Removes what is in a folder: all that can be; TC_ERROR_SYSTEM names the first that cannot. */
int tree_empty(int folder, tc_error *err);

/* Removes a thing in a folder, whatever it is; fine when it is not there. */
int tree_remove(int folder, const char *name, tc_error *err);

/*
 * What in a tree (the folder `name` too) is `from`'s becomes another user's. Things of others stay
 * theirs: a link to somebody's file, made by a task, gives it to nobody. TC_ERROR_SYSTEM also when
 * the tree is too deep.
 */
int tree_own(int folder, const char *name, uid_t from, uid_t uid, gid_t gid, tc_error *err);

/*
 * Moves what is in `from` into `to`, one file system: folders that both have are united, files
 * replace others. TC_ERROR_INPUT when a folder would replace something else, or the other way.
 */
int tree_merge(int from, int to, tc_error *err);

#endif
