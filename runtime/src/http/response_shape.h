/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_RESPONSE_SHAPE_H
#define TC_RUNTIME_RESPONSE_SHAPE_H

/* What the body of a refusal says, by the shapes that its system's refusals have. */

#include "runtime/src/operation/conventions.h"
#include <taskcluster/json.h>

/* Starts as {0}. */
struct tc__said {
	struct tc__buffer message, code; /* without data: there is none */
	const tc_json *info;             /* of the tree that was read, or NULL */
};

/* Reads by the first shape that fits; NULL shapes: Taskcluster's. False when none does. What memory
 * does not allow is left out. Clear it in either case. */
bool tc__said_read(struct tc__said *said, const struct tc_error_shape *shapes, int status,
	const tc_json *json);

void tc__said_clear(struct tc__said *said);

#endif
