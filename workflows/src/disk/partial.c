/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* pread, pwrite, ftruncate */

#include "workflows/src/disk/partial.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often another program may take the file away, or put one there, while it is opened. */
#define TRIES 16
#define MODE_UNKNOWN ((mode_t)-1)
#define OPENING (O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define MAKING (O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

/* "PATH: what was to be done with its partial file: the system's words" */
static int fail(const struct tc__partial *partial, const char *what, tc_error *err)
{
	int failure = errno;

	return tc_error_set(err, TC_ERROR_SYSTEM, "%s: its partial file %s %s: %s",
		partial->place.path, partial->part_name, what, strerror(failure));
}

static int fail_busy(const struct tc__partial *partial, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM, "%s is being downloaded by another program",
		partial->place.path);
}

static int open_file(int folder, const char *name, int flags, mode_t mode)
{
	int fd;

	do
		fd = openat(folder, name, flags, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* ---- names ---- */

#define PART_END ".tc-part"
#define STATE_END ".tc-state"
#define AROUND (sizeof "." STATE_END - 1) /* the longer one */
#define HASH_LENGTH ((size_t)17)          /* "-" and hexadecimal digits */

/* Bytes of a name in this folder. */
static size_t longest_name(int folder)
{
	long longest = fpathconf(folder, _PC_NAME_MAX);

	if (longest <= (long)(AROUND + HASH_LENGTH) || longest > (long)TC__PLACE_NAME_MAX)
		return TC__PLACE_NAME_MAX;
	return (size_t)longest;
}

/* As many bytes of a name, at most, as are whole characters. */
static size_t whole_characters(const char *name, size_t length)
{
	while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80)
		length--;
	return length;
}

static int make_names(struct tc__partial *partial, tc_error *err)
{
	const char *name = partial->place.name;
	size_t length = strlen(name), longest = longest_name(partial->place.folder);
	char hash[HASH_LENGTH + 1] = "";

	if (length + AROUND > longest) {
		snprintf(hash, sizeof hash, "-%016" PRIx64, tc__partial_hash(name, length));
		length = whole_characters(name, longest - AROUND - HASH_LENGTH);
	}
	partial->part_name = tc__text(err, ".%.*s%s" PART_END, (int)length, name, hash);
	if (partial->part_name)
		partial->state_name = tc__text(err, ".%.*s%s" STATE_END, (int)length, name, hash);
	return partial->state_name ? TC_OK : TC_ERROR_NOMEM;
}

/* ---- the state ---- */

/* Nobody else could have written it, and it is no other file by another name. */
static bool is_ours(const struct stat *status)
{
	return S_ISREG(status->st_mode) && status->st_uid == geteuid() && status->st_nlink == 1;
}

/* -1: there is none that is ours. */
static int open_state(int folder, const char *name)
{
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !is_ours(&status))
		return -1;
	int fd = open_file(folder, name, OPENING, 0);
	if (fd >= 0 && fstat(fd, &status) == 0 && is_ours(&status))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Up to `size` bytes from the beginning; -1 when they cannot be read. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = pread(fd, text + used, size - used, (off_t)used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

/* What the file says of the id; *fd is -1 when that is nothing. */
static int load_state(const struct tc__partial *partial, int *fd, struct tc__partial_state *state,
	mode_t *mode, tc_error *err)
{
	*fd = open_state(partial->place.folder, partial->state_name);
	if (*fd < 0)
		return TC_OK;
	size_t size = strlen(partial->id) + TC__PARTIAL_STATE_MAX;
	char *text = malloc(size);
	ssize_t length = text ? read_all(*fd, text, size) : -1;
	if (length < 0 || !tc__partial_state_read(text, (size_t)length, partial->id, state, mode)) {
		close(*fd);
		*fd = -1;
	}
	free(text);
	return text ? TC_OK : tc__no_memory(err);
}

/* Of bytes that have become the file at the place, and not of those of a partial one. */
static bool is_of_whole(const struct tc__place *place, const struct tc__partial_state *state)
{
	struct stat status;

	return state->position == state->length &&
		fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(status.st_mode) && status.st_size == state->length;
}

static int load_kept(const struct tc__partial *partial, struct tc__partial_state *state, bool *kept,
	tc_error *err)
{
	mode_t ignored = 0;
	int fd = -1, rc = load_state(partial, &fd, state, &ignored, err);

	*kept = fd >= 0 && is_of_whole(&partial->place, state);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Removes a state that is not of bytes that will be here. */
static int remove_stale_state(struct tc__partial *partial, bool anew, tc_error *err)
{
	const struct tc__place *place = &partial->place;
	struct tc__partial_state ignored;
	struct stat status;
	bool kept = false;

	partial->stateless =
		fstatat(place->folder, partial->state_name, &status, AT_SYMLINK_NOFOLLOW) != 0 &&
		errno == ENOENT;
	if (partial->stateless) /* looking is cheaper than removing what is not there */
		return TC_OK;
	int rc = anew ? TC_OK : load_kept(partial, &ignored, &kept, err);

	if (rc == TC_OK && !kept) /* where it fails no state can be written */
		unlinkat(place->folder, partial->state_name, 0);
	return rc;
}

/* ---- opening ---- */

static void close_files(struct tc__partial *partial)
{
	if (partial->state_fd >= 0)
		close(partial->state_fd);
	if (partial->fd >= 0)
		close(partial->fd);
	partial->state_fd = partial->fd = -1;
}

static void release(struct tc__partial *partial)
{
	close_files(partial);
	free(partial->part_name);
	free(partial->state_name);
	free(partial->id);
	tc__place_close(&partial->place);
	*partial = (struct tc__partial)TC__PARTIAL_NONE;
}

/* Whether the name leads to what is open; *links: its names. */
static bool is_named(const struct tc__partial *partial, nlink_t *links)
{
	struct stat ours, named;

	if (fstat(partial->fd, &ours) != 0 ||
		fstatat(partial->place.folder, partial->part_name, &named, AT_SYMLINK_NOFOLLOW) !=
			0)
		return false;
	*links = ours.st_nlink;
	return named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
}

/* The system's reason; 0: it is locked. */
static int lock(int fd)
{
	int rc;

	do
		rc = flock(fd, LOCK_EX | LOCK_NB);
	while (rc != 0 && errno == EINTR);
	return rc == 0 ? 0 : errno;
}

static int fail_lock(const struct tc__partial *partial, int failure, tc_error *err)
{
	if (failure == EWOULDBLOCK)
		return fail_busy(partial, err);
	errno = failure;
	return fail(partial, "cannot be locked", err);
}

/* It is only a name that goes: what a link leads to stays. */
static int remove_part(const struct tc__partial *partial, tc_error *err)
{
	if (unlinkat(partial->place.folder, partial->part_name, 0) == 0 || errno == ENOENT)
		return TC_OK;
	return fail(partial, "is in the way, and cannot be removed", err);
}

/* What umask leaves is only told by a file that is made; reading umask itself would be setting it,
 * for all threads. Whoever can open this one until it is closed to him could open the whole one. */
static int close_to_others(struct tc__partial *partial, tc_error *err)
{
	struct stat status;

	if (fstat(partial->fd, &status) != 0 || fchmod(partial->fd, 0600) != 0)
		return fail(partial, "cannot be closed to others", err);
	if (partial->mode == MODE_UNKNOWN)
		partial->mode = status.st_mode & 0777;
	return TC_OK;
}

/* Locks what was made just now, unless somebody else was faster: *done stays false then. */
static int lock_made(struct tc__partial *partial, bool anew, bool *done, tc_error *err)
{
	nlink_t links = 0;
	int failure = lock(partial->fd);

	if (failure && failure != EWOULDBLOCK) /* then it belongs to whoever locked it */
		remove_part(partial, NULL);
	if (failure)
		return fail_lock(partial, failure, err);
	if (!is_named(partial, &links) || links != 1)
		return TC_OK;
	int rc = remove_stale_state(partial, anew, err);
	if (rc != TC_OK)
		remove_part(partial, NULL);
	*done = rc == TC_OK;
	return rc;
}

static int make_part(struct tc__partial *partial, bool anew, bool *done, tc_error *err)
{
	partial->fd = open_file(partial->place.folder, partial->part_name, MAKING,
		partial->mode == MODE_UNKNOWN ? 0666 : 0600);
	if (partial->fd < 0)
		return errno == EEXIST ? TC_OK : fail(partial, "cannot be made", err);
	int rc = close_to_others(partial, err);
	if (rc == TC_OK)
		return lock_made(partial, anew, done, err);
	remove_part(partial, NULL);
	return rc;
}

/* *found: the state tells of bytes that are there. */
static int find_state(struct tc__partial *partial, bool *found, tc_error *err)
{
	struct tc__partial_state state;
	struct stat status;
	mode_t mode = 0;
	int rc = load_state(partial, &partial->state_fd, &state, &mode, err);

	if (partial->state_fd < 0 || fstat(partial->fd, &status) != 0 ||
		state.position > status.st_size)
		return rc;
	if (partial->mode == MODE_UNKNOWN)
		partial->mode = mode;
	partial->found = state;
	partial->noted = state.position;
	partial->had_state = *found = true;
	return close_to_others(partial, err); /* it was about to get its name, perhaps */
}

/* Whether what is there could not be opened because it is not what it should be. */
static bool is_unsuited(int failure)
{
	return failure == ELOOP || failure == EACCES || failure == EPERM || failure == EISDIR ||
		failure == ENXIO;
}

/* Locks what is open, and goes on with it, or removes it; *done is false then. */
static int lock_part(struct tc__partial *partial, bool anew, bool *done, tc_error *err)
{
	struct stat status;

	if (fstat(partial->fd, &status) != 0)
		return fail(partial, "cannot be looked at", err);
	if (!S_ISREG(status.st_mode))
		return TC_OK; /* it was put there just now */
	int failure = lock(partial->fd), rc = TC_OK;
	if (failure)
		return fail_lock(partial, failure, err);
	nlink_t links = 0;
	if (!is_named(partial, &links))
		return TC_OK; /* somebody has finished with it meanwhile */
	/* nor is one gone on with that others may hold open for writing */
	if (!anew && links == 1 && status.st_uid == geteuid() && !(status.st_mode & 022))
		rc = find_state(partial, done, err);
	return rc != TC_OK || *done ? rc : remove_part(partial, err);
}

/* Goes on with what is there, or removes it; *done is false then. */
static int open_part(struct tc__partial *partial, bool anew, bool *done, tc_error *err)
{
	partial->fd = open_file(partial->place.folder, partial->part_name, OPENING, 0);
	if (partial->fd < 0 && errno == ENOENT)
		return TC_OK;
	if (partial->fd < 0 && is_unsuited(errno))
		return remove_part(partial, err);
	if (partial->fd < 0)
		return fail(partial, "cannot be opened", err);
	return lock_part(partial, anew, done, err);
}

static int try_part(struct tc__partial *partial, bool anew, bool *done, tc_error *err)
{
	struct stat status;
	int rc = make_part(partial, anew, done, err);

	if (rc != TC_OK || partial->fd >= 0)
		return rc;
	if (fstatat(partial->place.folder, partial->part_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? TC_OK /* it was there just now */
				       : fail(partial, "cannot be looked at", err);
	/* a device is not even opened */
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid())
		return remove_part(partial, err);
	return open_part(partial, anew, done, err);
}

static int open_or_make(struct tc__partial *partial, bool anew, tc_error *err)
{
	for (int tries = 0; tries < TRIES; tries++) {
		bool done = false;
		int rc = try_part(partial, anew, &done, err);
		if (rc != TC_OK || done)
			return rc;
		close_files(partial);
	}
	return fail_busy(partial, err);
}

int tc__partial_open(struct tc__partial *partial, struct tc__place *place, const char *id,
	bool anew, tc_error *err)
{
	*partial = (struct tc__partial)TC__PARTIAL_NONE;
	partial->place = *place;
	*place = (struct tc__place)TC__PLACE_NONE;
	partial->mode = MODE_UNKNOWN;
	int rc = tc__partial_check_id(id, err);
	if (rc == TC_OK)
		rc = tc__text_copy(&partial->id, id, err);
	if (rc == TC_OK)
		rc = make_names(partial, err);
	if (rc == TC_OK)
		rc = tc__place_permissions(&partial->place, &partial->mode, err);
	if (rc == TC_OK)
		rc = open_or_make(partial, anew, err);
	if (rc != TC_OK)
		release(partial);
	return rc;
}

/* ---- while it is open ---- */

static int fail_state(const struct tc__partial *partial, const char *what, tc_error *err)
{
	int failure = errno;

	return tc_error_set(err, TC_ERROR_SYSTEM, "%s: the state of its partial file %s %s: %s",
		partial->place.path, partial->state_name, what, strerror(failure));
}

static int make_state(struct tc__partial *partial, tc_error *err)
{
	partial->stateless = false;
	unlinkat(partial->place.folder, partial->state_name, 0);
	partial->state_fd = open_file(partial->place.folder, partial->state_name, MAKING, 0600);
	return partial->state_fd >= 0 ? TC_OK : fail_state(partial, "cannot be made", err);
}

static int put_state(struct tc__partial *partial, const char *text, int64_t position, tc_error *err)
{
	size_t length = strlen(text);
	ssize_t n;
	int rc;

	do
		n = pwrite(partial->state_fd, text, length, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail_state(partial, "cannot be written", err); /* the last one stands */
	partial->noted = -1;
	if ((size_t)n < length) {
		errno = ENOSPC; /* of which the system would speak the next time */
		return fail_state(partial, "cannot be written whole", err);
	}
	do
		rc = ftruncate(partial->state_fd, (off_t)length);
	while (rc != 0 && errno == EINTR);
	if (rc != 0)
		return fail_state(partial, "cannot be cut to its length", err);
	partial->noted = position;
	return TC_OK;
}

int tc__partial_note(
	struct tc__partial *partial, const struct tc__partial_state *state, tc_error *err)
{
	char *text = NULL;
	int rc = tc__partial_state_write(&text, partial->id, state, partial->mode, err);

	if (rc == TC_OK && partial->state_fd < 0)
		rc = make_state(partial, err);
	if (rc == TC_OK)
		rc = put_state(partial, text, state->position, err);
	free(text);
	return rc;
}

static int remove_state(struct tc__partial *partial, tc_error *err)
{
	if (partial->state_fd < 0) /* what is there, if anything, is not of these bytes */
		return TC_OK;
	close(partial->state_fd);
	partial->state_fd = -1;
	partial->noted = -1;
	if (unlinkat(partial->place.folder, partial->state_name, 0) == 0 || errno == ENOENT)
		return TC_OK;
	return fail_state(partial, "cannot be removed", err);
}

int tc__partial_empty(struct tc__partial *partial, tc_error *err)
{
	int rc = remove_state(partial, err), cut;

	partial->had_state = false;
	do
		cut = ftruncate(partial->fd, 0);
	while (cut != 0 && errno == EINTR);
	if (cut != 0 || lseek(partial->fd, 0, SEEK_SET) != 0)
		return fail(partial, "cannot be emptied", err);
	return rc;
}

static int sync_file(int fd)
{
	int rc;

	do
		rc = fsync(fd);
	while (rc != 0 && errno == EINTR);
	return rc;
}

int tc__partial_sync(struct tc__partial *partial, tc_error *err)
{
	return sync_file(partial->fd) == 0 ? TC_OK : fail(partial, "cannot be put on disk", err);
}

/* ---- its end ---- */

static bool can_be_gone_on_with(const struct tc__partial *partial)
{
	struct stat status;

	return partial->noted > 0 && fstat(partial->fd, &status) == 0 &&
		partial->noted <= status.st_size;
}

void tc__partial_close(struct tc__partial *partial, bool drop)
{
	nlink_t links = 0;

	if (partial->fd < 0)
		return;
	if ((drop || !can_be_gone_on_with(partial)) && is_named(partial, &links)) {
		remove_state(partial, NULL);
		remove_part(partial, NULL);
	}
	flock(partial->fd, LOCK_UN); /* also where a fork has left the descriptor in a child */
	release(partial);
}

static int rename_part(const struct tc__partial *partial, bool *hopeless, tc_error *err)
{
	const struct tc__place *place = &partial->place;

	if (renameat(place->folder, partial->part_name, place->folder, place->name) == 0)
		return TC_OK;
	*hopeless = errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR;
	fail(partial, "cannot get its name", err);
	fchmod(partial->fd, 0600);
	return TC_ERROR_SYSTEM;
}

/* *hopeless: trying again would not help. */
static int take_name(struct tc__partial *partial, bool *hopeless, tc_error *err)
{
	nlink_t links = 0;
	int rc = tc__place_permissions(&partial->place, &partial->mode, err);

	*hopeless = rc != TC_OK;
	if (rc != TC_OK)
		return rc;
	if (!is_named(partial, &links))
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"%s: its partial file %s was taken away meanwhile", partial->place.path,
			partial->part_name);
	if (fchmod(partial->fd, partial->mode) != 0)
		return fail(partial, "cannot get its permissions", err);
	return rename_part(partial, hopeless, err);
}

static int sync_folder(const struct tc__place *place, tc_error *err)
{
	if (sync_file(place->folder) == 0 || errno == EINVAL) /* no matter for this file system */
		return TC_OK;
	return tc_error_set(err, TC_ERROR_SYSTEM, "%s: its folder cannot be put on disk: %s",
		place->path, strerror(errno));
}

int tc__partial_finish(struct tc__partial *partial, bool keep_state, bool sync, tc_error *err)
{
	bool hopeless = false;
	int rc = take_name(partial, &hopeless, err);

	if (rc != TC_OK) {
		tc__partial_close(partial, hopeless);
		return rc;
	}
	/* One that is left by a failure, or a crash, is true of the file, or nobody believes it. */
	if (!partial->stateless && (!keep_state || partial->noted < 0))
		unlinkat(partial->place.folder, partial->state_name, 0);
	if (sync)
		rc = sync_folder(&partial->place, err);
	release(partial);
	return rc;
}

bool tc__partial_read_kept(
	const struct tc__place *place, const char *id, struct tc__partial_state *state)
{
	struct tc__partial partial = TC__PARTIAL_NONE;
	bool kept = false;

	partial.place = *place; /* only borrowed */
	if (tc__text_copy(&partial.id, id, NULL) == TC_OK && make_names(&partial, NULL) == TC_OK)
		load_kept(&partial, state, &kept, NULL);
	partial.place = (struct tc__place)TC__PLACE_NONE;
	release(&partial);
	return kept;
}
