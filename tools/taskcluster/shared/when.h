/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_WHEN_H
#define TC_CLI_SHARED_WHEN_H

/* Times, in ms. */

#include <taskcluster/json.h>

#include <stdint.h>

/* The time that a date in JSON says, in ms since 1970. False, and *ms stays, where it is none. */
bool when_ms(const tc_json *date, int64_t *ms);

/* Now, by a clock that never goes back. */
int64_t when_steady_ms(void);

#endif
