/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_EXPIRY_H
#define TC_WORKFLOWS_EXPIRY_H

/* Artifacts are kept as long as their task, unless somebody says otherwise. */

#include "workflows/src/flow/flow.h"

/* Asks for the task's status; `then` gets the reply, for tc__expiry_take. */
void tc__expiry_ask(
	struct tc__flow *flow, tc_client *client, const char *task_id, tc__flow_fn *then);

/* The date out of the reply, which is released; for free(). NULL: *why says why not, which is
 * `err` (if that is not NULL) with what it means. */
char *tc__expiry_take(tc_response *response, const tc_error *err, tc_error *why);

#endif
