/* SPDX-License-Identifier: MPL-2.0 */
/* The blocking face, whose loop goes on only in here. */
#include "workflows/src/pulse/listener/listener.h"

#include "workflows/src/base/options.h"

static int check(const tc_pulse_listener *listener, tc_error *err)
{
	const struct tc__needed needed[] = { { "listener", listener } };

	tc_error_clear(err);
	int rc = tc__check_needed(needed, 1, err);
	if (rc == TC_OK && !listener->own_loop)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT,
			"the listener is on a loop of its caller's, who polls that");
	return rc;
}

/* What there is to say when nothing comes any more; leaves the listener. */
static int conclude(tc_pulse_listener *listener, int rc, tc_error *err)
{
	if (rc == TC_OK && listener->closed)
		rc = tc_error_set(err, TC_ERROR_CANCELED, "the listener was freed");
	else if (rc == TC_OK && listener->ended && listener->err.code)
		rc = tc_error_copy(err, &listener->err);
	tc__listener_leave(listener);
	return rc;
}

static bool is_over(const tc_pulse_listener *listener)
{
	return listener->closed || listener->ended || tc__listener_drained(listener);
}

/* ---- the next message ---- */

static void on_late(void *data, uint64_t timer)
{
	(void)timer;
	*(bool *)data = true;
}

static struct tc__message *take(tc_pulse_listener *listener)
{
	struct tc__message *message = NULL;

	while (!message && !listener->closed && !listener->unheard.code && listener->waiting.first)
		message = tc__listener_take(listener);
	return message;
}

/* What a message was rejected for; once. */
static int take_unheard(tc_pulse_listener *listener, tc_error *err)
{
	int rc = tc_error_copy(err, &listener->unheard);

	tc_error_clear(&listener->unheard);
	return rc;
}

/* Goes on until there is a message, or *late. The loop has its turn first, also where one is here:
 * what was settled goes out. */
static int wait_for_message(tc_pulse_listener *listener, const bool *late,
	struct tc_pulse_message **message, tc_error *err)
{
	int rc = tc_loop_poll(listener->loop, 0, err);

	while (rc == TC_OK && !listener->closed) {
		struct tc__message *taken = take(listener);
		if (taken) {
			*message = &taken->given;
			break;
		}
		if (!listener->closed && listener->unheard.code)
			return take_unheard(listener, err);
		if (*late || is_over(listener))
			break;
		rc = tc_loop_poll(listener->loop, -1, err);
	}
	return rc;
}

int tc_pulse_listener_next(tc_pulse_listener *listener, int64_t timeout_ms,
	struct tc_pulse_message **message, tc_error *err)
{
	bool late = timeout_ms == 0;
	uint64_t timer = 0;
	int rc = check(listener, err);

	if (message)
		*message = NULL;
	else if (rc == TC_OK)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT, "message is NULL");
	if (rc == TC_OK && timeout_ms > 0 && !listener->ended)
		rc = tc_loop_timer(listener->loop, timeout_ms, on_late, &late, &timer, err);
	if (rc != TC_OK)
		return rc;
	tc__listener_hold(listener);
	if (!listener->ended)
		rc = wait_for_message(listener, &late, message, err);
	if (timer && !listener->closed)
		tc_loop_timer_cancel(listener->loop, timer);
	if (*message) {
		tc__listener_leave(listener);
		return TC_OK;
	}
	return conclude(listener, rc, err);
}

/* ---- all messages ---- */

int tc_pulse_listener_run(tc_pulse_listener *listener, tc_error *err)
{
	int rc = check(listener, err);

	if (rc == TC_OK && !listener->options.handle)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT,
			"options.handle is NULL, to which messages would go");
	if (rc == TC_OK && listener->running)
		rc = tc_error_set(err, TC_ERROR_ARGUMENT,
			"the listener runs already, and this is one of its callbacks");
	if (rc != TC_OK)
		return rc;
	tc__listener_hold(listener);
	listener->running = true;
	tc__listener_due(listener);
	while (rc == TC_OK && !is_over(listener))
		rc = tc_loop_poll(listener->loop, -1, err);
	listener->running = false;
	return conclude(listener, rc, err);
}

/* ---- in between ---- */

int tc_pulse_listener_beat(tc_pulse_listener *listener, tc_error *err)
{
	const struct tc__needed needed[] = { { "listener", listener } };

	tc_error_clear(err);
	int rc = tc__check_needed(needed, 1, err);
	if (rc == TC_OK && listener->amqp)
		tc__amqp_beat(listener->amqp);
	return rc;
}
