/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_INDEXED_H
#define TC_WORKFLOWS_INDEXED_H

/* The task that the index has at a path. */

#include "workflows/src/flow/flow.h"

/* Asks for it; `then` gets the reply, for tc__indexed_take. */
void tc__indexed_ask(struct tc__flow *flow, tc_client *client, const char *path, tc__flow_fn *then);

/* The task's id out of the reply, which is released; for free(). NULL: *why says why not, as `err`
 * does if that is not NULL. */
char *tc__indexed_take(tc_response *response, const tc_error *err, tc_error *why);

#endif
