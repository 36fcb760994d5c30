/* SPDX-License-Identifier: MPL-2.0 */
/* A listener whose connection is lost in all ways that there are, and one that ends. */
#define _DEFAULT_SOURCE /* usleep */
#include "tests/harness/test.h"

#include "tests/harness/cutter.h"
#include "tests/pulse/listening.h"
#include "workflows/src/pulse/listener/listener.h" /* to see when no more are asked for */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXCHANGE "exchange/other/v1/losses"
#define HELD_FOR_MS 4000 /* for longer the broker lets nobody hold a message */
#define RECONNECTS 25
/* A quorum queue that was declared just before the broker died never has a leader afterwards:
 * RabbitMQ writes down which there are within half a second. */
#define QUEUE_SAFE_MS 2000

static struct rabbit rabbit;
static struct ear ear;

static int begin(void **state)
{
	(void)state;
	rabbit_start(&rabbit);
	amqp_connection_state_t other = rabbit_log_in(&rabbit, RABBIT_OTHER);
	rabbit_declare_exchange(other, EXCHANGE);
	rabbit_leave(other);
	return 0;
}

/* After a test that failed, too. */
static int reset(void **state)
{
	(void)state;
	ear = (struct ear){ 0 };
	return 0;
}

static void publish(const char *body)
{
	amqp_connection_state_t other = rabbit_log_in(&rabbit, RABBIT_OTHER);

	rabbit_publish(other, EXCHANGE, "a.b", NULL, body);
	rabbit_leave(other);
}

static int messages_in(const char *queue)
{
	amqp_connection_state_t guest = rabbit_log_in(&rabbit, "guest");
	int count = rabbit_count(guest, queue, NULL);

	rabbit_leave(guest);
	return count;
}

static void listen_to_all(const char *queue, ear_act_fn *act)
{
	ear.act = act;
	ear.options.queue = queue;
	ear_bind(&ear, EXCHANGE, "#");
	ear_ready(&ear, &rabbit);
}

static void lose(void)
{
	ear_lose(&ear);
}

/* ---- it goes on after a loss ---- */

static void a_deleted_queue_is_made_again(void **state)
{
	(void)state;
	listen_to_all("deleted", ear_ack);
	amqp_connection_state_t guest = rabbit_log_in(&rabbit, "guest");
	amqp_queue_delete(guest, RABBIT_CHANNEL, amqp_cstring_bytes("queue/me/deleted"), 0, 0);
	assert_int_equal(rabbit_refusal(guest), 0);
	rabbit_leave(guest);
	LISTEN_UNTIL(&ear, ear.connected_new == 2);
	assert_int_equal(ear.lost, 1);
	assert_non_null(strstr(ear.why_lost, "nothing of queue/me/deleted any more"));
	publish("{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
}

/* On each connection anew, as it may be another one by then. */
static void a_queue_made_elsewhere_is_found_again(void **state)
{
	amqp_connection_state_t guest = rabbit_log_in(&rabbit, "guest");

	(void)state;
	rabbit_declare_queue(guest, "queue/me/elsewhere", true);
	listen_to_all("elsewhere", ear_ack);
	assert_true(ear.listener->limited);
	lose();
	LISTEN_UNTIL(&ear, ear.connected == 2);
	assert_true(ear.listener->limited);
	publish("{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	/* made by us now */
	amqp_queue_delete(guest, RABBIT_CHANNEL, amqp_cstring_bytes("queue/me/elsewhere"), 0, 0);
	assert_int_equal(rabbit_refusal(guest), 0);
	LISTEN_UNTIL(&ear, ear.connected_new == 1);
	assert_false(ear.listener->limited);
	rabbit_leave(guest);
	lose();
	LISTEN_UNTIL(&ear, ear.connected == 3);
	assert_false(ear.listener->limited);
	ear_stop(&ear);
	ear_close(&ear);
}

static void an_operators_close_is_a_loss(void **state)
{
	(void)state;
	listen_to_all("closed", ear_ack);
	rabbit_ctl(&rabbit, "close_all_connections", "for a test", NULL);
	LISTEN_UNTIL(&ear, ear.connected == 1);
	assert_int_equal(ear.lost, 1);
	assert_non_null(strstr(ear.why_lost, "for a test"));
	publish("{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	assert_int_equal(ear_stats(&ear).connections, 2);
	ear_stop(&ear);
	ear_close(&ear);
}

static void a_message_that_is_held_for_too_long_comes_again(void **state)
{
	(void)state;
	listen_to_all("slow", NULL);
	publish("{\"slow\":1}");
	LISTEN_UNTIL(&ear, ear.lost == 1);
	assert_non_null(strstr(ear.why_lost, "consuming queue/me/slow: "));
	ear.act = ear_ack;
	LISTEN_UNTIL(&ear, ear.heard == 2);
	/* the first one is still here, and of no use */
	assert_string_equal(ear.held[0]->body, "{\"slow\":1}");
	assert_int_equal(ear_stats(&ear).unsettled, 1);
	assert_int_equal(tc_pulse_ack(ear.held[0], &ear.err), TC_ERROR_NETWORK);
	assert_int_equal(ear_stats(&ear).unsettled, 0);
	assert_int_equal(ear_stats(&ear).acked, 1);
	ear_stop(&ear);
	assert_int_equal(messages_in("queue/me/slow"), 0);
	ear_close(&ear);
}

/* What was settled on a connection that is gone is not told on the next one, where its number is
 * another message's. */
static void what_came_by_a_lost_connection_is_not_settled_by_the_next(void **state)
{
	(void)state;
	listen_to_all("numbers", NULL);
	publish("{\"n\":1}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	lose();
	LISTEN_UNTIL(&ear, ear.connected == 1 && ear.heard == 2);
	assert_true(ear.held[1]->redelivered);
	assert_int_equal(tc_pulse_ack(ear.held[0], &ear.err), TC_ERROR_NETWORK);
	assert_int_equal(tc_pulse_listener_beat(ear.listener, &ear.err), TC_OK);
	ear_close(&ear);
	listen_to_all("numbers", ear_ack);
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
}

/* On RabbitMQ 4 it would be gone after 20. */
static void a_message_in_hand_outlives_many_connections(void **state)
{
	(void)state;
	ear.server.reconnect_ms = 10;
	ear.options.attempts = 100;
	listen_to_all("many", NULL);
	publish("{\"in hand\":1}");
	for (int i = 1; i <= RECONNECTS; i++) {
		LISTEN_UNTIL(&ear, ear.heard == i);
		assert_string_equal(ear.body, "{\"in hand\":1}");
		lose();
		LISTEN_UNTIL(&ear, ear.lost == i);
	}
	ear.act = ear_ack;
	LISTEN_UNTIL(&ear, ear.heard == RECONNECTS + 1);
	assert_int_equal(ear.failed, 0);
	for (int i = 0; i < RECONNECTS; i++)
		assert_int_equal(tc_pulse_ack(ear.held[i], &ear.err), TC_ERROR_NETWORK);
	ear_stop(&ear);
	assert_int_equal(messages_in("queue/me/many"), 0);
	ear_close(&ear);
}

/* The queue's count has the deliveries of lost connections in it; our own, for classic queues, has
 * not. */
static void failures_are_counted_across_connections(void **state)
{
	(void)state;
	ear.options.queue_type = TC_PULSE_CLASSIC;
	listen_to_all("counted", NULL);
	publish("{\"fails\":1}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	lose();
	LISTEN_UNTIL(&ear, ear.heard == 2);
	assert_int_equal(tc_pulse_fail(ear.held[0], NULL, &ear.err), TC_ERROR_NETWORK);
	assert_int_equal(ear.failed, 0);
	assert_ok(tc_pulse_fail(ear.held[1], NULL, &ear.err), &ear.err);
	assert_int_equal(ear.failed, 1);
	assert_int_equal(ear.failed_code, TC_OK);
	ear_stop(&ear);
	assert_int_equal(messages_in("queue/me/counted"), 0);
	ear_close(&ear);
}

static void declare_exchange(const char *exchange)
{
	amqp_connection_state_t other = rabbit_log_in(&rabbit, RABBIT_OTHER);

	rabbit_declare_exchange(other, exchange);
	rabbit_leave(other);
}

/* Services come back; a listener that was good does not end for that. */
static void an_exchange_that_is_gone_is_waited_for(void **state)
{
	(void)state;
	declare_exchange("exchange/other/v1/comes-back");
	ear_bind(&ear, "exchange/other/v1/comes-back", "#");
	listen_to_all("waits", ear_ack);
	amqp_connection_state_t other = rabbit_log_in(&rabbit, RABBIT_OTHER);
	amqp_exchange_delete(
		other, RABBIT_CHANNEL, amqp_cstring_bytes("exchange/other/v1/comes-back"), 0);
	assert_int_equal(rabbit_refusal(other), 0);
	lose();
	LISTEN_UNTIL(&ear, ear.lost >= 3);
	assert_non_null(strstr(
		ear.why_lost, "binding exchange/other/v1/comes-back (#) to queue/me/waits: "));
	rabbit_declare_exchange(other, "exchange/other/v1/comes-back");
	rabbit_leave(other);
	LISTEN_UNTIL(&ear, ear.connected == 1);
	publish("{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
}

static void ack_and_fence(struct ear *self, struct tc_pulse_message *message)
{
	if (strcmp(message->body, "{\"last\":1}") == 0)
		self->data = self;
	assert_true(
		tc_pulse_ack(message, &self->err) == TC_OK || self->err.code == TC_ERROR_NETWORK);
}

static void a_broker_that_dies_is_waited_for(void **state)
{
	(void)state;
	listen_to_all("dies", NULL);
	int64_t begun_ms = tc_test_now_ms();
	publish("{\"first\":1}");
	LISTEN_UNTIL(&ear, ear.heard == 1 && tc_test_now_ms() - begun_ms > QUEUE_SAFE_MS);
	rabbit_kill(&rabbit);
	LISTEN_UNTIL(&ear, ear.lost >= 3);
	assert_int_equal(tc_pulse_ack(ear.held[0], &ear.err), TC_ERROR_NETWORK);
	ear.act = ack_and_fence;
	rabbit_start(&rabbit);
	LISTEN_UNTIL(&ear, ear.connected == 1);
	publish("{\"last\":1}");
	LISTEN_UNTIL(&ear, ear.data);
	assert_true(ear.heard >= 3); /* the first one came again */
	ear_stop(&ear);
	ear_close(&ear);
}

/* As is one that is there, and does not answer. */
static void a_broker_that_does_not_answer_is_left(void **state)
{
	const struct tc_binding more = { EXCHANGE, "more" };
	int status;

	(void)state;
	ear.server.connect_timeout_ms = 3000;
	listen_to_all("unanswered", ear_ack);
	assert_int_equal(kill(rabbit.server, SIGSTOP), 0);
	/* its threads go on for a moment, in which it may answer */
	assert_int_equal(waitpid(rabbit.server, &status, WUNTRACED), rabbit.server);
	assert_true(WIFSTOPPED(status));
	assert_ok(tc_pulse_listener_bind(ear.listener, &more, &ear.err), &ear.err);
	LISTEN_UNTIL(&ear, ear.lost == 1);
	assert_string_equal(ear.why_lost,
		"binding " EXCHANGE " (more) to queue/me/unanswered: "
		"the broker has not answered within 3000 ms");
	assert_int_equal(kill(rabbit.server, SIGCONT), 0);
	LISTEN_UNTIL(&ear, ear.connected == 1);
	publish("{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	ear_stop(&ear);
	ear_close(&ear);
}

/* ---- one that breaks again and again ---- */

#define STORM_MESSAGES 500
#define STORM_CUTS 40

/* What is done about each of them is left to chance. */
struct storm {
	unsigned seed;
	bool acked[STORM_MESSAGES];
	struct tc_pulse_message *held[EAR_HELD];
	size_t held_count;
};

static unsigned chance(struct storm *storm, unsigned below)
{
	storm->seed = storm->seed * 1103515245u + 12345u;
	return (storm->seed >> 16) % below;
}

static void settle_somehow(struct storm *storm, struct tc_pulse_message *message)
{
	long n = strtol(message->body, NULL, 10);

	switch (chance(storm, 5)) {
	case 0:
		tc_pulse_fail(message, NULL, NULL);
		break;
	case 1:
		tc_pulse_requeue(message, NULL);
		break;
	case 2:
		tc_pulse_reject(message, NULL);
		break;
	default:
		storm->acked[n] |= tc_pulse_ack(message, NULL) == TC_OK;
		break;
	}
}

/* Some are held, and settled out of order, maybe when their connection is gone. */
static void settle_or_hold(struct ear *self, struct tc_pulse_message *message)
{
	struct storm *storm = self->data;

	storm->held[storm->held_count++] = message;
	while (storm->held_count && (storm->held_count > 10 || chance(storm, 3))) {
		size_t at = chance(storm, (unsigned)storm->held_count);
		struct tc_pulse_message *chosen = storm->held[at];
		storm->held[at] = storm->held[--storm->held_count];
		settle_somehow(storm, chosen);
	}
}

/* Takes all that a queue has, and notes it down. */
static void collect(const char *queue, bool found[STORM_MESSAGES])
{
	amqp_connection_state_t guest = rabbit_log_in(&rabbit, "guest");
	static struct delivery delivery;
	int left = rabbit_count(guest, queue, NULL);

	amqp_basic_consume(guest, RABBIT_CHANNEL, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0,
		0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(guest), 0);
	for (; left; left--) {
		assert_true(rabbit_next(guest, &delivery, 60000));
		found[strtol(delivery.body, NULL, 10)] = true;
	}
	rabbit_leave(guest);
}

static void publish_numbers(const char *dead_queue)
{
	amqp_connection_state_t guest = rabbit_log_in(&rabbit, "guest");
	char body[16];

	rabbit_declare_queue(guest, dead_queue, false);
	rabbit_bind(guest, dead_queue, "exchange/me/storm", "#");
	rabbit_leave(guest);
	amqp_connection_state_t other = rabbit_log_in(&rabbit, RABBIT_OTHER);
	for (int i = 0; i < STORM_MESSAGES; i++) {
		snprintf(body, sizeof body, "%d", i);
		rabbit_publish(other, EXCHANGE, "a", NULL, body);
	}
	rabbit_leave(other);
}

static void settle_what_is_held(struct storm *storm)
{
	while (storm->held_count)
		settle_somehow(storm, storm->held[--storm->held_count]);
}

static void open_behind(struct tc_cutter *cutter)
{
	struct rabbit behind = rabbit;

	behind.port = tc_cutter_port(cutter);
	ear.server.reconnect_ms = 10;
	ear.options.queue = ear.options.dead_letter = "storm";
	ear.options.prefetch = 20;
	ear_bind(&ear, EXCHANGE, "a");
	ear_ready(&ear, &behind);
}

/* Until they break no more, or there is nothing to do. */
static void weather(struct storm *storm, struct tc_cutter *cutter)
{
	amqp_connection_state_t guest = rabbit_log_in(&rabbit, "guest");
	int64_t since_ms = tc_test_now_ms();

	while (tc_cutter_cuts(cutter) < STORM_CUTS && rabbit_count(guest, "queue/me/storm", NULL))
		ear_turn(&ear, "the storm's end", since_ms);
	rabbit_leave(guest);
	tc_pulse_listener_stop(ear.listener);
	while (!ear.ended) {
		settle_what_is_held(storm);
		ear_turn(&ear, "it has ended", since_ms);
	}
	assert_ok(ear.end.code, &ear.end);
	assert_int_equal(ear_stats(&ear).unsettled, 0);
}

/* Each message was acknowledged, or went to the dead letters, or is still in the queue. */
static void nothing_is_lost_while_connections_break(void **state)
{
	static size_t after[STORM_CUTS]; /* bytes, of which some do not suffice to listen */
	static bool found[STORM_MESSAGES];
	struct storm storm = { .seed = 16 };

	(void)state;
	for (size_t i = 0; i < STORM_CUTS; i++)
		after[i] = 600 + chance(&storm, i % 2 ? 1500 : 9000);
	struct tc_cutter *cutter = tc_cutter_start(rabbit.port, after, STORM_CUTS);
	ear.act = settle_or_hold;
	ear.data = &storm;
	open_behind(cutter);
	publish_numbers("dead-storm");
	weather(&storm, cutter);
	assert_int_in_range(ear.lost, 10, STORM_CUTS);
	ear_close(&ear);
	tc_cutter_stop(cutter);
	memcpy(found, storm.acked, sizeof found);
	int64_t since_ms = tc_test_now_ms();
	while (memchr(found, false, sizeof found)) { /* the broker has to notice, too */
		assert_int_in_range(tc_test_now_ms() - since_ms, 0, 60000);
		collect("dead-storm", found);
		collect("queue/me/storm", found);
	}
}

/* ---- the end ---- */

static void *stop_it(void *listener)
{
	tc_pulse_listener_stop(listener);
	return NULL;
}

static void a_stop_finishes_what_is_in_hand(void **state)
{
	pthread_t thread;

	(void)state;
	listen_to_all("stopped", NULL);
	publish("{\"in hand\":1}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	assert_int_equal(pthread_create(&thread, NULL, stop_it, ear.listener), 0);
	pthread_join(thread, NULL);
	LISTEN_UNTIL(&ear, ear.listener->canceled);
	publish("{\"later\":1}");
	for (int i = 0; i < 10; i++)
		assert_ok(tc_loop_poll(ear.loop, 20, &ear.err), &ear.err);
	assert_false(ear.ended);
	ear_ack(&ear, ear.held[0]);
	LISTEN_UNTIL(&ear, ear.ended);
	assert_ok(ear.end.code, &ear.end);
	assert_int_equal(ear.heard, 1);
	assert_int_equal(messages_in("queue/me/stopped"), 1);
	ear_close(&ear);
}

static void a_stop_before_the_first_connection_ends_at_once(void **state)
{
	(void)state;
	ear_open(&ear, &rabbit);
	ear_stop(&ear);
	assert_int_equal(ear.connected_new, 0);
	ear_close(&ear);
}

/* What is in hand can be settled by nobody then, but is its user's until it is. */
static void a_stop_without_a_connection_waits_for_the_user_only(void **state)
{
	(void)state;
	ear.server.reconnect_ms = 3600 * 1000;
	listen_to_all("alone", NULL);
	publish("{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	tc_pulse_listener_stop(ear.listener);
	lose();
	LISTEN_UNTIL(&ear, ear.lost == 1);
	for (int i = 0; i < 10; i++)
		assert_ok(tc_loop_poll(ear.loop, 20, &ear.err), &ear.err);
	assert_false(ear.ended);
	assert_int_equal(tc_pulse_ack(ear.held[0], &ear.err), TC_ERROR_NETWORK);
	LISTEN_UNTIL(&ear, ear.ended);
	assert_ok(ear.end.code, &ear.end);
	ear_close(&ear);
}

static void freed_in_a_callback(int where, ear_act_fn *act)
{
	ear.options.attempts = 1;
	ear.free_in = where;
	ear.act = act;
	ear.options.queue = "freed";
	ear_bind(&ear, EXCHANGE, "#");
	ear_open(&ear, &rabbit);
	if (where == FREE_IN_ENDED)
		tc_pulse_listener_stop(ear.listener);
	else if (where != FREE_IN_CHANGED)
		publish("{}");
	LISTEN_UNTIL(&ear, ear.freed == where);
	ear_close(&ear);
}

static void callbacks_may_free_it(void **state)
{
	(void)state;
	listen_to_all("freed", ear_ack); /* so that it is there */
	ear_stop(&ear);
	ear_close(&ear);
	freed_in_a_callback(FREE_IN_CHANGED, NULL);
	freed_in_a_callback(FREE_IN_HANDLE, NULL);
	freed_in_a_callback(FREE_IN_HANDLE, ear_ack);
	freed_in_a_callback(FREE_IN_ENDED, NULL);
	ear.server.reconnect_ms = 0;
	ear.act = NULL;
	freed_in_a_callback(FREE_IN_HANDLE, NULL);
}

static void fail_and_be_freed(struct ear *self, struct tc_pulse_message *message)
{
	/* in `failed` it was freed, and so the broker was told nothing */
	assert_int_equal(tc_pulse_fail(message, NULL, &self->err), TC_ERROR_NETWORK);
}

static void failed_may_free_it(void **state)
{
	(void)state;
	freed_in_a_callback(FREE_IN_FAILED, fail_and_be_freed);
}

/* ---- the blocking face ---- */

static struct tc_pulse_message *next(void)
{
	struct tc_pulse_message *message = NULL;

	assert_ok(tc_pulse_listener_next(ear.listener, 60000, &message, &ear.err), &ear.err);
	return message;
}

static void listen_and_wait(const char *queue)
{
	ear.blocking = true;
	ear.options.queue = queue;
	ear_bind(&ear, EXCHANGE, "#");
	ear_open(&ear, &rabbit);
	struct tc_pulse_message *message;
	while (ear.connected + ear.connected_new == 0)
		assert_ok(tc_pulse_listener_next(ear.listener, 10, &message, &ear.err), &ear.err);
	assert_null(message);
}

static void messages_are_waited_for(void **state)
{
	struct tc_pulse_message *message;

	(void)state;
	listen_and_wait("next");
	assert_ok(tc_pulse_listener_next(ear.listener, 0, &message, &ear.err), &ear.err);
	assert_null(message);
	int64_t before = tc_test_now_ms();
	assert_ok(tc_pulse_listener_next(ear.listener, 50, &message, &ear.err), &ear.err);
	assert_null(message);
	assert_true(tc_test_now_ms() - before >= 49);
	publish("{\"n\":1}");
	publish("no JSON");
	publish("{\"n\":2}");
	message = next();
	assert_string_equal(message->body, "{\"n\":1}");
	ear_ack(&ear, message);
	message = next();
	assert_string_equal(message->body, "{\"n\":2}");
	assert_int_equal(ear.failed, 1);
	assert_ok(tc_pulse_listener_beat(ear.listener, &ear.err), &ear.err);
	assert_int_equal(ear.heard, 0); /* the handler has nothing of it */

	/* lost, and found again, in the middle of it */
	lose();
	struct tc_pulse_message *again = next();
	assert_string_equal(again->body, "{\"n\":2}");
	assert_int_equal(tc_pulse_ack(message, &ear.err), TC_ERROR_NETWORK);
	tc_pulse_listener_stop(ear.listener);
	assert_null(next()); /* though one is in hand */
	assert_false(ear.ended);
	ear_ack(&ear, again);
	assert_null(next());
	assert_true(ear.ended);
	assert_null(next());
	assert_int_equal(messages_in("queue/me/next"), 0);
	ear_close(&ear);
}

static void stop_at_the_third(struct ear *self, struct tc_pulse_message *message)
{
	ear_ack(self, message);
	if (self->heard == 3)
		tc_pulse_listener_stop(self->listener);
}

static void run_gives_messages_to_the_handler(void **state)
{
	(void)state;
	listen_and_wait("run");
	for (int i = 0; i < 3; i++)
		publish("{}");
	ear.act = stop_at_the_third;
	assert_ok(tc_pulse_listener_run(ear.listener, &ear.err), &ear.err);
	assert_true(ear.ended);
	assert_int_equal(ear.heard, 3);
	assert_int_equal(messages_in("queue/me/run"), 0);
	assert_ok(tc_pulse_listener_run(ear.listener, &ear.err), &ear.err);
	ear_close(&ear);
}

static void run_inside(struct ear *self, struct tc_pulse_message *message)
{
	assert_int_equal(tc_pulse_listener_run(self->listener, &self->err), TC_ERROR_ARGUMENT);
	assert_failure(&self->err, TC_ERROR_ARGUMENT, "the listener runs already");
	stop_at_the_third(self, message);
}

/* The one outside goes on. */
static void run_is_refused_in_a_handler(void **state)
{
	(void)state;
	listen_and_wait("run-inside");
	for (int i = 0; i < 3; i++)
		publish("{}");
	ear.act = run_inside;
	assert_ok(tc_pulse_listener_run(ear.listener, &ear.err), &ear.err);
	assert_int_equal(ear.heard, 3);
	ear_close(&ear);
}

static void hold_and_stop(struct ear *self, struct tc_pulse_message *message)
{
	self->held[self->held_count++] = message;
	tc_pulse_listener_stop(self->listener);
}

/* Nothing could settle it while it waited. */
static void run_does_not_wait_for_what_is_in_hand(void **state)
{
	(void)state;
	listen_and_wait("run-held");
	publish("{}");
	ear.act = hold_and_stop;
	assert_ok(tc_pulse_listener_run(ear.listener, &ear.err), &ear.err);
	assert_false(ear.ended);
	ear_ack(&ear, ear.held[0]);
	assert_ok(tc_pulse_listener_run(ear.listener, &ear.err), &ear.err);
	assert_true(ear.ended);
	ear_close(&ear);
}

static void free_it(struct ear *self, struct tc_pulse_message *message)
{
	ear_ack(self, message);
	tc_pulse_listener_free(self->listener);
	self->listener = NULL;
}

static void run_ends_when_it_is_freed(void **state)
{
	(void)state;
	listen_and_wait("run-freed");
	publish("{}");
	ear.act = free_it;
	assert_int_equal(tc_pulse_listener_run(ear.listener, &ear.err), TC_ERROR_CANCELED);
	ear_close(&ear);
}

static void how_it_ended_is_told_again(void **state)
{
	struct tc_pulse_message *message;

	(void)state;
	ear.blocking = true;
	ear_bind(&ear, "exchange/nobody/v1/there", "#");
	ear_open(&ear, &rabbit);
	for (int i = 0; i < 3; i++) {
		int rc = tc_pulse_listener_next(ear.listener, -1, &message, &ear.err);
		assert_int_equal(rc, TC_ERROR_HTTP);
		assert_int_equal(ear.err.http_status, 404);
		assert_null(message);
		assert_failure(&ear.err, TC_ERROR_HTTP, "binding exchange/nobody/v1/there (#) to ");
	}
	assert_int_equal(tc_pulse_listener_run(ear.listener, &ear.err), TC_ERROR_HTTP);
	assert_true(ear.ended);
	ear_close(&ear);
}

/* A handler that takes long keeps the connection by beats; what comes meanwhile waits. */
static void beats_keep_a_connection(void **state)
{
	(void)state;
	ear.server.heartbeat_s = 1;
	listen_and_wait("beats");
	publish("{\"n\":1}");
	struct tc_pulse_message *message = next();
	int64_t before = tc_test_now_ms();
	while (tc_test_now_ms() - before < HELD_FOR_MS - 1000) {
		usleep(100000);
		assert_ok(tc_pulse_listener_beat(ear.listener, &ear.err), &ear.err);
	}
	assert_int_equal(ear.lost, 0);
	ear_ack(&ear, message);
	publish("{\"n\":2}");
	message = next();
	assert_string_equal(message->body, "{\"n\":2}");
	ear_ack(&ear, message);
	assert_int_equal(ear.lost, 0);
	assert_int_equal(ear_stats(&ear).connections, 1);
	ear_close(&ear);
}

static void a_child_of_fork_may_free_it(void **state)
{
	int status;

	(void)state;
	listen_to_all("forked", NULL);
	publish("{}");
	LISTEN_UNTIL(&ear, ear.heard == 1);
	pid_t pid = fork();
	if (pid == 0) {
		tc_pulse_listener_free(ear.listener);
		tc_loop_free(ear.loop);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	ear_ack(&ear, ear.held[0]);
	ear_stop(&ear);
	assert_int_equal(messages_in("queue/me/forked"), 0);
	ear_close(&ear);
}

int main(void)
{
	static const struct rabbit_options options = { .consumer_timeout_ms = HELD_FOR_MS };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_deleted_queue_is_made_again, reset),
		cmocka_unit_test_setup(a_queue_made_elsewhere_is_found_again, reset),
		cmocka_unit_test_setup(an_operators_close_is_a_loss, reset),
		cmocka_unit_test_setup(a_message_that_is_held_for_too_long_comes_again, reset),
		cmocka_unit_test_setup(
			what_came_by_a_lost_connection_is_not_settled_by_the_next, reset),
		cmocka_unit_test_setup(a_message_in_hand_outlives_many_connections, reset),
		cmocka_unit_test_setup(failures_are_counted_across_connections, reset),
		cmocka_unit_test_setup(an_exchange_that_is_gone_is_waited_for, reset),
		cmocka_unit_test_setup(a_broker_that_dies_is_waited_for, reset),
		cmocka_unit_test_setup(a_broker_that_does_not_answer_is_left, reset),
		cmocka_unit_test_setup(nothing_is_lost_while_connections_break, reset),
		cmocka_unit_test_setup(a_stop_finishes_what_is_in_hand, reset),
		cmocka_unit_test_setup(a_stop_before_the_first_connection_ends_at_once, reset),
		cmocka_unit_test_setup(a_stop_without_a_connection_waits_for_the_user_only, reset),
		cmocka_unit_test_setup(callbacks_may_free_it, reset),
		cmocka_unit_test_setup(failed_may_free_it, reset),
		cmocka_unit_test_setup(messages_are_waited_for, reset),
		cmocka_unit_test_setup(run_gives_messages_to_the_handler, reset),
		cmocka_unit_test_setup(run_is_refused_in_a_handler, reset),
		cmocka_unit_test_setup(run_does_not_wait_for_what_is_in_hand, reset),
		cmocka_unit_test_setup(run_ends_when_it_is_freed, reset),
		cmocka_unit_test_setup(how_it_ended_is_told_again, reset),
		cmocka_unit_test_setup(beats_keep_a_connection, reset),
		cmocka_unit_test_setup(a_child_of_fork_may_free_it, reset),
	};

	if (!rabbit_prepare(&rabbit, &options))
		return 77;
	int failed = cmocka_run_group_tests(tests, begin, NULL);
	rabbit_end(&rabbit);
	return failed;
}
