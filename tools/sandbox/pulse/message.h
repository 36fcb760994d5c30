/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_PULSE_MESSAGE_H
#define TC_SANDBOX_PULSE_MESSAGE_H

/* A message's body, written from left to right and handed to the outbox. Only with --pulse: ask
 * sandbox->pulse first. */

#include "tools/sandbox/base/write.h"
#include "tools/sandbox/request/sandbox.h"

/* The body with its object open. */
struct writer message_begin(void);

/* Closes the object and posts it; releases the writer. What failed while it was written, a NULL
 * key included, makes the transaction fail. `cc` as in pulse_post. */
void message_post(struct sandbox *sandbox, const char *exchange, const char *routing_key,
	const char *cc, struct writer *message);

#endif
