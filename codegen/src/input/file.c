/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/input/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT_MAX 255

static int fail(tc_error *err, const char *label, const char *what)
{
	return tc__fail(err, TC_ERROR_SYSTEM, "%s: %s: %s", label, what, strerror(errno));
}

/* Reads what is expected and then looks for more: files can grow. */
static int read_all(int descriptor, size_t size, struct tc__buffer *text)
{
	for (;;) {
		char *room = tc__buffer_room(text, size + 1);
		if (!room)
			return 0;
		ssize_t got = read(descriptor, room, size + 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		text->length += (size_t)got;
		text->data[text->length] = '\0';
		if (got == 0)
			return 0;
		size = (size_t)got < size ? size - (size_t)got : 0;
	}
}

int file_read(int descriptor, const char *label, struct tc__buffer *text, tc_error *err)
{
	struct stat status;
	int rc = TC_OK;

	if (fstat(descriptor, &status) != 0)
		rc = fail(err, label, "cannot be read");
	else if (!S_ISREG(status.st_mode))
		rc = tc__fail(err, TC_ERROR_SYSTEM, "%s: is no regular file; expected a JSON file",
			label);
	else if ((uintmax_t)status.st_size > text->max)
		rc = tc__fail(err, TC_ERROR_INPUT, "%s: has %ju bytes; expected at most %zu", label,
			(uintmax_t)status.st_size, text->max);
	else if (read_all(descriptor, (size_t)status.st_size, text) != 0)
		rc = fail(err, label, "cannot be read");
	else if (tc__buffer_failed(text))
		rc = tc__fail_nomem(err);
	close(descriptor);
	return rc;
}

static int open_segment(int folder, const char *segment, bool last, const char *label,
	int *descriptor, tc_error *err)
{
	struct stat status;
	int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (last ? 0 : O_DIRECTORY);

	*descriptor = -1;
	if (fstatat(folder, segment, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
		return tc__fail(err, TC_ERROR_INPUT,
			"%s: \"%s\" is a symbolic link; expected a file inside the tree", label,
			segment);
	*descriptor = openat(folder, segment, flags);
	if (*descriptor >= 0 || errno == ENOENT || errno == ENOTDIR)
		return TC_OK;
	return fail(err, label, "cannot be opened");
}

int file_open_below(int folder, const char *name, const char *label, int *descriptor, tc_error *err)
{
	int at = folder, next = -1, rc = TC_OK;

	for (;;) {
		char segment[SEGMENT_MAX + 1];
		size_t length = strcspn(name, "/");
		bool last = !name[length];
		next = -1;
		if (length > SEGMENT_MAX)
			break;
		memcpy(segment, name, length);
		segment[length] = '\0';
		rc = open_segment(at, segment, last, label, &next, err);
		if (at != folder)
			close(at);
		if (last || next < 0)
			break;
		at = next;
		name += length + 1;
	}
	*descriptor = next;
	return rc;
}
