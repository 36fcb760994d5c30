/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_BATCH_H
#define TASKCLUSTER_BATCH_H

/* A list of calls, performed many at a time, with the results in the order of the list. */

#include <taskcluster/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tc_batch_options {
	size_t size;        /* set by TC_BATCH_OPTIONS_INIT */
	size_t in_flight;   /* calls under way at the same time; 16 */
	bool stop_at_error; /* the first failure cancels what has not ended; else all are performed,
			       and each failure is told */
	int64_t timeout_ms; /* for each attempt; 0: the call's */
	int64_t deadline_ms; /* for all of it: what has not ended then is TC_ERROR_TIMEOUT; 0: no
				limit but those of the calls */
};
#define TC_BATCH_OPTIONS_INIT TC_SIZED_INIT(struct tc_batch_options)

struct tc_batch_result {
	tc_response *response; /* NULL when the call failed, */
	tc_error err; /* and how; TC_ERROR_CANCELED for those that another's failure ended */
};

/*
 * Performs calls[0] to calls[count - 1] and waits for all of them; results[] has room for `count`,
 * is filled in any case, and goes to tc_batch_clear. TC_OK when every call succeeded; else the code
 * of the failure that came first, whose text in *err begins with the call's position. The calls
 * stay the caller's, and may be of different clients of this thread. NULL options: the defaults.
 */
TC_API int tc_batch_perform(tc_call *const *calls, size_t count,
	const struct tc_batch_options *options, struct tc_batch_result *results, tc_error *err);

/* Releases what is in the results, which are then as new. */
TC_API void tc_batch_clear(struct tc_batch_result *results, size_t count);

#ifdef __cplusplus
}
#endif

#endif
