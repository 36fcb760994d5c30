/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_AMQP_FRAME_H
#define TC_WORKFLOWS_AMQP_FRAME_H

/*
 * Frames of AMQP 0-9-1 (2.3 of its specification), bytes in and frames out, and back. Pure. A frame
 * is its type (1 byte), channel (2), length of the payload (4), the payload, and 0xCE.
 */

#include "workflows/src/pulse/amqp/bytes.h"
#include "workflows/src/pulse/amqp/rabbitmq.h"
#include <taskcluster/error.h>

#define TC__FRAME_HEAD 7
#define TC__FRAME_EXTRA 8 /* what a frame has besides its payload */

struct tc__frame {
	int type; /* AMQP_FRAME_METHOD, …; 0: it is not whole yet */
	unsigned channel;
	const char *payload; /* in the bytes that were read */
	size_t length;
	size_t size; /* of all of it */
};

/* TC_ERROR_REPLY: the broker sent what is no AMQP, and why it is none. */
int tc__frame_fail(tc_error *err, const char *what);

/* Whether a frame is of this channel; TC_ERROR_REPLY. */
int tc__frame_check_channel(const struct tc__frame *frame, unsigned channel, tc_error *err);

/* The first frame of what came. TC_ERROR_REPLY for what is none, or is over `max` bytes. */
int tc__frame_read(
	const struct tc__bytes *bytes, size_t max, struct tc__frame *frame, tc_error *err);

/* Which method a method frame has. TC_ERROR_REPLY. */
int tc__frame_method_number(
	const struct tc__frame *frame, amqp_method_number_t *number, tc_error *err);

/* A method frame's method; `pool` has what it needs. TC_ERROR_REPLY, TC_ERROR_NOMEM. */
int tc__frame_method(
	const struct tc__frame *frame, amqp_pool_t *pool, amqp_method_t *method, tc_error *err);

/* Adds a method to what is sent. TC_ERROR_NOMEM, TC_ERROR_ARGUMENT when it is too long. */
int tc__frame_put_method(struct tc__bytes *out, unsigned channel, amqp_method_number_t method,
	const void *fields, tc_error *err);

/* Adds a message's header and its body, in frames of up to `max` bytes. */
int tc__frame_put_content(struct tc__bytes *out, unsigned channel,
	const amqp_basic_properties_t *properties, const char *body, size_t length, size_t max,
	tc_error *err);

int tc__frame_put_heartbeat(struct tc__bytes *out, tc_error *err);

#endif
