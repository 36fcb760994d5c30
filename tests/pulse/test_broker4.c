/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Where RabbitMQ 4 is another than 3: it drops what a quorum queue gave out too often, and takes no
 * message over 16 MiB. What we do is right on both; what the broker does by itself is looked at
 * too, so that a version that does otherwise is noticed.
 */
#include "tests/harness/test.h"

#include "tests/pulse/listening.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <taskcluster/pulse_publisher.h>

#define EXCHANGE "exchange/other/v1/broker4"
#define LIMIT 20           /* returns that RabbitMQ 4 allows a quorum queue of no other limit */
#define SAFE_DELIVERIES 19 /* what a listener takes of those */
#define SIZE_LIMIT ((size_t)16 << 20)
#define RECONNECT_MS 15000 /* a listener's default */
#define RESTART_MS 20000

static struct rabbit rabbit;
static amqp_connection_state_t guest;
static struct ear ear;
static int major; /* of the broker's version */

static int begin(void **state)
{
	(void)state;
	rabbit_start(&rabbit);
	guest = rabbit_log_in(&rabbit, "guest");
	rabbit_declare_exchange(guest, EXCHANGE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	rabbit_leave(guest);
	return 0;
}

/* After a test that failed, too. */
static int reset(void **state)
{
	(void)state;
	ear = (struct ear){ 0 };
	return 0;
}

/* Each queue has what has its name as the key. */
static void listen_to_own(const char *queue, ear_act_fn *act)
{
	ear.act = act;
	ear.options.queue = queue;
	ear_bind(&ear, EXCHANGE, queue);
	ear_ready(&ear, &rabbit);
}

static void publish(const char *body)
{
	rabbit_publish(guest, EXCHANGE, ear.options.queue, NULL, body);
}

/* What a message may bring along from who sent it, such as one that was got from another queue. */
static void publish_with_count(int64_t count)
{
	amqp_table_entry_t header = { .key = amqp_cstring_bytes("x-delivery-count"),
		.value = { .kind = AMQP_FIELD_KIND_I64, .value.i64 = count } };
	const amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG |
			AMQP_BASIC_HEADERS_FLAG,
		.delivery_mode = 2,
		.headers = { 1, &header } };

	assert_int_equal(amqp_basic_publish(guest, RABBIT_CHANNEL, amqp_cstring_bytes(EXCHANGE),
				 amqp_cstring_bytes(ear.options.queue), 0, 0, &properties,
				 amqp_cstring_bytes("{}")),
		AMQP_STATUS_OK);
}

/* ---- who listens by librabbitmq, and settles nothing by itself ---- */

static amqp_connection_state_t consume(const char *queue)
{
	amqp_connection_state_t peer = rabbit_log_in(&rabbit, "guest");

	amqp_basic_qos(peer, RABBIT_CHANNEL, 0, 1, 0);
	amqp_basic_consume(peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0,
		0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(peer), 0);
	return peer;
}

struct given {
	uint64_t tag;
	bool redelivered;
	int kind; /* of the count; 0: there is none */
	int64_t count;
	char body[32];
};

static struct given next_of(amqp_connection_state_t peer)
{
	struct timeval patience = { .tv_sec = 60 };
	struct given given = { 0 };
	amqp_envelope_t envelope;

	amqp_maybe_release_buffers(peer);
	assert_int_equal(amqp_consume_message(peer, &envelope, &patience, 0).reply_type,
		AMQP_RESPONSE_NORMAL);
	const amqp_message_t *message = &envelope.message;
	given.tag = envelope.delivery_tag;
	given.redelivered = envelope.redelivered;
	snprintf(given.body, sizeof given.body, "%.*s", (int)message->body.len,
		(const char *)message->body.bytes);
	for (int i = 0; i < message->properties.headers.num_entries; i++) {
		const amqp_table_entry_t *entry = &message->properties.headers.entries[i];
		if (entry->key.len == 16 && memcmp(entry->key.bytes, "x-delivery-count", 16) == 0) {
			given.kind = entry->value.kind;
			given.count = entry->value.value.i64;
		}
	}
	amqp_destroy_envelope(&envelope);
	return given;
}

static void give_back(amqp_connection_state_t peer, struct given given)
{
	assert_int_equal(amqp_basic_reject(peer, RABBIT_CHANNEL, given.tag, true), AMQP_STATUS_OK);
}

/* ---- what will not be there for ever ---- */

/* So that the next test means something. */
static void a_broker_of_4_refuses_what_is_deprecated(void **state)
{
	amqp_connection_state_t peer = rabbit_log_in(&rabbit, "guest");

	(void)state;
	amqp_queue_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes("transient"), 0, 0, 0, 0,
		amqp_empty_table);
	assert_int_equal(rabbit_refusal(peer), major < 4 ? 0 : 541);
	rabbit_leave(peer);
}

static void nothing_deprecated_is_needed(void **state)
{
	(void)state;
	ear.act = ear_ack;
	ear_bind(&ear, EXCHANGE, "a.b"); /* its queue is of the connection only */
	ear_ready(&ear, &rabbit);
	rabbit_publish(guest, EXCHANGE, "a.b", NULL, "{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
}

/* ---- how often a message was given out ---- */

static void the_count_begins_with_the_second_delivery(void **state)
{
	(void)state;
	rabbit_declare_queue(guest, "counted", true);
	rabbit_publish(guest, "", "counted", NULL, "{}");
	amqp_connection_state_t peer = consume("counted");
	struct given given = next_of(peer);
	assert_int_equal(given.kind, 0);
	assert_false(given.redelivered);
	for (int i = 1; i <= 3; i++) {
		give_back(peer, given);
		given = next_of(peer);
		assert_int_equal(given.kind, AMQP_FIELD_KIND_I64);
		assert_int_equal(given.count, i);
		assert_true(given.redelivered);
	}
	rabbit_leave(peer);
}

static void look_at_count_and_fail(struct ear *self, struct tc_pulse_message *message)
{
	bool counts = self->options.queue_type == TC_PULSE_QUORUM;

	assert_int_equal(message->delivery_count, counts ? self->heard - 1 : -1);
	assert_int_equal(message->redelivered, self->heard > 1);
	ear_fail(self, message);
}

static void assert_failures_are_counted(const char *queue, int64_t senders_count)
{
	ear.options.attempts = 3;
	listen_to_own(queue, look_at_count_and_fail);
	publish_with_count(senders_count);
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_int_equal(ear.heard, 3);
	ear_stop(&ear);
	ear_close(&ear);
}

/* Before the broker sets the header it is the sender's, who may say anything; on a classic queue it
 * always is: what failed would come again for ever. */
static void a_senders_own_count_is_none(void **state)
{
	(void)state;
	for (int64_t count = 0; count <= 100; count += 100) {
		assert_failures_are_counted("sent-quorum", count);
		ear.options.queue_type = TC_PULSE_CLASSIC;
		assert_failures_are_counted("sent-classic", count);
	}
}

/* ---- what is given out too often ---- */

/* Nothing of ours: the danger is there. Behind what is gone comes what was sent later. */
static void a_broker_of_4_drops_what_comes_back_too_often(void **state)
{
	(void)state;
	rabbit_declare_queue(guest, "dropped", true);
	rabbit_publish(guest, "", "dropped", NULL, "first");
	amqp_connection_state_t peer = consume("dropped");
	struct given given = next_of(peer);
	for (int returns = 0; returns < LIMIT; returns++) {
		give_back(peer, given);
		given = next_of(peer);
	}
	assert_string_equal(given.body, "first");
	rabbit_publish(guest, "", "dropped", NULL, "second");
	give_back(peer, given);
	given = next_of(peer);
	if (major >= 4)
		assert_string_equal(given.body, "second");
	rabbit_leave(peer);
	int left = major < 4 ? 2 : 1;
	assert_int_equal(rabbit_count_until(guest, "dropped", left), left);
}

/* Whoever made the queue did not know of that. What is in hand comes again with each connection,
 * and is told of before it would be gone. */
static void what_a_queue_made_elsewhere_may_drop_is_told_of(void **state)
{
	(void)state;
	rabbit_declare_queue(guest, "queue/me/elsewhere", true);
	ear.server.reconnect_ms = 10;
	ear.options.attempts = 100;
	listen_to_own("elsewhere", NULL);
	for (int i = 0; i < 3; i++)
		publish("{\"in hand\":1}");
	for (int i = 1; i <= SAFE_DELIVERIES; i++) {
		LISTEN_UNTIL(&ear, ear.heard == 3 * i);
		assert_int_equal(ear.held[ear.held_count - 1]->delivery_count, i - 1);
		ear_lose(&ear);
		LISTEN_UNTIL(&ear, ear.lost == i);
	}
	LISTEN_UNTIL(&ear, ear.failed == 3);
	assert_int_equal(ear.heard, 3 * SAFE_DELIVERIES);
	assert_string_equal(ear.failed_body, "{\"in hand\":1}");
	assert_int_equal(ear.failed_code, TC_ERROR_CANCELED);
	for (int i = 0; i < ear.held_count; i++)
		assert_int_equal(tc_pulse_ack(ear.held[i], &ear.err), TC_ERROR_NETWORK);
	ear_stop(&ear);
	assert_int_equal(rabbit_count(guest, "queue/me/elsewhere", NULL), 0);
	ear_close(&ear);
}

static void declare_with_limit(const char *queue, int limit, const char *dead_letter)
{
	amqp_table_entry_t entries[] = {
		{ amqp_cstring_bytes("x-queue-type"),
			{ AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("quorum") } },
		{ amqp_cstring_bytes("x-delivery-limit"),
			{ AMQP_FIELD_KIND_I32, .value.i32 = limit } },
		{ amqp_cstring_bytes("x-dead-letter-exchange"),
			{ AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(dead_letter) } },
	};

	amqp_queue_declare(guest, RABBIT_CHANNEL, amqp_cstring_bytes(queue), 0, 1, 0, 0,
		(amqp_table_t){ 3, entries });
	assert_int_equal(rabbit_refusal(guest), 0);
}

static void look_at_dead(struct ear *self, struct tc_pulse_message *message)
{
	assert_string_equal(message->exchange, "exchange/me/poison");
	assert_string_equal(message->routing_key, "kill.er");
	assert_int_equal(message->cc_count, 1);
	assert_string_equal(message->cc[0], "route.poison");
	assert_string_equal(tc_json_text(tc_json_at(message->json, "/poison")), "yes");
	assert_true(message->delivery_count >= 0);
	ear_ack(self, message);
}

/* Who listens to the dead-letter exchange has it whole, whoever gave it up. */
static void what_was_given_up_is_heard_by_who_listens_to_that(void **state)
{
	static const char *const cc[] = { "route.poison", NULL };

	(void)state;
	rabbit_declare_exchange(guest, "exchange/me/poison");
	declare_with_limit("limited", 2, "exchange/me/poison");
	rabbit_bind(guest, "limited", EXCHANGE, "kill.#");
	ear_bind(&ear, "exchange/me/poison", "#");
	ear.act = look_at_dead;
	ear.options.queue = "dead";
	ear_ready(&ear, &rabbit);
	rabbit_publish(guest, EXCHANGE, "kill.er", cc, "{\"poison\":\"yes\"}");
	amqp_connection_state_t peer = consume("limited");
	for (int i = 0; i < 3; i++)
		give_back(peer, next_of(peer));
	LISTEN_UNTIL(&ear, ear.heard == 1);
	rabbit_publish(guest, EXCHANGE, "kill.er", cc, "{\"poison\":\"yes\"}");
	assert_int_equal(
		amqp_basic_reject(peer, RABBIT_CHANNEL, next_of(peer).tag, false), AMQP_STATUS_OK);
	LISTEN_UNTIL(&ear, ear.heard == 2);
	rabbit_leave(peer);
	ear_stop(&ear);
	ear_close(&ear);
}

/* It holds against what the queue was declared with, and nobody is told. */
static void what_a_policy_drops_goes_to_the_dead_letters(void **state)
{
	(void)state;
	rabbit_ctl(&rabbit, "set_policy", "few", "^queue/me/few$", "{\"delivery-limit\":2}",
		"--apply-to", "queues", NULL);
	rabbit_declare_queue(guest, "few-dead", false);
	ear.options.dead_letter = "few";
	listen_to_own("few", ear_requeue);
	rabbit_bind(guest, "few-dead", "exchange/me/few", "#");
	publish("{\"few\":1}");
	LISTEN_UNTIL(&ear, ear.heard == 3);
	assert_ok(
		tc_pulse_listener_beat(ear.listener, &ear.err), &ear.err); /* so that it is told */
	amqp_connection_state_t peer = consume("few-dead");
	assert_string_equal(next_of(peer).body, "{\"few\":1}");
	rabbit_leave(peer);
	ear_stop(&ear);
	assert_int_equal(ear.heard, 3);
	ear_close(&ear);
}

/* ---- large messages ---- */

/* JSON of so many bytes; for free(). */
static char *text_of(size_t length)
{
	char *text = malloc(length + 1);

	assert_non_null(text);
	memset(text, 'x', length);
	text[0] = text[length - 1] = '"';
	text[length] = '\0';
	return text;
}

static void a_broker_of_4_takes_no_more(const char *large)
{
	amqp_basic_publish(guest, RABBIT_CHANNEL, amqp_empty_bytes, amqp_cstring_bytes("large"), 0,
		0, NULL, amqp_cstring_bytes(large));
	amqp_queue_declare(
		guest, RABBIT_CHANNEL, amqp_cstring_bytes("large"), 1, 0, 0, 0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(guest), major < 4 ? 0 : 406);
}

/* All that a broker takes is published, and what it would refuse does not reach it. */
static void the_largest_message_is_what_every_broker_takes(void **state)
{
	static const struct tc_exchange large = { .exchange = "exchange/me/v1/large" };
	static const struct tc_exchange *const exchanges[] = { &large };
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	tc_error err = TC_ERROR_INIT;
	char *body = text_of(SIZE_LIMIT), *larger = text_of(SIZE_LIMIT + 1);

	(void)state;
	rabbit_declare_queue(guest, "large", false);
	rabbit_declare_exchange(guest, large.exchange);
	rabbit_bind(guest, "large", large.exchange, "#");
	server.url = rabbit_url(&rabbit, RABBIT_USER, false);
	options.server = &server;
	options.exchanges = exchanges;
	options.exchange_count = 1;
	tc_pulse_publisher *publisher = tc_pulse_publisher_new(NULL, &options, &err);
	assert_non_null(publisher);
	message.exchange = large.exchange;
	message.routing_key = "a";
	message.body = body;
	assert_ok(tc_pulse_publish(publisher, &message, NULL, &err), &err);
	assert_ok(tc_pulse_publisher_flush(publisher, 60000, &err), &err);
	assert_int_equal(rabbit_count(guest, "large", NULL), 1);
	message.body = larger;
	assert_int_equal(tc_pulse_publish(publisher, &message, NULL, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "16777217 bytes");
	tc_pulse_publisher_free(publisher);
	a_broker_of_4_takes_no_more(larger);
	free(body);
	free(larger);
}

/* ---- a broker in need, and one that comes back ---- */

/* Only who publishes is not read any more. */
static void a_listener_goes_on_while_memory_is_short(void **state)
{
	(void)state;
	listen_to_own("alarm", NULL);
	for (int i = 0; i < 10; i++)
		publish("{}");
	LISTEN_UNTIL(&ear, ear.heard == 5); /* the prefetch */
	rabbit_ctl(&rabbit, "set_vm_memory_high_watermark", "0", NULL);
	for (int i = 0; i < 5; i++)
		ear_ack(&ear, ear.held[i]);
	ear.act = ear_ack;
	LISTEN_UNTIL(&ear, ear.heard == 10);
	ear_lose(&ear); /* one that comes to it now, too */
	LISTEN_UNTIL(&ear, ear.connected == 1);
	ear_stop(&ear);
	ear_close(&ear);
	rabbit_ctl(&rabbit, "set_vm_memory_high_watermark", "0.4", NULL);
	assert_int_equal(rabbit_count(guest, "queue/me/alarm", NULL), 0);
}

static void after_a_restart_messages_come_soon(void **state)
{
	(void)state;
	ear.server.reconnect_ms = RECONNECT_MS;
	listen_to_own("restarted", NULL);
	publish("{\"kept\":1}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	rabbit_leave(guest);
	rabbit_sync(&rabbit);
	rabbit_stop(&rabbit);
	LISTEN_UNTIL(&ear, ear.lost >= 2); /* it has tried at once, and in vain */
	ear.act = ear_ack;
	rabbit_start(&rabbit);
	int64_t begun = tc_test_now_ms();
	LISTEN_UNTIL(&ear, ear.heard == 2);
	assert_int_in_range(tc_test_now_ms() - begun, 0, RESTART_MS);
	assert_string_equal(ear.body, "{\"kept\":1}");
	guest = rabbit_log_in(&rabbit, "guest");
	assert_int_equal(tc_pulse_ack(ear.held[0], &ear.err), TC_ERROR_NETWORK);
	ear_stop(&ear);
	ear_close(&ear);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_broker_of_4_refuses_what_is_deprecated, reset),
		cmocka_unit_test_setup(nothing_deprecated_is_needed, reset),
		cmocka_unit_test_setup(the_count_begins_with_the_second_delivery, reset),
		cmocka_unit_test_setup(a_senders_own_count_is_none, reset),
		cmocka_unit_test_setup(a_broker_of_4_drops_what_comes_back_too_often, reset),
		cmocka_unit_test_setup(what_a_queue_made_elsewhere_may_drop_is_told_of, reset),
		cmocka_unit_test_setup(what_was_given_up_is_heard_by_who_listens_to_that, reset),
		cmocka_unit_test_setup(what_a_policy_drops_goes_to_the_dead_letters, reset),
		cmocka_unit_test_setup(the_largest_message_is_what_every_broker_takes, reset),
		cmocka_unit_test_setup(a_listener_goes_on_while_memory_is_short, reset),
		cmocka_unit_test_setup(after_a_restart_messages_come_soon, reset),
	};

	major = rabbit_major();
	if (!rabbit_prepare(&rabbit, NULL))
		return 77;
	int failed = cmocka_run_group_tests(tests, begin, end);
	rabbit_end(&rabbit);
	return failed;
}
