/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_FIELDS_H
#define TC_RUNTIME_FIELDS_H

/* The header fields of a message in one piece of text: name NUL value NUL, one after another. */

#include "runtime/src/base/memory.h"

struct tc__fields {
	const char *text; /* borrowed; NULL when there are none */
	size_t count;
};

/* The value of a field by its name in any case, of several the last; NULL: there is none. */
const char *tc__fields_find(const struct tc__fields *fields, const char *name);

/* Copies them into an arena, but for cookies, which are secrets, and what goes beyond `max` bytes.
 * None when memory ends. */
struct tc__fields tc__fields_copy(
	const struct tc__fields *fields, size_t max, struct tc__arena *arena);

#endif
