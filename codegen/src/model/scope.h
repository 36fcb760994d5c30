/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_SCOPE_H
#define TC_CODEGEN_SCOPE_H

/* The scopes that a function requires. */

#include "codegen/src/input/node.h"

/*
 * Checks a scope expression: a string, { AllOf }, { AnyOf }, { for, in, each }, { if, then, else },
 * or the list of lists of the 2015 generation (any of the lists, all of one). Gives it as JSON text
 * in the newer form, and as a phrase for people; both NULL when it requires nothing.
 */
int scope_read(const struct node *node, struct tc__arena *arena, const char **json,
	const char **phrase, tc_error *err);

#endif
