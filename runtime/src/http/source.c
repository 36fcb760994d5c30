/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* pread */
#include "runtime/src/http/source.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- making one ---- */

/* What all versions have; nothing behind it, which may be another's memory. False: no size is set.
 */
static bool fill(
	struct tc_source *source, int64_t length, const void *bytes, int fd, int64_t offset)
{
	if (!source || source->size < offsetof(struct tc_source, data))
		return false;
	source->length = length;
	source->bytes = bytes;
	source->fd = fd;
	source->offset = offset;
	source->read = NULL;
	source->rewind = NULL;
	return true;
}

/* Who uses it tells of a size that was not set, and of bytes that are nowhere. */
void tc_source_memory(struct tc_source *source, const void *bytes, size_t length)
{
	bool nowhere = !bytes && length;

	fill(source, nowhere ? -1 : (int64_t)length, bytes ? bytes : "", 0, 0);
}

int tc_source_fd(struct tc_source *source, int fd, tc_error *err)
{
	struct stat status;

	tc_error_clear(err);
	if (!source)
		return tc__fail(err, TC_ERROR_ARGUMENT, "source is NULL");
	if (!fill(source, 0, NULL, fd, 0))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"source: size is not set (it is %zu): begin with TC_SOURCE_INIT",
			source->size);
	if (fstat(fd, &status) != 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "descriptor %d: %s", fd, strerror(errno));
	off_t at = S_ISREG(status.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
	if (at < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"descriptor %d is no file, so that nobody knows how many bytes will come "
			"of it: set length, and offset to -1",
			fd);
	fill(source, at < status.st_size ? status.st_size - at : 0, NULL, fd, at);
	return TC_OK;
}

/* ---- its kinds ---- */

/* Also what was only begun with TC_SOURCE_INIT: no bytes at all. */
static bool is_memory(const struct tc_source *given)
{
	return !given->read && (given->bytes || (given->length == 0 && given->fd == 0));
}

static bool is_file(const struct tc_source *given)
{
	return !given->read && !is_memory(given) && given->offset >= 0;
}

/* Whether its place is no reading's own. */
static bool is_shared(const struct tc_source *given)
{
	return !is_memory(given) && !is_file(given);
}

bool tc__source_is_once(const struct tc__source *source)
{
	return is_shared(&source->given) && !(source->given.read && source->given.rewind);
}

int tc__source_check(const struct tc_source *given, tc_error *err)
{
	if (given->length < 0)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "body: length is %lld", (long long)given->length);
	if (given->read || is_memory(given))
		return TC_OK;
	if (given->offset < -1 || (given->offset > 0 && given->length > INT64_MAX - given->offset))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"body: offset is %lld; expected a place in a file, or -1",
			(long long)given->offset);
	if (is_file(given) && lseek(given->fd, 0, SEEK_CUR) < 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "body: descriptor %d %s", given->fd,
			errno == EBADF ? "is not open"
				       : "cannot be read at an offset: set offset to -1");
	return TC_OK;
}

/* ---- bytes; 0 of them at the end ---- */

static int fail_read(tc_error *err)
{
	return tc__fail(err, TC_ERROR_SYSTEM, "the body cannot be read: %s", strerror(errno));
}

static int read_memory(const struct tc__reading *reading, char *bytes, size_t size, size_t *length)
{
	const struct tc_source *given = &reading->source->given;
	int64_t left = given->length - reading->position;

	*length = (int64_t)size < left ? size : (size_t)left;
	if (*length)
		memcpy(bytes, (const char *)given->bytes + reading->position, *length);
	return TC_OK;
}

static int read_file(struct tc__reading *reading, char *bytes, size_t size, size_t *length)
{
	const struct tc_source *given = &reading->source->given;
	ssize_t count;

	do
		count = pread(given->fd, bytes, size, (off_t)(given->offset + reading->position));
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return fail_read(&reading->err);
	*length = (size_t)count;
	return TC_OK;
}

/* Waits until a descriptor that does not block has more. */
static bool may_read_again(int fd)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	return poll(&readable, 1, -1) >= 0 || errno == EINTR;
}

static int read_pipe(struct tc__reading *reading, char *bytes, size_t size, size_t *length)
{
	int fd = reading->source->given.fd;
	ssize_t count;

	do
		count = read(fd, bytes, size);
	while (count < 0 && may_read_again(fd));
	if (count < 0)
		return fail_read(&reading->err);
	*length = (size_t)count;
	return TC_OK;
}

static int call_read(struct tc__reading *reading, char *bytes, size_t size, size_t *length)
{
	const struct tc_source *given = &reading->source->given;
	tc_error *err = &reading->err;

	*length = 0;
	int rc = given->read(given->data, bytes, size, length, err);
	if (rc != TC_OK)
		return err->code != TC_OK ? err->code
					  : tc_error_set(err, rc, "the body's source fails");
	if (*length > size)
		return tc__fail(err, TC_ERROR_INPUT,
			"the body's source says that it has put %zu bytes where there is room for "
			"%zu",
			*length, size);
	return TC_OK;
}

static int read_some(struct tc__reading *reading, char *bytes, size_t size, size_t *length)
{
	const struct tc_source *given = &reading->source->given;

	reading->source->moved |= is_shared(given);
	if (given->read)
		return call_read(reading, bytes, size, length);
	if (is_memory(given))
		return read_memory(reading, bytes, size, length);
	return is_file(given) ? read_file(reading, bytes, size, length)
			      : read_pipe(reading, bytes, size, length);
}

/* A pipe whose writer goes on holding it open says nothing of its end, and is not waited for. */
static bool is_silent(const struct tc_source *given)
{
	struct pollfd readable = { .fd = given->fd, .events = POLLIN };

	return is_shared(given) && !given->read && poll(&readable, 1, 0) <= 0;
}

/* All were read: there must not be another. */
static int check_end(struct tc__reading *reading)
{
	const struct tc_source *given = &reading->source->given;
	char byte;
	size_t length;

	if (is_silent(given))
		return TC_OK;
	int rc = read_some(reading, &byte, 1, &length);
	if (rc != TC_OK || length == 0)
		return rc;
	return tc__fail(&reading->err, TC_ERROR_INPUT,
		"the body has more than the %lld bytes that it should have: did it grow?",
		(long long)given->length);
}

/* ---- a reading ---- */

static int rewind_shared(struct tc__reading *reading, tc_error *err)
{
	struct tc__source *source = reading->source;
	const struct tc_source *given = &source->given;
	tc_error reason = TC_ERROR_INIT;

	if (source->busy && !reading->holds)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"its body is being sent by another run, and cannot be read by two");
	source->busy = reading->holds = true;
	if (!source->moved)
		return TC_OK;
	if (tc__source_is_once(source))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"its body was sent already, and cannot be read again");
	int rc = given->rewind(given->data, &reason);
	source->moved = rc != TC_OK;
	if (rc == TC_OK) {
		tc_error_clear(&reason);
		return TC_OK;
	}
	return reason.code != TC_OK
		? tc__fail_with(err, &reason)
		: tc_error_set(err, rc, "the body's source cannot go back to its beginning");
}

int tc__reading_rewind(struct tc__reading *reading, tc_error *err)
{
	int rc = TC_OK;

	if (!reading->source)
		return TC_OK;
	tc_error_clear(&reading->err);
	if (is_shared(&reading->source->given))
		rc = rewind_shared(reading, err);
	if (rc != TC_OK)
		return rc;
	reading->position = 0;
	if (reading->source->given.length == 0 && check_end(reading) != TC_OK)
		return tc__fail_with(err, &reading->err);
	return TC_OK;
}

int tc__reading_next(struct tc__reading *reading, char *bytes, size_t size, size_t *length)
{
	int64_t whole = reading->source->given.length;
	int64_t left = whole - reading->position;

	*length = 0;
	if (reading->err.code != TC_OK || left == 0)
		return reading->err.code;
	if ((int64_t)size > left)
		size = (size_t)left;
	int rc = read_some(reading, bytes, size, length);
	if (rc == TC_OK && *length == 0)
		rc = tc__fail(&reading->err, TC_ERROR_INPUT,
			"the body ends after %lld of the %lld bytes that it should have",
			(long long)reading->position, (long long)whole);
	if (rc != TC_OK)
		return rc;
	reading->position += (int64_t)*length;
	return reading->position == whole ? check_end(reading) : TC_OK;
}

int tc__reading_seek(struct tc__reading *reading, int64_t position)
{
	if (reading->err.code != TC_OK || position < 0 || position > reading->source->given.length)
		return TC_ERROR_ARGUMENT;
	if (!is_shared(&reading->source->given)) {
		reading->position = position;
		return TC_OK;
	}
	if (position == reading->position)
		return TC_OK;
	if (position != 0 || tc__source_is_once(reading->source))
		return TC_ERROR_ARGUMENT;
	return tc__reading_rewind(reading, &reading->err);
}

bool tc__reading_is_spent(const struct tc__reading *reading)
{
	return reading->source && reading->source->moved && tc__source_is_once(reading->source);
}

void tc__reading_end(struct tc__reading *reading)
{
	if (reading->holds)
		reading->source->busy = false;
	tc_error_clear(&reading->err);
	*reading = (struct tc__reading){ 0 };
}
