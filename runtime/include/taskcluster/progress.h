/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_PROGRESS_H
#define TASKCLUSTER_PROGRESS_H

/* How a call tells how far it is; taskcluster/client.h includes it. */

#include <taskcluster/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far the attempt that runs has come; totals are -1 while unknown. */
struct tc_progress {
	int64_t sent, send_total;
	int64_t received, receive_total;
	const struct tc_call *call; /* whose it is, */
	uint64_t run;               /* and its number on a tc_loop; 0: it is on none */
};

/* Called now and then while a call runs, also while it waits before a retry, on the client's
 * thread, from inside the call: no other call of the client can be made there, but what is the
 * client's may be freed. Anything but 0 cancels the call with TC_ERROR_CANCELED. */
typedef int tc_progress_fn(void *data, const struct tc_progress *progress);

#ifdef __cplusplus
}
#endif

#endif
