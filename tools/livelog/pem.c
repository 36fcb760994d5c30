/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/livelog/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX ((size_t)1 << 20)

/* Of a descriptor into *text, which has a place for FILE_MAX bytes and a NUL; false with errno. */
static int read_all(int fd, char *text)
{
	size_t length = 0;
	ssize_t got;

	while (length < FILE_MAX && (got = read(fd, text + length, FILE_MAX - length)) != 0) {
		if (got < 0 && errno != EINTR)
			return errno;
		if (got > 0)
			length += (size_t)got;
	}
	text[length] = '\0';
	return length < FILE_MAX ? 0 : EFBIG;
}

static int read_file(char **text, const char *path, tc_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return tc_error_set(
			err, TC_ERROR_SYSTEM, "cannot open %s: %s", path, strerror(errno));
	*text = calloc(1, FILE_MAX + 1);
	int failed = *text ? read_all(fd, *text) : ENOMEM;
	close(fd);
	if (failed)
		return tc_error_set(err, failed == ENOMEM ? TC_ERROR_NOMEM : TC_ERROR_SYSTEM,
			"cannot read %s: %s", path, strerror(failed));
	return TC_OK;
}

int pem_read(struct pem *pem, const char *certificate, const char *key, tc_error *err)
{
	pem->certificate = pem->key = NULL;
	int rc = read_file(&pem->certificate, certificate, err);
	return rc == TC_OK ? read_file(&pem->key, key, err) : rc;
}

void pem_clear(struct pem *pem)
{
	if (pem->key)
		OPENSSL_cleanse(pem->key, FILE_MAX);
	free(pem->certificate);
	free(pem->key);
	pem->certificate = pem->key = NULL;
}
