/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* futimens, fchmod, S_IF… */

#include "tools/worker/mounts/archive/unpack.h"
#include "tools/streams/streams.h"

#include "tools/worker/mounts/archive/reader.h"
#include "tools/worker/mounts/disk/path.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder, which gets its permissions and times when everything is in it. */
struct late {
	char *path;
	mode_t mode;
	struct timespec times[2];
	size_t order; /* of those with the same path the later counts */
};

struct unpacking {
	struct reader reader;
	int folder;
	struct late *late;
	size_t late_count, late_room;
};

/* The entry at hand, and where it goes. */
struct place {
	struct archive_entry *entry;
	const char *path; /* plain */
	const char *name; /* its last part, in */
	int parent;
};

static int refuse(const struct place *place, const char *why, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_INPUT, "the archive's \"%.300s\" is not unpacked: %s",
		place->path, why);
}

static int fail(const struct place *place, const char *what, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM, "the archive's \"%.300s\" cannot be %s: %s",
		place->path, what, strerror(errno));
}

static void read_times(struct archive_entry *entry, struct timespec times[2])
{
	times[0].tv_nsec = times[1].tv_nsec = UTIME_OMIT;
	if (!archive_entry_mtime_is_set(entry))
		return;
	times[1].tv_sec = archive_entry_mtime(entry);
	times[1].tv_nsec = archive_entry_mtime_nsec(entry);
	times[0] = times[1];
}

/* What is there gives way, unless it is a folder. TC_OK: it is gone. */
static int clear(const struct place *place, tc_error *err)
{
	if (unlinkat(place->parent, place->name, 0) == 0 || errno == ENOENT)
		return TC_OK;
	if (errno == EISDIR || errno == EPERM)
		return refuse(place, "a folder has that name already", err);
	return fail(place, "replaced", err);
}

/* ---- folders ---- */

static struct late *late_room(struct unpacking *unpacking)
{
	if (unpacking->late_count < unpacking->late_room)
		return &unpacking->late[unpacking->late_count];
	size_t room = unpacking->late_room ? unpacking->late_room * 2 : 64;
	struct late *late = realloc(unpacking->late, room * sizeof(*late));
	if (!late)
		return NULL;
	unpacking->late = late;
	unpacking->late_room = room;
	return &late[unpacking->late_count];
}

static int make_folder(struct unpacking *unpacking, const struct place *place, tc_error *err)
{
	struct late *late = late_room(unpacking);

	if (strcmp(place->path, ".") == 0) /* which is the task's */
		return TC_OK;
	if (!late)
		return tc__no_memory(err);
	if (mkdirat(place->parent, place->name, 0700) != 0) {
		if (errno != EEXIST)
			return fail(place, "made", err);
		int fd = path_open_folder(place->parent, place->name);
		if (fd < 0)
			return refuse(place, "something else has that name already", err);
		close(fd);
	}
	late->order = unpacking->late_count;
	late->mode = archive_entry_perm(place->entry) & 0777;
	read_times(place->entry, late->times);
	int rc = tc__text_copy(&late->path, place->path, err);
	unpacking->late_count += rc == TC_OK;
	return rc;
}

/* Those below before those above, which they change the time of, and which may be closed then. */
static int compare_late(const void *a, const void *b)
{
	const struct late *first = a, *second = b;
	int order = strcmp(second->path, first->path);

	if (order != 0)
		return order;
	return first->order < second->order ? -1 : 1;
}

static int finish_folder(struct unpacking *unpacking, const struct late *late, tc_error *err)
{
	struct place place = { .path = late->path, .name = path_name(late->path) };
	int rc = path_open_parent(unpacking->folder, late->path, NULL, &place.parent, err);

	if (rc != TC_OK)
		return rc;
	int fd = path_open_folder(place.parent, place.name);
	close(place.parent);
	if (fd < 0)
		return fail(&place, "finished", err);
	futimens(fd, late->times);
	if (fchmod(fd, late->mode) != 0)
		rc = fail(&place, "finished", err);
	close(fd);
	return rc;
}

/* One with the same path follows, which counts. */
static bool is_outdone(const struct unpacking *unpacking, size_t i)
{
	return i + 1 < unpacking->late_count &&
		strcmp(unpacking->late[i].path, unpacking->late[i + 1].path) == 0;
}

static int finish_folders(struct unpacking *unpacking, tc_error *err)
{
	int rc = TC_OK;

	if (unpacking->late_count)
		qsort(unpacking->late, unpacking->late_count, sizeof(*unpacking->late),
			compare_late);
	for (size_t i = 0; rc == TC_OK && i < unpacking->late_count; i++)
		if (!is_outdone(unpacking, i))
			rc = finish_folder(unpacking, &unpacking->late[i], err);
	return rc;
}

/* ---- files ---- */

static int make_file(struct unpacking *unpacking, const struct place *place, tc_error *err)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	struct timespec times[2];
	int rc = clear(place, err);
	int fd = rc == TC_OK ? openat(place->parent, place->name, flags, 0600) : -1;

	if (rc != TC_OK)
		return rc;
	if (fd < 0)
		return fail(place, "made", err);
	rc = reader_write(&unpacking->reader, fd, err);
	if (rc == TC_OK && fchmod(fd, archive_entry_perm(place->entry) & 0777) != 0)
		rc = fail(place, "finished", err);
	read_times(place->entry, times);
	futimens(fd, times);
	if (close(fd) != 0 && rc == TC_OK)
		rc = fail(place, "written", err);
	return rc;
}

/* ---- links ---- */

static int depth_of(const char *path)
{
	int depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

/*
 * Whether a link leads to something inside, whatever other links there are: from its folder, which
 * is a real one, up no further than to the top, and then only down. ".." behind a name could be
 * above anything, as the name may be a link.
 */
static const char *why_no_target(const char *target, int depth)
{
	bool named = false;

	if (!*target)
		return "it is a link to nothing";
	if (target[0] == '/')
		return "it is a symbolic link to an absolute path";
	for (size_t length; *target; target += length + (target[length] == '/')) {
		length = strcspn(target, "/");
		if (length == 0 || (length == 1 && target[0] == '.'))
			continue;
		bool up = length == 2 && target[0] == '.' && target[1] == '.';
		if (up && (named || depth-- == 0))
			return "it is a symbolic link that leads, or may lead, out of the folder";
		named = named || !up;
	}
	return NULL;
}

static int make_link(const struct place *place, tc_error *err)
{
	const char *target = archive_entry_symlink(place->entry);
	const char *why = target ? why_no_target(target, depth_of(place->path))
				 : "where the link leads is no text of UTF-8";
	struct timespec times[2];
	int rc = why ? refuse(place, why, err) : clear(place, err);

	if (rc != TC_OK)
		return rc;
	if (symlinkat(target, place->parent, place->name) != 0)
		return fail(place, "made", err);
	read_times(place->entry, times);
	utimensat(place->parent, place->name, times, AT_SYMLINK_NOFOLLOW);
	return TC_OK;
}

static int link_file(const struct place *place, int parent, const char *name, tc_error *err)
{
	struct stat target, there;

	if (fstatat(parent, name, &target, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(target.st_mode))
		return refuse(place, "it is a hard link to no file of the archive", err);
	if (fstatat(place->parent, place->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		there.st_ino == target.st_ino && there.st_dev == target.st_dev)
		return TC_OK;
	int rc = clear(place, err);
	if (rc == TC_OK && linkat(parent, name, place->parent, place->name, 0) != 0)
		rc = fail(place, "linked", err);
	return rc;
}

/* Everything in the folder comes from the archive, so a file in it is one of the archive. */
static int make_hard_link(struct unpacking *unpacking, const struct place *place, tc_error *err)
{
	const char *target = archive_entry_hardlink(place->entry);
	char *plain;
	int parent, rc = target ? path_plain(target, &plain, NULL) : TC_ERROR_INPUT;

	if (rc != TC_OK)
		return refuse(place, "it is a hard link to no file of the archive", err);
	if (path_open_parent(unpacking->folder, plain, NULL, &parent, NULL) != TC_OK)
		rc = refuse(place, "it is a hard link to no file of the archive", err);
	else
		rc = link_file(place, parent, path_name(plain), err);
	if (parent >= 0)
		close(parent);
	free(plain);
	return rc;
}

/* ---- entries ---- */

static int make(struct unpacking *unpacking, const struct place *place, tc_error *err)
{
	mode_t type = archive_entry_filetype(place->entry);

	if (type == AE_IFDIR)
		return make_folder(unpacking, place, err);
	if (strcmp(place->path, ".") == 0)
		return refuse(place, "it has no name", err);
	if (archive_entry_is_encrypted(place->entry))
		return refuse(place, "it is encrypted", err);
	if (archive_entry_hardlink(place->entry))
		return make_hard_link(unpacking, place, err);
	if (type == AE_IFLNK)
		return make_link(place, err);
	if (type == AE_IFREG)
		return make_file(unpacking, place, err);
	return refuse(place, "it is neither a file nor a folder nor a link", err);
}

static int unpack_entry(struct unpacking *unpacking, struct archive_entry *entry, tc_error *err)
{
	const char *path = archive_entry_pathname(entry);
	char *plain;

	if (!path)
		return tc_error_set(err, TC_ERROR_INPUT,
			"the archive has an entry whose name is no text of UTF-8");
	int rc = path_plain(path, &plain, err);
	if (rc != TC_OK)
		return rc;
	struct place place = { .entry = entry, .path = plain, .name = path_name(plain) };
	rc = path_open_parent(unpacking->folder, plain, NULL, &place.parent, err);
	if (rc == TC_OK) {
		rc = make(unpacking, &place, err);
		close(place.parent);
	}
	free(plain);
	return rc;
}

int unpack_archive(int source, const struct format *format, const struct unpack_limits *limits,
	int folder, tc_error *err)
{
	struct unpacking unpacking = { .folder = folder };
	struct archive_entry *entry = NULL;
	int rc = reader_open(&unpacking.reader, source, format, limits, err);

	while (rc == TC_OK && (rc = reader_next(&unpacking.reader, &entry, err)) == TC_OK && entry)
		rc = unpack_entry(&unpacking, entry, err);
	if (rc == TC_OK)
		rc = finish_folders(&unpacking, err);
	for (size_t i = 0; i < unpacking.late_count; i++)
		free(unpacking.late[i].path);
	free(unpacking.late);
	reader_close(&unpacking.reader);
	return rc;
}

/* ---- files of one content ---- */

static int copy(int source, int to, tc_error *err)
{
	char bytes[1 << 16];

	for (;;) {
		ssize_t length = read(source, bytes, sizeof(bytes));
		if (length == 0)
			return TC_OK;
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 || streams_write(to, bytes, (size_t)length) != 0)
			return tc_error_set(err, TC_ERROR_SYSTEM, "a file cannot be copied: %s",
				strerror(errno));
	}
}

int unpack_file(int source, const struct format *format, const struct unpack_limits *limits, int to,
	tc_error *err)
{
	struct archive_entry *entry = NULL;
	struct reader reader;

	if (!format)
		return copy(source, to, err);
	int rc = reader_open(&reader, source, format, limits, err);
	if (rc == TC_OK)
		rc = reader_next(&reader, &entry, err);
	if (rc == TC_OK && entry)
		rc = reader_write(&reader, to, err);
	reader_close(&reader);
	return rc;
}
