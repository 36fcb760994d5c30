/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BARE_TRANSFER_H
#define TC_TESTS_BARE_TRANSFER_H

/* The bare side of the measures of uploads and downloads: one request of libcurl's easy interface
 * between a file and storage, whose bytes OpenSSL hashes on their way. */

#include <stdint.h>

struct bare_transfer;

/* `hashed`: with SHA-256 and SHA-512. */
struct bare_transfer *bare_transfer_new(const char *url, const char *path, int hashed);

/* The file's first `size` bytes by PUT; what GET answers into the file. Both abort unless it is
 * whole. The second returns its bytes. */
void bare_transfer_put(struct bare_transfer *transfer, int64_t size);
int64_t bare_transfer_get(struct bare_transfer *transfer);
void bare_transfer_free(struct bare_transfer *transfer);

#endif
