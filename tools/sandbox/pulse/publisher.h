/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_PUBLISHER_H
#define TC_SANDBOX_PUBLISHER_H

/*
 * Messages on their way to RabbitMQ, in a thread of its own: a broker that is slow or away must
 * not hold up a request. It declares the exchanges, publishes persistent messages in the order in
 * which they were given, and counts those that the broker has confirmed; after a lost connection
 * all others are published again, so that one may arrive twice, and none is lost.
 */

#include "runtime/src/base/memory.h"
#include <taskcluster/error.h>
#include <time.h>

struct publisher;

struct publication {
	int64_t seq; /* rising */
	const char *exchange, *routing_key;
	const char *cc; /* further keys, each ended by a line feed; "" for none */
	const char *body;
};

/* `url` is amqp://user:password@host:port/vhost, percent-encoded. It need not be reachable yet;
 * `exchanges` (NULL-ended) must outlive the publisher. NULL when the URL is malformed. */
struct publisher *publisher_start(const char *url, const char *const *exchanges, tc_error *err);

/* How many messages it would take now. */
size_t publisher_room(struct publisher *publisher);

/* Copies a message; false when memory ends. */
bool publisher_give(struct publisher *publisher, const struct publication *publication);

/* All messages up to this seq are confirmed; 0 for none. */
int64_t publisher_confirmed(struct publisher *publisher);

/* Waits a little for confirmations that are under way. */
void publisher_settle(struct publisher *publisher);

/* Ends it. NULL is fine. */
void publisher_stop(struct publisher *publisher);

#define BROKER_WHY_SIZE 300

/* The last that was told of what goes wrong, and when, on a clock that never goes back; all zero
 * when nothing has. */
struct trouble {
	char told[BROKER_WHY_SIZE];
	time_t told_at;
};

/* Whether `why` is to be told now, and remembers it then: when it is news, and once a minute while
 * it lasts. */
bool trouble_is_due(struct trouble *trouble, const char *why, time_t now_s);

#endif
