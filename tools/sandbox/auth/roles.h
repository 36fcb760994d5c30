/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_ROLES_H
#define TC_SANDBOX_ROLES_H

/* Roles, and what `assume:` scopes stand for. Kept in memory beside the store, which fills it. */

#include "runtime/src/base/memory.h"
#include <taskcluster/scope.h>

struct store;

struct role {
	const char *id;
	struct tc_scopes scopes;
};

struct roles {
	struct tc__arena arena;
	struct role *list;
	size_t count, capacity;
};

/* Empty again. */
void roles_clear(struct roles *roles);

/* Adds a role; the scopes are a JSON array as text. Both are copied. */
bool roles_add(struct roles *roles, const char *id, const char *scopes);

/* What the store has, instead of what was there. False when a role is malformed, or memory ends. */
bool roles_load(struct roles *roles, struct store *store);

/*
 * Why the roles would not be good with `role` among them (or in the place of the one of its id);
 * NULL when they would. A pattern's scope has `<..>` once at most, and not behind a `*`; and no
 * role leads back to itself, whatever stands for `<..>`.
 */
const char *roles_problem(const struct roles *roles, const struct role *role);

/*
 * The scopes together with all that they stand for: each `assume:<role>` brings that role's scopes,
 * a role whose id ends in `*` matches every id that begins so (`<..>` in its scopes is then the
 * rest), and an `assume:` scope that ends in `*` brings all roles with that beginning. Sorted,
 * without those that others cover. An empty set when memory ends: nothing is allowed by mistake.
 */
struct tc_scopes roles_expand(
	const struct roles *roles, struct tc__arena *arena, const struct tc_scopes *scopes);

/* The union of two sets, expanded. */
struct tc_scopes roles_expand_with(const struct roles *roles, struct tc__arena *arena,
	const struct tc_scopes *scopes, const char *extra);

#endif
