/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CLOCK_H
#define TC_RUNTIME_CLOCK_H

/* Time and randomness, each behind a seam that a client's options can replace. */

#include <stddef.h>
#include <stdint.h>
#include <taskcluster/seams.h>

/* The wall clock, through the seam when there is one. */
struct timespec tc__clock_now(const struct tc_seams *seams);
int64_t tc__clock_now_ms(const struct tc_seams *seams);

/* A clock that never goes back, for timeouts and budgets; ms since some fixed moment. */
int64_t tc__clock_steady_ms(void);

/* Random bytes, through the seam when there is one. */
void tc__random(const struct tc_seams *seams, void *bytes, size_t length);

/* A random number, even between 0 (included) and 1 (excluded). */
double tc__random_fraction(const struct tc_seams *seams);

#endif
