/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_ENCODE_H
#define TC_TESTS_ENCODE_H

/* Contents as servers encode them, by zlib. */

#include <stddef.h>

enum tc_test_encoding {
	TC_TEST_GZIP,
	TC_TEST_ZLIB, /* deflate, in its frame */
	TC_TEST_RAW   /* and without */
};

/* A text encoded, for free(); ends the program when it cannot be. */
char *tc_test_encode(
	enum tc_test_encoding encoding, const char *text, size_t length, size_t *encoded);

/* Text as logs are: it has what repeats itself, and what does not. */
void tc_test_fill_log(char *text, size_t size);

#endif
