/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_ARGUMENTS_H
#define TC_SANDBOX_ARGUMENTS_H

#include "tools/sandbox/request/request.h"

/* Checks the path's arguments and reads the query of a routed request. 0 when all is well, else the
 * status of a refusal. */
int arguments_check(struct request *request);

/* Whether a text can be a slugid, as the services check it. */
bool arguments_is_slugid(const char *text);

/* Whether a text is <provisionerId>/<workerType>, as the services check it. */
bool arguments_is_task_queue_id(const char *text);

/* Whether a text is a path of the index: parts of A-Z a-z 0-9 _!~*'()%- with dots between. */
bool arguments_is_index_path(const char *text);

#endif
