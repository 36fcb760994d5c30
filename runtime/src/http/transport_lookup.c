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

/*
 * From libcurl 8.20 on the threads are those of a multi handle: its end waits for all of them, and
 * while the 20 that it has by default hang, no other name is looked up. Versions before, whose
 * headers lack the two options, refuse them. A name takes two threads, one for each kind of
 * address.
 */
#define MULTI_OPTION(number) ((CURLMoption)(CURLOPTTYPE_LONG + (number)))
#define RESOLVE_THREADS_MAX MULTI_OPTION(20)
#define QUICK_EXIT MULTI_OPTION(21)
#define THREADS_MAX (2L * TC__LOOKUPS_LEFT_MAX + 20)

void tc__lookup_set_free(CURLM *multi)
{
	curl_multi_setopt(multi, RESOLVE_THREADS_MAX, THREADS_MAX);
	curl_multi_setopt(multi, QUICK_EXIT, 1L);
}

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
