/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_RPC_H
#define TC_RUNTIME_RPC_H

/* JSON-RPC 2.0: what a remote procedure call sends, and whether its reply is one to it. Pure. */

#include "runtime/src/operation/conventions.h"
#include <taskcluster/json.h>

/* Appends the body: the parameters as JSON text, or NULL for none. */
void tc__rpc_body(const struct tc_rpc *rpc, int64_t id, const char *params, size_t length,
	struct tc__buffer *body);

/* Whether the reply is an error, whatever its status says. */
bool tc__rpc_is_error(const tc_json *reply);

/* TC_ERROR_REPLY when a reply that is no error is none to the request with that id. `reply` is NULL
 * when the body was no JSON. */
int tc__rpc_check(const struct tc_rpc *rpc, int64_t id, const tc_json *reply, tc_error *err);

#endif
