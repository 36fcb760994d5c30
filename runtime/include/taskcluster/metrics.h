/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_METRICS_H
#define TASKCLUSTER_METRICS_H

/*
 * What each attempt came to, for whoever counts (Prometheus) or traces (OpenTelemetry);
 * taskcluster/client.h includes it.
 */

#include <taskcluster/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why another attempt follows. */
enum tc_repeat_reason {
	TC_REASON_NONE = 0,    /* none does */
	TC_REASON_NETWORK,     /* no whole reply came, */
	TC_REASON_TIMEOUT,     /* or not in time */
	TC_REASON_STATUS,      /* the server is too busy, or broken for now */
	TC_REASON_CLOCK,       /* it refused our clock, which was put right */
	TC_REASON_CREDENTIALS, /* it refused our credentials, and there are others now */
	TC_REASON_SESSION,     /* a login comes first, or came */
	TC_REASON_REDIRECT     /* a transfer is sent elsewhere */
};

/*
 * An attempt that has ended. Times are microseconds from its beginning; -1: that was not reached,
 * or not needed, as on a connection that was there already. Ids are borrowed until the hook
 * returns; service, function and method are constants.
 */
struct tc_metrics {
	const struct tc_call *call;
	uint64_t run; /* its number on a tc_loop; 0: it is on none */
	const char *service, *function,
		*method;    /* what was sent, which may be a login before the call */
	int attempt;        /* of this call, from 1; those sent with another signature count, too */
	int code;           /* TC_OK, or the enum tc_code of the failure that it was */
	int status;         /* of the reply; 0: none came */
	int64_t sent;       /* bytes of the bodies, as they went over the network: */
	int64_t received;   /* without headers, and before their encoding is taken off */
	int64_t name_us;    /* the name was looked up, */
	int64_t connect_us; /* the connection stood, to the proxy if there is one, */
	int64_t tls_us;     /* and TLS on it; */
	int64_t first_byte_us;        /* the reply began, */
	int64_t total_us;             /* and all was over */
	bool reused;                  /* on a connection that was there already */
	enum tc_repeat_reason reason; /* why another attempt follows, */
	int64_t pause_ms;             /* and in how long; -1: none follows */
	const char *request_id;       /* x-for-request-id of the reply, or NULL */
	const char *trace_id;         /* that was sent; NULL: none, as to systems without one */
};

/* Called once after each attempt that was sent, on the client's thread, from inside the call: it
 * must not use the same client. */
typedef void tc_metrics_fn(void *data, const struct tc_metrics *metrics);

#ifdef __cplusplus
}
#endif

#endif
