/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_STEP_H
#define TC_SCHEMA_STEP_H

/* Where a value stands in a body or schema: the way back to its root, on the stack. */

#include "runtime/src/base/buffer.h"

struct step {
	const struct step *above;
	const char *name; /* NULL: an item */
	size_t position;
};

/* Adds the JSON pointer (RFC 6901); nothing for NULL, the root. */
void step_write(struct tc__buffer *text, const struct step *step);

#endif
