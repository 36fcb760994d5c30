/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/whole.h"
#include "tools/taskcluster/shared/unfinished.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

bool whole_write(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t written = write(fd, at, length < SSIZE_MAX ? length : SSIZE_MAX);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

static bool fill(int fd, const void *bytes, size_t length, bool durable)
{
	bool good = whole_write(fd, bytes, length) && (!durable || fsync(fd) == 0);

	return close(fd) == 0 && good;
}

bool whole_replace(const char *path, const void *bytes, size_t length, bool durable)
{
	char temporary[PATH_MAX + 8];
	int size = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);

	if (size < 0 || (size_t)size >= sizeof temporary) {
		errno = ENAMETOOLONG;
		return false;
	}
	int fd = unfinished_begin(temporary);
	if (fd < 0)
		return false;
	bool good = fill(fd, bytes, length, durable) && rename(temporary, path) == 0;
	int problem = errno;
	if (!good)
		unlink(temporary);
	unfinished_end();
	errno = problem;
	return good;
}
