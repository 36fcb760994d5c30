/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* nftw, mkdtemp */

#include "tests/harness/folder.h"

#include "tests/harness/test.h"
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tc_folder_make(struct tc_folder *folder)
{
	strcpy(folder->path, "/tmp/tc-folder-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	assert_int_equal(
		chmod(folder->path, 0755), 0); /* some tests are another user for a while */
	folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder->fd >= 0);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
	(void)status;
	(void)kind;
	(void)at;
	return remove(path);
}

void tc_folder_remove(struct tc_folder *folder)
{
	close(folder->fd);
	assert_int_equal(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void tc_folder_put(const struct tc_folder *folder, const char *name, const char *text, mode_t mode)
{
	int fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

const char *tc_folder_path(const struct tc_folder *folder, const char *name)
{
	static char paths[4][512];
	static int next;
	char *path = paths[next++ % 4];

	assert_true(snprintf(path, sizeof *paths, "%s/%s", folder->path, name) < 512);
	return path;
}

void tc_folder_check(const struct tc_folder *folder, const char *name, const char *text)
{
	char *found = tc_test_read_file(tc_folder_path(folder, name), NULL);

	assert_string_equal(found, text);
	free(found);
}

bool tc_folder_has(const struct tc_folder *folder, const char *name)
{
	struct stat status;

	return fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

mode_t tc_folder_mode(const struct tc_folder *folder, const char *name)
{
	struct stat status;

	assert_int_equal(fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW), 0);
	return status.st_mode & 07777;
}

int tc_folder_count(const struct tc_folder *folder)
{
	DIR *dir = opendir(folder->path);
	int count = -2;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}
