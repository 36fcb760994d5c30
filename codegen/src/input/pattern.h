/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_PATTERN_H
#define TC_CODEGEN_PATTERN_H

/* Regular expressions of references and schemas, compiled as the runtime will compile them. */

#include <stdbool.h>
#include <stddef.h>

enum pattern_kind {
	PATTERN_OF_SCHEMA,   /* runtime/src/type/rules.c: texts are UTF-8 */
	PATTERN_OF_REFERENCE /* runtime/src/operation/conventions.c: texts are bytes */
};

/* Why a pattern does not compile, for people, and at which byte; an empty reason: it does. */
struct pattern_fault {
	char reason[160];
	size_t offset;
};

/* False when memory ends. */
bool pattern_compile(const char *pattern, enum pattern_kind kind, struct pattern_fault *fault);

#endif
