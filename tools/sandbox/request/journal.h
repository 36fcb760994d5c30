/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_JOURNAL_H
#define TC_SANDBOX_JOURNAL_H

#include "tools/sandbox/request/request.h"

/* With -v, a line on standard error for a request that is about to be answered: time, method, path,
 * status, duration, and who sent it. Without its query, which may hold a bewit or a signature. */
void journal_request(const struct request *request);

#endif
