/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_HTTP_H
#define TC_SANDBOX_HTTP_H

#include "tools/sandbox/request/sandbox.h"

/* Listens, and stores the root URL. */
int http_start(struct sandbox *sandbox, tc_error *err);

/* Serves for at most `timeout_ms`, or until something happened. */
void http_run(struct sandbox *sandbox, int64_t timeout_ms);

/* Closes every connection. */
void http_stop(struct sandbox *sandbox);

#endif
