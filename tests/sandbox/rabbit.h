/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SANDBOX_RABBIT_H
#define TC_TESTS_SANDBOX_RABBIT_H

/* A RabbitMQ of its own for a test: free ports of loopback, a folder for all that it writes, and
 * its own name server; nothing of it stays. */

#include "tools/sandbox/pulse/rabbitmq.h"
#include <stdbool.h>
#include <sys/types.h>

struct rabbit {
	pid_t epmd, server;
	int port, distribution_port, epmd_port;
	char folder[64];
	char url[100];
};

/* False when there is no rabbitmq-server on this machine. Stops the test when it does not start. */
bool rabbit_prepare(struct rabbit *rabbit);
void rabbit_start(struct rabbit *rabbit); /* also again, with what it kept */
void rabbit_kill(struct rabbit *rabbit);  /* as a crash would; it may be started again */
void rabbit_end(struct rabbit *rabbit);

/* A listener with a durable queue `name`, bound to each of the exchanges (NULL-ended) by `key`. */
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
