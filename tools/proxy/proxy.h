/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_PROXY_H
#define TC_PROXY_PROXY_H

#include "tools/proxy/identity.h"
#include "tools/proxy/options.h"
#include <taskcluster/loop.h>

#define PROXY_REVISION "libtaskcluster"

/* Requests at a time; a connection is one. */
#define PROXY_REQUESTS_MAX 1000

struct exchange;
struct MHD_Daemon;

struct proxy {
	struct options options;
	struct identity identity;
	tc_loop *loop;
	struct MHD_Daemon *daemon;
	unsigned port;
	int signals;              /* signalfd; 0: there is none yet */
	struct exchange *waiting; /* whose connections are suspended */
	bool stopping;
	void (*suspend)(struct exchange *exchange); /* its connection waits until it is resumed: */
	void (*resume)(struct exchange *exchange);  /* there is something for its connection */
};

#endif
