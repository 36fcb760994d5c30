/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/transport_curl.h"

#include "runtime/src/common/clock.h"
#include <stdatomic.h>

/*
 * A look-up cannot be broken off: the thread that makes it stays until the resolver gives up. A
 * transfer that ends before leaves it behind, so that nobody has to wait for it. libcurl does not
 * tell when it has ended, so it is taken to be under way for as long as resolvers usually try:
 * glibc asks each of up to three servers twice, five seconds each time. All of that goes by the
 * system's clock: no client's seam makes a thread end sooner.
 */
#define LEFT_FOR_MS 30000

/* Of the whole process, as its threads are. */
static _Atomic int64_t left[TC__LOOKUPS_LEFT_MAX]; /* since when, on the steady clock; 0: free */

static bool is_free(int64_t since, int64_t now)
{
	return !since || now - since > LEFT_FOR_MS;
}

bool tc__lookup_may_begin(void)
{
	int64_t now = tc__steady_ms(NULL);

	for (size_t i = 0; i < TC__LOOKUPS_LEFT_MAX; i++)
		if (is_free(atomic_load_explicit(&left[i], memory_order_relaxed), now))
			return true;
	return false;
}

void tc__lookup_left(void)
{
	int64_t now = tc__steady_ms(NULL);

	for (size_t i = 0; i < TC__LOOKUPS_LEFT_MAX; i++) {
		int64_t since = atomic_load(&left[i]);
		if (is_free(since, now) && atomic_compare_exchange_strong(&left[i], &since, now))
			return;
	}
}
