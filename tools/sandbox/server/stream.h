/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_STREAM_H
#define TC_SANDBOX_STREAM_H

#include "tools/sandbox/request/request.h"

/* GET /sandbox/events?about=overview|group:<taskGroupId>|task:<taskId>: 200 with request->stream,
 * which has been told how things are now; or a refusal. */
int stream_serve(struct request *request);

#endif
