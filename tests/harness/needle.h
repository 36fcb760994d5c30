/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_NEEDLE_H
#define TC_TESTS_NEEDLE_H

/* Looking for a secret in the process's memory. The secret is kept under a mask, so that the test
 * itself does not put into memory what it looks for. */

#include <stdbool.h>
#include <stddef.h>

struct tc_needle {
	unsigned char masked[128];
	size_t length;
};

/* A random token of small letters, or one that is there. */
void tc_needle_make(struct tc_needle *needle, size_t length);
void tc_needle_set(struct tc_needle *needle, const char *text);

/* One that is bytes. */
void tc_needle_bytes(struct tc_needle *needle, const void *bytes, size_t length);

/* The secret itself, into length + 1 bytes; the caller wipes them. */
void tc_needle_text(const struct tc_needle *needle, char *text);

/* How often it stands in all memory that can be read and written, as it is or under one of HMAC's
 * pads. */
int tc_needle_count(const struct tc_needle *needle);

/* The same in that part of it which a core dump would hold. */
int tc_needle_count_dumped(const struct tc_needle *needle);

/* False under sanitizers, whose shadow is too large and who keep freed memory. */
bool tc_needle_can_look(void);

#endif
