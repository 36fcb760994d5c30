/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_LINK_H
#define TC_WORKFLOWS_PULSE_LINK_H

#include "workflows/src/pulse/server/server.h"

/* Where the options set no offline_max_ms, this one counts. Right after tc__link_new. */
void tc__link_set_offline_max(struct tc__link *link, int64_t ms);

#endif
