/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_RANDOM_H
#define TC_RUNTIME_RANDOM_H

#include <stddef.h>

/* Bytes that nobody can guess. What a client's options may replace is in common/clock.h. */
void tc__random_bytes(void *bytes, size_t length);

#endif
