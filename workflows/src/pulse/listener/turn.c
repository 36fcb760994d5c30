/* SPDX-License-Identifier: MPL-2.0 */
/* What is due for a listener's user: one thing a turn, so that the loop goes on in between. */
#include "workflows/src/pulse/listener/listener.h"

/*
 * RabbitMQ 4 drops a message of a quorum queue in silence when it came back more than 20 times,
 * unless the queue was made with another limit. One that nears that is told of, while it is there.
 */
#define DELIVERIES_SAFE 19

/* ---- messages ---- */

/* Whether a message cannot be given out, and why. */
static bool unfit(const tc_pulse_listener *listener, struct tc__message *message)
{
	int64_t count = message->given.delivery_count;

	if (message->fault.code == TC_OK && listener->limited && count >= DELIVERIES_SAFE)
		tc_error_set(&message->fault, TC_ERROR_CANCELED,
			"%s has given the message out %lld times before, and may drop it without "
			"a word after 20: it has no x-delivery-limit of ours",
			listener->queue, (long long)count);
	return message->fault.code != TC_OK;
}

/* `failed` is given the fault itself, which is gone with the message. */
static void refuse(tc_pulse_listener *listener, struct tc__message *message)
{
	if (!listener->options.failed && !listener->options.dead_letter)
		tc_error_copy(&listener->unheard, &message->fault);
	tc__listener_fail(listener, message, &message->fault, NULL);
}

struct tc__message *tc__listener_take(tc_pulse_listener *listener)
{
	struct tc__message *message = listener->waiting.first;

	if (!message)
		return NULL;
	tc__messages_remove(&listener->waiting, message);
	if (unfit(listener, message)) {
		refuse(listener, message);
		return NULL;
	}
	tc__messages_add(&listener->given, message);
	return message;
}

static void hand_out(tc_pulse_listener *listener)
{
	struct tc__message *message = tc__listener_take(listener);

	if (message)
		listener->options.handle(listener->options.data, &message->given);
}

/* The blocking face takes its messages itself. */
static bool hands_out(const tc_pulse_listener *listener)
{
	return listener->waiting.first && (!listener->own_loop || listener->running);
}

/* ---- changes ---- */

static void tell_change(tc_pulse_listener *listener)
{
	struct tc__change first = listener->changes[0];

	listener->change_count--;
	for (size_t i = 0; i < listener->change_count; i++)
		listener->changes[i] = listener->changes[i + 1];
	listener->changes[listener->change_count].err = (tc_error)TC_ERROR_INIT;
	if (listener->options.changed)
		listener->options.changed(listener->options.data, first.change,
			first.change == TC_PULSE_LOST ? &first.err : NULL);
	tc_error_clear(&first.err);
}

/* ---- the end ---- */

static void go_on_stopping(tc_pulse_listener *listener)
{
	listener->stopping = true;
	if (listener->consuming && !listener->cancel_asked) {
		listener->cancel_asked = true;
		tc__listener_ask_cancel(listener);
	}
}

/* Nothing comes any more. */
static bool quiet(const tc_pulse_listener *listener)
{
	return listener->stopping && !listener->waiting.first &&
		(listener->canceled || !listener->consuming);
}

bool tc__listener_drained(const tc_pulse_listener *listener)
{
	return quiet(listener) && listener->given.first;
}

/* The user may free the listener, or the loop. */
static void finish(tc_pulse_listener *listener)
{
	listener->ended = true;
	tc__listener_leave_loop(listener);
	tc__link_free(listener->link);
	listener->link = NULL;
	if (listener->options.ended)
		listener->options.ended(
			listener->options.data, listener->err.code ? &listener->err : NULL);
}

/* Goodbye is said when all is settled; or at once where there is nobody to tell of that. */
static void go_towards_end(tc_pulse_listener *listener)
{
	if (listener->link_ended) {
		if (listener->err.code || !listener->given.first)
			finish(listener);
		return;
	}
	if (listener->closing || !quiet(listener))
		return;
	if (listener->consuming && listener->given.first)
		return;
	listener->closing = true;
	tc__link_close(listener->link);
}

void tc__listener_turn(tc_pulse_listener *listener)
{
	bool more = true;

	if (listener->closed || listener->ended)
		return;
	tc__listener_hold(listener);
	if (atomic_load(&listener->stop))
		go_on_stopping(listener);
	if (listener->change_count) {
		tell_change(listener);
	} else if (hands_out(listener)) {
		hand_out(listener);
	} else {
		go_towards_end(listener);
		more = false;
	}
	if (more)
		tc__listener_due(listener);
	tc__listener_leave(listener);
}
