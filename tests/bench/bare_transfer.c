/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_transfer.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct bare_transfer {
	CURL *easy;
	EVP_MD_CTX *sha256, *sha512; /* NULL: not hashed */
	const char *path;
	int fd;
	int64_t at, size;
};

static void hash(struct bare_transfer *transfer, const char *bytes, size_t length)
{
	if (!transfer->sha256)
		return;
	EVP_DigestUpdate(transfer->sha256, bytes, length);
	EVP_DigestUpdate(transfer->sha512, bytes, length);
}

static size_t give(char *bytes, size_t size, size_t n, void *user)
{
	struct bare_transfer *transfer = user;
	int64_t left = transfer->size - transfer->at;
	size_t room = size * n;
	ssize_t length = pread(transfer->fd, bytes, left < (int64_t)room ? (size_t)left : room,
		(off_t)transfer->at);

	if (length < 0)
		return CURL_READFUNC_ABORT;
	hash(transfer, bytes, (size_t)length);
	transfer->at += length;
	return (size_t)length;
}

static size_t take(char *bytes, size_t size, size_t n, void *user)
{
	struct bare_transfer *transfer = user;
	ssize_t length = pwrite(transfer->fd, bytes, size * n, (off_t)transfer->at);

	if (length != (ssize_t)(size * n))
		return 0;
	hash(transfer, bytes, size * n);
	transfer->at += length;
	return size * n;
}

struct bare_transfer *bare_transfer_new(const char *url, const char *path, int hashed)
{
	struct bare_transfer *transfer = calloc(1, sizeof *transfer);

	if (!transfer)
		abort();
	transfer->path = path;
	if (hashed) {
		transfer->sha256 = EVP_MD_CTX_new();
		transfer->sha512 = EVP_MD_CTX_new();
	}
	transfer->easy = curl_easy_init();
	curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
	curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(transfer->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(transfer->easy, CURLOPT_BUFFERSIZE, 32768L); /* as ours */
	curl_easy_setopt(transfer->easy, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(transfer->easy, CURLOPT_READDATA, transfer);
	curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
	return transfer;
}

static void perform(struct bare_transfer *transfer, int flags)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	long status = 0;

	transfer->at = 0;
	transfer->fd = open(transfer->path, flags | O_CLOEXEC, 0600);
	if (transfer->sha256) {
		EVP_DigestInit_ex(transfer->sha256, EVP_sha256(), NULL);
		EVP_DigestInit_ex(transfer->sha512, EVP_sha512(), NULL);
	}
	CURLcode rc = curl_easy_perform(transfer->easy);
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (transfer->fd < 0 || rc != CURLE_OK || status != 200) {
		fprintf(stderr, "bare transfer: %s, status %ld\n", curl_easy_strerror(rc), status);
		abort();
	}
	if (transfer->sha256) {
		EVP_DigestFinal_ex(transfer->sha256, digest, NULL);
		EVP_DigestFinal_ex(transfer->sha512, digest, NULL);
	}
	close(transfer->fd);
}

void bare_transfer_put(struct bare_transfer *transfer, int64_t size)
{
	transfer->size = size;
	curl_easy_setopt(transfer->easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(transfer->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
	perform(transfer, O_RDONLY);
	if (transfer->at != size)
		abort();
}

int64_t bare_transfer_get(struct bare_transfer *transfer)
{
	perform(transfer, O_WRONLY | O_CREAT | O_TRUNC);
	return transfer->at;
}

void bare_transfer_free(struct bare_transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	EVP_MD_CTX_free(transfer->sha256);
	EVP_MD_CTX_free(transfer->sha512);
	free(transfer);
}
