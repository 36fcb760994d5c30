/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "workflows/src/bytes/spool.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE ((size_t)64 * 1024)
#define PIECES 4 /* that are read at once */
#define GZIP_BITS (15 + 16)
#define MEMORY_LEVEL 8 /* zlib's own */

/* ---- the file ---- */

const char *tc__spool_folder(const char *given)
{
	const char *folder = getenv("TMPDIR");

	if (given)
		return given;
	return folder && *folder ? folder : "/tmp";
}

/* A file that never has a name, so that none is left by a program that is killed at once. */
static int open_nameless(const char *folder)
{
#ifdef O_TMPFILE
	return open(folder, O_RDWR | O_TMPFILE | O_EXCL | O_CLOEXEC, 0600);
#else
	(void)folder;
	return -1;
#endif
}

static int open_file(struct tc__spool *spool, tc_error *err)
{
	char id[TC_SLUGID_SIZE];

	spool->fd = open_nameless(spool->folder);
	if (spool->fd >= 0)
		return TC_OK;
	/* not every file system can do that */
	tc_slugid_nice(id);
	char *path = tc__text(err, "%s/taskcluster-%s", spool->folder, id);
	if (!path)
		return TC_ERROR_NOMEM;
	spool->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = TC_OK;
	if (spool->fd < 0)
		rc = tc_error_set(err, TC_ERROR_SYSTEM, "no temporary file can be made in %s: %s",
			spool->folder, strerror(errno));
	else
		unlink(path);
	free(path);
	return rc;
}

static int begin_gzip(struct tc__spool *spool, tc_error *err)
{
	z_stream *deflater = calloc(1, sizeof *deflater);

	if (!deflater ||
		deflateInit2(deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_BITS, MEMORY_LEVEL,
			Z_DEFAULT_STRATEGY) != Z_OK) {
		free(deflater);
		return tc__no_memory(err);
	}
	spool->deflater = deflater;
	return TC_OK;
}

int tc__spool_open(struct tc__spool *spool, const char *folder, bool gzip, tc_error *err)
{
	*spool = (struct tc__spool){ .fd = -1, .folder = folder };
	int rc = open_file(spool, err);
	return rc == TC_OK && gzip ? begin_gzip(spool, err) : rc;
}

void tc__spool_close(struct tc__spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	if (spool->deflater)
		deflateEnd(spool->deflater);
	free(spool->deflater);
	*spool = (struct tc__spool)TC__SPOOL_NONE;
}

/* ---- filling it ---- */

static int put(struct tc__spool *spool, const unsigned char *bytes, size_t length, tc_error *err)
{
	while (length) {
		ssize_t count = write(spool->fd, bytes, length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return tc_error_set(err, TC_ERROR_SYSTEM,
				"the temporary file in %s cannot be written after %lld bytes: %s",
				spool->folder, (long long)spool->length,
				count < 0 ? strerror(errno) : "nothing was written");
		bytes += count;
		length -= (size_t)count;
		spool->length += count;
	}
	return TC_OK;
}

static int put_deflated(
	struct tc__spool *spool, unsigned char *bytes, size_t length, bool end, tc_error *err)
{
	z_stream *deflater = spool->deflater;
	unsigned char out[PIECE];
	int rc = TC_OK;

	deflater->next_in = bytes;
	deflater->avail_in = (uInt)length;
	do {
		deflater->next_out = out;
		deflater->avail_out = sizeof out;
		deflate(deflater, end ? Z_FINISH : Z_NO_FLUSH); /* cannot fail with good state */
		rc = put(spool, out, sizeof out - deflater->avail_out, err);
	} while (rc == TC_OK && deflater->avail_out == 0);
	return rc;
}

static int take(
	struct tc__spool *spool, unsigned char *bytes, size_t length, bool end, tc_error *err)
{
	return spool->deflater ? put_deflated(spool, bytes, length, end, err)
			       : put(spool, bytes, length, err);
}

static int check_length(const struct tc__input *input, bool end, tc_error *err)
{
	if (input->length < 0 || input->position == input->length ||
		(!end && input->position < input->length))
		return TC_OK;
	return tc_error_set(err, TC_ERROR_INPUT,
		"the source has %s %lld bytes, and should have %lld", end ? "only" : "more than",
		(long long)(end ? input->position : input->length), (long long)input->length);
}

int tc__spool_fill(
	struct tc__spool *spool, struct tc__input *input, bool *done, bool *later, tc_error *err)
{
	unsigned char bytes[PIECE];
	size_t length;

	*done = *later = false;
	for (int i = 0; i < PIECES; i++) {
		int rc = tc__input_read(input, bytes, sizeof bytes, &length, later, err);
		if (rc != TC_OK || *later)
			return rc;
		*done = length == 0;
		rc = check_length(input, *done, err);
		if (rc == TC_OK)
			rc = take(spool, bytes, length, *done, err);
		if (rc != TC_OK || *done)
			return rc;
	}
	return TC_OK;
}

int tc__spool_read(
	const struct tc__spool *spool, void *bytes, size_t size, size_t *length, tc_error *err)
{
	ssize_t count;

	do
		count = pread(spool->fd, bytes, size, 0);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"the temporary file in %s cannot be read: %s", spool->folder,
			strerror(errno));
	*length = (size_t)count;
	return TC_OK;
}

void tc__spool_source(const struct tc__spool *spool, struct tc_source *body)
{
	*body = (struct tc_source)TC_SOURCE_INIT;
	body->fd = spool->fd;
	body->length = spool->length;
	if (spool->length == 0)
		tc_source_memory(body, "", 0); /* fd 0 and no length would be that, too */
}
