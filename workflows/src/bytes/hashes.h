/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_HASHES_H
#define TC_WORKFLOWS_HASHES_H

/* The hashes by which the object service knows contents, computed as bytes pass. */

#include <openssl/evp.h>
#include <taskcluster/error.h>

#define TC__SHA256_SIZE 32

struct tc__hashes {
	EVP_MD_CTX *sha256;
	EVP_MD_CTX *sha512; /* NULL: it is not asked for */
};

struct tc__digests {
	char sha256[65];  /* lower-case hex */
	char sha512[129]; /* "" when it was not asked for */
};

/* Of no bytes yet; again: from the beginning. {0} before; for tc__hashes_end. */
int tc__hashes_begin(struct tc__hashes *hashes, bool with_sha512, tc_error *err);
int tc__hashes_add(struct tc__hashes *hashes, const void *bytes, size_t length, tc_error *err);

/* Those of what came up to now; more may come. */
int tc__hashes_read(const struct tc__hashes *hashes, struct tc__digests *digests, tc_error *err);
int tc__hashes_read_sha256(
	const struct tc__hashes *hashes, unsigned char digest[TC__SHA256_SIZE], tc_error *err);

void tc__hashes_end(struct tc__hashes *hashes);

#endif
