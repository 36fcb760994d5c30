/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_AUTH_H
#define TC_SANDBOX_AUTH_H

/* What the files of Auth share. */

#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"

/* The body's `scopes` (none when absent), as a set and as the JSON text to keep. 0, or the status
 * of a refusal. */
int auth_read_scopes(struct request *request, struct tc_scopes *scopes, const char **text);

/* Checks the operation's expression with `scopes` (and `scopesAdded`) as this list. */
int auth_authorize(struct request *request, const struct tc_scopes *scopes);

/* Those of `wanted` that `held` lacks. */
struct tc_scopes auth_added(
	struct request *request, const struct tc_scopes *held, const struct tc_scopes *wanted);

/* Writes `scopes` and `expandedScopes` members; `own` (or NULL) counts as one more scope. */
void auth_write_scopes(struct request *request, const char *stored, const char *own);

/* Keeps who did what for getEntityHistory, and publishes it. */
void auth_note(struct request *request, const char *type, const char *id, const char *action);

#endif
