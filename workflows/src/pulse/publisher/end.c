/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/publisher/publisher.h"

#include "workflows/src/base/timer.h"

#include <stdlib.h>
#include <unistd.h>

void tc__publisher_ring(tc_pulse_publisher *publisher)
{
	tc__bell_pull(&publisher->bell);
}

/* ---- messages ---- */

void tc__publication_free(struct tc__publication *message)
{
	tc_error_clear(&message->fault);
	free(message);
}

/* It is neither sent nor waited for any more, and its room is free. */
static void take_out(tc_pulse_publisher *publisher, struct tc__publication *message)
{
	if (message->tag)
		tc__wire_forget(&publisher->wire, message);
	tc__publications_remove(message);
	tc__timer_end(publisher->loop, &message->timer);
	if (message->suspect) {
		publisher->suspects--;
		publisher->hunted -= publisher->hunted ? 1 : 0;
	}
	message->suspect = false;
	publisher->pending--;
	publisher->pending_bytes -= message->size;
}

/* Tells the owner, and releases the message. */
static void tell(
	tc_pulse_publisher *publisher, struct tc__publication *message, const tc_error *err)
{
	tc_pulse_published_fn *published = message->published;
	uint64_t number = message->number;
	void *data = message->data;
	tc_error own = message->fault;

	message->fault = (tc_error)TC_ERROR_INIT;
	tc__publication_free(message);
	if (own.code)
		err = &own;
	if (published) {
		publisher->calls++;
		published(data, number, err);
		publisher->calls--;
	} else if (err && !publisher->failure.code) {
		tc_error_copy(&publisher->failure, err);
	}
	tc_error_clear(&own);
}

void tc__publisher_settle(
	tc_pulse_publisher *publisher, struct tc__publication *message, const tc_error *err)
{
	take_out(publisher, message);
	tell(publisher, message, err);
}

void tc__publisher_fail(
	tc_pulse_publisher *publisher, struct tc__publication *message, const tc_error *err)
{
	take_out(publisher, message);
	tc_error_copy(&message->fault, err);
	tc__publications_append(&publisher->faulty, message);
	tc__publisher_ring(publisher);
}

/* The first of a list, out of it. */
static struct tc__publication *shift(struct tc__publications *list)
{
	struct tc__publication *message = list->first;

	if (message)
		tc__publications_remove(message);
	return message;
}

void tc__publisher_tell(tc_pulse_publisher *publisher)
{
	struct tc__publication *message;

	while (!publisher->freed && (message = shift(&publisher->faulty)))
		tell(publisher, message, NULL);
}

/* None is left; in callbacks no other can come. */
static void settle_all(tc_pulse_publisher *publisher, const tc_error *err)
{
	struct tc__publication *message;

	tc__wire_back(&publisher->wire, &publisher->waiting);
	tc__publications_move(&publisher->waiting, &publisher->unwanted);
	while ((message = shift(&publisher->faulty)))
		tell(publisher, message, NULL);
	while (publisher->waiting.first)
		tc__publisher_settle(publisher, publisher->waiting.first, err);
}

/* ---- the publisher ---- */

void tc__publisher_change(
	tc_pulse_publisher *publisher, enum tc_pulse_change change, const tc_error *err)
{
	if (!publisher->options.changed || publisher->freed)
		return;
	publisher->calls++;
	publisher->options.changed(publisher->options.data, change, err);
	publisher->calls--;
}

/* Nothing of it is on the loop any more, but for the deadlines of messages. */
static void leave_loop(tc_pulse_publisher *publisher)
{
	tc__link_free(publisher->link);
	publisher->link = NULL;
	publisher->amqp = NULL;
	publisher->channel = TC__CHANNEL_NONE;
	tc__timer_end(publisher->loop, &publisher->send_timer);
	tc__timer_end(publisher->loop, &publisher->unwanted_timer);
	if (publisher->bell.fd >= 0)
		tc_loop_watch(publisher->loop, publisher->bell.fd, 0, NULL, NULL, NULL);
}

void tc__publisher_end(tc_pulse_publisher *publisher, const tc_error *err)
{
	publisher->ended = true;
	publisher->failed = err != NULL;
	if (err)
		tc_error_copy(&publisher->end, err);
	else
		tc_error_set(&publisher->end, TC_ERROR_CANCELED, "the publisher was stopped");
	leave_loop(publisher);
	tc__publisher_hold(publisher);
	settle_all(publisher, &publisher->end);
	if (publisher->options.ended && !publisher->freed) {
		publisher->calls++;
		publisher->options.ended(publisher->options.data, err ? &publisher->end : NULL);
		publisher->calls--;
	}
	tc__publisher_leave(publisher);
}

void tc__publisher_hold(tc_pulse_publisher *publisher)
{
	publisher->holds++;
}

/* After fork: the loop is the parent's. */
static bool is_child(const tc_pulse_publisher *publisher)
{
	return publisher->pid != getpid();
}

/* Whoever waits for a message is told that nobody does any more. */
static void cancel_all(tc_pulse_publisher *publisher)
{
	tc_error err = TC_ERROR_INIT;

	publisher->canceled = true;
	if (!publisher->loop || is_child(publisher))
		return;
	publisher->ended = true;
	leave_loop(publisher);
	tc_error_set(&err, TC_ERROR_CANCELED,
		"the publisher was freed before the broker had confirmed the message");
	settle_all(publisher, &err);
	tc_error_clear(&err);
}

static void drop(struct tc__publications *list)
{
	struct tc__publication *message;

	while ((message = shift(list)))
		tc__publication_free(message);
}

static void give_back(tc_pulse_publisher *publisher)
{
	tc_loop *loop = publisher->own_loop ? publisher->loop : NULL;

	tc__link_free(publisher->link);
	tc__wire_back(&publisher->wire, &publisher->waiting);
	drop(&publisher->waiting);
	drop(&publisher->unwanted);
	drop(&publisher->faulty);
	tc__wire_end(&publisher->wire);
	tc_loop_free(loop);
	tc__bell_end(&publisher->bell);
	free(publisher->exchanges);
	tc_error_clear(&publisher->failure);
	tc_error_clear(&publisher->end);
	tc_handle_end(publisher);
}

bool tc__publisher_leave(tc_pulse_publisher *publisher)
{
	bool freed = publisher->freed;

	if (freed && !publisher->calls && !publisher->canceled)
		cancel_all(publisher);
	if (--publisher->holds == 0 && freed)
		give_back(publisher);
	return freed;
}

void tc__publisher_release(void *handle)
{
	tc_pulse_publisher *publisher = handle;

	if (publisher->freed)
		return;
	if (is_child(publisher))
		publisher->holds = publisher->calls = 0; /* nobody comes back there */
	tc__publisher_hold(publisher);
	publisher->freed = true;
	tc__publisher_leave(publisher);
}
