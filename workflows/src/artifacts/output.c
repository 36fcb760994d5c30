/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/output.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FIRST_SIZE ((size_t)16 * 1024)

/* ---- beginning ---- */

static int begin_sink(struct tc__output *output, tc_response *head, bool anew, tc_error *err)
{
	int64_t discard = output->length;

	if (output->begun && !anew)
		return TC_OK;
	output->begun = true;
	output->length = 0;
	return output->sink.begin ? output->sink.begin(output->sink.data, head, discard, err)
				  : TC_OK;
}

int tc__output_begin(struct tc__output *output, tc_response *head, bool anew, tc_error *err)
{
	if (output->kind == TC__OUTPUT_SINK)
		return begin_sink(output, head, anew, err);
	if (!anew)
		return TC_OK;
	output->length = 0;
	return output->kind == TC__OUTPUT_FILE ? tc__partial_empty(&output->file, err) : TC_OK;
}

bool tc__output_holds(const struct tc__output *output)
{
	return output->length > 0;
}

bool tc__output_restarts(const struct tc__output *output)
{
	return output->kind != TC__OUTPUT_SINK || output->sink.begin || !output->length;
}

/* ---- bytes ---- */

static int write_file(
	struct tc__output *output, int64_t at, const char *bytes, size_t length, tc_error *err)
{
	while (length) {
		ssize_t count = pwrite(output->file.fd, bytes, length, (off_t)at);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return tc_error_set(err, TC_ERROR_SYSTEM,
				"%s cannot be written at %lld: %s", output->file.place.path,
				(long long)at, count < 0 ? strerror(errno) : "nothing was written");
		bytes += count;
		at += count;
		length -= (size_t)count;
	}
	return TC_OK;
}

/* With room for a NUL. */
static int grow(struct tc__output *output, size_t needed, tc_error *err)
{
	size_t size = output->size ? output->size : FIRST_SIZE;

	while (size < needed + 1)
		size = size <= SIZE_MAX / 2 ? 2 * size : needed + 1;
	if (size == output->size)
		return TC_OK;
	char *bytes = tc_block_resize(output->bytes, size);
	if (!bytes)
		return tc__no_memory(err);
	output->bytes = bytes;
	output->size = size;
	return TC_OK;
}

static int write_memory(struct tc__output *output, const void *bytes, size_t length, tc_error *err)
{
	if (length > output->max || (size_t)output->length > output->max - length)
		return tc_error_set(err, TC_ERROR_REPLY,
			"there are more than %zu bytes (options.memory_max)", output->max);
	size_t needed = (size_t)output->length + length;
	int rc = grow(output, needed, err);
	if (rc != TC_OK)
		return rc;
	memcpy(output->bytes + output->length, bytes, length);
	output->bytes[needed] = '\0';
	output->length = (int64_t)needed;
	return TC_OK;
}

int tc__output_end(struct tc__output *output, tc_error *err)
{
	if (output->kind != TC__OUTPUT_MEMORY)
		return TC_OK;
	int rc = grow(output, (size_t)output->length, err);
	if (rc == TC_OK)
		output->bytes[output->length] = '\0';
	return rc;
}

int tc__output_write(
	struct tc__output *output, int64_t at, const void *bytes, size_t length, tc_error *err)
{
	if (output->kind == TC__OUTPUT_FILE)
		return write_file(output, at, bytes, length, err);
	if (output->kind == TC__OUTPUT_MEMORY)
		return write_memory(output, bytes, length, err);
	int rc = output->sink.write(output->sink.data, bytes, length, err);
	output->length += rc == TC_OK ? (int64_t)length : 0;
	return rc;
}

void tc__output_close(struct tc__output *output, bool drop)
{
	if (output->kind == TC__OUTPUT_FILE)
		tc__partial_close(&output->file, drop);
	tc_release(output->bytes);
	output->bytes = NULL;
}
