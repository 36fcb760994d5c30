/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_FAKE_AMQP_H
#define TC_TESTS_FAKE_AMQP_H

/*
 * What a listener and a publisher need of a broker, as processes of its own on a free port of
 * loopback, so that nothing is allocated in the test's. It agrees with whatever is declared, keeps
 * nothing, gives each consumer the same messages, at most its prefetch at a time, and confirms what
 * is published. It is much faster than a RabbitMQ, and does what none does: see the faults. Its
 * bytes are written by hand, as the AMQP 0-9-1 specification has them.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A method's number, as librabbitmq's AMQP_…_METHOD are. */
#define FAKE_AMQP(class_id, method_id) ((uint32_t)(class_id) << 16 | (uint32_t)(method_id))
#define FAKE_AMQP_START FAKE_AMQP(10, 10)
#define FAKE_AMQP_TUNE FAKE_AMQP(10, 30)
#define FAKE_AMQP_OPEN_OK FAKE_AMQP(10, 41)
#define FAKE_AMQP_CHANNEL_OPEN_OK FAKE_AMQP(20, 11)
#define FAKE_AMQP_EXCHANGE_DECLARE_OK FAKE_AMQP(40, 11)
#define FAKE_AMQP_QUEUE_DECLARE_OK FAKE_AMQP(50, 11)
#define FAKE_AMQP_CONSUME_OK FAKE_AMQP(60, 21)
#define FAKE_AMQP_DELIVER FAKE_AMQP(60, 60)
#define FAKE_AMQP_ACK FAKE_AMQP(60, 80)

/* What goes wrong on a connection: where a method (with a message's header and body) would be sent
 * for the first time, these bytes are, and then … */
struct fake_amqp_fault {
	uint32_t instead_of; /* 0: already when the connection is there */
	const char *bytes;
	size_t length;
	enum { FAKE_AMQP_CLOSE, FAKE_AMQP_SILENCE, FAKE_AMQP_GO_ON } then;
};

struct fake_amqp_plan {
	/* Of the first, second … connection; those after them have none. */
	const struct fake_amqp_fault *faults;
	size_t fault_count;
	unsigned messages; /* for each consumer */
	const char *exchange, *routing_key, *body;
};

/* Of all connections so far. */
struct fake_amqp_seen {
	atomic_uint connections, consumers, acked, refused, published;
};

struct fake_amqp {
	pid_t process;
	char url[64]; /* "amqp://guest:guest@127.0.0.1:1234" */
	struct fake_amqp_seen *seen;
};

/* Ends with the test; the plan is to live as long. Stops the test when it cannot. */
void fake_amqp_start(struct fake_amqp *fake, const struct fake_amqp_plan *plan);
void fake_amqp_stop(struct fake_amqp *fake);

#endif
