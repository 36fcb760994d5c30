/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* d_type, fchown */

#include "tools/worker/mounts/disk/tree.h"

#include "tools/worker/mounts/disk/path.h"
#include "workflows/src/base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/slugid.h>
#include <unistd.h>

#define OPEN_MAX_DEPTH 200 /* folders that are open at the same time */

static int fail(const char *what, const char *name, tc_error *err)
{
	return tc_error_set(
		err, TC_ERROR_SYSTEM, "%s cannot be %s: %s", name, what, strerror(errno));
}

/* For each thing in a folder, until one is not TC_OK. */
typedef int visit_fn(void *data, int folder, const char *name, tc_error *err);

static int visit(int folder, visit_fn *each, void *data, tc_error *err)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	int rc = TC_OK;

	if (!stream) {
		fail("read", "a folder", err);
		if (fd >= 0)
			close(fd);
		return TC_ERROR_SYSTEM;
	}
	for (struct dirent *entry; rc == TC_OK && (entry = readdir(stream));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = each(data, folder, entry->d_name, err);
	closedir(stream);
	return rc;
}

int tree_move(int from, const char *name, int to, const char *new_name)
{
	struct stat status;

	if (renameat(from, name, to, new_name) == 0)
		return 0;
	int why = errno;
	if (why == EACCES && fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(status.st_mode) && fchmodat(from, name, 0700, 0) == 0) {
		int rc = renameat(from, name, to, new_name);
		why = errno;
		if (fchmodat(rc == 0 ? to : from, rc == 0 ? new_name : name, status.st_mode & 07777,
			    0) != 0 &&
			rc == 0) {
			rc = -1; /* it has moved, but stays open to its owner */
			why = errno;
		}
		errno = why;
		return rc;
	}
	errno = why;
	return -1;
}

/* ---- removing ---- */

struct removal {
	int top;   /* where what is too deep is moved to, */
	int moved; /* so many since the last look at it */
	int depth;
	int rc; /* the first failure; the others go on */
};

static void remember(struct removal *removal, const char *name, tc_error *err)
{
	if (removal->rc == TC_OK)
		removal->rc = fail("removed", name, err);
}

/* A task may have taken its own rights to a folder away. */
static int open_any(int folder, const char *name)
{
	int fd = path_open_folder(folder, name);

	if (fd >= 0 || errno != EACCES || geteuid() == 0)
		return fd;
	return fchmodat(folder, name, 0700, 0) == 0 ? path_open_folder(folder, name) : -1;
}

static int move_up(struct removal *removal, int folder, const char *name)
{
	char slug[TC_SLUGID_SIZE];

	tc_slugid_nice(slug);
	removal->moved++;
	return renameat(folder, name, removal->top, slug);
}

static visit_fn remove_thing;

static void remove_folder(struct removal *removal, int folder, const char *name, tc_error *err)
{
	int fd = open_any(folder, name);

	if (fd < 0) {
		remember(removal, name, err);
		return;
	}
	if (geteuid() != 0)
		fchmod(fd, 0700);
	removal->depth++;
	int rc = visit(fd, remove_thing, removal, removal->rc == TC_OK ? err : NULL);
	if (removal->rc == TC_OK)
		removal->rc = rc;
	removal->depth--;
	close(fd);
	if (unlinkat(folder, name, AT_REMOVEDIR) != 0)
		remember(removal, name, err);
}

static int remove_thing(void *data, int folder, const char *name, tc_error *err)
{
	struct removal *removal = data;

	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return TC_OK;
	if (errno != EISDIR && errno != EPERM)
		remember(removal, name, err);
	else if (removal->depth < OPEN_MAX_DEPTH)
		remove_folder(removal, folder, name, err);
	else if (move_up(removal, folder, name) != 0)
		remember(removal, name, err);
	return TC_OK;
}

int tree_empty(int folder, tc_error *err)
{
	struct removal removal = { .top = folder };

	do {
		removal.moved = 0;
		int rc = visit(folder, remove_thing, &removal, err);
		if (rc != TC_OK)
			return rc;
	} while (removal.moved && removal.rc == TC_OK);
	return removal.rc;
}

int tree_remove(int folder, const char *name, tc_error *err)
{
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return TC_OK;
	int fd = open_any(folder, name);
	if (fd < 0)
		return fail("removed", name, err);
	int rc = tree_empty(fd, err);
	close(fd);
	if (rc == TC_OK && unlinkat(folder, name, AT_REMOVEDIR) != 0)
		rc = fail("removed", name, err);
	return rc;
}

/* ---- giving to another user ---- */

struct giving {
	uid_t from, uid;
	gid_t gid;
	int depth;
};

static int give(void *data, int folder, const char *name, tc_error *err)
{
	struct giving *giving = data;
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return fail("looked at", name, err);
	if (status.st_uid == giving->from &&
		fchownat(folder, name, giving->uid, giving->gid, AT_SYMLINK_NOFOLLOW) != 0)
		return fail("given to the task's user", name, err);
	if (!S_ISDIR(status.st_mode))
		return TC_OK;
	if (giving->depth == OPEN_MAX_DEPTH)
		return tc_error_set(
			err, TC_ERROR_SYSTEM, "%s is too deep to be given to another user", name);
	int fd = path_open_folder(folder, name);
	if (fd < 0)
		return fail("opened", name, err);
	giving->depth++;
	int rc = visit(fd, give, giving, err);
	giving->depth--;
	close(fd);
	return rc;
}

int tree_own(int folder, const char *name, uid_t from, uid_t uid, gid_t gid, tc_error *err)
{
	struct giving giving = { from, uid, gid, 0 };

	return give(&giving, folder, name, err);
}

/* ---- uniting ---- */

static int refuse_merge(const char *name, bool folder, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_INPUT,
		folder ? "\"%s\" is to be a folder, and something else is there"
		       : "\"%s\" is a folder already, and is to be something else",
		name);
}

static visit_fn merge_thing;

static int merge_folder(int from, const char *name, int to, tc_error *err)
{
	int source = open_any(from, name), target = path_open_folder(to, name);
	int rc = TC_OK;

	if (source < 0)
		rc = fail("opened", name, err);
	else if (target < 0)
		rc = refuse_merge(name, true, err);
	else if (fchmod(source, 0700) != 0) /* it is emptied, and maybe nobody may write to it */
		rc = fail("emptied", name, err);
	else
		rc = visit(source, merge_thing, &target, err);
	if (source >= 0)
		close(source);
	if (target >= 0)
		close(target);
	if (rc == TC_OK && unlinkat(from, name, AT_REMOVEDIR) != 0)
		rc = fail("removed", name, err);
	return rc;
}

static int merge_thing(void *data, int from, const char *name, tc_error *err)
{
	int to = *(int *)data;

	if (tree_move(from, name, to, name) == 0)
		return TC_OK;
	if (errno == ENOTEMPTY || errno == EEXIST)
		return merge_folder(from, name, to, err);
	if (errno == ENOTDIR || errno == EISDIR)
		return refuse_merge(name, errno == ENOTDIR, err);
	return fail("put into its place", name, err);
}

int tree_merge(int from, int to, tc_error *err)
{
	return visit(from, merge_thing, &to, err);
}
