/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/options.h"
#include "workflows/src/base/text.h"
#include "workflows/src/trust/public_key.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/chain_of_trust.h>
#include <unistd.h>

#define SEED_TEXT ((size_t)TC_TRUST_KEY_SIZE - 1)

struct tc_trust_key {
	unsigned char *secret; /* guarded */
	char public_key[TC_TRUST_KEY_SIZE];
};

/* ---- in memory ---- */

static void end_key(void *block)
{
	sodium_free(((tc_trust_key *)block)->secret); /* wipes */
	tc_handle_end(block);
}

static tc_trust_key *new_key(tc_error *err)
{
	tc_trust_key *key = tc_handle_new(sizeof *key, end_key);

	if (key)
		key->secret = sodium_malloc(crypto_sign_SECRETKEYBYTES);
	if (key && key->secret)
		return key;
	tc_release(key);
	tc__no_memory(err);
	return NULL;
}

static int seal(tc_trust_key *key, const unsigned char seed[crypto_sign_SEEDBYTES], tc_error *err)
{
	unsigned char public_key[crypto_sign_PUBLICKEYBYTES];

	crypto_sign_seed_keypair(public_key, key->secret, seed);
	tc__public_key_text(public_key, key->public_key);
	if (sodium_mprotect_readonly(key->secret) == 0)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_SYSTEM, "the key's memory cannot be guarded");
}

void tc_trust_key_free(tc_trust_key *key)
{
	tc_release(key);
}

void tc_trust_key_public(const tc_trust_key *key, char public_key[TC_TRUST_KEY_SIZE])
{
	memset(public_key, 0, TC_TRUST_KEY_SIZE);
	if (key)
		memcpy(public_key, key->public_key, TC_TRUST_KEY_SIZE);
}

void tc_trust_sign(const tc_trust_key *key, const void *text, size_t length,
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE])
{
	memset(signature, 0, TC_TRUST_SIGNATURE_SIZE);
	if (key && (text || !length))
		crypto_sign_detached(signature, NULL, text, length, key->secret);
}

/* ---- its file ---- */

static int fail_file(const char *path, const char *what, tc_error *err)
{
	return tc_error_set(
		err, TC_ERROR_SYSTEM, "the key %s cannot be %s: %s", path, what, strerror(errno));
}

/* Whoever may read it may sign. */
static int check_file(int fd, const char *path, tc_error *err)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return fail_file(path, "read", err);
	if (!S_ISREG(status.st_mode))
		return tc_error_set(err, TC_ERROR_SYSTEM, "the key %s is no file", path);
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"the key %s is open to its group or to all (mode %04o); expected 0600: "
			"chmod 600 %s",
			path, (unsigned)(status.st_mode & 07777), path);
	return TC_OK;
}

/* No more than there is room for: a longer file is no key. */
static int read_text(
	int fd, const char *path, char *text, size_t size, size_t *length, tc_error *err)
{
	*length = 0;
	while (*length < size) {
		ssize_t count = read(fd, text + *length, size - *length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return fail_file(path, "read", err);
		if (count == 0)
			break;
		*length += (size_t)count;
	}
	if (*length == SEED_TEXT + 1 && text[SEED_TEXT] == '\n')
		--*length;
	return TC_OK;
}

static int read_key(int fd, const char *path, tc_trust_key *key, tc_error *err)
{
	unsigned char seed[crypto_sign_SEEDBYTES];
	char text[2 * TC_TRUST_KEY_SIZE];
	size_t length = 0;

	int rc = check_file(fd, path, err);
	if (rc == TC_OK)
		rc = read_text(fd, path, text, sizeof text, &length, err);
	if (rc == TC_OK && !tc__key_bytes(text, length, seed))
		rc = tc_error_set(err, TC_ERROR_INPUT,
			"the key %s is none: expected the base64 of the 32 bytes of an Ed25519 "
			"seed, 44 characters",
			path);
	if (rc == TC_OK)
		rc = seal(key, seed, err);
	sodium_memzero(text, sizeof text);
	sodium_memzero(seed, sizeof seed);
	return rc;
}

/* Before anything else of libsodium's. */
static int start(const char *path, tc_error *err)
{
	const struct tc__needed needed[] = { { "path", path } };

	tc_error_clear(err);
	if (sodium_init() < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "libsodium cannot start");
	return tc__check_needed(needed, 1, err);
}

tc_trust_key *tc_trust_key_read(const char *path, tc_error *err)
{
	tc_trust_key *key;

	if (start(path, err) != TC_OK)
		return NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		fail_file(path, "opened", err);
		return NULL;
	}
	key = new_key(err);
	if (key && read_key(fd, path, key, err) != TC_OK) {
		tc_release(key);
		key = NULL;
	}
	close(fd);
	return key;
}

/* ---- a new one ---- */

static int write_text(int fd, const char *path, const char *text, size_t length, tc_error *err)
{
	while (length) {
		ssize_t count = write(fd, text, length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return fail_file(path, "written", err);
		text += count;
		length -= (size_t)count;
	}
	return fsync(fd) == 0 ? TC_OK : fail_file(path, "written", err);
}

static int write_file(const char *path, const char *text, tc_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fail_file(path, "made", err);
	int rc = write_text(fd, path, text, SEED_TEXT, err);
	if (close(fd) != 0 && rc == TC_OK)
		rc = fail_file(path, "written", err);
	if (rc != TC_OK)
		unlink(path);
	return rc;
}

int tc_trust_key_create(const char *path, char public_key[TC_TRUST_KEY_SIZE], tc_error *err)
{
	unsigned char seed[crypto_sign_SEEDBYTES];
	char text[TC_TRUST_KEY_SIZE];

	int rc = start(path, err);
	if (rc == TC_OK && !public_key)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT, "public_key is NULL");
	if (public_key)
		memset(public_key, 0, TC_TRUST_KEY_SIZE);
	tc_trust_key *key = rc == TC_OK ? new_key(err) : NULL;
	if (!key)
		return rc == TC_OK ? TC_ERROR_NOMEM : rc;
	randombytes_buf(seed, sizeof seed);
	sodium_bin2base64(text, sizeof text, seed, sizeof seed, sodium_base64_VARIANT_ORIGINAL);
	rc = seal(key, seed, err);
	if (rc == TC_OK)
		rc = write_file(path, text, err);
	if (rc == TC_OK)
		tc_trust_key_public(key, public_key);
	sodium_memzero(text, sizeof text);
	sodium_memzero(seed, sizeof seed);
	tc_release(key);
	return rc;
}
