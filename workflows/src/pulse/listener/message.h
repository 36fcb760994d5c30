/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_MESSAGE_H
#define TC_WORKFLOWS_PULSE_MESSAGE_H

/*
 * A message that came, as a listener's user gets it.
 *
 * Its words: the routing key is split at each dot, and a word may be empty. There must be as many
 * as the exchange's table has; more only where one of the table may have several words, and then
 * the last such has all that are too many, with the dots between them. It has one at least, though
 * its wildcard in a binding ("#") lets none pass, too: services write every entry ("_" for what is
 * unset), and of a key that is a word short nobody knows which is missing. What the table says of
 * constants is not checked.
 *
 * AMQP's texts may hold NUL: each becomes U+FFFD, as in replies, so that nothing is cut off.
 *
 * Of its headers, CC has its further keys (entries that are neither text nor bytes are left out),
 * and x-delivery-count the delivery count, an integer of any width.
 */

#include "workflows/src/pulse/amqp/amqp.h"
#include <taskcluster/pulse_listener.h>

/* What a listener has of a message besides. */
struct tc__message {
	struct tc_pulse_message given; /* first: it is what users have */
	tc_pulse_listener *listener;
	struct tc__message *next, *before; /* of the listener's lists */
	uint64_t tag;                      /* the broker's number of it, on */
	int64_t connection;                /* the listener's connection of this number */
	char *body;                        /* its own */
	char *key;                         /* of tc_pulse_message_key; NULL: not asked for yet */
	tc_error fault;                    /* the listener's: what its body was found to be */
};

/*
 * Makes a message of a basic.deliver, and takes its body over (also on failure); all of the message
 * and its tag is set, what the listener has of it besides is zero. NULL without memory. Bodies are
 * read as replies are, mended. When one is not what `bodies` asks for, *fault (never NULL), which
 * is cleared first, is set: TC_ERROR_REPLY, its text names the exchange and the key, and typed and
 * json are NULL.
 *
 * The delivery count is what came with it (-1: nothing): a quorum queue, which counts from the
 * second delivery on, leaves what the sender said of it in the first, and a classic one in all.
 */
struct tc__message *tc__message_new(
	struct tc__amqp_content *content, enum tc_pulse_bodies bodies, tc_error *fault);

/* With all that is reached through it. NULL is fine. */
void tc__message_free(struct tc__message *message);

#endif
