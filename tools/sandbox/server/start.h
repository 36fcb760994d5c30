/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_START_H
#define TC_SANDBOX_START_H

#include "tools/sandbox/request/sandbox.h"

/* From options to a server that listens: state, routes, root client, roles, data folder. Call
 * stop_sandbox afterwards in any case. */
int start_sandbox(struct sandbox *sandbox, tc_error *err);
void stop_sandbox(struct sandbox *sandbox);

#endif
