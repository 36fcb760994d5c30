/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BARE_DECODE_H
#define TC_TESTS_BARE_DECODE_H

/* The bare side of the decoder's measure: zlib alone. */

#include <stddef.h>

/* Decodes gzip of one member, in pieces of `piece` encoded bytes, into pieces of at most `room`
 * bytes that nobody looks at; how many bytes came out. Aborts on failure. */
size_t bare_decode(const char *bytes, size_t length, size_t piece, size_t room);

#endif
