/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_COLLATE_H
#define TC_SANDBOX_COLLATE_H

#include <stddef.h>

/*
 * The order in which the services' database lists names, en_US: punctuation (with `_` before `.`),
 * digits, letters; case only where texts are else the same, small letters first. Below 0, 0 (the
 * same bytes), or above. In SQL it is the collation en_us.
 */
int collate_compare(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
