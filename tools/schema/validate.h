/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_VALIDATE_H
#define TC_SCHEMA_VALIDATE_H

/* Bodies against their schemas (JSON Schema draft 6, as far as the references use it). */

#include "runtime/src/base/buffer.h"
#include "tools/schema/schemas.h"

/* A way in which a value breaks its schema: where, as a JSON pointer ("": the value itself), and a
 * sentence, such as `lacks the member "command"`; both borrowed. */
typedef void validate_fault_fn(void *data, const char *pointer, const char *text);

/* Calls `fault` for each, the first few; true when there is none. */
bool validate_each(struct schemas *schemas, struct schema schema, const tc_json *value,
	validate_fault_fn *fault, void *data);

/* Appends a line for each way in which `value` breaks the schema, the first few; true when there
 * is none. */
bool validate(struct schemas *schemas, struct schema schema, const tc_json *value,
	struct tc__buffer *problems);

/* A copy of `value` with the defaults of absent members, as the services fill them in: not inside
 * oneOf, anyOf and not. NULL when memory ends. Release it. */
const tc_json *validate_fill(struct schemas *schemas, struct schema schema, const tc_json *value);

#endif
