/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */

#include "workflows/src/disk/place.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tc__place_close(struct tc__place *place)
{
	if (place->path && place->folder >= 0)
		close(place->folder);
	free(place->name);
	free(place->path);
	*place = (struct tc__place)TC__PLACE_NONE;
}

/* ---- what is there ---- */

static const char *kind_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a folder";
	if (S_ISLNK(mode))
		return "a symbolic link";
	if (S_ISFIFO(mode))
		return "a pipe";
	return S_ISSOCK(mode) ? "a socket" : "a device";
}

static int refuse_kind(const struct tc__place *place, mode_t mode, int code, tc_error *err)
{
	return tc_error_set(err, code, "%s is %s; expected a file, or nothing there", place->path,
		kind_of(mode));
}

/* *status of what has the name, itself; its st_mode is 0 when nothing has. */
static int look(const struct tc__place *place, struct stat *status, tc_error *err)
{
	if (fstatat(place->folder, place->name, status, AT_SYMLINK_NOFOLLOW) == 0)
		return TC_OK;
	*status = (struct stat){ 0 };
	if (errno == ENOENT)
		return TC_OK;
	return tc_error_set(
		err, TC_ERROR_SYSTEM, "%s cannot be looked at: %s", place->path, strerror(errno));
}

int tc__place_permissions(const struct tc__place *place, mode_t *mode, tc_error *err)
{
	struct stat status;
	int rc = look(place, &status, err);

	if (rc != TC_OK || !status.st_mode)
		return rc;
	if (!S_ISREG(status.st_mode))
		return refuse_kind(place, status.st_mode, TC_ERROR_SYSTEM, err);
	*mode = status.st_mode & 0777;
	return TC_OK;
}

/* ---- a path of the user's ---- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int check_given(const char *path, tc_error *err)
{
	const char *name = last_part(path);

	if (*name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_ARGUMENT,
		"the path \"%s\" names no file: its last part is \"%s\"", path, name);
}

static int open_folder(const char *path)
{
	int fd;

	do
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* Opens the folder of a path, and takes the name in it. */
static int hold(struct tc__place *place, const char *path, tc_error *err)
{
	const char *name = last_part(path);
	char *folder =
		name == path ? tc__text(err, ".") : tc__text(err, "%.*s", (int)(name - path), path);
	int rc = TC_OK;

	if (!folder)
		return TC_ERROR_NOMEM;
	place->folder = open_folder(folder);
	if (place->folder < 0)
		rc = tc_error_set(err, TC_ERROR_SYSTEM, "the folder of %s cannot be opened: %s",
			place->path, strerror(errno));
	free(folder);
	return rc == TC_OK ? tc__text_copy(&place->name, name, err) : rc;
}

/* Goes to what the path leads to, links and all. */
static int hold_real(struct tc__place *place, tc_error *err)
{
	char *real = realpath(place->path, NULL);

	if (!real && errno == ENOMEM)
		return tc__no_memory(err);
	if (!real)
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"%s is a symbolic link that cannot be followed: %s", place->path,
			strerror(errno));
	close(place->folder);
	place->folder = -1;
	free(place->name);
	place->name = NULL;
	int rc = hold(place, real, err);
	free(real);
	return rc;
}

static int follow(struct tc__place *place, tc_error *err)
{
	struct stat target, found;

	if (fstatat(place->folder, place->name, &target, 0) != 0)
		return errno == ENOENT
			? tc_error_set(err, TC_ERROR_ARGUMENT,
				  "%s is a symbolic link that leads to nothing", place->path)
			: tc_error_set(err, TC_ERROR_SYSTEM,
				  "%s is a symbolic link that cannot be followed: %s", place->path,
				  strerror(errno));
	if (!S_ISREG(target.st_mode))
		return refuse_kind(place, target.st_mode, TC_ERROR_ARGUMENT, err);
	int rc = hold_real(place, err);
	if (rc == TC_OK)
		rc = look(place, &found, err);
	if (rc == TC_OK && (found.st_dev != target.st_dev || found.st_ino != target.st_ino))
		rc = tc_error_set(err, TC_ERROR_SYSTEM,
			"%s is a symbolic link that was changed meanwhile", place->path);
	return rc;
}

static int hold_file(struct tc__place *place, tc_error *err)
{
	struct stat status;
	int rc = hold(place, place->path, err);

	if (rc == TC_OK)
		rc = look(place, &status, err);
	if (rc != TC_OK || !status.st_mode || S_ISREG(status.st_mode))
		return rc;
	if (S_ISLNK(status.st_mode))
		return follow(place, err);
	return refuse_kind(place, status.st_mode, TC_ERROR_ARGUMENT, err);
}

int tc__place_open(struct tc__place *place, const char *path, tc_error *err)
{
	*place = (struct tc__place)TC__PLACE_NONE;
	int rc = check_given(path, err);
	if (rc == TC_OK)
		rc = tc__text_copy(&place->path, path, err);
	if (rc == TC_OK)
		rc = hold_file(place, err);
	if (rc != TC_OK)
		tc__place_close(place);
	return rc;
}

int tc__place_open_itself(struct tc__place *place, const char *path, tc_error *err)
{
	mode_t ignored = 0;

	*place = (struct tc__place)TC__PLACE_NONE;
	int rc = check_given(path, err);
	if (rc == TC_OK)
		rc = tc__text_copy(&place->path, path, err);
	if (rc == TC_OK)
		rc = hold(place, place->path, err);
	if (rc == TC_OK)
		rc = tc__place_permissions(place, &ignored, err);
	if (rc != TC_OK)
		tc__place_close(place);
	return rc;
}

/* ---- a name of a stranger's ---- */

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t size = strlen(end);

	return length >= size && memcmp(text + length - size, end, size) == 0;
}

/* Why a part is none of a path below a folder; NULL: it is one. */
static const char *why_no_part(const char *part, size_t length)
{
	if (length == 0)
		return "it has an empty part";
	if (length == 1 && part[0] == '.')
		return "one of its parts is \".\"";
	if (length == 2 && part[0] == '.' && part[1] == '.')
		return "one of its parts is \"..\"";
	if (length > TC__PLACE_NAME_MAX)
		return "one of its parts is longer than the 255 bytes of a file's name";
	if (part[0] == '.' &&
		(ends_with(part, length, ".tc-part") || ends_with(part, length, ".tc-state")))
		return "names of this kind are kept for downloads that are not whole";
	return NULL;
}

static bool has_control(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	return false;
}

int tc__place_check_below(const char *name, tc_error *err)
{
	const char *part = name;

	if (has_control(name)) /* which is not put on anybody's terminal */
		return tc_error_set(err, TC_ERROR_INPUT,
			"a name that has a control character in it is no path below a folder");
	for (;;) {
		size_t length = strcspn(part, "/");
		const char *why = why_no_part(part, length);
		if (why)
			return tc_error_set(err, TC_ERROR_INPUT,
				"\"%s\" is no path below a folder: %s", name, why);
		if (!part[length])
			return TC_OK;
		part += length + 1;
	}
}

static int open_part(int folder, const char *part)
{
	int fd;

	do
		fd = openat(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* Goes one folder down, which is made if need be. */
static int enter(struct tc__place *place, const char *part, tc_error *err)
{
	int next = open_part(place->folder, part);

	if (next < 0 && errno == ENOENT &&
		(mkdirat(place->folder, part, 0777) == 0 || errno == EEXIST))
		next = open_part(place->folder, part);
	if (next < 0 && (errno == ENOTDIR || errno == ELOOP))
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"%s: \"%s\" is a file or a symbolic link; expected a folder", place->path,
			part);
	if (next < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"%s: the folder \"%s\" can be neither opened nor made: %s", place->path,
			part, strerror(errno));
	close(place->folder);
	place->folder = next;
	return TC_OK;
}

/* The name has been checked: its parts fit. */
static int descend(struct tc__place *place, tc_error *err)
{
	const char *rest = place->path;
	int rc = TC_OK;

	for (size_t length; rc == TC_OK && rest[length = strcspn(rest, "/")]; rest += length + 1) {
		char part[TC__PLACE_NAME_MAX + 1];
		memcpy(part, rest, length);
		part[length] = '\0';
		rc = enter(place, part, err);
	}
	return rc == TC_OK ? tc__text_copy(&place->name, rest, err) : rc;
}

static int begin_at(struct tc__place *place, int folder, tc_error *err)
{
	place->folder = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	if (place->folder >= 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_SYSTEM, "%s: no descriptor of its folder: %s",
		place->path, strerror(errno));
}

int tc__place_open_below(struct tc__place *place, int folder, const char *name, tc_error *err)
{
	mode_t ignored = 0;

	*place = (struct tc__place)TC__PLACE_NONE;
	int rc = tc__place_check_below(name, err);
	if (rc == TC_OK)
		rc = tc__text_copy(&place->path, name, err);
	if (rc == TC_OK)
		rc = begin_at(place, folder, err);
	if (rc == TC_OK)
		rc = descend(place, err);
	if (rc == TC_OK)
		rc = tc__place_permissions(place, &ignored, err);
	if (rc != TC_OK)
		tc__place_close(place);
	return rc;
}

/* ---- folders of the user's ---- */

/* With the folders that it lies in. What is wrong is told when the last is opened. */
static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	mkdir(path, 0777);
}

int tc__place_make_folder(const char *path, int *fd, tc_error *err)
{
	char *copy = NULL;

	*fd = -1;
	int rc = tc__text_copy(&copy, path, err);
	if (rc != TC_OK)
		return rc;
	make_folders(copy);
	int why = errno;
	free(copy);
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd >= 0)
		return TC_OK;
	bool absent = errno == ENOENT;
	return tc_error_set(err, TC_ERROR_SYSTEM, "the folder %s cannot be %s: %s", path,
		absent ? "made" : "opened", strerror(absent ? why : errno));
}
