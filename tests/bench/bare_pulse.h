/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BARE_PULSE_H
#define TC_TESTS_BARE_PULSE_H

/* The bare side of the Pulse measures: librabbitmq as its own examples have it, with every byte
 * prepared beforehand; a body is read by yajl, whose callbacks only count. Whatever goes wrong
 * aborts. */

#include <stddef.h>

struct bare_pulse;

/* A connection to a broker of this machine, with a channel. */
struct bare_pulse *bare_pulse_open(int port, const char *user, const char *password);

/* A durable topic exchange. */
void bare_pulse_exchange(struct bare_pulse *pulse, const char *exchange);

/* A queue that is gone with its last consumer (or the broker), and holds the last `length_max`
 * messages (0: all). */
void bare_pulse_queue(struct bare_pulse *pulse, const char *queue, int length_max);
void bare_pulse_bind(struct bare_pulse *pulse, const char *queue, const char *exchange);

/* Takes `count` messages and acknowledges each. The first time it begins to consume. */
void bare_pulse_consume(struct bare_pulse *pulse, const char *queue, int prefetch, size_t count);

struct bare_message {
	const char *exchange, *routing_key, *body;
};

/* Publishes it `count` times, persistent and with confirms, `window` of them unconfirmed at most;
 * all are confirmed when it returns. */
void bare_pulse_publish(struct bare_pulse *pulse, const struct bare_message *message,
	unsigned window, size_t count);

void bare_pulse_free(struct bare_pulse *pulse);

#endif
