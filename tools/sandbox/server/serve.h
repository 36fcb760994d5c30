/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_SERVE_H
#define TC_SANDBOX_SERVE_H

#include "tools/sandbox/request/request.h"

/* What is known before the body is read: which route, and where the body goes. */
void serve_begin(struct request *request);

/*
 * Does what a whole request asks for and prepares its reply: route, arguments, credentials, scopes,
 * body, handler. Returns the HTTP status, HELD or CLOSED; a held request comes here again.
 */
int serve(struct request *request);

/* sandbox->call: an operation inside another one. */
int serve_inside(struct request *request);

#endif
