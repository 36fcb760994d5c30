/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/bytes/hashes.h"

#include <openssl/err.h>
#include <string.h>

static int fail(tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM, "OpenSSL cannot compute a hash");
}

static int begin(EVP_MD_CTX **context, const EVP_MD *kind, tc_error *err)
{
	ERR_set_mark(); /* what goes wrong is told by us, and not left for others to find */
	if (!*context)
		*context = EVP_MD_CTX_new();
	bool good = *context && EVP_DigestInit_ex(*context, kind, NULL) == 1;

	ERR_pop_to_mark();
	return good ? TC_OK : fail(err);
}

int tc__hashes_begin(struct tc__hashes *hashes, bool with_sha512, tc_error *err)
{
	int rc = begin(&hashes->sha256, EVP_sha256(), err);

	return rc == TC_OK && with_sha512 ? begin(&hashes->sha512, EVP_sha512(), err) : rc;
}

int tc__hashes_add(struct tc__hashes *hashes, const void *bytes, size_t length, tc_error *err)
{
	if (EVP_DigestUpdate(hashes->sha256, bytes, length) == 1 &&
		(!hashes->sha512 || EVP_DigestUpdate(hashes->sha512, bytes, length) == 1))
		return TC_OK;
	return fail(err);
}

/* The digest of what came up to now. */
static int read_digest(const EVP_MD_CTX *context, unsigned char *digest, tc_error *err)
{
	ERR_set_mark();
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	bool good = copy && EVP_MD_CTX_copy_ex(copy, context) == 1 &&
		EVP_DigestFinal_ex(copy, digest, NULL) == 1;

	EVP_MD_CTX_free(copy);
	ERR_pop_to_mark();
	return good ? TC_OK : fail(err);
}

static int read_hex(const EVP_MD_CTX *context, size_t length, char *text, tc_error *err)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];

	int rc = read_digest(context, digest, err);
	for (size_t i = 0; rc == TC_OK && i < length; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[2 * length] = '\0';
	return rc;
}

int tc__hashes_read(const struct tc__hashes *hashes, struct tc__digests *digests, tc_error *err)
{
	memset(digests, 0, sizeof *digests);
	int rc = read_hex(hashes->sha256, 32, digests->sha256, err);
	return rc == TC_OK && hashes->sha512 ? read_hex(hashes->sha512, 64, digests->sha512, err)
					     : rc;
}

int tc__hashes_read_sha256(
	const struct tc__hashes *hashes, unsigned char digest[TC__SHA256_SIZE], tc_error *err)
{
	return read_digest(hashes->sha256, digest, err);
}

void tc__hashes_end(struct tc__hashes *hashes)
{
	EVP_MD_CTX_free(hashes->sha256);
	EVP_MD_CTX_free(hashes->sha512);
	*hashes = (struct tc__hashes){ 0 };
}
