/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_TIMERS_H
#define TC_SANDBOX_TIMERS_H

#include "tools/sandbox/request/sandbox.h"

/* Does what time brings: claims that end, deadlines, entries that expire. Returns how long, in ms,
 * the server may wait for requests before this must run again. */
int64_t timers_run(struct sandbox *sandbox);

#endif
