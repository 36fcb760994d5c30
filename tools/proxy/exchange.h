/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_EXCHANGE_H
#define TC_PROXY_EXCHANGE_H

/*
 * One request and its reply. The front (front.c) tells what comes from the task, and asks for what
 * goes back; between both is a run on the loop, which may end before or after the task's
 * connection. All on one thread.
 *
 *	exchange_begin	the head is there
 *	exchange_take	bytes of its body, as often as they come
 *	exchange_start	the body is whole: sends it on, or answers at once
 *	exchange_read	bytes of the reply
 *	exchange_leave	the connection is done with it, or gone
 */

#include "tools/proxy/proxy.h"
#include "tools/proxy/route.h"
#include "tools/proxy/spool.h"
#include <microhttpd.h>

#define EXCHANGE_KEPT ((size_t)64 * 1024) /* of a reply, when nobody reads it */

struct exchange {
	struct proxy *proxy;
	struct MHD_Connection *connection;
	char *target; /* as it was sent */
	char *method; /* NULL until the head is there */
	struct route route;
	tc_client *client; /* who signs; NULL: nobody */
	struct spool spool;
	bool refused;  /* its body is thrown away */
	bool stranger; /* it may not know anything of the proxy */

	uint64_t run;
	bool started, running;
	bool left; /* the connection is gone: the run's end frees all */
	char *endpoint;

	/* the reply */
	unsigned status;
	struct MHD_Response *response; /* ready, and not sent yet */
	bool queued;                   /* it is on its way */
	bool streams;                  /* its body comes by exchange_read, */
	struct tc__buffer bytes;       /* of which this is here, */
	size_t taken;                  /* without these */
	bool full, ended, broken;

	/* while the connection waits */
	bool suspended;
	struct exchange *next, *previous;
};

/* NULL without memory. */
struct exchange *exchange_new(
	struct proxy *proxy, struct MHD_Connection *connection, const char *target);

/* exchange->response is set when there is nothing to wait for. False: without memory. */
bool exchange_begin(struct exchange *exchange, const char *method);
bool exchange_take(struct exchange *exchange, const char *bytes, size_t length);
bool exchange_start(struct exchange *exchange);

/* As MHD_ContentReaderCallback; 0: nothing is there yet. */
ssize_t exchange_read(struct exchange *exchange, char *bytes, size_t size);

void exchange_leave(struct exchange *exchange);

#endif
