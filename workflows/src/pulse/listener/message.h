/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_MESSAGE_H
#define TC_WORKFLOWS_PULSE_MESSAGE_H

/* A message that came, as a listener's user gets it. */

#include "workflows/src/pulse/amqp/amqp.h"
#include <taskcluster/pulse_listener.h>

/* What a listener has of a message besides. */
struct tc__message {
	struct tc_pulse_message given; /* first: it is what users have */
	tc_pulse_listener *listener;
	struct tc__message *next, *before; /* of the listener's lists */
	uint64_t tag;                      /* the broker's number of it, on */
	int64_t connection;                /* the listener's connection of this number */
	char *key;                         /* of tc_pulse_message_key; NULL: not asked for yet */
	tc_error fault;                    /* the listener's: what its body was found to be */
};

/*
 * Makes a message of a basic.deliver, and takes its body over (also on failure). NULL without
 * memory. When the body is not what `bodies` asks for, *fault is set (TC_ERROR_REPLY), and typed
 * and json are NULL.
 */
struct tc__message *tc__message_new(
	struct tc__amqp_content *content, enum tc_pulse_bodies bodies, tc_error *fault);

/* With all that is reached through it. NULL is fine. */
void tc__message_free(struct tc__message *message);

#endif
