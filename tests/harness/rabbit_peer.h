/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_RABBIT_PEER_H
#define TC_TESTS_RABBIT_PEER_H

/*
 * The other side of a RabbitMQ: who listens and publishes by librabbitmq alone, and so is no user
 * of what is tested. All of it waits, and fails the test where not said otherwise.
 */

#include "tests/harness/rabbit.h"
#include "workflows/src/pulse/amqp/rabbitmq.h" /* the headers of librabbitmq */

#define RABBIT_CHANNEL 1

/* A connection with RABBIT_CHANNEL open, as one of the broker's users, without TLS, for
 * rabbit_leave. */
amqp_connection_state_t rabbit_log_in(const struct rabbit *rabbit, const char *user);
void rabbit_leave(amqp_connection_state_t peer);

/* The code of the reply to what was asked last, by which the channel or the connection was closed;
 * 0: it was not refused. After a channel's end it is open again. */
int rabbit_refusal(amqp_connection_state_t peer);

/* Declares a durable queue (quorum or classic), or a durable topic exchange, and binds them. They
 * must not be refused. */
void rabbit_declare_queue(amqp_connection_state_t peer, const char *queue, bool quorum);
void rabbit_declare_exchange(amqp_connection_state_t peer, const char *exchange);
void rabbit_bind(
	amqp_connection_state_t peer, const char *queue, const char *exchange, const char *key);

/* How many messages wait in a queue, which must be there; how many listen to it in *consumers,
 * unless NULL. */
int rabbit_count(amqp_connection_state_t peer, const char *queue, int *consumers);

/* The same when `expected` wait there, or what it is after long: quorum queues write down late what
 * came. */
int rabbit_count_until(amqp_connection_state_t peer, const char *queue, int expected);

/* Publishes a persistent message of JSON. `cc` are further keys, NULL-ended, or NULL for none. It
 * is not confirmed: declare or leave to know that it arrived. */
void rabbit_publish(amqp_connection_state_t peer, const char *exchange, const char *key,
	const char *const *cc, const char *body);

/* A listener, as the administrator, with a durable queue `name`, bound to each of the exchanges
 * (NULL-ended), which are declared, by `key`. */
amqp_connection_state_t rabbit_listen(const struct rabbit *rabbit, const char *name,
	const char *const *exchanges, const char *key);

struct delivery {
	char exchange[128], routing_key[256], cc[512], content_type[64];
	int delivery_mode;
	char *body; /* released by the next */
	size_t length;
};

/* The next message, acknowledged; false when none comes within the time. */
bool rabbit_next(amqp_connection_state_t listener, struct delivery *delivery, int timeout_ms);

#endif
