/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL 100 /* things in a folder that is removed at once */
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int fail(tc_error *err, const char *what, const char *name)
{
	tc_error_set(err, TC_ERROR_SYSTEM, "%s %s: %s", what, name, strerror(errno));
	return -1;
}

int folders_open(const char *path, tc_error *err)
{
	/* other users pass through to their own folders, but cannot list those of others */
	if (mkdir(path, 0711) != 0 && errno != EEXIST)
		return fail(err, "cannot make the folder", path);
	int fd = open(path, FOLDER_FLAGS & ~O_NOFOLLOW);
	return fd < 0 ? fail(err, "cannot open the folder", path) : fd;
}

int folders_make(const struct host *host, const char *name, tc_error *err)
{
	int tasks = host->tasks_folder;

	if (mkdirat(tasks, name, 0700) != 0)
		return fail(err, "cannot make the task's folder", name);
	int fd = openat(tasks, name, FOLDER_FLAGS);
	if (fd >= 0 && (!host->user || fchown(fd, host->user->uid, host->user->gid) == 0))
		return fd;
	fail(err, "cannot open the task's folder", name);
	if (fd >= 0)
		close(fd);
	unlinkat(tasks, name, AT_REMOVEDIR);
	return -1;
}

struct removal {
	struct host *host;
	char name[NAME_MAX + 1];
};

static void on_emptied(void *data, enum errand_end end, const char *text)
{
	struct removal *removal = data;

	(void)text;
	if (end == ERRAND_DONE)
		unlinkat(removal->host->tasks_folder, removal->name, AT_REMOVEDIR);
	removal->host->unfinished--;
	free(removal);
}

/* Removes what is in a folder, whose descriptor it takes over, as long as `left` lasts; whether all
 * of it is gone. No link is followed. */
static bool empty_small(int fd, int *left)
{
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool good = folder != NULL;

	if (!folder && fd >= 0)
		close(fd);
	while (good && (entry = readdir(folder))) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		good = --*left > 0;
		if (!good || unlinkat(dirfd(folder), name, 0) == 0)
			continue;
		good = (errno == EISDIR || errno == EPERM) &&
			empty_small(openat(dirfd(folder), name, FOLDER_FLAGS), left) &&
			unlinkat(dirfd(folder), name, AT_REMOVEDIR) == 0;
	}
	if (folder)
		closedir(folder);
	return good;
}

/* Most tasks leave little, which is gone before a child would have begun. */
static bool remove_small(const struct host *host, const char *name)
{
	int left = SMALL;

	return empty_small(openat(host->tasks_folder, name, FOLDER_FLAGS), &left) &&
		unlinkat(host->tasks_folder, name, AT_REMOVEDIR) == 0;
}

void folders_remove(struct host *host, const char *name)
{
	const struct errand_order order = {
		.kind = ERRAND_REMOVE, .source = -1, .folder = host->tasks_folder, .name = name
	};
	struct removal *removal = calloc(1, sizeof *removal);
	struct errand *errand = NULL;

	if (remove_small(host, name) || !removal) { /* without memory the next worker removes it */
		free(removal);
		return;
	}
	removal->host = host;
	snprintf(removal->name, sizeof removal->name, "%s", name);
	if (errand_start(host->loop, NULL, &order, on_emptied, removal, &errand, NULL) == TC_OK)
		host->unfinished++;
	else
		free(removal);
}

void folders_clean(struct host *host)
{
	int fd = dup(host->tasks_folder);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return;
	}
	rewinddir(folder);
	while ((entry = readdir(folder))) {
		if (strncmp(entry->d_name, "task_", 5) == 0)
			folders_remove(host, entry->d_name);
	}
	closedir(folder);
}
