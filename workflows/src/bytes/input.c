/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/bytes/input.h"

#include "workflows/src/base/options.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- opening ---- */

static int open_path(struct tc__input *input, const char *path, tc_error *err)
{
	struct stat status;

	input->own_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (input->own_fd < 0 || fstat(input->own_fd, &status) != 0)
		return tc_error_set(
			err, TC_ERROR_SYSTEM, "%s cannot be opened: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "%s is a folder; expected a file", path);
	input->given = (struct tc_source)TC_SOURCE_INIT;
	input->given.fd = input->own_fd;
	input->kind = S_ISREG(status.st_mode) ? TC__INPUT_FILE : TC__INPUT_PIPE;
	/* a file of the kernel's has no size before it is read */
	bool known = input->kind == TC__INPUT_FILE && status.st_size > 0;
	input->length = known ? status.st_size : -1;
	return TC_OK;
}

static enum tc__input_kind kind_of(const struct tc_source *from)
{
	if (from->read)
		return TC__INPUT_FUNCTION;
	if (from->bytes || (from->length == 0 && from->fd == 0 && from->offset == 0))
		return TC__INPUT_MEMORY;
	return from->offset >= 0 ? TC__INPUT_FILE : TC__INPUT_PIPE;
}

static int take_source(struct tc__input *input, const struct tc_source *from, tc_error *err)
{
	int rc = tc__workflow_struct(
		"source", from, &input->given, sizeof input->given, "TC_SOURCE_INIT", err);

	if (rc != TC_OK)
		return rc;
	input->kind = kind_of(&input->given);
	input->length = input->given.length;
	if (input->length < (input->kind == TC__INPUT_MEMORY ? 0 : -1))
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "source: length is %lld", (long long)input->length);
	if (input->given.offset < -1)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			"source: offset is %lld; expected a place in a file, or -1",
			(long long)input->given.offset);
	if (input->kind == TC__INPUT_FILE && lseek(input->given.fd, 0, SEEK_CUR) < 0)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "source: descriptor %d %s",
			input->given.fd,
			errno == EBADF ? "is not open"
				       : "cannot be read at an offset: set offset to -1");
	return TC_OK;
}

int tc__input_open(
	struct tc__input *input, const struct tc_source *from, const char *path, tc_error *err)
{
	*input = (struct tc__input){ .own_fd = -1 };
	if (!from == !path)
		return tc_error_set(err, TC_ERROR_ARGUMENT,
			from ? "both a source and options.path are given"
			     : "neither a source nor options.path is given");
	int rc = path ? open_path(input, path, err) : take_source(input, from, err);
	return rc == TC_OK ? tc__hashes_begin(&input->hashes, true, err) : rc;
}

void tc__input_close(struct tc__input *input)
{
	if (input->own_fd >= 0)
		close(input->own_fd);
	input->own_fd = -1;
	tc__hashes_end(&input->hashes);
}

/* ---- reading ---- */

static int fail_read(tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM, "the source cannot be read: %s", strerror(errno));
}

static int read_memory(const struct tc__input *input, void *bytes, size_t size, size_t *length)
{
	int64_t left = input->length - input->position;

	*length = (int64_t)size < left ? size : (size_t)left;
	if (*length)
		memcpy(bytes, (const char *)input->given.bytes + input->position, *length);
	return TC_OK;
}

static int read_descriptor(const struct tc__input *input, void *bytes, size_t size, size_t *length,
	bool *later, tc_error *err)
{
	const struct tc_source *given = &input->given;
	ssize_t count;

	do
		count = input->kind == TC__INPUT_FILE
			? pread(given->fd, bytes, size, (off_t)(given->offset + input->position))
			: read(given->fd, bytes, size);
	while (count < 0 && errno == EINTR);
	*later = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
	if (count < 0 && !*later)
		return fail_read(err);
	*length = count < 0 ? 0 : (size_t)count;
	return TC_OK;
}

static int call_function(
	const struct tc__input *input, void *bytes, size_t size, size_t *length, tc_error *err)
{
	int rc = input->given.read(input->given.data, bytes, size, length, err);

	if (rc != TC_OK)
		return err->code != TC_OK ? err->code
					  : tc_error_set(err, rc, "the source's function fails");
	if (*length > size)
		return tc_error_set(err, TC_ERROR_INPUT,
			"the source says that it has put %zu bytes where there is room for %zu",
			*length, size);
	return TC_OK;
}

static int read_some(const struct tc__input *input, void *bytes, size_t size, size_t *length,
	bool *later, tc_error *err)
{
	switch (input->kind) {
	case TC__INPUT_MEMORY:
		return read_memory(input, bytes, size, length);
	case TC__INPUT_FUNCTION:
		return call_function(input, bytes, size, length, err);
	default:
		return read_descriptor(input, bytes, size, length, later, err);
	}
}

int tc__input_read(struct tc__input *input, void *bytes, size_t size, size_t *length, bool *later,
	tc_error *err)
{
	*length = 0;
	*later = false;
	int rc = read_some(input, bytes, size, length, later, err);
	if (rc != TC_OK)
		return rc;
	input->position += (int64_t)*length;
	return tc__hashes_add(&input->hashes, bytes, *length, err);
}

/* ---- again ---- */

bool tc__input_rewinds(const struct tc__input *input)
{
	if (input->kind == TC__INPUT_FUNCTION)
		return input->given.rewind;
	return input->kind != TC__INPUT_PIPE;
}

int tc__input_rewind(struct tc__input *input, tc_error *err)
{
	int rc = TC_OK;

	if (input->kind == TC__INPUT_FUNCTION && input->position)
		rc = input->given.rewind(input->given.data, err);
	if (rc != TC_OK)
		return err->code != TC_OK ? err->code
					  : tc_error_set(err, rc, "the source cannot be rewound");
	input->position = 0;
	return tc__hashes_begin(&input->hashes, true, err);
}

/* ---- as a body ---- */

static int body_read(void *data, void *bytes, size_t size, size_t *length, tc_error *err)
{
	bool later;

	return tc__input_read(data, bytes, size, length, &later, err);
}

static int body_rewind(void *data, tc_error *err)
{
	return tc__input_rewind(data, err);
}

void tc__input_source(struct tc__input *input, struct tc_source *body)
{
	*body = (struct tc_source)TC_SOURCE_INIT;
	body->length = input->length;
	body->read = body_read;
	body->rewind = body_rewind;
	body->data = input;
}
