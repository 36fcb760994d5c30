/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What goes out when.
 *
 * Messages go out at once, in their order, unless the broker or the network holds them up. When the
 * broker refuses one it closes the channel, and does not say which one it was; those before it may
 * be in their queues, but their confirmations never come. So all that were on the wire become
 * suspects. They are published again in rounds, each of which must be answered whole before the
 * next begins: half of those that the refused one is among, until it was alone on the wire; then
 * twice as many each time.
 */
#include "workflows/src/pulse/publisher/publisher.h"

#define UNSENT_MAX (256u << 10) /* what the connection holds of it beside the pending messages */
#define SEND_MS_MAX 64
#define UNWANTED_MS 100
#define UNWANTED_MS_MAX 5000
#define CC_MAX 256
#define PERSISTENT 2

/* ---- one message ---- */

static amqp_bytes_t bytes_of(const char *text, size_t length)
{
	return (amqp_bytes_t){ length, (void *)(uintptr_t)text };
}

/* Reads the further keys; returns where the body begins. */
static const char *read_cc(const struct tc__publication *message, amqp_field_value_t values[CC_MAX])
{
	const char *at = message->text + message->key_length;

	for (size_t i = 0; i < message->cc_count; i++) {
		size_t length = (unsigned char)*at++;
		values[i].kind = AMQP_FIELD_KIND_UTF8;
		values[i].value.bytes = bytes_of(at, length);
		at += length;
	}
	return at;
}

static int send_one(
	tc_pulse_publisher *publisher, const struct tc__publication *message, tc_error *err)
{
	amqp_field_value_t values[CC_MAX];
	const char *body = read_cc(message, values);
	amqp_table_entry_t header = { .key = amqp_cstring_bytes("CC"),
		.value = { .kind = AMQP_FIELD_KIND_ARRAY,
			.value.array = { (int)message->cc_count, values } } };
	/* without further keys, too: some listeners read the header of each message */
	amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG |
			AMQP_BASIC_CONTENT_ENCODING_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
			AMQP_BASIC_HEADERS_FLAG,
		.content_type = amqp_cstring_bytes("application/json"),
		.content_encoding = amqp_cstring_bytes("utf-8"),
		.delivery_mode = PERSISTENT,
		.headers = { 1, &header } };
	const amqp_basic_publish_t fields = { .exchange = amqp_cstring_bytes(
						      message->exchange->exchange),
		.routing_key = bytes_of(message->text, message->key_length) };

	return tc__amqp_publish(publisher->amqp, &fields, &properties, body, message->length, err);
}

/* ---- what may go ---- */

static void begin_round(tc_pulse_publisher *publisher)
{
	if (publisher->hunted > 1)
		publisher->rounded = publisher->hunted / 2;
	else if (publisher->hunted || !publisher->rounded)
		publisher->rounded = 1;
	else if (publisher->rounded < publisher->suspects)
		publisher->rounded *= 2;
	publisher->round = publisher->rounded;
}

static bool round_allows(tc_pulse_publisher *publisher, const struct tc__publication *message)
{
	if (!publisher->suspects)
		return true;
	if (!message->suspect)
		return false; /* those before it are on the wire */
	if (!publisher->wire.count && !publisher->round)
		begin_round(publisher);
	return publisher->round > 0;
}

static bool may_send(tc_pulse_publisher *publisher)
{
	return publisher->channel == TC__CHANNEL_OPEN && !publisher->blocked &&
		publisher->waiting.first && round_allows(publisher, publisher->waiting.first) &&
		!tc__wire_full(&publisher->wire);
}

static void on_send_timer(void *data, uint64_t timer)
{
	tc_pulse_publisher *publisher = data;

	(void)timer;
	publisher->send_timer = 0;
	tc__publisher_look(publisher);
}

/* Tries again a little later, and less and less often; answers that come look, too. */
static void send_later(tc_pulse_publisher *publisher)
{
	if (publisher->send_timer)
		return;
	if (publisher->send_ms < SEND_MS_MAX)
		publisher->send_ms = publisher->send_ms ? 2 * publisher->send_ms : 1;
	if (tc_loop_timer(publisher->loop, publisher->send_ms, on_send_timer, publisher,
		    &publisher->send_timer, NULL) != TC_OK)
		tc__publisher_ring(publisher);
}

static void put_on_wire(tc_pulse_publisher *publisher, struct tc__publication *message)
{
	tc__publications_remove(message);
	tc__wire_add(&publisher->wire, message);
	publisher->round -= publisher->round ? 1 : 0;
	publisher->send_ms = 0;
}

/* Whether to go on with the next. */
static bool send_next(tc_pulse_publisher *publisher)
{
	struct tc__publication *message = publisher->waiting.first;
	tc_error err = TC_ERROR_INIT;
	int rc = send_one(publisher, message, &err);

	if (rc == TC_OK)
		put_on_wire(publisher, message);
	else if (rc == TC_ERROR_NETWORK)
		publisher->channel = TC__CHANNEL_NONE; /* the link will say that it is lost */
	else if (rc == TC_ERROR_NOMEM)
		send_later(publisher);
	else
		tc__publisher_fail(publisher, message, &err); /* it cannot be written */
	tc_error_clear(&err);
	return rc != TC_ERROR_NETWORK && rc != TC_ERROR_NOMEM;
}

void tc__publisher_send(tc_pulse_publisher *publisher)
{
	while (may_send(publisher)) {
		if (tc__amqp_unsent(publisher->amqp) >= UNSENT_MAX ||
			!tc__wire_room(&publisher->wire)) {
			send_later(publisher);
			return;
		}
		if (!send_next(publisher))
			return;
	}
}

void tc__publisher_look(tc_pulse_publisher *publisher)
{
	if (publisher->ended || publisher->freed)
		return;
	tc__publisher_hold(publisher);
	tc__publisher_tell(publisher);
	if (!publisher->freed) {
		tc__publisher_send(publisher);
		if (atomic_load(&publisher->stop_wanted) && !publisher->pending &&
			!publisher->faulty.first && !publisher->closing) {
			publisher->closing = true;
			tc__link_close(publisher->link);
		}
	}
	tc__publisher_leave(publisher);
}

/* ---- answers ---- */

static void on_unwanted_timer(void *data, uint64_t timer)
{
	tc_pulse_publisher *publisher = data;

	(void)timer;
	publisher->unwanted_timer = 0;
	tc__publications_move(&publisher->waiting, &publisher->unwanted);
	tc__publisher_look(publisher);
}

/* The broker could not take it for now, as when a queue is full: once more, behind the others. */
static void put_off(tc_pulse_publisher *publisher, struct tc__publication *message)
{
	if (message->suspect) {
		publisher->suspects--;
		publisher->hunted -= publisher->hunted ? 1 : 0;
	}
	message->suspect = false;
	tc__publications_append(&publisher->unwanted, message);
	if (publisher->unwanted_timer)
		return;
	publisher->unwanted_ms = publisher->unwanted_ms ? 2 * publisher->unwanted_ms : UNWANTED_MS;
	if (publisher->unwanted_ms > UNWANTED_MS_MAX)
		publisher->unwanted_ms = UNWANTED_MS_MAX;
	if (tc_loop_timer(publisher->loop, publisher->unwanted_ms, on_unwanted_timer, publisher,
		    &publisher->unwanted_timer, NULL) == TC_OK)
		return;
	tc__publications_move(&publisher->waiting, &publisher->unwanted);
	tc__publisher_ring(publisher);
}

static void answer(tc_pulse_publisher *publisher, uint64_t tag, bool nack)
{
	struct tc__publication *message = tc__wire_take(&publisher->wire, tag);

	if (!message)
		return;
	if (nack) {
		put_off(publisher, message);
		return;
	}
	if (!publisher->unwanted.first)
		publisher->unwanted_ms = 0;
	tc__publisher_settle(publisher, message, NULL);
}

void tc__publisher_confirm(tc_pulse_publisher *publisher, uint64_t tag, bool multiple, bool nack)
{
	uint64_t sent = publisher->wire.next;

	if (!multiple) {
		answer(publisher, tag, nack);
		return;
	}
	if (tag >= sent || !tag) /* 0: all */
		tag = sent - 1;
	/* what a callback publishes has tags behind it */
	for (uint64_t at = publisher->wire.first; at <= tag && !publisher->freed; at++)
		answer(publisher, at, nack);
}

/* ---- refusals ---- */

void tc__publisher_rewind(tc_pulse_publisher *publisher)
{
	tc__wire_back(&publisher->wire, &publisher->waiting);
	publisher->round = 0;
}

/* One of those on the wire was refused, or one that is nobody's any more. */
static void suspect_all(tc_pulse_publisher *publisher)
{
	struct tc__publication *message;
	size_t count = 0;

	for (uint64_t tag = publisher->wire.first; tag < publisher->wire.next; tag++) {
		message = tc__wire_find(&publisher->wire, tag);
		if (!message)
			continue;
		publisher->suspects += message->suspect ? 0 : 1;
		message->suspect = true;
		count++;
	}
	publisher->hunted = count;
	tc__publisher_rewind(publisher);
}

/* An exchange that somebody has deleted is declared anew before it is published again. */
static bool may_be_declared(const tc_pulse_publisher *publisher,
	const struct tc__publication *message, const tc_error *err)
{
	return err->http_status == 404 && !publisher->options.undeclared && !message->suspect;
}

void tc__publisher_refuse(tc_pulse_publisher *publisher, const tc_error *err)
{
	struct tc__publication *only = tc__wire_only(&publisher->wire);

	if (!only || may_be_declared(publisher, only, err)) {
		suspect_all(publisher);
		return;
	}
	publisher->hunted = publisher->rounded = 0;
	tc__publisher_rewind(publisher);
	tc__publisher_settle(publisher, only, err);
}
