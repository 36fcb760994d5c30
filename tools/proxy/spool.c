/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "tools/proxy/spool.h"
#include "tools/streams/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void spool_open(struct spool *spool, int64_t max)
{
	*spool = (struct spool){ .bytes = TC__BUFFER(SPOOL_MEMORY), .fd = -1, .max = max };
	spool->bytes.secret = true;
}

/* A file that nobody else can open, and that ends with the descriptor. */
static int open_file(void)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];

	if (!folder || !*folder)
		folder = "/tmp";
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd;
	if (snprintf(path, sizeof path, "%s/taskcluster-proxy-XXXXXX", folder) >= (int)sizeof path)
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static int write_all(int fd, const char *bytes, size_t length, tc_error *err)
{
	if (streams_write(fd, bytes, length) == 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_SYSTEM, "the body cannot be kept in a temporary file: %s",
		strerror(errno));
}

/* Memory is not enough any more. */
static int move_to_file(struct spool *spool, tc_error *err)
{
	int fd = open_file();

	if (fd < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"there is no temporary file for the body: %s", strerror(errno));
	int rc = write_all(fd, tc__buffer_get(&spool->bytes), spool->bytes.length, err);
	if (rc != TC_OK) {
		close(fd);
		return rc;
	}
	tc__buffer_clear(&spool->bytes);
	spool->fd = fd;
	return TC_OK;
}

int spool_add(struct spool *spool, const char *bytes, size_t length, tc_error *err)
{
	if ((int64_t)length > spool->max - spool->length)
		return tc_error_set(err, TC_ERROR_INPUT,
			"the body has more than %lld bytes (--body-max)", (long long)spool->max);
	if (spool->fd < 0 && spool->bytes.length + length > SPOOL_MEMORY) {
		int rc = move_to_file(spool, err);
		if (rc != TC_OK)
			return rc;
	}
	spool->length += (int64_t)length;
	if (spool->fd >= 0)
		return write_all(spool->fd, bytes, length, err);
	tc__buffer_add(&spool->bytes, bytes, length);
	return tc__buffer_failed(&spool->bytes) ? tc_error_set(err, TC_ERROR_NOMEM, "no memory")
						: TC_OK;
}

void spool_source(const struct spool *spool, struct tc_source *source)
{
	if (spool->fd < 0) {
		tc_source_memory(source, tc__buffer_get(&spool->bytes), spool->bytes.length);
		return;
	}
	source->fd = spool->fd;
	source->offset = 0;
	source->length = spool->length;
}

void spool_close(struct spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = -1;
	tc__buffer_clear(&spool->bytes);
}
