/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_LIVELOG_INSIDE_H
#define TC_LIVELOG_INSIDE_H

/* What the server and its readers share. */

#include "runtime/src/base/bell.h"
#include "tools/livelog/livelog.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum log_state { LOG_GROWS, LOG_WHOLE, LOG_BROKEN };

struct livelog {
	int fd;
	char *token;
	int port;
	int readers_max;
	unsigned stuck_seconds;

	struct MHD_Daemon *daemon;
	pthread_t thread;

	/* what other threads tell the server's, and are told */
	struct tc__bell bell;
	atomic_bool rung; /* since the server's thread looked */
	atomic_bool stopping;
	atomic_int state; /* enum log_state */
	atomic_int readers;

	/* its thread's alone */
	struct reader *waiting; /* have all that there is; suspended */
	bool resumed;           /* somebody, since the daemon ran: it says so to nobody */
};

#endif
