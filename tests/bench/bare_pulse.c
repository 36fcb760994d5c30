/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_pulse.h"

#include "tests/bench/bare_events.h"
#include "workflows/src/pulse/amqp/rabbitmq.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef TC_RABBITMQ_FOLDER
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

#define WINDOW_MAX 65536

struct bare_pulse {
	amqp_connection_state_t state;
	bool consumes, confirms;
	uint64_t published, before; /* the last one whose predecessors are confirmed, too */
	size_t pending;
	bool confirmed[WINDOW_MAX]; /* by the number, behind `before` */
};

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "bare pulse: %s\n", what);
	abort();
}

static void check(struct bare_pulse *pulse, const char *what)
{
	require(amqp_get_rpc_reply(pulse->state).reply_type == AMQP_RESPONSE_NORMAL, what);
}

struct bare_pulse *bare_pulse_open(int port, const char *user, const char *password)
{
	struct bare_pulse *pulse = calloc(1, sizeof *pulse);

	require(pulse, "memory");
	pulse->state = amqp_new_connection();
	require(amqp_socket_open(amqp_tcp_socket_new(pulse->state), "127.0.0.1", port) ==
			AMQP_STATUS_OK,
		"connect");
	require(amqp_login(pulse->state, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, user, password)
				.reply_type == AMQP_RESPONSE_NORMAL,
		"login");
	amqp_channel_open(pulse->state, 1);
	check(pulse, "channel.open");
	return pulse;
}

void bare_pulse_exchange(struct bare_pulse *pulse, const char *exchange)
{
	amqp_exchange_declare(pulse->state, 1, amqp_cstring_bytes(exchange),
		amqp_cstring_bytes("topic"), 0, 1, 0, 0, amqp_empty_table);
	check(pulse, "exchange.declare");
}

void bare_pulse_queue(struct bare_pulse *pulse, const char *queue, int length_max)
{
	amqp_table_entry_t entry = { .key = amqp_cstring_bytes("x-max-length"),
		.value = { .kind = AMQP_FIELD_KIND_I32, .value.i32 = length_max } };
	amqp_table_t arguments = { .num_entries = length_max > 0, .entries = &entry };

	amqp_queue_declare(pulse->state, 1, amqp_cstring_bytes(queue), 0, 0, 0, 1, arguments);
	check(pulse, "queue.declare");
}

void bare_pulse_bind(struct bare_pulse *pulse, const char *queue, const char *exchange)
{
	amqp_queue_bind(pulse->state, 1, amqp_cstring_bytes(queue), amqp_cstring_bytes(exchange),
		amqp_cstring_bytes("#"), amqp_empty_table);
	check(pulse, "queue.bind");
}

/* Its texts are seen, and checked by yajl, as they are by ours. */
static void read_body(const amqp_bytes_t *body)
{
	require(bare_parse(body->bytes, body->len) > 0, "a body that is no JSON");
}

void bare_pulse_consume(struct bare_pulse *pulse, const char *queue, int prefetch, size_t count)
{
	amqp_envelope_t envelope;

	if (!pulse->consumes) {
		amqp_basic_qos(pulse->state, 1, 0, (uint16_t)prefetch, 0);
		check(pulse, "basic.qos");
		amqp_basic_consume(pulse->state, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0,
			0, 0, amqp_empty_table);
		check(pulse, "basic.consume");
		pulse->consumes = true;
	}
	for (size_t i = 0; i < count; i++) {
		amqp_maybe_release_buffers(pulse->state);
		require(amqp_consume_message(pulse->state, &envelope, NULL, 0).reply_type ==
				AMQP_RESPONSE_NORMAL,
			"a message");
		read_body(&envelope.message.body);
		require(amqp_basic_ack(pulse->state, 1, envelope.delivery_tag, 0) == 0, "ack");
		amqp_destroy_envelope(&envelope);
	}
}

static void confirm(struct bare_pulse *pulse, uint64_t number)
{
	bool *confirmed = &pulse->confirmed[number % WINDOW_MAX];

	pulse->pending -= !*confirmed;
	*confirmed = true;
}

/* Waits for one basic.ack; they come in any order. */
static void take_confirm(struct bare_pulse *pulse)
{
	amqp_frame_t frame;

	amqp_maybe_release_buffers(pulse->state);
	require(amqp_simple_wait_frame(pulse->state, &frame) == AMQP_STATUS_OK, "a confirm");
	require(frame.frame_type == AMQP_FRAME_METHOD &&
			frame.payload.method.id == AMQP_BASIC_ACK_METHOD,
		"no confirm");
	const amqp_basic_ack_t *ack = frame.payload.method.decoded;
	if (!ack->multiple)
		confirm(pulse, ack->delivery_tag);
	else
		for (uint64_t i = pulse->before + 1; i <= ack->delivery_tag; i++)
			confirm(pulse, i);
	while (pulse->confirmed[(pulse->before + 1) % WINDOW_MAX])
		pulse->confirmed[++pulse->before % WINDOW_MAX] = false;
}

void bare_pulse_publish(
	struct bare_pulse *pulse, const struct bare_message *message, unsigned window, size_t count)
{
	const amqp_basic_properties_t properties = {
		._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG,
		.content_type = amqp_cstring_bytes("application/json"),
		.delivery_mode = 2,
	};
	const amqp_bytes_t body = amqp_cstring_bytes(message->body);
	const uint64_t end = pulse->published + count;

	if (!pulse->confirms) {
		amqp_confirm_select(pulse->state, 1);
		check(pulse, "confirm.select");
		pulse->confirms = true;
	}
	while (pulse->published < end || pulse->pending) {
		while (pulse->published < end && pulse->pending < window) {
			read_body(&body);
			require(amqp_basic_publish(pulse->state, 1,
					amqp_cstring_bytes(message->exchange),
					amqp_cstring_bytes(message->routing_key), 0, 0, &properties,
					body) == AMQP_STATUS_OK,
				"publish");
			pulse->published++;
			pulse->pending++;
		}
		take_confirm(pulse);
	}
}

void bare_pulse_free(struct bare_pulse *pulse)
{
	amqp_connection_close(pulse->state, AMQP_REPLY_SUCCESS);
	amqp_destroy_connection(pulse->state);
	free(pulse);
}
