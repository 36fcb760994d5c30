/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_USER_H
#define WORKER_PROCESS_USER_H

/* The user that tasks run as. Any thread, but user_find waits for whatever the system's user
 * database asks (files, a directory service). */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <taskcluster/error.h>

#define USER_GROUPS_MAX 256

struct user {
	uid_t uid;
	gid_t gid;
	gid_t groups[USER_GROUPS_MAX]; /* all of them, gid too */
	size_t groups_count;
	char *name, *home; /* for user_clear */
};

/* Looks it up by name. TC_ERROR_ARGUMENT: there is none, or it is in too many groups. After a
 * failure it is empty. */
int user_find(struct user *user, const char *name, tc_error *err);
void user_clear(struct user *user);

/* Whether tasks may be run as it: not root, not of root's group, not this process's own user, and
 * this process may become it (root, or CAP_SETUID and CAP_SETGID), which a child tries. */
int user_check(const struct user *user, tc_error *err);

/*
 * Whether it can read a file (or list a folder), which a child tries as that user, by whatever
 * rules the system has. TC_ERROR_SYSTEM: it could not be tried. Of a file that is there: the caller
 * looks first. NULL `user`: this process.
 */
int user_can_read(const struct user *user, const char *path, bool *can, tc_error *err);

/* The same with a descriptor of a folder, for folders: whether it can make and remove files there.
 */
int user_can_write(const struct user *user, int folder, bool *can, tc_error *err);

/* In a child, for good: no capability stays, and none can be had again. 0, or an errno, after which
 * the child must end. Async-signal-safe. */
int user_become(uid_t uid, gid_t gid, const gid_t *groups, size_t groups_count);

#endif
