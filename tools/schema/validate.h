/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_VALIDATE_H
#define TC_SCHEMA_VALIDATE_H

/* Values against their schemas. */

#include "runtime/src/base/buffer.h"
#include "tools/schema/schemas.h"

/* A way in which a value breaks its schema: where, as a JSON pointer ("": the value itself), and a
 * sentence, such as `lacks the member "command"`; both borrowed. */
typedef void validate_fault_fn(void *data, const char *pointer, const char *text);

/* Calls `fault` for each, the first few; true when there is none. */
bool validate_each(struct schemas *schemas, struct schema schema, const tc_json *value,
	validate_fault_fn *fault, void *data);

/* Of the sentence that an object has a member which it must not have, the name of that, for
 * tc_release; else NULL. */
const tc_json *validate_unwanted(const char *text);

/* Appends a line for each way in which `value` breaks the schema, the first few; true when there
 * is none. */
bool validate(struct schemas *schemas, struct schema schema, const tc_json *value,
	struct tc__buffer *problems);

enum verdict {
	VERDICT_KEPT,
	VERDICT_BROKEN,
	VERDICT_NONE /* it cannot be said: *why is the reason */
};

struct validate_report {
	validate_fault_fn *fault;
	void *data;
	size_t most; /* so many are told, and then no more looked for */
};

/*
 * Against anybody's schema, which was vetted (vet.h): formats are those of their RFCs, where the
 * services take more, and nothing passes because it cannot be checked. What takes too long, by
 * patterns or by schemas that lead deep into themselves, has no verdict.
 */
enum verdict validate_strictly(struct schemas *schemas, struct schema schema, const tc_json *value,
	const struct validate_report *report, const char **why);

/* A copy of `value` with the defaults of absent members, as the services fill them in: not inside
 * oneOf, anyOf and not. NULL when memory ends. Release it. */
const tc_json *validate_fill(struct schemas *schemas, struct schema schema, const tc_json *value);

#endif
