/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* openat, pwrite, ftruncate, fdatasync */

#include "workflows/src/disk/journal.h"

#include "workflows/src/base/text.h"
#include "workflows/src/disk/partial_state.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often another program may take the file away, or put one there, while it is opened. */
#define TRIES 16
#define OPENING (O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define MAKING (O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
#define SPARE_END ".new"
#define NAME_MAX_OF_ALL (TC__PLACE_NAME_MAX - (sizeof "." SPARE_END - 1))
#define LINES_MAX ((off_t)1 << 30) /* bytes: it is written anew long before */

/* "PATH what was to be done: the system's words" */
static int fail(const struct tc__journal *journal, const char *what, tc_error *err)
{
	int failure = errno;

	return tc_error_set(
		err, TC_ERROR_SYSTEM, "%s %s: %s", journal->place.path, what, strerror(failure));
}

static int refuse(const struct tc__journal *journal, const char *why, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM, "%s %s", journal->place.path, why);
}

/* ---- the file ---- */

static int sync_data(int fd)
{
	int rc;

	do
		rc = fdatasync(fd);
	while (rc != 0 && errno == EINTR);
	return rc;
}

/* The names in the folder. Where a folder cannot be synced (EINVAL) there is nothing to wait for.
 */
static int sync_folder(const struct tc__journal *journal)
{
	int rc;

	do
		rc = fsync(journal->place.folder);
	while (rc != 0 && errno == EINTR);
	return rc == 0 || errno == EINVAL ? 0 : -1;
}

static int cut(int fd, off_t size)
{
	int rc;

	do
		rc = ftruncate(fd, size);
	while (rc != 0 && errno == EINTR);
	return rc;
}

/* 0, or -1 with errno. */
static int write_all(int fd, const char *bytes, size_t length, off_t at)
{
	while (length > 0) {
		ssize_t n = pwrite(fd, bytes, length, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		length -= (size_t)n;
		at += n;
	}
	return 0;
}

static int read_all(int fd, char *bytes, size_t length, off_t at)
{
	while (length > 0) {
		ssize_t n = pread(fd, bytes, length, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO; /* somebody has cut it */
		if (n <= 0)
			return -1;
		bytes += n;
		length -= (size_t)n;
		at += n;
	}
	return 0;
}

static int open_file(const struct tc__journal *journal, const char *name, int flags)
{
	int fd;

	do
		fd = openat(journal->place.folder, name, flags, 0600);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* ---- opening ---- */

void tc__journal_close(struct tc__journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal->spare);
	tc__place_close(&journal->place);
	*journal = (struct tc__journal)TC__JOURNAL_NONE;
}

static int check_status(const struct tc__journal *journal, struct stat *status, tc_error *err)
{
	if (fstat(journal->fd, status) != 0)
		return fail(journal, "cannot be looked at", err);
	if (!S_ISREG(status->st_mode))
		return refuse(journal, "is no file", err);
	if (status->st_uid != geteuid())
		return refuse(journal, "belongs to another user", err);
	if (status->st_nlink > 1)
		return refuse(journal, "has several names (hard links)", err);
	if (status->st_mode & 077)
		return refuse(journal, "is open to other users; expected the mode 0600", err);
	return TC_OK;
}

static int lock(const struct tc__journal *journal, int fd, tc_error *err)
{
	int rc;

	do
		rc = flock(fd, LOCK_EX | LOCK_NB);
	while (rc != 0 && errno == EINTR);
	if (rc != 0 && errno == EWOULDBLOCK)
		return refuse(journal, "is in use by another worker", err);
	return rc == 0 ? TC_OK : fail(journal, "cannot be locked", err);
}

/* Whether the name leads to what is open: it may have been written anew, or removed, meanwhile. */
static bool is_named(const struct tc__journal *journal, const struct stat *status)
{
	struct stat named;

	return fstatat(journal->place.folder, journal->place.name, &named, AT_SYMLINK_NOFOLLOW) ==
		0 &&
		named.st_dev == status->st_dev && named.st_ino == status->st_ino;
}

/* *made: nobody had it before. */
static int open_or_make(struct tc__journal *journal, bool *made, tc_error *err)
{
	*made = false;
	journal->fd = open_file(journal, journal->place.name, OPENING);
	if (journal->fd < 0 && errno == ENOENT) {
		*made = true;
		journal->fd = open_file(journal, journal->place.name, MAKING);
		if (journal->fd < 0 && errno == EEXIST)
			return TC_OK;
		if (journal->fd < 0)
			return fail(journal, "cannot be made", err);
		if (fchmod(journal->fd, 0600) != 0) /* umask may have taken more */
			return fail(journal, "cannot be closed to others", err);
		return TC_OK;
	}
	if (journal->fd < 0 && errno == ELOOP)
		return refuse(journal, "is a symbolic link; expected a file", err);
	return journal->fd >= 0 ? TC_OK : fail(journal, "cannot be opened", err);
}

/* Opens and locks what is there; journal->fd is -1 when it was gone by then. */
static int try_open(struct tc__journal *journal, tc_error *err)
{
	struct stat status;
	bool made = false;
	int rc = open_or_make(journal, &made, err);

	if (rc != TC_OK || journal->fd < 0)
		return rc;
	rc = check_status(journal, &status, err);
	if (rc == TC_OK)
		rc = lock(journal, journal->fd, err);
	if (rc != TC_OK)
		return rc;
	if (is_named(journal, &status)) {
		if (made && sync_folder(journal) != 0)
			return fail(journal, "cannot be put on disk", err);
		return TC_OK;
	}
	close(journal->fd);
	journal->fd = -1;
	return TC_OK;
}

static int open_locked(struct tc__journal *journal, tc_error *err)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int rc = try_open(journal, err);
		if (rc != TC_OK || journal->fd >= 0)
			return rc;
	}
	return refuse(journal, "is in use by another worker", err);
}

static int name_spare(struct tc__journal *journal, tc_error *err)
{
	if (strlen(journal->place.name) > NAME_MAX_OF_ALL)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"%s: the file's name is longer than %zu bytes", journal->place.path,
			NAME_MAX_OF_ALL);
	journal->spare = tc__text(err, ".%s" SPARE_END, journal->place.name);
	return journal->spare ? TC_OK : TC_ERROR_NOMEM;
}

int tc__journal_open(
	struct tc__journal *journal, const char *path, const char *magic, tc_error *err)
{
	*journal = (struct tc__journal)TC__JOURNAL_NONE;
	journal->magic = magic;
	int rc = tc__place_open_itself(&journal->place, path, err);
	if (rc == TC_OK)
		rc = name_spare(journal, err);
	if (rc == TC_OK)
		rc = open_locked(journal, err);
	if (rc != TC_OK)
		tc__journal_close(journal);
	return rc;
}

/* ---- reading ---- */

int tc__journal_read(struct tc__journal *journal, tc__journal_fn *line, void *data, tc_error *err)
{
	struct stat status;

	if (fstat(journal->fd, &status) != 0)
		return fail(journal, "cannot be looked at", err);
	if (status.st_size > LINES_MAX)
		return refuse(journal, "is too large for a worker's state", err);
	size_t length = (size_t)status.st_size;
	char *bytes = malloc(length + 1);
	if (!bytes)
		return tc__no_memory(err);
	int rc = read_all(journal->fd, bytes, length, 0) == 0
		? tc__journal_parse(journal, bytes, length, line, data, err)
		: fail(journal, "cannot be read", err);
	tc__wipe_free(bytes, length);
	return rc;
}

char *tc__journal_text(
	const struct tc__journal *journal, const struct tc__span *span, tc_error *err)
{
	char *text = malloc(span->length + 1);

	if (!text) {
		tc__no_memory(err);
		return NULL;
	}
	text[span->length] = '\0';
	if (read_all(journal->fd, text, span->length, span->at) == 0)
		return text;
	fail(journal, "cannot be read", err);
	tc__wipe_free(text, span->length);
	return NULL;
}

/* ---- appending ---- */

#define HASH_DIGITS ((size_t)16)
#define HEAD_SIZE 64 /* "CHECKSUM NUMBER SYNCED " and NUL */

void tc__batch_drop(struct tc__batch *batch)
{
	tc__wipe_free(batch->bytes, batch->room);
	*batch = (struct tc__batch){ 0 };
}

/* Room for so many bytes more; what it had before is wiped where it was. */
static int make_room(struct tc__batch *batch, size_t more, tc_error *err)
{
	if (batch->room - batch->length >= more)
		return TC_OK;
	size_t room =
		batch->room * 2 > batch->length + more ? batch->room * 2 : batch->length + more;
	char *bytes = malloc(room);
	if (!bytes)
		return tc__no_memory(err);
	if (batch->length)
		memcpy(bytes, batch->bytes, batch->length);
	tc__wipe_free(batch->bytes, batch->room);
	batch->bytes = bytes;
	batch->room = room;
	return TC_OK;
}

int tc__journal_add(const struct tc__journal *journal, struct tc__batch *batch,
	const struct tc__piece *pieces, size_t count, struct tc__span *span, tc_error *err)
{
	char head[HEAD_SIZE], hash[HASH_DIGITS + 1];
	uint64_t number = journal->number + batch->lines + 1;
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += pieces[i].length;
	size_t before = (size_t)snprintf(
		head, sizeof head, "%016d %" PRIu64 " %" PRIu64 " ", 0, number, journal->synced);
	if (make_room(batch, before + length + 1, err) != TC_OK) {
		tc__batch_drop(batch);
		return TC_ERROR_NOMEM;
	}
	char *line = batch->bytes + batch->length, *at = line + before;
	memcpy(line, head, before);
	for (size_t i = 0; i < count; i++) {
		memcpy(at, pieces[i].text, pieces[i].length);
		at += pieces[i].length;
	}
	snprintf(hash, sizeof hash, "%016" PRIx64,
		tc__partial_hash(line + HASH_DIGITS, (size_t)(at - line) - HASH_DIGITS));
	memcpy(line, hash, HASH_DIGITS);
	*at = '\n';
	if (span)
		*span = (struct tc__span){ journal->size + (off_t)(batch->length + before),
			length };
	batch->length += before + length + 1;
	batch->lines++;
	return TC_OK;
}

/* What was written counts for nothing: it is cut off. Where that fails no line may follow. */
static int undo(struct tc__journal *journal, tc_error *err)
{
	int rc = fail(journal, "cannot be written", err);

	if (cut(journal->fd, journal->size) != 0)
		journal->broken = true;
	return rc;
}

static int put(struct tc__journal *journal, const struct tc__batch *batch, bool sync, tc_error *err)
{
	if (journal->broken)
		return refuse(journal, "could not be written before, nor put right", err);
	if (journal->size > LINES_MAX - (off_t)batch->length)
		return refuse(journal, "has grown too large", err);
	if (write_all(journal->fd, batch->bytes, batch->length, journal->size) != 0 ||
		(sync && sync_data(journal->fd) != 0))
		return undo(journal, err);
	journal->size += (off_t)batch->length;
	journal->number += batch->lines;
	if (sync)
		journal->synced = journal->number;
	return TC_OK;
}

int tc__journal_append(
	struct tc__journal *journal, struct tc__batch *batch, bool sync, tc_error *err)
{
	int rc = put(journal, batch, sync, err);

	tc__batch_drop(batch);
	return rc;
}

/* ---- writing it anew ---- */

static int copy_line(const struct tc__journal *from, const struct tc__journal *to,
	struct tc__batch *batch, const struct tc__span *span, struct tc__span *moved, tc_error *err)
{
	char *text = tc__journal_text(from, span, err);

	if (!text) {
		tc__batch_drop(batch);
		return err->code;
	}
	int rc = tc__journal_add(
		to, batch, &(struct tc__piece){ text, span->length }, 1, moved, err);
	tc__wipe_free(text, span->length);
	return rc;
}

static int copy_lines(const struct tc__journal *from, struct tc__journal *to,
	struct tc__span *const *spans, struct tc__span *moved, size_t count, tc_error *err)
{
	struct tc__batch batch = { 0 };
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < count; i++)
		if (spans[i]->length)
			rc = copy_line(from, to, &batch, spans[i], &moved[i], err);
	return rc == TC_OK ? tc__journal_append(to, &batch, true, err) : rc;
}

/* The new file, locked, with the magic only; to->fd is -1 when it could not be made. */
static int make_spare(const struct tc__journal *journal, struct tc__journal *to, tc_error *err)
{
	size_t length = strlen(journal->magic);

	*to = (struct tc__journal){ .place = journal->place, .magic = journal->magic, .fd = -1 };
	unlinkat(journal->place.folder, journal->spare, 0); /* a killed program's */
	to->fd = open_file(journal, journal->spare, MAKING);
	if (to->fd < 0)
		return fail(journal, "cannot be written anew", err);
	if (fchmod(to->fd, 0600) != 0)
		return fail(journal, "cannot be closed to others", err);
	if (write_all(to->fd, journal->magic, length, 0) != 0 ||
		write_all(to->fd, "\n", 1, (off_t)length) != 0)
		return fail(journal, "cannot be written anew", err);
	to->size = (off_t)length + 1;
	return lock(journal, to->fd, err);
}

/* It takes the old one's place, the lock with it: whoever has opened the old one sees that. */
static int replace(struct tc__journal *journal, const struct tc__journal *by, tc_error *err)
{
	int folder = journal->place.folder;

	if (renameat(folder, journal->spare, folder, journal->place.name) != 0)
		return fail(journal, "cannot be replaced", err);
	close(journal->fd);
	journal->fd = by->fd;
	journal->size = by->size;
	journal->number = by->number;
	journal->synced = by->synced;
	journal->broken = false;
	return TC_OK;
}

int tc__journal_rewrite(
	struct tc__journal *journal, struct tc__span *const *spans, size_t count, tc_error *err)
{
	struct tc__journal anew = TC__JOURNAL_NONE;
	struct tc__span *moved = calloc(count + 1, sizeof *moved);
	tc_error why = TC_ERROR_INIT;

	if (!moved)
		return tc__no_memory(err);
	int rc = make_spare(journal, &anew, &why);
	if (rc == TC_OK)
		rc = copy_lines(journal, &anew, spans, moved, count, &why);
	if (rc == TC_OK)
		rc = replace(journal, &anew, &why);
	if (rc == TC_OK) {
		for (size_t i = 0; i < count; i++)
			*spans[i] = moved[i];
		if (sync_folder(journal) != 0)
			rc = fail(journal, "cannot be put on disk", &why);
	} else if (anew.fd >= 0) {
		close(anew.fd);
		unlinkat(journal->place.folder, journal->spare, 0);
	}
	free(moved);
	tc_error_copy(err, &why);
	tc_error_clear(&why);
	return rc;
}

void tc__journal_remove(struct tc__journal *journal)
{
	struct stat status;

	if (journal->fd < 0)
		return;
	/* where names cannot be removed there is at least nothing in it */
	if (cut(journal->fd, 0) == 0)
		sync_data(journal->fd);
	if (fstat(journal->fd, &status) == 0 && is_named(journal, &status))
		unlinkat(journal->place.folder, journal->place.name, 0);
	sync_folder(journal);
	tc__journal_close(journal);
}
