/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_CLOCK_H
#define TC_SANDBOX_CLOCK_H

#include <stdint.h>

/* The system's clock, ms since 1970. */
int64_t sandbox_now(void);

#endif
