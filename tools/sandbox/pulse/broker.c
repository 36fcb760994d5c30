/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/pulse/broker.h"

#include "tools/sandbox/pulse/rabbitmq.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define CHANNEL 1
#define FRAME_MAX 131072
#define HEARTBEAT_S 30
#define PATIENCE_S 5
#define PERSISTENT 2
#define CC_MAX 128

struct broker {
	amqp_connection_state_t state;
	int fd;
	char why[BROKER_WHY_SIZE];
};

struct address {
	char *copy; /* what info points into */
	struct amqp_connection_info info;
};

static bool parse(const char *url, struct address *address)
{
	address->copy = strdup(url);
	if (!address->copy)
		return false;
	amqp_default_connection_info(&address->info);
	if (amqp_parse_url(address->copy, &address->info) == AMQP_STATUS_OK && !address->info.ssl)
		return true;
	free(address->copy);
	address->copy = NULL;
	return false;
}

bool broker_url_good(const char *url, const char **why)
{
	struct address address;

	*why = "expected amqp://user:password@host:port/vhost, with %2F for the vhost /";
	if (strncmp(url, "amqps://", 8) == 0)
		*why = "amqps is not supported";
	if (!parse(url, &address))
		return false;
	free(address.copy);
	return true;
}

/* The broker's own words, when it closed the channel or the connection; else NULL. */
static const amqp_bytes_t *closing_text(const amqp_method_t *method)
{
	if (method->id == AMQP_CHANNEL_CLOSE_METHOD)
		return &((const amqp_channel_close_t *)method->decoded)->reply_text;
	if (method->id == AMQP_CONNECTION_CLOSE_METHOD)
		return &((const amqp_connection_close_t *)method->decoded)->reply_text;
	return NULL;
}

static bool failed(amqp_rpc_reply_t reply, const char *what, char *why, size_t size)
{
	const amqp_bytes_t *text = NULL;

	if (reply.reply_type == AMQP_RESPONSE_NORMAL)
		return false;
	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION)
		text = closing_text(&reply.reply);
	if (text)
		snprintf(why, size, "%s: %.*s", what, (int)text->len, (const char *)text->bytes);
	else
		snprintf(why, size, "%s: %s", what,
			reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
				? amqp_error_string2(reply.library_error)
				: "the broker closed the connection");
	return true;
}

static bool connect_to(struct broker *broker, const struct address *address, char *why, size_t size)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	amqp_socket_t *socket = amqp_tcp_socket_new(broker->state);
	int rc = AMQP_STATUS_NO_MEMORY;

	if (socket)
		rc = amqp_socket_open_noblock(
			socket, address->info.host, address->info.port, &patience);
	if (rc != AMQP_STATUS_OK) {
		snprintf(why, size, "connecting: %s", amqp_error_string2(rc));
		return false;
	}
	amqp_set_handshake_timeout(broker->state, &patience);
	amqp_set_rpc_timeout(broker->state, &patience);
	broker->fd = amqp_get_sockfd(broker->state);
	return !failed(amqp_login(broker->state, address->info.vhost, 0, FRAME_MAX, HEARTBEAT_S,
			       AMQP_SASL_METHOD_PLAIN, address->info.user, address->info.password),
		"logging in", why, size);
}

static bool prepare(struct broker *broker, const char *const *exchanges, char *why, size_t size)
{
	amqp_channel_open(broker->state, CHANNEL);
	if (failed(amqp_get_rpc_reply(broker->state), "opening a channel", why, size))
		return false;
	amqp_confirm_select(broker->state, CHANNEL);
	if (failed(amqp_get_rpc_reply(broker->state), "asking for confirmations", why, size))
		return false;
	for (size_t i = 0; exchanges[i]; i++) {
		amqp_exchange_declare(broker->state, CHANNEL, amqp_cstring_bytes(exchanges[i]),
			amqp_cstring_bytes("topic"), 0, 1, 0, 0, amqp_empty_table);
		if (failed(amqp_get_rpc_reply(broker->state), exchanges[i], why, size))
			return false;
	}
	return true;
}

struct broker *broker_open(const char *url, const char *const *exchanges, char *why, size_t size)
{
	struct address address;
	struct broker *broker = calloc(1, sizeof *broker);

	snprintf(why, size, "out of memory");
	if (!broker || !parse(url, &address)) {
		free(broker);
		return NULL;
	}
	broker->state = amqp_new_connection();
	bool open = broker->state && connect_to(broker, &address, why, size) &&
		prepare(broker, exchanges, why, size);
	free(address.copy);
	if (open)
		return broker;
	broker_close(broker);
	return NULL;
}

void broker_close(struct broker *broker)
{
	if (!broker)
		return;
	if (broker->state)
		amqp_destroy_connection(broker->state);
	free(broker);
}

/* The CC header: an array of texts. What does not fit is left out; the queue has fewer routes. */
static size_t read_cc(const char *cc, amqp_field_value_t values[CC_MAX])
{
	size_t count = 0;

	while (*cc && count < CC_MAX) {
		size_t length = strcspn(cc, "\n");
		values[count].kind = AMQP_FIELD_KIND_UTF8;
		values[count].value.bytes = (amqp_bytes_t){ length, (void *)(uintptr_t)cc };
		count++;
		cc += length + (cc[length] == '\n');
	}
	return count;
}

bool broker_publish(struct broker *broker, const struct publication *publication)
{
	amqp_field_value_t values[CC_MAX];
	amqp_table_entry_t header = { .key = amqp_cstring_bytes("CC"),
		.value = { .kind = AMQP_FIELD_KIND_ARRAY,
			.value.array = { (int)read_cc(publication->cc, values), values } } };
	amqp_basic_properties_t properties = {
		._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG |
			AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG,
		.content_type = amqp_cstring_bytes("application/json"),
		.content_encoding = amqp_cstring_bytes("utf-8"),
		.delivery_mode = PERSISTENT,
		.headers = { 1, &header },
	};

	int rc = amqp_basic_publish(broker->state, CHANNEL,
		amqp_cstring_bytes(publication->exchange),
		amqp_cstring_bytes(publication->routing_key), 0, 0, &properties,
		amqp_cstring_bytes(publication->body));
	if (rc != AMQP_STATUS_OK)
		snprintf(broker->why, sizeof broker->why, "publishing to %s: %s",
			publication->exchange, amqp_error_string2(rc));
	return rc == AMQP_STATUS_OK;
}

const char *broker_why(const struct broker *broker)
{
	return broker->why;
}

void broker_wait(struct broker *broker, int wake_fd, int timeout_ms)
{
	struct pollfd fds[2] = { { .fd = wake_fd, .events = POLLIN },
		{ .fd = broker ? broker->fd : -1, .events = POLLIN } };
	char bytes[64];

	/* what the library has read already makes no socket readable */
	if (broker && (amqp_frames_enqueued(broker->state) || amqp_data_in_buffer(broker->state)))
		timeout_ms = 0;
	poll(fds, 2, timeout_ms);
	if (fds[0].revents & POLLIN) {
		while (read(wake_fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes)
			;
	}
}

/* A method that is no confirmation: a message was refused, or all of it closed. */
static int give_up(struct broker *broker, const amqp_method_t *method)
{
	const amqp_bytes_t *text = closing_text(method);

	if (text)
		snprintf(broker->why, sizeof broker->why, "%.*s", (int)text->len,
			(const char *)text->bytes);
	else
		snprintf(broker->why, sizeof broker->why, "the broker refused a message");
	return -1;
}

int broker_confirmation(struct broker *broker, uint64_t *tag, bool *multiple)
{
	struct timeval now = { 0 };
	amqp_frame_t frame;

	do {
		amqp_maybe_release_buffers(broker->state);
		int rc = amqp_simple_wait_frame_noblock(broker->state, &frame, &now);
		if (rc == AMQP_STATUS_TIMEOUT)
			return 0;
		if (rc != AMQP_STATUS_OK) {
			snprintf(broker->why, sizeof broker->why, "waiting for confirmations: %s",
				amqp_error_string2(rc));
			return -1;
		}
	} while (frame.frame_type != AMQP_FRAME_METHOD);
	if (frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
		return give_up(broker, &frame.payload.method);
	const amqp_basic_ack_t *ack = frame.payload.method.decoded;
	*tag = ack->delivery_tag;
	*multiple = ack->multiple != 0;
	return 1;
}
