/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CLOCK_H
#define TC_RUNTIME_CLOCK_H

/* Time and randomness, each through the seam when there is one. `seams` may always be NULL: the
 * system's. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <taskcluster/seams.h>

/* The wall clock. */
struct timespec tc__clock_now(const struct tc_seams *seams);
int64_t tc__clock_now_ms(const struct tc_seams *seams);

/* A clock that never goes back, for timeouts, pauses and budgets; ms since some fixed moment. NULL
 * is for what the system itself times: libcurl's wishes, look-ups of names. */
int64_t tc__steady_ms(const struct tc_seams *seams);

/* Whether time may pass otherwise than for the system, so that a wait must look at it in between:
 * after so many ms. */
#define TC__SLICE_MS 4
bool tc__time_is_seamed(const struct tc_seams *seams);

/* Lets time pass, where there is nothing else to wait for: `ms`, or less. */
void tc__sleep(const struct tc_seams *seams, int64_t ms);

/* `later_ms` after `now_ms`; INT64_MAX, which is never, when it is negative or beyond all time. */
static inline int64_t tc__later(int64_t now_ms, int64_t later_ms)
{
	return later_ms < 0 || now_ms > INT64_MAX - later_ms ? INT64_MAX : now_ms + later_ms;
}

/* Random bytes. */
void tc__random(const struct tc_seams *seams, void *bytes, size_t length);

/* A random number, even between 0 (included) and 1 (excluded). */
double tc__random_fraction(const struct tc_seams *seams);

#endif
