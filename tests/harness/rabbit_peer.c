/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/rabbit_peer.h"

#include "tests/harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#ifdef TC_RABBITMQ_FOLDER
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

#define PATIENCE_S 30
#define PERSISTENT 2
#define CC_MAX 16

/* The code of a method that closes the channel or the connection, or 0. */
static int closing_code(const amqp_method_t *method)
{
	if (method->id == AMQP_CHANNEL_CLOSE_METHOD)
		return ((const amqp_channel_close_t *)method->decoded)->reply_code;
	if (method->id == AMQP_CONNECTION_CLOSE_METHOD)
		return ((const amqp_connection_close_t *)method->decoded)->reply_code;
	return 0;
}

int rabbit_refusal(amqp_connection_state_t peer)
{
	amqp_rpc_reply_t reply = amqp_get_rpc_reply(peer);

	if (reply.reply_type == AMQP_RESPONSE_NORMAL)
		return 0;
	if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION)
		fail_msg("the peer of RabbitMQ: %s", amqp_error_string2(reply.library_error));
	int code = closing_code(&reply.reply);
	if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
		/* librabbitmq does not answer by itself, and the number is taken until then */
		amqp_channel_close_ok_t ok = { 0 };
		amqp_send_method(peer, RABBIT_CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
		amqp_channel_open(peer, RABBIT_CHANNEL);
		assert_int_equal(amqp_get_rpc_reply(peer).reply_type, AMQP_RESPONSE_NORMAL);
	}
	return code;
}

static void check(amqp_connection_state_t peer, const char *what)
{
	int code = rabbit_refusal(peer);

	if (code)
		fail_msg("RabbitMQ refused with %d: %s", code, what);
}

amqp_connection_state_t rabbit_log_in(const struct rabbit *rabbit, const char *user)
{
	amqp_connection_state_t peer = amqp_new_connection();
	struct timeval patience = { .tv_sec = PATIENCE_S };
	amqp_socket_t *socket = amqp_tcp_socket_new(peer);

	amqp_set_handshake_timeout(peer, &patience);
	amqp_set_rpc_timeout(peer, &patience);
	int rc = amqp_socket_open_noblock(socket, "127.0.0.1", rabbit->port, &patience);
	if (rc != AMQP_STATUS_OK)
		fail_msg("connecting to RabbitMQ: %s", amqp_error_string2(rc));
	amqp_rpc_reply_t reply =
		amqp_login(peer, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, user, RABBIT_PASSWORD);
	assert_int_equal(reply.reply_type, AMQP_RESPONSE_NORMAL);
	amqp_channel_open(peer, RABBIT_CHANNEL);
	check(peer, "a channel");
	return peer;
}

void rabbit_leave(amqp_connection_state_t peer)
{
	amqp_connection_close(peer, AMQP_REPLY_SUCCESS); /* so that nothing is lost */
	amqp_destroy_connection(peer);
}

void rabbit_declare_queue(amqp_connection_state_t peer, const char *queue, bool quorum)
{
	amqp_table_entry_t type = { .key = amqp_cstring_bytes("x-queue-type"),
		.value = { .kind = AMQP_FIELD_KIND_UTF8,
			.value.bytes = amqp_cstring_bytes(quorum ? "quorum" : "classic") } };

	amqp_queue_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue), 0, 1, 0, 0,
		(amqp_table_t){ 1, &type });
	check(peer, queue);
}

void rabbit_declare_exchange(amqp_connection_state_t peer, const char *exchange)
{
	amqp_exchange_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes(exchange),
		amqp_cstring_bytes("topic"), 0, 1, 0, 0, amqp_empty_table);
	check(peer, exchange);
}

void rabbit_bind(
	amqp_connection_state_t peer, const char *queue, const char *exchange, const char *key)
{
	amqp_queue_bind(peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue),
		amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), amqp_empty_table);
	check(peer, exchange);
}

int rabbit_count(amqp_connection_state_t peer, const char *queue, int *consumers)
{
	amqp_queue_declare_ok_t *ok = amqp_queue_declare(
		peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue), 1, 0, 0, 0, amqp_empty_table);

	check(peer, queue);
	if (consumers)
		*consumers = (int)ok->consumer_count;
	return (int)ok->message_count;
}

int rabbit_count_until(amqp_connection_state_t peer, const char *queue, int expected)
{
	int64_t until = tc_test_now_ms() + PATIENCE_S * 1000LL;
	int count;

	do
		count = rabbit_count(peer, queue, NULL);
	while (count != expected && tc_test_now_ms() < until);
	return count;
}

void rabbit_publish(amqp_connection_state_t peer, const char *exchange, const char *key,
	const char *const *cc, const char *body)
{
	amqp_field_value_t keys[CC_MAX];
	amqp_table_entry_t header = { .key = amqp_cstring_bytes("CC"),
		.value = { .kind = AMQP_FIELD_KIND_ARRAY, .value.array.entries = keys } };
	amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG |
			AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG,
		.content_type = amqp_cstring_bytes("application/json"),
		.delivery_mode = PERSISTENT };
	int count = 0;

	for (; cc && cc[count]; count++) {
		assert_true(count < CC_MAX);
		keys[count] = (amqp_field_value_t){ .kind = AMQP_FIELD_KIND_UTF8,
			.value.bytes = amqp_cstring_bytes(cc[count]) };
	}
	header.value.value.array.num_entries = count;
	properties.headers = (amqp_table_t){ count ? 1 : 0, &header };
	assert_int_equal(
		amqp_basic_publish(peer, RABBIT_CHANNEL, amqp_cstring_bytes(exchange),
			amqp_cstring_bytes(key), 0, 0, &properties, amqp_cstring_bytes(body)),
		AMQP_STATUS_OK);
}

amqp_connection_state_t rabbit_listen(const struct rabbit *rabbit, const char *name,
	const char *const *exchanges, const char *key)
{
	amqp_connection_state_t peer = rabbit_log_in(rabbit, "guest");

	rabbit_declare_queue(peer, name, false);
	for (; *exchanges; exchanges++) {
		rabbit_declare_exchange(peer, *exchanges); /* refused where it is another kind */
		rabbit_bind(peer, name, *exchanges, key);
	}
	amqp_basic_consume(peer, RABBIT_CHANNEL, amqp_cstring_bytes(name), amqp_empty_bytes, 0, 1,
		0, amqp_empty_table);
	check(peer, "consuming");
	return peer;
}

static void take(char *to, size_t size, amqp_bytes_t bytes)
{
	snprintf(to, size, "%.*s", (int)bytes.len, (const char *)bytes.bytes);
}

/* The CC header, which the broker leaves in the message: its keys, separated by blanks. */
static void take_cc(struct delivery *delivery, const amqp_basic_properties_t *properties)
{
	delivery->cc[0] = '\0';
	if (!(properties->_flags & AMQP_BASIC_HEADERS_FLAG))
		return;
	const amqp_table_t *headers = &properties->headers;
	for (int i = 0; i < headers->num_entries; i++) {
		const amqp_table_entry_t *entry = &headers->entries[i];
		if (entry->key.len != 2 || memcmp(entry->key.bytes, "CC", 2) != 0)
			continue;
		for (int k = 0; k < entry->value.value.array.num_entries; k++) {
			amqp_bytes_t text = entry->value.value.array.entries[k].value.bytes;
			size_t used = strlen(delivery->cc);
			snprintf(delivery->cc + used, sizeof delivery->cc - used, "%s%.*s",
				used ? " " : "", (int)text.len, (const char *)text.bytes);
		}
	}
}

bool rabbit_next(amqp_connection_state_t listener, struct delivery *delivery, int timeout_ms)
{
	struct timeval timeout = { .tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000 };
	amqp_envelope_t envelope;

	amqp_maybe_release_buffers(listener);
	free(delivery->body);
	delivery->body = NULL;
	if (amqp_consume_message(listener, &envelope, &timeout, 0).reply_type !=
		AMQP_RESPONSE_NORMAL)
		return false;
	const amqp_message_t *message = &envelope.message;
	take(delivery->exchange, sizeof delivery->exchange, envelope.exchange);
	take(delivery->routing_key, sizeof delivery->routing_key, envelope.routing_key);
	take(delivery->content_type, sizeof delivery->content_type,
		message->properties.content_type);
	take_cc(delivery, &message->properties);
	delivery->delivery_mode = message->properties.delivery_mode;
	delivery->length = message->body.len;
	delivery->body = malloc(message->body.len + 1);
	assert_non_null(delivery->body);
	memcpy(delivery->body, message->body.bytes, message->body.len);
	delivery->body[message->body.len] = '\0';
	amqp_destroy_envelope(&envelope);
	return true;
}
