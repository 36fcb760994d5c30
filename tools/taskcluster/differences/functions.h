/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_FUNCTIONS_H
#define TC_CLI_DIFFERENCES_FUNCTIONS_H

/* What the parts of comparing a function share. */

#include "tools/taskcluster/differences/pair.h"

/* Both sides of a function. */
struct functions {
	const struct pair *pair;
	const struct tc_operation *older, *newer;
};

/* A change of it, without words. */
struct change functions_change(
	const struct tc_operation *operation, const char *kind, enum breaks breaks);

/* Whether their routes are the same but for the names of arguments, which nothing depends on. */
bool functions_same_shape(const struct functions *both);

/* Who may call it (function_scopes.c). */
void functions_compare_scopes(const struct functions *both);

#endif
