/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nomem/silent.h"

#include <string.h>

void silent_reply(struct tc__reply *reply, const char *body)
{
	static const char *const head[] = { "HTTP/1.1 200 OK\r\n",
		"Content-Type: application/json\r\n", "\r\n" };

	for (size_t i = 0; i < 3; i++)
		tc__reply_line(reply, head[i], strlen(head[i]));
	tc__reply_body(reply, body, strlen(body));
}

bool silent_wait(struct tc__transport *transport, int64_t ms, const tc_cancel *cancel,
	struct tc__awaited *awaited)
{
	(void)transport;
	(void)ms;
	(void)cancel;
	(void)awaited;
	return true;
}

void silent_free(struct tc__transport *transport)
{
	(void)transport;
}
