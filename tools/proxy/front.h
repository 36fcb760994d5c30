/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_FRONT_H
#define TC_PROXY_FRONT_H

/* The task's side: connections, by libmicrohttpd, which waits for nothing by itself: the loop of
 * the proxy waits for its descriptor. */

#include "tools/proxy/proxy.h"

/* Listens, and stores the port. */
int front_open(struct proxy *proxy, tc_error *err);

/* Does what is to be done on connections; after each turn of the loop. */
void front_turn(struct proxy *proxy);

/* How long the loop may wait, in ms; -1: for ever. */
int64_t front_wait_ms(const struct proxy *proxy);

/* Closes every connection; what they wait for is canceled. */
void front_close(struct proxy *proxy);

#endif
