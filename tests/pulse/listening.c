/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/pulse/listening.h"

#include "workflows/src/pulse/listener/listener.h" /* to lose a connection without the broker */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 120000

void ear_bind(struct ear *ear, const char *exchange, const char *key)
{
	struct tc_binding *binding = &ear->bindings[ear->options.binding_count++];

	snprintf(binding->exchange, sizeof binding->exchange, "%s", exchange);
	snprintf(binding->routing_key, sizeof binding->routing_key, "%s", key);
}

/* ---- what it tells ---- */

static void free_in(struct ear *ear, int where)
{
	if (ear->free_in != where || ear->freed)
		return;
	ear->freed = where;
	tc_pulse_listener_free(ear->listener);
	ear->listener = NULL;
}

static void on_message(void *data, struct tc_pulse_message *message)
{
	struct ear *ear = data;

	assert_false(ear->ended);
	ear->heard++;
	snprintf(ear->body, sizeof ear->body, "%s", message->body);
	snprintf(ear->key, sizeof ear->key, "%s", message->routing_key);
	assert_int_equal(message->length, strlen(message->body));
	if (ear->act) {
		ear->act(ear, message);
	} else {
		assert_true(ear->held_count < EAR_HELD);
		ear->held[ear->held_count++] = message;
	}
	free_in(ear, FREE_IN_HANDLE);
}

static void on_failed(void *data, const struct tc_pulse_message *message, const tc_error *err)
{
	struct ear *ear = data;

	assert_false(ear->ended);
	ear->failed++;
	ear->failed_code = err ? err->code : TC_OK;
	snprintf(ear->failed_body, sizeof ear->failed_body, "%s", message->body);
	snprintf(ear->why_failed, sizeof ear->why_failed, "%s", tc_error_text(err));
	free_in(ear, FREE_IN_FAILED);
}

static void on_changed(void *data, enum tc_pulse_change change, const tc_error *err)
{
	struct ear *ear = data;

	assert_false(ear->ended);
	assert_int_equal(err != NULL, change == TC_PULSE_LOST);
	if (change == TC_PULSE_LOST) {
		ear->lost++;
		snprintf(ear->why_lost, sizeof ear->why_lost, "%s", tc_error_text(err));
	} else if (change == TC_PULSE_CONNECTED) {
		ear->connected++;
	} else if (change == TC_PULSE_CONNECTED_NEW) {
		ear->connected_new++;
	}
	free_in(ear, FREE_IN_CHANGED);
}

static void on_ended(void *data, const tc_error *err)
{
	struct ear *ear = data;

	assert_false(ear->ended);
	ear->ended = true;
	tc_error_copy(&ear->end, err);
	free_in(ear, FREE_IN_ENDED);
}

/* ---- from beginning to end ---- */

static struct tc_pulse_listener_options whole_options(struct ear *ear)
{
	struct tc_pulse_listener_options options = ear->options;

	options.size = sizeof options;
	options.server = &ear->server;
	options.bindings = ear->bindings;
	options.handle = on_message;
	options.failed = on_failed;
	options.changed = on_changed;
	options.ended = on_ended;
	options.data = ear;
	return options;
}

void ear_open(struct ear *ear, const struct rabbit *rabbit)
{
	snprintf(ear->url, sizeof ear->url, "%s", rabbit_url(rabbit, RABBIT_USER, false));
	ear->server.size = sizeof ear->server;
	ear->server.url = ear->url;
	if (!ear->server.reconnect_ms)
		ear->server.reconnect_ms = EAR_RECONNECT_MS;
	if (!ear->blocking) {
		ear->loop = tc_loop_new(NULL, &ear->err);
		assert_non_null(ear->loop);
	}
	struct tc_pulse_listener_options options = whole_options(ear);
	ear->listener = tc_pulse_listener_new(ear->loop, &options, &ear->err);
	assert_ok(ear->err.code, &ear->err);
	assert_non_null(ear->listener);
	memset(ear->url, 'x', sizeof ear->url); /* all is copied */
}

void ear_ready(struct ear *ear, const struct rabbit *rabbit)
{
	ear_open(ear, rabbit);
	LISTEN_UNTIL(ear, ear->connected + ear->connected_new == 1);
}

void ear_close(struct ear *ear)
{
	tc_pulse_listener_free(ear->listener);
	if (ear->loop)
		assert_int_equal(tc_loop_pending(ear->loop), 0);
	tc_loop_free(ear->loop);
	tc_error_clear(&ear->end);
	tc_error_clear(&ear->err);
	*ear = (struct ear){ 0 };
}

void ear_turn(struct ear *ear, const char *what, int64_t since_ms)
{
	if (tc_test_now_ms() - since_ms > PATIENCE_MS)
		fail_msg("waited in vain for: %s (lost %d: %s)", what, ear->lost, ear->why_lost);
	if (ear->ended && ear->end.code && !strstr(what, "ended"))
		fail_msg("ended before %s: %s", what, tc_error_text(&ear->end));
	assert_ok(tc_loop_poll(ear->loop, 1000, &ear->err), &ear->err);
}

void ear_stop(struct ear *ear)
{
	tc_pulse_listener_stop(ear->listener);
	LISTEN_UNTIL(ear, ear->ended);
	assert_ok(ear->end.code, &ear->end);
}

void ear_lose(struct ear *ear)
{
	tc_error err = TC_ERROR_INIT;

	tc_error_set(&err, TC_ERROR_NETWORK, "the test has cut the connection");
	tc__link_drop(ear->listener->link, &err);
	tc_error_clear(&err);
}

struct tc_pulse_listener_stats ear_stats(struct ear *ear)
{
	struct tc_pulse_listener_stats stats = TC_PULSE_LISTENER_STATS_INIT;

	tc_pulse_listener_read_stats(ear->listener, &stats);
	return stats;
}

/* ---- what is done about a message ---- */

void ear_ack(struct ear *ear, struct tc_pulse_message *message)
{
	assert_ok(tc_pulse_ack(message, &ear->err), &ear->err);
}

void ear_fail(struct ear *ear, struct tc_pulse_message *message)
{
	tc_error why = TC_ERROR_INIT;

	tc_error_set(&why, TC_ERROR_INPUT, "attempt %d did not work out", ear->heard);
	assert_ok(tc_pulse_fail(message, &why, &ear->err), &ear->err);
	tc_error_clear(&why);
}

void ear_requeue(struct ear *ear, struct tc_pulse_message *message)
{
	assert_ok(tc_pulse_requeue(message, &ear->err), &ear->err);
}

void ear_reject(struct ear *ear, struct tc_pulse_message *message)
{
	assert_ok(tc_pulse_reject(message, &ear->err), &ear->err);
}
