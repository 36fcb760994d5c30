/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LIVE_AGE_H
#define TC_CLI_LIVE_AGE_H

#include <stdint.h>

#define AGE_TEXT_SIZE 64

/* "3 hours ago", "a moment ago"; what comes from the future is of "an unknown time". */
void age_text(int64_t age_s, char text[AGE_TEXT_SIZE]);

#endif
