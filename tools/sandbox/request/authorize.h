/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_AUTHORIZE_H
#define TC_SANDBOX_AUTHORIZE_H

/* Who sent a request, and whether it may do what it asks for. */

#include "tools/sandbox/request/request.h"

/* Finds out who sent the request. 0 when that is settled (nobody counts: anonymous), else the
 * status of a refusal. */
int authenticate(struct request *request);

/*
 * Authenticates and checks the operation's scope expression, whose values come from `values` (NULL,
 * or ended by a row without a name), the arguments, the query and the body. 0 when allowed, else
 * the status of a refusal.
 */
int authorize(struct request *request, const struct scope_value *values);

/* The same for an expression of the caller's own. */
int authorize_expression(
	struct request *request, const tc_json *expression, const struct scope_value *values);

/* Where clients are looked up. */
struct verify_keys authorize_keys(struct request *request);

/* Authenticates against other keys than the store's, as the test operations do. */
int authenticate_with(struct request *request, const struct verify_keys *keys);

#endif
