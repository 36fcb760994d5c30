/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_PULSE_H
#define TC_SANDBOX_PULSE_H

/*
 * What happens is told to a RabbitMQ (--pulse). A message is written into the outbox in the same
 * transaction as the change that it tells of; after the commit the publisher takes it, and what the
 * broker has confirmed leaves the outbox. So a message may come twice, and none is lost, also when
 * the sandbox is killed. Without --pulse all of this does nothing.
 */

#include "tools/sandbox/request/sandbox.h"

/* A message into the outbox; `cc` are further keys, each ended by a line feed. */
void pulse_post(struct sandbox *sandbox, const char *exchange, const char *routing_key,
	const char *cc, const char *body);

int pulse_start(struct sandbox *sandbox, tc_error *err);
void pulse_stop(struct sandbox *sandbox);

/* Hands on what was committed and removes what was confirmed; between requests. Returns how long
 * it may be left alone. */
int64_t pulse_run(struct sandbox *sandbox, int64_t now_ms);

#endif
