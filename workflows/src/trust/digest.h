/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_DIGEST_H
#define TC_WORKFLOWS_DIGEST_H

/* Digests as certificates write them. */

#include <stdbool.h>
#include <stddef.h>

#define TC__SHA256_HEX ((size_t)64)
#define TC__SHA512_HEX ((size_t)128)

/* Whether it is so many digits of lower-case hex. */
bool tc__is_digest(const char *text, size_t length, size_t expected);

#endif
