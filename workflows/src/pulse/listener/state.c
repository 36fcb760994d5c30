/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/listener/listener.h"

#include "workflows/src/base/text.h"
#include "workflows/src/base/timer.h"
#include <stdlib.h>

/* ---- messages ---- */

void tc__messages_add(struct tc__messages *messages, struct tc__message *message)
{
	message->next = NULL;
	message->before = messages->last;
	if (messages->last)
		messages->last->next = message;
	else
		messages->first = message;
	messages->last = message;
	messages->count++;
}

void tc__messages_remove(struct tc__messages *messages, struct tc__message *message)
{
	if (message->before)
		message->before->next = message->next;
	else
		messages->first = message->next;
	if (message->next)
		message->next->before = message->before;
	else
		messages->last = message->before;
	message->next = message->before = NULL;
	messages->count--;
}

void tc__listener_free_message(struct tc__message *message)
{
	tc_error_clear(&message->fault);
	tc__message_free(message);
}

static void free_messages(struct tc__messages *messages)
{
	while (messages->first) {
		struct tc__message *message = messages->first;
		tc__messages_remove(messages, message);
		tc__listener_free_message(message);
	}
}

/* ---- what is due ---- */

static void on_timer(void *data, uint64_t timer)
{
	tc_pulse_listener *listener = data;

	(void)timer;
	listener->timer = 0;
	listener->turn(listener);
}

/* The bell begins a turn, too, where there is no memory for a timer. */
void tc__listener_due(tc_pulse_listener *listener)
{
	if (listener->timer || listener->ended || listener->closed)
		return;
	if (tc_loop_timer(listener->loop, 0, on_timer, listener, &listener->timer, NULL) == TC_OK)
		return;
	listener->timer = 0;
	tc__bell_pull(&listener->bell);
}

void tc__listener_leave_loop(tc_pulse_listener *listener)
{
	if (listener->bell.fd >= 0)
		tc_loop_watch(listener->loop, listener->bell.fd, 0, NULL, NULL, NULL);
	tc__timer_end(listener->loop, &listener->timer);
}

void tc__listener_change(
	tc_pulse_listener *listener, enum tc_pulse_change change, const tc_error *err)
{
	if (listener->change_count == TC__CHANGES)
		listener->change_count--;
	struct tc__change *row = &listener->changes[listener->change_count++];
	row->change = change;
	tc_error_clear(&row->err);
	tc_error_copy(&row->err, err);
	tc__listener_due(listener);
}

/* ---- the connection ---- */

static void clear_asks(tc_pulse_listener *listener)
{
	while (listener->asks) {
		struct tc__ask *ask = listener->asks;
		listener->asks = ask->next;
		free(ask);
	}
	listener->asks_end = &listener->asks;
}

void tc__listener_disconnect(tc_pulse_listener *listener)
{
	listener->amqp = NULL;
	listener->declared = listener->consuming = false;
	listener->cancel_asked = listener->canceled = false;
	clear_asks(listener);
	free_messages(&listener->waiting);
	tc__listener_due(listener);
}

void tc__listener_drop(tc_pulse_listener *listener, const tc_error *err)
{
	tc__listener_disconnect(listener);
	tc__link_drop(listener->link, err);
}

/* ---- its memory ---- */

static void give_back(tc_pulse_listener *listener)
{
	free_messages(&listener->waiting);
	free_messages(&listener->given);
	clear_asks(listener);
	for (size_t i = 0; i < TC__CHANGES; i++)
		tc_error_clear(&listener->changes[i].err);
	tc__bindings_clear(&listener->bindings);
	tc__bindings_clear(&listener->stale);
	tc__counts_clear(&listener->counts);
	free(listener->queue);
	free(listener->dead_letter);
	tc__bell_end(&listener->bell);
	tc__texts_free(listener->texts, sizeof listener->texts / sizeof *listener->texts);
	tc_error_clear(&listener->err);
	tc_error_clear(&listener->unheard);
	tc_handle_end(listener);
}

void tc__listener_hold(tc_pulse_listener *listener)
{
	listener->holds++;
}

bool tc__listener_leave(tc_pulse_listener *listener)
{
	bool closed = listener->closed;

	if (--listener->holds == 0 && closed)
		give_back(listener);
	return closed;
}
