/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_PROXY_REPLY_H
#define TC_PROXY_REPLY_H

/* What goes back to the task: a reply of the service without what is not the task's, or a sentence
 * of the proxy's own. Each sets exchange->status and ->response, false without memory. */

#include "tools/proxy/exchange.h"
#include <taskcluster/response.h>

/* {"code","message"}, as the services say it. */
bool reply_error(struct exchange *exchange, unsigned status, const char *code, const char *message);

/* A text, which is copied; may be empty. */
bool reply_text(struct exchange *exchange, unsigned status, const char *text, const char *location);

/* A whole reply. */
bool reply_whole(struct exchange *exchange, const tc_response *response);

/* The head of one whose body comes by exchange_read. */
bool reply_stream(
	struct exchange *exchange, const tc_response *head, MHD_ContentReaderCallback read);

#endif
