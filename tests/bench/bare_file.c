/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void bare_file_write(const char *folder, size_t number, const char *bytes, size_t length)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char part[512], name[512];

	snprintf(name, sizeof name, "%s/%05zu", folder, number);
	snprintf(part, sizeof part, "%s/.%05zu.part", folder, number);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length ||
		EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL) != 1 ||
		fsync(fd) != 0 || close(fd) != 0 || rename(part, name) != 0)
		abort();
}
