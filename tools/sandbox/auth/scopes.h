/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_SCOPES_H
#define TC_SANDBOX_SCOPES_H

/* Sets of scopes, and the scope expressions of the references. */

#include "runtime/src/base/buffer.h"
#include <taskcluster/json.h>
#include <taskcluster/scope.h>

/* Whether one of the scopes held satisfies `required`. */
bool scopes_cover(const struct tc_scopes *held, const char *required);

/* More than a list may have: sets are small, and compared item by item. */
#define SCOPES_MAX 5000

/* The strings of a JSON array as scopes. False when memory ends, it is no array, too long, or an
 * item is no scope: printable ASCII. `json` may be NULL: no scopes. */
bool scopes_read(struct tc__arena *arena, const tc_json *json, struct tc_scopes *scopes);

/* A value that an expression may name, as `<name>` or behind `in` or `if`: a text, a list, or
 * a truth. */
struct scope_value {
	const char *name;
	const char *text;
	struct tc_scopes list;
	bool is_list, truth;
};

/* Finds a value by name; false when there is none. */
typedef bool scope_lookup(void *data, const char *name, size_t length, struct scope_value *value);

/*
 * An expression with its values filled in:
 *	expression = "scope" | {AllOf: [...]} | {AnyOf: [...]}
 * and, inside the source only, {for, in, each} (flattens into the list around it) and
 * {if, then, else} (nothing where the branch is missing). The 2015 form, a list of lists, means any
 * of the lists, all of one.
 */
struct scope_expression {
	enum { SCOPE_ONE, SCOPE_ALL_OF, SCOPE_ANY_OF } kind;
	const char *scope;
	struct scope_expression *first, *next; /* children, and the next sibling */
};

/* Fills values in. NULL when memory ends, or when a value is missing, whose name is stored in
 * *missing. */
struct scope_expression *scopes_fill(struct tc__arena *arena, const tc_json *source,
	scope_lookup *lookup, void *data, const char **missing);

bool scopes_satisfy(const struct tc_scopes *held, const struct scope_expression *expression);

/* Writes an expression as text for a person; with `held`, only the scopes that are lacking, one a
 * line. */
void scopes_describe(struct tc__buffer *text, const struct scope_expression *expression);
void scopes_lacking(struct tc__buffer *text, const struct tc_scopes *held,
	const struct scope_expression *expression);

#endif
