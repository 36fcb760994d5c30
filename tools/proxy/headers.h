/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_HEADERS_H
#define TC_PROXY_HEADERS_H

/* Which headers go through the proxy. `connection` is the message's own Connection header, whose
 * names are about that connection, too; NULL: it has none. */

#include <stdbool.h>

/* Of a request, on its way to the service. */
bool headers_pass_request(const char *name, const char *connection);

/* Of a reply, on its way to the task. */
bool headers_pass_reply(const char *name, const char *connection);

#endif
