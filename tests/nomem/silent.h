/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SILENT_H
#define TC_TESTS_SILENT_H

/* Transports that answer at once, wait for nothing, and allocate nothing of their own: each test
 * has its own way to deliver. */

#include "runtime/src/http/transport.h"

/* A reply of 200 with this JSON text, in one piece. */
void silent_reply(struct tc__reply *reply, const char *body);

bool silent_wait(struct tc__transport *transport, int64_t ms, const tc_cancel *cancel,
	struct tc__awaited *awaited);
void silent_free(struct tc__transport *transport);

#define SILENT_KIND(delivering) \
	{ \
		.deliver = (delivering), .wait = silent_wait, .free = silent_free \
	}

#endif
