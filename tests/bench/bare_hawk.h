/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_BENCH_BARE_HAWK_H
#define TC_BENCH_BARE_HAWK_H

#include <stddef.h>

/* What OpenSSL alone needs for the HMAC-SHA-256 of a text that is there already, from contexts kept
 * for the key (of at most 64 bytes). 0 when OpenSSL fails. */
int bare_hawk_start(const char *key);
int bare_hawk_hmac(const char *text, size_t length, unsigned char mac[32]);
void bare_hawk_end(void);

#endif
