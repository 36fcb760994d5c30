/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "tools/taskcluster/config/save.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/whole.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int cannot_write(const char *path)
{
	return usage_error("%s: %s", path, strerror(errno));
}

int save_for_user(const char *path, const char *text, size_t length)
{
	char target[PATH_MAX];
	struct stat present;

	if (strlen(path) >= sizeof target) {
		errno = ENAMETOOLONG;
		return cannot_write(path);
	}
	if (lstat(path, &present) != 0)
		strcpy(target, path);
	else if (!realpath(path, target))
		return cannot_write(path);
	if (stat(target, &present) == 0 && !S_ISREG(present.st_mode))
		return usage_error("%s is no file", target);
	return whole_replace(target, text, length, true) ? 0 : cannot_write(target);
}
