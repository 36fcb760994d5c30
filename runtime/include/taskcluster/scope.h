/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_SCOPE_H
#define TASKCLUSTER_SCOPE_H

/* Scopes: what credentials may do. A scope that ends in `*` stands for all that begin with the
 * rest. No network is used: `assume:` scopes are not expanded here. */

#include <taskcluster/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A list of scopes; all of them are meant. */
struct tc_scopes {
	const char *const *scopes;
	size_t count;
};

/* Whether one scope held satisfies one scope required: equal, or held ends in `*` and the rest is
 * a prefix. Only a `*` at the end of `held` is special. */
TC_API bool tc_scope_satisfies(const char *held, const char *required);

/* Whether the scopes held satisfy every scope required. Nothing required: always true. */
TC_API bool tc_scopes_satisfy(const struct tc_scopes *held, const struct tc_scopes *required);

/* Whether they satisfy at least one of `count` lists, the scope-set form of the 2015 references
 * ([["a","b"],["c"]]). No list at all: false. */
TC_API bool tc_scopes_satisfy_any(
	const struct tc_scopes *held, const struct tc_scopes *alternatives, size_t count);

/* TC_OK when the text can be a scope: printable ASCII, spaces included; else TC_ERROR_INPUT. */
TC_API int tc_scope_check(const char *scope, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
