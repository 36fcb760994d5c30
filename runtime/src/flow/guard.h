/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_FLOW_GUARD_H
#define TC_RUNTIME_FLOW_GUARD_H

/*
 * For handles whose functions wait, and let the client's callbacks be called meanwhile: from inside
 * one of these the handle's own functions are refused, and freeing it takes effect when the
 * function that waits returns.
 */

#include "runtime/src/base/error.h"
#include "runtime/src/http/pool.h"
#include <stdbool.h>

/* Begins as {0}. */
struct tc__guard {
	bool inside, doomed;
};

/* What may only be done while no function of the handle waits. */
static inline int tc__guard_check(const struct tc__guard *guard, const char *what, tc_error *err)
{
	if (!guard->inside)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"%s is called from inside one of its callbacks: do it when the function that "
		"called back has returned",
		what);
}

/* When a function begins to wait. */
static inline int tc__guard_enter(
	struct tc__guard *guard, const struct tc__pool *pool, const char *what, tc_error *err)
{
	int rc = tc__guard_check(guard, what, err);

	if (rc != TC_OK)
		return rc;
	rc = tc__pool_check_free(pool, err);
	guard->inside = rc == TC_OK;
	return rc;
}

/* When it returns. True: the handle is to be freed now, and the function fails like this. */
static inline bool tc__guard_leave(struct tc__guard *guard, const char *what, tc_error *err)
{
	guard->inside = false;
	if (guard->doomed)
		tc__fail(err, TC_ERROR_CANCELED, "%s: freed by one of its callbacks", what);
	return guard->doomed;
}

/* Whether the handle may be freed at once; else tc__guard_leave will tell. */
static inline bool tc__guard_frees(struct tc__guard *guard)
{
	guard->doomed = guard->inside;
	return !guard->inside;
}

#endif
