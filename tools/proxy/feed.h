/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_FEED_H
#define TC_PROXY_FEED_H

/* Credentials by a pipe (--credentials-fd): a line of JSON at the start, and one for each that
 * replaces them. A line that cannot be taken is told on standard error and changes nothing. The
 * end of the pipe is the end of the proxy: whoever started it has gone. */

#include "tools/proxy/proxy.h"

/* Waits for the first line, which has to be good. */
int feed_first(struct proxy *proxy, tc_error *err);

/* From now on the loop takes what comes. */
int feed_watch(struct proxy *proxy, tc_error *err);

/* Forgets what came of a line that has not ended. */
void feed_close(void);

#endif
