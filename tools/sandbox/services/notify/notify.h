/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_NOTIFY_H
#define TC_SANDBOX_NOTIFY_H

#include "tools/sandbox/request/request.h"

/* The page of what would have been sent: `{notifications: [{kind, address, received, request}]}`,
 * the newest first, at most a thousand; `request` is the body as it came. */
int notify_serve_records(struct request *request);

#endif
