/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_BODY_H
#define TC_SANDBOX_BODY_H

#include "tools/sandbox/request/request.h"

/* Reads the body of an operation that has one into request->input, as the services do. 0, or the
 * status of a refusal. */
int body_read(struct request *request);

/* The same outside /api/: a JSON object. */
int body_read_object(struct request *request);

#endif
