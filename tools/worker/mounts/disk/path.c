/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* fchown */

#include "tools/worker/mounts/disk/path.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Why a part cannot be one of a path below a folder; NULL: it can. */
static const char *why_no_part(const char *part, size_t length)
{
	if (length == 2 && part[0] == '.' && part[1] == '.')
		return "it has a part \"..\"";
	if (length > NAME_MAX)
		return "one of its parts is longer than a file's name may be";
	return NULL;
}

static bool is_nothing(const char *part, size_t length)
{
	return length == 0 || (length == 1 && part[0] == '.');
}

/* Copies the parts that count; why they are no path below a folder, or NULL. */
static const char *copy_parts(const char *path, char *plain)
{
	const char *why = NULL;
	int depth = 0;
	char *end = plain;

	for (const char *part = path; !why && *part;) {
		size_t length = strcspn(part, "/");
		if (!is_nothing(part, length)) {
			if (end != plain)
				*end++ = '/';
			memcpy(end, part, length);
			end += length;
			why = why_no_part(part, length);
			if (++depth > PATH_DEPTH_MAX)
				why = "it is too deep";
		}
		part += length + (part[length] == '/');
	}
	if (end == plain)
		*end++ = '.';
	*end = '\0';
	return why;
}

int path_plain(const char *path, char **plain, tc_error *err)
{
	size_t length = strlen(path);
	const char *why = NULL;

	*plain = NULL;
	if (path[0] == '/')
		why = "it is absolute";
	else if (length >= PATH_MAX)
		why = "it is too long";
	if (!why) {
		*plain = malloc(length + 2);
		if (!*plain)
			return tc__no_memory(err);
		why = copy_parts(path, *plain);
	}
	if (!why)
		return TC_OK;
	free(*plain);
	*plain = NULL;
	return tc_error_set(
		err, TC_ERROR_INPUT, "\"%.300s\" is no path below a folder: %s", path, why);
}

const char *path_name(const char *plain)
{
	const char *slash = strrchr(plain, '/');

	return slash ? slash + 1 : plain;
}

int path_open_folder(int folder, const char *name)
{
	int fd;

	do
		fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int path_make_folder(int folder, const char *name, mode_t mode, const struct path_owner *owner)
{
	if (mkdirat(folder, name, mode) != 0)
		return -1;
	if (!owner)
		return 0;
	return fchownat(folder, name, owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW);
}

/* One folder down, which is made if need be. */
static int enter(int folder, const char *part, const struct path_owner *owner)
{
	int next = path_open_folder(folder, part);

	if (next >= 0 || errno != ENOENT)
		return next;
	if (path_make_folder(folder, part, 0777, owner) != 0 && errno != EEXIST)
		return -1;
	return path_open_folder(folder, part);
}

static int refuse_part(const char *plain, const char *part, tc_error *err)
{
	if (errno == ENOTDIR || errno == ELOOP)
		return tc_error_set(err, TC_ERROR_INPUT,
			"%s: \"%s\" is a file or a symbolic link; expected a folder", plain, part);
	return tc_error_set(err, TC_ERROR_SYSTEM,
		"%s: the folder \"%s\" can be neither opened nor made: %s", plain, part,
		strerror(errno));
}

int path_open_parent(
	int folder, const char *plain, const struct path_owner *owner, int *parent, tc_error *err)
{
	int fd = fcntl(folder, F_DUPFD_CLOEXEC, 0), rc = TC_OK;
	const char *rest = plain;

	if (fd < 0)
		rc = tc_error_set(err, TC_ERROR_SYSTEM, "%s: no descriptor of its folder: %s",
			plain, strerror(errno));
	for (size_t length; fd >= 0 && rest[length = strcspn(rest, "/")]; rest += length + 1) {
		char part[NAME_MAX + 1];
		memcpy(part, rest, length);
		part[length] = '\0';
		int next = enter(fd, part, owner);
		if (next < 0)
			rc = refuse_part(plain, part, err);
		close(fd);
		fd = next;
	}
	*parent = fd;
	return rc;
}
