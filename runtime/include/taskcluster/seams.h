/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_SEAMS_H
#define TASKCLUSTER_SEAMS_H

/*
 * Where time and randomness come from, for tests and special hosts: named in the options of a
 * client (for its blocking calls, lists, streams, batches and waits) and in those of a loop (for
 * its timers, and the deadlines and pauses of what runs on it). Give both the same ones. With
 * `steady` and `sleep` that share a number, a day of retries, pauses and timers is over in a
 * moment:
 *
 *	static int64_t steady(void *data) { return *(int64_t *)data; }
 *	static void pass(void *data, int64_t ms) { *(int64_t *)data += ms; }
 *
 *	struct tc_seams seams = TC_SEAMS_INIT;
 *	seams.steady = steady;
 *	seams.sleep = pass;
 *	seams.data = &now_ms;
 *	options.seams = &seams;
 *
 * What libcurl and the system do goes by the system's clock whatever the seams say: connections,
 * the timeout_ms of an attempt, limits on silence, look-ups of names.
 */

#include <taskcluster/base.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Start from TC_SEAMS_INIT; NULL is the system's. The struct is copied, `data` is borrowed. They
 * are called on the thread of the client or loop, and must not call either.
 *
 * `steady` is read whenever it matters how much time has passed. With it and without `sleep` waits
 * are real, but look at it every few ms, and end when it was moved as far. `sleep` is called
 * instead of waiting while no attempt is under way and no descriptor watched, with the time until
 * something is due; if less has passed by `steady` when it returns, it is called again. Where
 * nothing is due, and where a host waits (the hook face of a loop), it is not called.
 */
struct tc_seams {
	size_t size;                                            /* set by TC_SEAMS_INIT */
	struct timespec (*clock)(void *data);                   /* the wall clock, UTC */
	void (*random)(void *data, void *bytes, size_t length); /* for nonces and jitter */
	int64_t (*steady)(void *data); /* ms since some fixed moment; never goes back */
	void (*sleep)(void *data, int64_t ms);
	void *data;
};
#define TC_SEAMS_INIT TC_SIZED_INIT(struct tc_seams)

#ifdef __cplusplus
}
#endif

#endif
