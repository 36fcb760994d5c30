/* SPDX-License-Identifier: MPL-2.0 */
/* A listener on a real broker: what comes, in which form, and what becomes of it. */
#include "tests/harness/test.h"

#include "tests/pulse/listening.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/queue.h>
#include <taskcluster/queue_types.h>

#define EXCHANGE "exchange/other/v1/news"
#define COMPLETED "exchange/taskcluster-queue/v1/task-completed"
#define TASK "fN1SbArXTPSVFNUvaOlinQ"
#define GROUP "dSlITZ4yQgmvxxAi4A8fHQ"
#define COMPLETED_KEY "primary." TASK ".0.rack-1.machine-7.build.linux.me." GROUP "._"
#define COMPLETED_BODY \
	"{\"version\":1,\"runId\":0,\"workerGroup\":\"rack-1\",\"workerId\":\"machine-7\"," \
	"\"status\":{\"taskId\":\"" TASK \
	"\",\"provisionerId\":\"build\",\"workerType\":\"linux\"," \
	"\"taskQueueId\":\"build/linux\",\"schedulerId\":\"me\",\"projectId\":\"none\"," \
	"\"taskGroupId\":\"" GROUP "\",\"deadline\":\"2030-01-01T00:00:00.000Z\"," \
	"\"expires\":\"2031-01-01T00:00:00.000Z\",\"retriesLeft\":5,\"state\":\"completed\"," \
	"\"runs\":[]}}"

static struct rabbit rabbit;
static amqp_connection_state_t other, guest;
static struct ear ear;

static int begin(void **state)
{
	(void)state;
	rabbit_start(&rabbit);
	other = rabbit_log_in(&rabbit, RABBIT_OTHER);
	guest = rabbit_log_in(&rabbit, "guest");
	rabbit_declare_exchange(other, EXCHANGE);
	rabbit_declare_exchange(guest, COMPLETED);
	return 0;
}

static int end(void **state)
{
	(void)state;
	rabbit_leave(other);
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

static void publish(const char *key, const char *body)
{
	rabbit_publish(other, EXCHANGE, key, NULL, body);
}

static int put_number_of_messages(int count)
{
	char body[32];

	for (int i = 0; i < count; i++) {
		snprintf(body, sizeof body, "{\"n\":%d}", i);
		publish("a.b", body);
	}
	return count;
}

/* A listener with a queue of its own, bound to all of EXCHANGE. */
static void listen_to_all(const char *queue, ear_act_fn *act)
{
	ear.act = act;
	ear.options.queue = queue;
	ear_bind(&ear, EXCHANGE, "#");
	ear_ready(&ear, &rabbit);
}

/* What was settled goes out as the loop goes on, or by a beat. */
static bool dead_comes(amqp_connection_state_t peer, struct delivery *dead)
{
	assert_ok(tc_pulse_listener_beat(ear.listener, &ear.err), &ear.err);
	return rabbit_next(peer, dead, 60000);
}

/* ---- what comes ---- */

static void look_at_task(struct ear *self, struct tc_pulse_message *message)
{
	const struct tc_queue_task_completed_message *task = message->typed;

	assert_string_equal(message->exchange, COMPLETED);
	assert_string_equal(message->known->name, "taskCompleted");
	assert_string_equal(tc_pulse_message_word(message, "workerId"), "machine-7");
	assert_int_equal(message->cc_count, 1);
	assert_string_equal(message->cc[0], "route.a.b");
	assert_false(message->redelivered);
	assert_int_equal(message->delivery_count, 0);
	assert_non_null(task);
	assert_null(message->json);
	assert_string_equal(task->status.task_id, TASK);
	assert_string_equal(task->worker_group, "rack-1");
	ear_ack(self, message);
}

static void messages_come_with_their_struct(void **state)
{
	static const char *const cc[] = { "route.a.b", NULL };

	(void)state;
	assert_ok(tc_queue_events_task_completed(
			  &(struct tc_queue_events_task_completed_key){ .task_group_id = GROUP },
			  &ear.bindings[ear.options.binding_count++], &ear.err),
		&ear.err);
	ear.act = look_at_task;
	ear.options.queue = "typed";
	ear_ready(&ear, &rabbit);
	assert_string_equal(tc_pulse_listener_queue(ear.listener), "queue/me/typed");
	rabbit_publish(guest, COMPLETED, COMPLETED_KEY, cc, COMPLETED_BODY);
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	assert_int_equal(rabbit_count(guest, "queue/me/typed", NULL), 0);
	ear_close(&ear);
}

static void look_at_json(struct ear *self, struct tc_pulse_message *message)
{
	assert_null(message->typed);
	assert_null(message->known);
	assert_null(message->words);
	assert_string_equal(tc_json_text(tc_json_at(message->json, "/a")), "b");
	ear_ack(self, message);
}

static void exchanges_that_are_unknown_give_json(void **state)
{
	(void)state;
	listen_to_all("json", look_at_json);
	publish("x", "{\"a\":\"b\"}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
}

static void bodies_may_stay_unread(void **state)
{
	(void)state;
	ear.options.bodies = TC_PULSE_RAW;
	listen_to_all("raw", ear_ack);
	publish("x", "{\"a\":");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	assert_string_equal(ear.body, "{\"a\":");
	ear_stop(&ear);
	ear_close(&ear);
}

#define LARGE ((size_t)15 << 20) /* brokers take up to 16 MiB */
static size_t lengths[3];

static void note_length(struct ear *self, struct tc_pulse_message *message)
{
	lengths[self->heard - 1] = message->length;
	ear_ack(self, message);
}

/* Each comes once, however many bindings it fits. */
static void bodies_may_be_empty_and_large(void **state)
{
	char *large = malloc(LARGE + 1);

	(void)state;
	assert_non_null(large);
	memset(large, 'x', LARGE);
	large[LARGE] = '\0';
	ear.options.bodies = TC_PULSE_RAW;
	ear_bind(&ear, EXCHANGE, "a.*");
	ear_bind(&ear, EXCHANGE, "*.b");
	listen_to_all(NULL, note_length);
	publish("a.b", "");
	publish("a.b", large);
	publish("a.b", "{}");
	LISTEN_UNTIL(&ear, ear.heard == 3);
	assert_int_equal(lengths[0], 0);
	assert_int_equal(lengths[1], LARGE);
	assert_int_equal(lengths[2], 2);
	ear_stop(&ear);
	assert_int_equal(ear.heard, 3);
	assert_int_equal(ear.failed, 0);
	ear_close(&ear);
	free(large);
}

/* Neither stops anything: each goes to `failed`, and to the dead-letter exchange. */
static void bodies_that_do_not_fit_go_to_failed(void **state)
{
	static struct delivery dead;

	(void)state;
	rabbit_declare_queue(guest, "dead-bodies", false);
	ear.options.dead_letter = "bodies";
	ear_bind(&ear, COMPLETED, "#");
	listen_to_all("bodies", ear_ack);
	rabbit_bind(guest, "dead-bodies", "exchange/me/bodies", "#");
	amqp_basic_consume(guest, RABBIT_CHANNEL, amqp_cstring_bytes("dead-bodies"),
		amqp_cstring_bytes("dead"), 0, 1, 0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(guest), 0);

	publish("x", "no JSON");
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_int_equal(ear.failed_code, TC_ERROR_REPLY);
	assert_string_equal(ear.failed_body, "no JSON");
	assert_true(dead_comes(guest, &dead));
	assert_string_equal(dead.body, "no JSON");
	assert_string_equal(dead.routing_key, "x");

	rabbit_publish(guest, COMPLETED, COMPLETED_KEY, NULL, "{\"version\":1}");
	LISTEN_UNTIL(&ear, ear.failed == 2);
	assert_int_equal(ear.failed_code, TC_ERROR_REPLY);
	assert_true(dead_comes(guest, &dead));
	assert_string_equal(dead.body, "{\"version\":1}");

	publish("y", "{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	struct tc_pulse_listener_stats stats = ear_stats(&ear);
	assert_int_equal(stats.messages, 3);
	assert_int_equal(stats.failed, 2);
	assert_int_equal(stats.rejected, 2);
	assert_int_equal(stats.acked, 1);
	assert_int_equal(stats.unsettled, 0);
	ear_stop(&ear);
	free(dead.body);
	dead.body = NULL;
	amqp_basic_cancel(guest, RABBIT_CHANNEL, amqp_cstring_bytes("dead"));
	ear_close(&ear);
}

static void look_at_count(struct ear *self, struct tc_pulse_message *message)
{
	*(int64_t *)self->data = message->delivery_count;
	ear_fail(self, message);
}

/* The header may be a publisher's, who has it from elsewhere: the first failure is no last one. */
static void fails_in_spite_of_a_count(const char *queue, int64_t first, int64_t second)
{
	amqp_table_entry_t entry = { amqp_cstring_bytes("x-delivery-count"),
		{ AMQP_FIELD_KIND_I64, .value.i64 = 50 } };
	const amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_HEADERS_FLAG,
		.headers = { 1, &entry } };
	int64_t count = -2;

	ear.data = &count;
	listen_to_all(queue, look_at_count);
	assert_int_equal(
		amqp_basic_publish(other, RABBIT_CHANNEL, amqp_cstring_bytes(EXCHANGE),
			amqp_cstring_bytes("x"), 0, 0, &properties, amqp_cstring_bytes("{}")),
		AMQP_STATUS_OK);
	LISTEN_UNTIL(&ear, ear.heard == 1);
	assert_int_equal(count, first);
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_int_equal(ear.heard, 2);
	assert_int_equal(count, second);
	ear_stop(&ear);
	ear_close(&ear);
}

static void a_publishers_delivery_count_is_not_believed(void **state)
{
	(void)state;
	fails_in_spite_of_a_count("counted", 0, 1);
	fails_in_spite_of_a_count(NULL, -1, -1);
}

static void no_more_come_than_prefetch_says(void **state)
{
	(void)state;
	ear.options.prefetch = 3;
	listen_to_all("prefetch", NULL);
	put_number_of_messages(7);
	LISTEN_UNTIL(&ear, ear.heard == 3);
	assert_int_equal(ear_stats(&ear).unsettled, 3);
	ear_ack(&ear, ear.held[1]); /* in any order */
	LISTEN_UNTIL(&ear, ear.heard == 4);
	assert_int_equal(ear_stats(&ear).unsettled, 3);
	assert_int_equal(rabbit_count_until(guest, "queue/me/prefetch", 3), 3);
	ear_close(&ear);
}

/* ---- settling ---- */

static void fails_twice(const char *queue, enum tc_pulse_queue_type type)
{
	char dead_queue[64], exchange[64];
	static struct delivery dead;

	snprintf(dead_queue, sizeof dead_queue, "dead-%s", queue);
	snprintf(exchange, sizeof exchange, "exchange/me/%s", queue);
	ear.options.queue_type = type;
	ear.options.dead_letter = queue;
	listen_to_all(queue, ear_fail);
	rabbit_declare_queue(guest, dead_queue, true);
	rabbit_bind(guest, dead_queue, exchange, "#");
	publish("bad.luck", "{\"whole\":1}");
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_int_equal(ear.heard, 2);
	assert_int_equal(ear.failed_code, TC_ERROR_INPUT);
	assert_string_equal(ear.why_failed, "attempt 2 did not work out");
	assert_string_equal(ear.failed_body, "{\"whole\":1}");
	struct tc_pulse_listener_stats stats = ear_stats(&ear);
	assert_int_equal(stats.requeued, 1);
	assert_int_equal(stats.rejected, 1);
	assert_int_equal(stats.failed, 1);

	amqp_connection_state_t listener = rabbit_log_in(&rabbit, "guest");
	amqp_basic_consume(listener, RABBIT_CHANNEL, amqp_cstring_bytes(dead_queue),
		amqp_empty_bytes, 0, 1, 0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(listener), 0);
	assert_true(dead_comes(listener, &dead));
	assert_string_equal(dead.body, "{\"whole\":1}");
	assert_string_equal(dead.routing_key, "bad.luck");
	free(dead.body);
	dead.body = NULL;
	rabbit_leave(listener);

	/* the count is forgotten: what is the same may fail as often again */
	publish("bad.luck", "{\"whole\":1}");
	LISTEN_UNTIL(&ear, ear.failed == 2);
	assert_int_equal(ear.heard, 4);
	ear_stop(&ear);
	ear_close(&ear);
}

static void what_fails_twice_goes_to_failed_on_quorum_queues(void **state)
{
	(void)state;
	fails_twice("fails-quorum", TC_PULSE_QUORUM);
}

static void what_fails_twice_goes_to_failed_on_classic_queues(void **state)
{
	(void)state;
	fails_twice("fails-classic", TC_PULSE_CLASSIC);
}

static void attempts_may_be_more_or_one(void **state)
{
	(void)state;
	ear.options.attempts = 4;
	listen_to_all("attempts", ear_fail);
	publish("x", "{}");
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_int_equal(ear.heard, 4);
	ear_close(&ear);

	ear.options.attempts = 1;
	listen_to_all("attempts", ear_fail);
	publish("x", "{}");
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_int_equal(ear.heard, 1);
	ear_stop(&ear);
	ear_close(&ear);
}

static void fail_with_its_own_error(struct ear *self, struct tc_pulse_message *message)
{
	tc_error err = TC_ERROR_INIT;

	tc_error_set(&err, TC_ERROR_SYSTEM, "the disk is full");
	assert_ok(tc_pulse_fail(message, &err, &err), &err);
	(void)self;
}

static void why_may_be_the_error_to_fill(void **state)
{
	(void)state;
	ear.options.attempts = 1;
	listen_to_all("aliased", fail_with_its_own_error);
	publish("x", "{}");
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_string_equal(ear.why_failed, "the disk is full");
	ear_close(&ear);
}

/* More than are counted at least, so that none of the counts may be given up for another. */
#define MANY 1100
static struct tc_pulse_message *in_hand[MANY];

static void keep(struct ear *self, struct tc_pulse_message *message)
{
	in_hand[(self->heard - 1) % MANY] = message;
}

static void as_many_as_are_in_hand_may_fail_at_once(void **state)
{
	(void)state;
	ear.options.queue_type = TC_PULSE_CLASSIC;
	ear.options.prefetch = MANY;
	listen_to_all("fail-many", keep);
	put_number_of_messages(MANY);
	for (int attempt = 1; attempt <= 2; attempt++) {
		assert_int_equal(ear.failed, 0);
		LISTEN_UNTIL(&ear, ear.heard == attempt * MANY);
		for (int i = 0; i < MANY; i++)
			ear_fail(&ear, in_hand[i]);
	}
	assert_int_equal(ear.failed, MANY);
	ear_stop(&ear);
	assert_int_equal(ear.heard, 2 * MANY);
	ear_close(&ear);
}

static void requeue_twice_then_reject(struct ear *self, struct tc_pulse_message *message)
{
	if (self->heard > 1)
		assert_true(message->redelivered);
	if (self->heard < 3)
		ear_requeue(self, message);
	else
		ear_reject(self, message);
}

static void what_is_requeued_comes_again_and_what_is_rejected_does_not(void **state)
{
	(void)state;
	listen_to_all("requeue", requeue_twice_then_reject);
	publish("x", "{}");
	LISTEN_UNTIL(&ear, ear.heard == 3);
	assert_int_equal(ear.failed, 0);
	struct tc_pulse_listener_stats stats = ear_stats(&ear);
	assert_int_equal(stats.requeued, 2);
	assert_int_equal(stats.rejected, 1);
	ear_stop(&ear);
	assert_int_equal(rabbit_count(guest, "queue/me/requeue", NULL), 0);
	ear_close(&ear);
}

/* ---- queues ---- */

static void a_durable_queue_keeps_what_comes_meanwhile(void **state)
{
	(void)state;
	listen_to_all("durable", ear_ack);
	assert_int_equal(ear.connected_new, 1);
	ear_stop(&ear);
	ear_close(&ear);
	put_number_of_messages(3);
	listen_to_all("durable", ear_ack);
	assert_int_equal(ear.connected, 1);
	LISTEN_UNTIL(&ear, ear.heard == 3);
	ear_close(&ear);
	/* what was not settled, too */
	put_number_of_messages(1);
	listen_to_all("durable", NULL);
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_close(&ear);
	listen_to_all("durable", ear_ack);
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
}

static void other_queues_are_fresh_ones_that_do_not_stay(void **state)
{
	char first[256];

	(void)state;
	listen_to_all(NULL, ear_ack);
	assert_int_equal(ear.connected_new, 1);
	snprintf(first, sizeof first, "%s", tc_pulse_listener_queue(ear.listener));
	assert_memory_equal(first, "queue/me/", 9);
	put_number_of_messages(1);
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
	amqp_queue_declare(
		guest, RABBIT_CHANNEL, amqp_cstring_bytes(first), 1, 0, 0, 0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(guest), 404);
	listen_to_all(NULL, ear_ack);
	assert_string_not_equal(first, tc_pulse_listener_queue(ear.listener));
	ear_close(&ear);
}

static void end_with(int http_status, const char *part)
{
	LISTEN_UNTIL(&ear, ear.ended);
	assert_int_equal(ear.end.http_status, http_status);
	assert_non_null(tc_error_server_message(&ear.end));
	assert_failure(&ear.end, TC_ERROR_HTTP, part);
	assert_int_equal(ear.connected + ear.connected_new, 0);
	ear_close(&ear);
}

static void a_queue_of_another_type_is_an_error(void **state)
{
	(void)state;
	rabbit_declare_queue(guest, "queue/me/is-classic", false);
	rabbit_declare_queue(guest, "queue/me/is-quorum", true);
	ear.options.queue = "is-classic";
	ear_open(&ear, &rabbit);
	end_with(406,
		"declaring the quorum queue queue/me/is-classic, which is there with another "
		"type or other arguments: ");
	ear.options.queue = "is-quorum";
	ear.options.queue_type = TC_PULSE_CLASSIC;
	ear_open(&ear, &rabbit);
	end_with(406, "declaring the classic queue queue/me/is-quorum, which is there with ");
}

static void refusals_say_what_was_being_done(void **state)
{
	(void)state;
	ear_bind(&ear, EXCHANGE, "#");
	ear_bind(&ear, "exchange/nobody/v1/there", "a.#");
	ear_open(&ear, &rabbit);
	end_with(404, "binding exchange/nobody/v1/there (a.#) to queue/me/");
	ear_bind(&ear, "amq.topic", "#");
	ear_open(&ear, &rabbit);
	end_with(403, "binding amq.topic (#) to queue/me/");
	amqp_exchange_declare(guest, RABBIT_CHANNEL, amqp_cstring_bytes("exchange/me/fanout"),
		amqp_cstring_bytes("fanout"), 0, 1, 0, 0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(guest), 0);
	ear.options.dead_letter = "fanout";
	ear_open(&ear, &rabbit);
	end_with(406, "declaring the topic exchange exchange/me/fanout: ");
}

/* On RabbitMQ 4 a message that came back 20 times would be gone. */
static void quorum_queues_never_drop_what_comes_back(void **state)
{
	amqp_table_entry_t entries[2] = {
		{ amqp_cstring_bytes("x-queue-type"),
			{ AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("quorum") } },
		{ amqp_cstring_bytes("x-delivery-limit"),
			{ AMQP_FIELD_KIND_I64, .value.i64 = INT32_MAX } },
	};
	const amqp_table_t arguments = { 2, entries };

	(void)state;
	ear.options.attempts = 30;
	listen_to_all("returns", ear_fail);
	amqp_queue_declare(guest, RABBIT_CHANNEL, amqp_cstring_bytes("queue/me/returns"), 0, 1, 0,
		0, arguments);
	assert_int_equal(rabbit_refusal(guest), 0);
	publish("x", "{}");
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_int_equal(ear.heard, 30);
	ear_stop(&ear);
	ear_close(&ear);
}

/* Whoever made the queue may not have known of that: what nears the limit is told of. */
static void what_a_queue_made_elsewhere_may_drop_goes_to_failed(void **state)
{
	(void)state;
	rabbit_declare_queue(guest, "queue/me/made-elsewhere", true);
	listen_to_all("made-elsewhere", ear_requeue);
	assert_int_equal(ear.connected, 1);
	publish("x", "{}");
	LISTEN_UNTIL(&ear, ear.failed == 1);
	assert_int_equal(ear.heard, 19);
	assert_non_null(strstr(ear.why_failed,
		"queue/me/made-elsewhere has given the message out 19 times before"));
	ear_stop(&ear);
	ear_close(&ear);
}

/* Other clients give a quorum queue its type alone, and are refused where one has more. */
static void a_plain_queue_is_shared_with_other_clients(void **state)
{
	(void)state;
	ear.options.plain_queue = true;
	listen_to_all("plain", ear_ack);
	assert_int_equal(ear.connected_new, 1);
	rabbit_declare_queue(guest, "queue/me/plain", true);
	publish("x", "{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
}

static void a_plain_queue_may_be_there_with_more(void **state)
{
	(void)state;
	listen_to_all("not-plain", ear_ack);
	ear_stop(&ear);
	ear_close(&ear);
	ear.options.plain_queue = true;
	listen_to_all("not-plain", ear_ack);
	assert_int_equal(ear.connected, 1);
	ear_stop(&ear);
	ear_close(&ear);
}

/* ---- bindings ---- */

static struct tc_binding binding_to(const char *exchange, const char *key)
{
	struct tc_binding binding;

	snprintf(binding.exchange, sizeof binding.exchange, "%s", exchange);
	snprintf(binding.routing_key, sizeof binding.routing_key, "%s", key);
	return binding;
}

static void bind_to(const char *key)
{
	const struct tc_binding binding = binding_to(EXCHANGE, key);

	assert_ok(tc_pulse_listener_bind(ear.listener, &binding, &ear.err), &ear.err);
}

static void unbind_from(const char *key)
{
	const struct tc_binding binding = binding_to(EXCHANGE, key);

	assert_ok(tc_pulse_listener_unbind(ear.listener, &binding, &ear.err), &ear.err);
}

/* Publishes to a key, again and again, until it comes, or does not come before another one. */
static bool comes(const char *key, const char *fence)
{
	int before = ear.heard;

	publish(key, "{}");
	publish(fence, "{}");
	LISTEN_UNTIL(&ear, ear.heard > before && strcmp(ear.key, fence) == 0);
	return ear.heard == before + 2;
}

static void listen_to_fence(const char *queue)
{
	ear.act = ear_ack;
	ear.options.queue = queue;
	ear_bind(&ear, EXCHANGE, "fence");
	ear_ready(&ear, &rabbit);
}

static void bindings_change_while_it_listens(void **state)
{
	(void)state;
	listen_to_fence("changing");
	bind_to("a.#");
	bind_to("a.#");
	LISTEN_UNTIL(&ear, comes("a.b", "fence"));
	unbind_from("a.#");
	LISTEN_UNTIL(&ear, !comes("a.b", "fence"));
	unbind_from("a.#"); /* nothing to do */
	bind_to("b");
	unbind_from("b");
	bind_to("b");
	LISTEN_UNTIL(&ear, comes("b", "fence"));
	ear_stop(&ear);
	ear_close(&ear);
}

static void stale_bindings_are_ended(void **state)
{
	(void)state;
	ear_bind(&ear, EXCHANGE, "old");
	listen_to_fence("stale");
	assert_true(comes("old", "fence"));
	ear_stop(&ear);
	ear_close(&ear);
	listen_to_fence("stale");
	assert_true(comes("old", "fence")); /* nobody has said otherwise */
	ear_stop(&ear);
	ear_close(&ear);

	static struct tc_binding stale[2];
	stale[0] = binding_to(EXCHANGE, "old");
	stale[1] = binding_to("exchange/nobody/v1/there", "old");
	ear.options.stale_bindings = stale;
	ear.options.stale_binding_count = 2;
	listen_to_fence("stale");
	assert_false(comes("old", "fence"));
	ear_stop(&ear);
	ear_close(&ear);
}

static void a_binding_that_is_refused_ends_it(void **state)
{
	const struct tc_binding none = binding_to("exchange/nobody/v1/there", "#");

	(void)state;
	listen_to_fence("refused");
	assert_ok(tc_pulse_listener_bind(ear.listener, &none, &ear.err), &ear.err);
	LISTEN_UNTIL(&ear, ear.ended);
	assert_int_equal(ear.end.http_status, 404);
	assert_failure(&ear.end, TC_ERROR_HTTP,
		"binding exchange/nobody/v1/there (#) to queue/me/refused: ");
	assert_int_equal(tc_pulse_listener_bind(ear.listener, &none, &ear.err), TC_ERROR_ARGUMENT);
	ear_close(&ear);
}

/* Bindings that are given before there is a connection. */
static void bindings_are_remembered(void **state)
{
	(void)state;
	ear.act = ear_ack;
	ear.options.queue = "remembered";
	ear_open(&ear, &rabbit);
	bind_to("fence");
	bind_to("c");
	bind_to("d");
	unbind_from("d");
	LISTEN_UNTIL(&ear, ear.connected_new == 1);
	assert_true(comes("c", "fence"));
	assert_false(comes("d", "fence"));
	ear_stop(&ear);
	ear_close(&ear);
}

/* ---- without `failed` and dead letters ---- */

static tc_pulse_listener *listen_unheard(void)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_pulse_listener_stats stats = TC_PULSE_LISTENER_STATS_INIT;
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	struct tc_binding binding = { EXCHANGE, "#" };
	struct tc_pulse_message *message;
	tc_error err = TC_ERROR_INIT;

	server.url = rabbit_url(&rabbit, RABBIT_USER, false);
	options.server = &server;
	options.bindings = &binding;
	options.binding_count = 1;
	options.attempts = 1;
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, &err);
	assert_ok(err.code, &err);
	while (!stats.connections) {
		assert_ok(tc_pulse_listener_next(listener, 20, &message, &err), &err);
		assert_null(message);
		tc_pulse_listener_read_stats(listener, &stats);
	}
	return listener;
}

static void what_nobody_else_is_told_of_is_returned(void **state)
{
	tc_pulse_listener *listener = listen_unheard();
	struct tc_pulse_message *message;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	publish("a", "no JSON");
	publish("b", "{}");
	tc_pulse_listener_next(listener, 20000, &message, &err);
	assert_null(message);
	assert_failure(&err, TC_ERROR_REPLY, "with the key \"a\"");
	assert_ok(tc_pulse_listener_next(listener, 20000, &message, &err), &err);
	assert_non_null(message);
	assert_int_equal(tc_pulse_fail(message, NULL, &err), TC_ERROR_CANCELED);
	assert_failure(&err, TC_ERROR_CANCELED, "neither `failed` nor `dead_letter`");
	assert_ok(tc_pulse_listener_next(listener, 0, &message, &err), &err);
	assert_null(message);
	tc_pulse_listener_free(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(messages_come_with_their_struct, reset),
		cmocka_unit_test_setup(exchanges_that_are_unknown_give_json, reset),
		cmocka_unit_test_setup(bodies_may_stay_unread, reset),
		cmocka_unit_test_setup(bodies_may_be_empty_and_large, reset),
		cmocka_unit_test_setup(bodies_that_do_not_fit_go_to_failed, reset),
		cmocka_unit_test_setup(a_publishers_delivery_count_is_not_believed, reset),
		cmocka_unit_test_setup(no_more_come_than_prefetch_says, reset),
		cmocka_unit_test_setup(what_fails_twice_goes_to_failed_on_quorum_queues, reset),
		cmocka_unit_test_setup(what_fails_twice_goes_to_failed_on_classic_queues, reset),
		cmocka_unit_test_setup(attempts_may_be_more_or_one, reset),
		cmocka_unit_test_setup(what_nobody_else_is_told_of_is_returned, reset),
		cmocka_unit_test_setup(why_may_be_the_error_to_fill, reset),
		cmocka_unit_test_setup(as_many_as_are_in_hand_may_fail_at_once, reset),
		cmocka_unit_test_setup(
			what_is_requeued_comes_again_and_what_is_rejected_does_not, reset),
		cmocka_unit_test_setup(a_durable_queue_keeps_what_comes_meanwhile, reset),
		cmocka_unit_test_setup(other_queues_are_fresh_ones_that_do_not_stay, reset),
		cmocka_unit_test_setup(a_queue_of_another_type_is_an_error, reset),
		cmocka_unit_test_setup(refusals_say_what_was_being_done, reset),
		cmocka_unit_test_setup(quorum_queues_never_drop_what_comes_back, reset),
		cmocka_unit_test_setup(what_a_queue_made_elsewhere_may_drop_goes_to_failed, reset),
		cmocka_unit_test_setup(a_plain_queue_is_shared_with_other_clients, reset),
		cmocka_unit_test_setup(a_plain_queue_may_be_there_with_more, reset),
		cmocka_unit_test_setup(bindings_change_while_it_listens, reset),
		cmocka_unit_test_setup(stale_bindings_are_ended, reset),
		cmocka_unit_test_setup(a_binding_that_is_refused_ends_it, reset),
		cmocka_unit_test_setup(bindings_are_remembered, reset),
	};

	if (!rabbit_prepare(&rabbit, NULL))
		return 77;
	int failed = cmocka_run_group_tests(tests, begin, end);
	rabbit_end(&rabbit);
	return failed;
}
