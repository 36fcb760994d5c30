/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* SYS_openat2 */

#include "tools/worker/process/inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME_LIMIT ((size_t)PATH_MAX)

/* Before Linux 5.6, or where a filter of system calls knows it not: step by step, and no link is
 * followed at all. */
static int walk(int folder, const char *path, int flags)
{
	char name[NAME_MAX + 1];
	int at = fcntl(folder, F_DUPFD_CLOEXEC, 0);

	while (at >= 0) {
		size_t length;
		path += strspn(path, "/");
		length = strcspn(path, "/");
		if (length > NAME_MAX || (length == 2 && path[0] == '.' && path[1] == '.')) {
			close(at);
			errno = length == 2 ? EXDEV : ENAMETOOLONG;
			return -1;
		}
		memcpy(name, path, length);
		name[length] = '\0';
		path += length;
		bool last = path[strspn(path, "/")] == '\0';
		int how = last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
		int next = openat(at, length ? name : ".", how | O_NOFOLLOW);
		int problem = errno;
		close(at);
		errno = problem;
		if (last)
			return next;
		at = next;
	}
	return -1;
}

static int open_inside(int folder, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
	int fd = -1;

	/* what renames meanwhile has it say: again */
	for (int i = 0; i < 16 && fd < 0 && (i == 0 || errno == EAGAIN); i++)
		fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
	return fd < 0 && (errno == ENOSYS || errno == EPERM) ? walk(folder, path, flags) : fd;
}

/* First by its name alone (O_PATH), as opening a device may do things. */
int inside_open_file(int folder, const char *path, int *problem)
{
	struct stat facts, again;
	int name = open_inside(folder, path, O_PATH | O_CLOEXEC);
	int fd = -1;

	*problem = 0;
	if (name < 0 || fstat(name, &facts) != 0)
		*problem = errno;
	else if (!S_ISREG(facts.st_mode))
		*problem = S_ISDIR(facts.st_mode) ? INSIDE_FOLDER
			: S_ISLNK(facts.st_mode)  ? ELOOP
						  : INSIDE_SPECIAL;
	if (name >= 0)
		close(name);
	if (*problem)
		return -1;
	fd = open_inside(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		*problem = errno;
		return -1;
	}
	if (fstat(fd, &again) == 0 && S_ISREG(again.st_mode) && fcntl(fd, F_SETFL, 0) == 0)
		return fd;
	*problem = INSIDE_SPECIAL; /* it has just become one */
	close(fd);
	return -1;
}

/* ---- listing ---- */

struct listing {
	int folder; /* that is listed */
	task_files_fn *each;
	void *data;
	char name[NAME_LIMIT]; /* of what is looked at */
	DIR *open[FILES_DEPTH_MAX];
	size_t lengths[FILES_DEPTH_MAX]; /* of the names of those folders, with the slash */
	size_t depth;
};

/* Goes into what is a folder; false: it is none, or cannot be listed. */
static bool enter(struct listing *listing, const char *name, size_t length)
{
	if (listing->depth == FILES_DEPTH_MAX || length + 1 >= NAME_LIMIT)
		return false;
	int from = dirfd(listing->open[listing->depth - 1]);
	int fd = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	DIR *opened = fd < 0 ? NULL : fdopendir(fd);
	if (!opened) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	listing->open[listing->depth] = opened;
	listing->name[length] = '/';
	listing->lengths[listing->depth++] = length + 1;
	return true;
}

static bool may_be_folder(const struct dirent *entry)
{
	return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
}

static bool visit(struct listing *listing, const struct dirent *entry)
{
	size_t before = listing->lengths[listing->depth - 1];
	size_t length = strlen(entry->d_name);

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return true;
	if (before + length + 1 > NAME_LIMIT) /* it has no path that could be opened */
		return true;
	memcpy(listing->name + before, entry->d_name, length + 1);
	if (may_be_folder(entry) && enter(listing, entry->d_name, before + length))
		return true;
	return listing->each(listing->data, listing->name);
}

static bool list_all(struct listing *listing)
{
	bool more = true;

	while (listing->depth) {
		DIR *at = listing->open[listing->depth - 1];
		struct dirent *entry = more ? readdir(at) : NULL;
		if (entry) {
			more = visit(listing, entry);
			continue;
		}
		closedir(at);
		listing->depth--;
	}
	return more;
}

/* ENOTDIR says it of a part of the path, too, and then there is nothing. */
static int why_no_folder(int folder, const char *path, int problem)
{
	int fd = problem == ENOTDIR ? open_inside(folder, path, O_PATH | O_CLOEXEC) : -1;

	if (fd < 0)
		return problem;
	close(fd);
	return INSIDE_NO_FOLDER;
}

bool inside_list(int folder, const char *path, task_files_fn *each, void *data, int *problem)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	int fd = open_inside(folder, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	bool more = false;

	*problem = fd < 0 ? why_no_folder(folder, path, errno) : 0;
	if (!listing)
		*problem = ENOMEM;
	if (*problem == 0) {
		listing->open[0] = fdopendir(fd);
		if (!listing->open[0])
			*problem = errno;
	}
	if (*problem == 0) {
		listing->depth = 1;
		listing->each = each;
		listing->data = data;
		more = list_all(listing);
	} else if (fd >= 0)
		close(fd);
	free(listing);
	return more;
}
