/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_PATTERN_H
#define TC_CODEGEN_PATTERN_H

/* Regular expressions of references and schemas, compiled as the runtime will compile them. */

#include "codegen/src/input/node.h"

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

/* Something in a pattern that PCRE2 reads otherwise than ECMAScript, or ECMAScript not at all. */
struct pattern_difference {
	char construct[16];  /* "\\h" */
	const char *meaning; /* for PCRE2, for people */
	bool slight;         /* only in line ends and blanks of Unicode */
};

/* Whether there is one: the first, but a slight one only when there is no other. */
bool pattern_differs(const char *pattern, struct pattern_difference *difference);

/* Refuses what is no pattern of a reference's own: printable ASCII, not too long, and one that
 * PCRE2 compiles and reads as ECMAScript does. */
int pattern_check(const struct node *node, const char *pattern, tc_error *err);

#endif
