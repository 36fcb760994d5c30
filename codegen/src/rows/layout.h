/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_ROWS_LAYOUT_H
#define TC_CODEGEN_ROWS_LAYOUT_H

/* How values lie in memory, by C's rules for structs: members in their order, each at the next
 * multiple of its alignment. emit/types.c declares the same in C. */

#include "codegen/src/shape/shape.h"

struct layout {
	size_t size, alignment;
};

/* Of C's own types, as LAYOUT_OF(int64_t). */
#define LAYOUT_OF(type) ((struct layout){ sizeof(type), _Alignof(type) })

/* Adds a member to a struct ({ 0, 1 } at first); gives its offset. */
size_t layout_add(struct layout *holder, struct layout member);

/* The struct with what is behind its last member. */
struct layout layout_end(struct layout holder);

/* How a value is held; one that is held directly must have its own layout already, in `own`. */
struct layout layout_held(const struct shape *shape, bool direct, struct layout own);

#endif
