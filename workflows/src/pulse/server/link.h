/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_LINK_H
#define TC_WORKFLOWS_PULSE_LINK_H

#include "workflows/src/pulse/server/server.h"

/* For who waits for it, and can be told: it ends where memory does, and where the options set no
 * offline_max_ms, by this one. Right after tc__link_new. */
void tc__link_make_brief(struct tc__link *link, int64_t ms);

#endif
