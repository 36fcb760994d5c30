/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/scratch.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE ((size_t)64 * 1024)
#define SHARED_MEMORY "/dev/shm"

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Numbers without a pattern, quickly (xorshift). */
static void fill(uint64_t *words, size_t count, uint64_t *state)
{
	for (size_t i = 0; i < count; i++) {
		*state ^= *state << 13;
		*state ^= *state >> 7;
		*state ^= *state << 17;
		words[i] = *state;
	}
}

static char left_behind[sizeof((struct scratch *)NULL)->folder]; /* a caller's may be gone */

static void remove_all(void)
{
	char command[300];

	snprintf(command, sizeof command, "rm -rf '%s'", left_behind);
	if (system(command) != 0)
		fprintf(stderr, "%s is left\n", left_behind);
}

void scratch_open(struct scratch *scratch, int64_t size)
{
	const char *parent = access(SHARED_MEMORY, W_OK) == 0 ? SHARED_MEMORY : getenv("TMPDIR");
	uint64_t words[PIECE / 8], state = 88172645463325252;

	*scratch = (struct scratch){ 0 };
	snprintf(scratch->folder, sizeof scratch->folder, "%s/tc-bench-XXXXXX",
		parent ? parent : "/tmp");
	if (!mkdtemp(scratch->folder))
		die(scratch->folder);
	memcpy(left_behind, scratch->folder, sizeof left_behind);
	atexit(remove_all);
	snprintf(scratch->path, sizeof scratch->path, "%s/source", scratch->folder);
	scratch->fd = open(scratch->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (scratch->fd < 0)
		die(scratch->path);
	for (int64_t left = size; left > 0; left -= (int64_t)PIECE) {
		size_t length = left < (int64_t)PIECE ? (size_t)left : PIECE;
		fill(words, PIECE / 8, &state);
		if (write(scratch->fd, words, length) != (ssize_t)length)
			die(scratch->path);
	}
}

static void finish(EVP_MD_CTX *context, char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	EVP_DigestFinal_ex(context, digest, &length);
	for (unsigned i = 0; i < length; i++)
		sprintf(text + (size_t)2 * i, "%02x", digest[i]);
	EVP_MD_CTX_free(context);
}

static size_t read_piece(int fd, int64_t at, int64_t end, char *bytes)
{
	size_t size = end - at < (int64_t)PIECE ? (size_t)(end - at) : PIECE;
	ssize_t n = pread(fd, bytes, size, (off_t)at);

	return n < 0 ? 0 : (size_t)n;
}

void scratch_cut(struct scratch *scratch, int64_t size)
{
	EVP_MD_CTX *sha256 = EVP_MD_CTX_new(), *sha512 = EVP_MD_CTX_new();
	char bytes[PIECE];
	size_t length;

	if (ftruncate(scratch->fd, (off_t)size) != 0)
		die(scratch->path);
	scratch->size = size;
	EVP_DigestInit_ex(sha256, EVP_sha256(), NULL);
	EVP_DigestInit_ex(sha512, EVP_sha512(), NULL);
	for (int64_t at = 0; at < size; at += (int64_t)length) {
		length = read_piece(scratch->fd, at, size, bytes);
		if (!length)
			die(scratch->path);
		EVP_DigestUpdate(sha256, bytes, length);
		EVP_DigestUpdate(sha512, bytes, length);
	}
	finish(sha256, scratch->sha256);
	finish(sha512, scratch->sha512);
}

void scratch_read(const struct scratch *scratch, char *bytes, size_t length)
{
	if (pread(scratch->fd, bytes, length, 0) != (ssize_t)length)
		die(scratch->path);
}

void scratch_check(const struct scratch *scratch, const char *path)
{
	char ours[PIECE], other[PIECE];
	size_t length = 1;
	int64_t size = scratch->size;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	for (int64_t at = 0; at < size && length; at += (int64_t)length) {
		length = read_piece(scratch->fd, at, size, ours);
		if (read_piece(fd, at, size, other) != length || memcmp(ours, other, length) != 0)
			length = 0;
	}
	if (fd < 0 || !length || lseek(fd, 0, SEEK_END) != (off_t)size) {
		fprintf(stderr, "%s does not have the bytes that it should have\n", path);
		exit(1);
	}
	close(fd);
}
