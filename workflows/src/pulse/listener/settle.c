/* SPDX-License-Identifier: MPL-2.0 */
/* What becomes of messages. */
#include "workflows/src/pulse/listener/listener.h"

#include "workflows/src/base/text.h"

enum how { ACK, REQUEUE, REJECT };

/* Its number means nothing on another connection than its own. */
static bool is_present(const tc_pulse_listener *listener, const struct tc__message *message)
{
	return listener->amqp && message->connection == listener->connection;
}

static int tell(
	tc_pulse_listener *listener, const struct tc__message *message, enum how how, tc_error *err)
{
	amqp_basic_ack_t ack = { .delivery_tag = message->tag };
	amqp_basic_reject_t reject = { .delivery_tag = message->tag, .requeue = how == REQUEUE };
	tc_error own = TC_ERROR_INIT;

	if (!is_present(listener, message))
		return tc_error_set(err, TC_ERROR_NETWORK,
			"the connection that the message came by is gone: it comes again");
	int rc = how == ACK
		? tc__amqp_tell(listener->amqp, AMQP_BASIC_ACK_METHOD, &ack, &own)
		: tc__amqp_tell(listener->amqp, AMQP_BASIC_REJECT_METHOD, &reject, &own);
	if (rc != TC_OK) {
		/* the broker waits for it: what else it gave out on the connection comes again */
		tc__listener_drop(listener, &own);
		tc_error_copy(err, &own);
	}
	tc_error_clear(&own);
	return rc;
}

/* A key takes a digest of the message, so it is asked for only of those that may be counted: one
 * that has failed here and is back comes redelivered. */
static void forget(tc_pulse_listener *listener, struct tc__message *message)
{
	bool maybe = listener->counts.rows.count && message->given.redelivered;
	const char *key = maybe ? tc_pulse_message_key(&message->given) : NULL;

	if (key)
		tc__counts_forget(&listener->counts, key);
}

/* The message is in no list any more, and gone afterwards. */
static int finish(
	tc_pulse_listener *listener, struct tc__message *message, enum how how, tc_error *err)
{
	struct tc_pulse_listener_stats *stats = &listener->stats;
	int rc = tell(listener, message, how, err);

	if (rc == TC_OK && how != REQUEUE)
		forget(listener, message);
	if (rc == TC_OK)
		++*(how == ACK                  ? &stats->acked
				: how == REJECT ? &stats->rejected
						: &stats->requeued);
	tc__listener_free_message(message);
	if (listener->stopping)
		tc__listener_due(listener);
	return rc;
}

/* Who rejects it is told that it is gone. */
static int drop(tc_pulse_listener *listener, struct tc__message *message, tc_error *err)
{
	int rc = finish(listener, message, REJECT, err);

	if (rc != TC_OK || listener->options.dead_letter)
		return rc;
	return tc_error_set(err, TC_ERROR_CANCELED,
		"the message has failed as often as it may, and is gone, as there is neither "
		"`failed` nor `dead_letter`");
}

int tc__listener_fail(tc_pulse_listener *listener, struct tc__message *message, const tc_error *why,
	tc_error *err)
{
	listener->stats.failed++;
	if (!listener->options.failed)
		return drop(listener, message, err);
	tc__listener_hold(listener);
	listener->options.failed(listener->options.data, &message->given, why);
	int rc = finish(listener, message, REJECT, err);
	tc__listener_leave(listener);
	return rc;
}

/* The message, taken out of the list of those that its user has. */
static struct tc__message *take_back(struct tc_pulse_message *given, tc_error *err)
{
	struct tc__message *message = (struct tc__message *)given;

	if (!message) {
		tc_error_set(err, TC_ERROR_ARGUMENT, "message is NULL");
		return NULL;
	}
	tc__messages_remove(&message->listener->given, message);
	return message;
}

static int settle(struct tc_pulse_message *given, enum how how, tc_error *err)
{
	tc_error_clear(err);
	struct tc__message *message = take_back(given, err);
	return message ? finish(message->listener, message, how, err) : TC_ERROR_ARGUMENT;
}

int tc_pulse_ack(struct tc_pulse_message *message, tc_error *err)
{
	return settle(message, ACK, err);
}

int tc_pulse_requeue(struct tc_pulse_message *message, tc_error *err)
{
	return settle(message, REQUEUE, err);
}

int tc_pulse_reject(struct tc_pulse_message *message, tc_error *err)
{
	return settle(message, REJECT, err);
}

/* With this one; without memory to count in it is none, and the message comes again. */
static int64_t failures_of(tc_pulse_listener *listener, struct tc__message *message)
{
	if (message->given.delivery_count >= 0)
		return message->given.delivery_count + 1;
	const char *key = tc_pulse_message_key(&message->given);
	return key ? tc__counts_add(&listener->counts, key) : 0;
}

/* One that came by a lost connection comes again, whatever is said of it now. */
static int fail(struct tc__message *message, const tc_error *why, tc_error *err)
{
	tc_pulse_listener *listener = message->listener;
	int64_t failures = failures_of(listener, message);

	if (failures < listener->options.attempts || !is_present(listener, message))
		return finish(listener, message, REQUEUE, err);
	return tc__listener_fail(listener, message, why, err);
}

int tc_pulse_fail(struct tc_pulse_message *given, const tc_error *why, tc_error *err)
{
	tc_error own = TC_ERROR_INIT;

	if (why && why == err) {
		tc_error_copy(&own, why);
		why = &own;
	}
	tc_error_clear(err);
	struct tc__message *message = take_back(given, err);
	int rc = message ? fail(message, why, err) : TC_ERROR_ARGUMENT;
	tc_error_clear(&own);
	return rc;
}
