/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* memfd_create */

#include "tools/worker/mounts/content/text.h"

#include "workflows/src/base/text.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned char *decode(const struct content *content, size_t *length, tc_error *err)
{
	size_t size = content->text_length;
	unsigned char *bytes = malloc(size + 4);

	if (!bytes) {
		tc__no_memory(err);
		return NULL;
	}
	int padding = (int)(strlen(content->text) - strcspn(content->text, "="));
	int decoded = size % 4 == 0
		? EVP_DecodeBlock(bytes, (const unsigned char *)content->text, (int)size)
		: -1;
	if (decoded < padding) {
		free(bytes);
		tc_error_set(err, TC_ERROR_INPUT, "it is not base64");
		return NULL;
	}
	*length = (size_t)(decoded - padding);
	return bytes;
}

static int open_bytes(const void *bytes, size_t length, tc_error *err)
{
	int fd = memfd_create("content", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, bytes, length) == (ssize_t)length)
		return fd;
	tc_error_set(err, TC_ERROR_SYSTEM, "memory for it cannot be had: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int text_open(const struct content *content, tc_error *err)
{
	size_t length = content->text_length;

	if (content->kind == CONTENT_RAW)
		return open_bytes(content->text, length, err);
	unsigned char *bytes = decode(content, &length, err);
	int fd = bytes ? open_bytes(bytes, length, err) : -1;
	free(bytes);
	return fd;
}
