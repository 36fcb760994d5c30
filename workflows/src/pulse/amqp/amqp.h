/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_AMQP_H
#define TC_WORKFLOWS_AMQP_H

/*
 * AMQP 0-9-1 with one channel, on a loop, without blocking. Methods, properties and tables are read
 * and written by librabbitmq; its connections, which wait, are not used.
 *
 *	tc__amqp_new  ->  opened  ->  ask, replied, ask, replied …  ->  lost
 *
 * Its user's functions are called from the loop, and, but for `opened`, from tc__amqp_beat; so they
 * take what comes, and leave what calls a user's callback to a timer of theirs. In them everything
 * is allowed, tc__amqp_free included, which takes effect when they return.
 */

#include "workflows/src/pulse/amqp/rabbitmq.h"
#include <taskcluster/client.h>
#include <taskcluster/loop.h>

struct tc__amqp;

/* Whom to be, where; all is borrowed until tc__amqp_new returns. */
struct tc__amqp_target {
	tc_client *client; /* for the network; referenced */
	const char *url;   /* tcp://HOST:PORT, tls://HOST:PORT */
	const char *user, *password, *vhost;
	int64_t timeout_ms; /* until `opened`, and then for each answer */
	int heartbeat_s;    /* 0: none */
};

/* A message that came: by basic.deliver, or basic.return. What is reached through it is borrowed,
 * but for the body. */
struct tc__amqp_content {
	const amqp_method_t *method;
	const amqp_basic_properties_t *properties;
	char *body; /* the user's, for free(); a NUL stands behind it */
	size_t length;
};

struct tc__amqp_user {
	void *data;
	/* Logged in and the channel open; also after tc__amqp_reopen. */
	void (*opened)(void *data);
	/* The answer to what was asked first of all that is not answered yet. */
	void (*replied)(void *data, const amqp_method_t *method);
	/* The broker has closed the channel, and what was asked or told on it may be lost. *err is
	 * borrowed: TC_ERROR_HTTP with the broker's code as http_status, and its text; `asked`:
	 * something was not answered yet. Go on by tc__amqp_reopen, or end it. */
	void (*refused)(void *data, const tc_error *err, bool asked);
	void (*content)(void *data, struct tc__amqp_content *content);
	/* What comes unasked: basic.ack, basic.nack, basic.cancel, connection.blocked,
	 * connection.unblocked. */
	void (*told)(void *data, const amqp_method_t *method);
	/* Nothing is unsent any more, after there was; may be NULL. */
	void (*drained)(void *data);
	/* It is over: by tc__amqp_close (*err NULL), or else why. tc_error_may_repeat says whether
	 * to try again; TC_ERROR_CREDENTIALS with 403: the broker refused the password,
	 * TC_ERROR_ARGUMENT with 530: the vhost. Nothing comes any more. */
	void (*lost)(void *data, const tc_error *err);
};

/* Begins to connect. */
struct tc__amqp *tc__amqp_new(tc_loop *loop, const struct tc__amqp_target *target,
	const struct tc__amqp_user *user, tc_error *err);

/* Asks: `replied` will come with the method that answers, whose number is the next one's, or
 * `refused`. What is asked stays in order. `fields` is librabbitmq's struct of the method, such as
 * amqp_queue_declare_t. */
int tc__amqp_ask(
	struct tc__amqp *amqp, amqp_method_number_t method, const void *fields, tc_error *err);

/* Tells, without an answer: basic.ack and its like. It goes out when the loop goes on. Not TC_OK:
 * memory ended, or the connection is gone. */
int tc__amqp_tell(
	struct tc__amqp *amqp, amqp_method_number_t method, const void *fields, tc_error *err);

/* The same with a message, by basic.publish. */
int tc__amqp_publish(struct tc__amqp *amqp, const amqp_basic_publish_t *fields,
	const amqp_basic_properties_t *properties, const char *body, size_t length, tc_error *err);

/* Bytes that are not sent yet. */
size_t tc__amqp_unsent(const struct tc__amqp *amqp);

/* Opens the channel again after `refused`; `opened` comes. */
int tc__amqp_reopen(struct tc__amqp *amqp, tc_error *err);

/* Sends and takes what there is, and a heartbeat where nothing else waits to be sent, without
 * waiting. In one of its user's functions nothing is taken. */
void tc__amqp_beat(struct tc__amqp *amqp);

/* Says goodbye: what was told goes out before; `lost` comes with NULL, after some seconds also
 * without the broker's answer. */
void tc__amqp_close(struct tc__amqp *amqp);

/* At once. NULL is fine. */
void tc__amqp_free(struct tc__amqp *amqp);

#endif
