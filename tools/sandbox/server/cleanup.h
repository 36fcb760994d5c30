/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_CLEANUP_H
#define TC_SANDBOX_CLEANUP_H

#include "tools/sandbox/request/sandbox.h"

/*
 * Removes what expired a day ago or earlier (until then it can be told apart from what never was),
 * a bounded number of rows at once so that no request waits long. Returns after how many ms it must
 * be called again.
 */
int64_t cleanup_run(struct sandbox *sandbox, int64_t now_ms);

#endif
