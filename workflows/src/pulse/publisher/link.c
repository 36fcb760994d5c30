/* SPDX-License-Identifier: MPL-2.0 */
/* What comes of the link. Everything here comes from the loop, as only that is let go on: never
 * tc__amqp_beat. */
#include "workflows/src/pulse/publisher/publisher.h"

#include <stdlib.h>
#include <string.h>

/* ---- declaring ---- */

static int ask(tc_pulse_publisher *publisher, tc_error *err)
{
	const amqp_confirm_select_t confirms = { .nowait = 0 };
	const struct tc_pulse_publisher_options *options = &publisher->options;

	int rc = tc__amqp_ask(publisher->amqp, AMQP_CONFIRM_SELECT_METHOD, &confirms, err);
	for (size_t i = 0; rc == TC_OK && !options->undeclared && i < options->exchange_count;
		i++) {
		const amqp_exchange_declare_t fields = { .exchange = amqp_cstring_bytes(
								 options->exchanges[i]->exchange),
			.type = amqp_cstring_bytes("topic"),
			.durable = 1 };
		rc = tc__amqp_ask(publisher->amqp, AMQP_EXCHANGE_DECLARE_METHOD, &fields, err);
	}
	return rc;
}

/* Confirms belong to the channel, so they are asked for on each. */
static void declare(tc_pulse_publisher *publisher)
{
	tc_error err = TC_ERROR_INIT;

	publisher->channel = TC__CHANNEL_DECLARING;
	publisher->answers = 0;
	if (ask(publisher, &err) != TC_OK)
		tc__link_drop(publisher->link, &err);
	tc_error_clear(&err);
}

static void on_opened(void *data, struct tc__amqp *amqp, const char *user)
{
	tc_pulse_publisher *publisher = data;

	(void)user;
	publisher->amqp = amqp;
	declare(publisher);
}

static void on_reopened(void *data)
{
	declare(data);
}

static void on_declared(tc_pulse_publisher *publisher)
{
	publisher->channel = TC__CHANNEL_OPEN;
	publisher->settled = true;
	if (publisher->connected)
		return;
	publisher->connected = true;
	tc__link_settled(publisher->link);
	tc__publisher_change(publisher, TC_PULSE_CONNECTED, NULL);
}

static void on_replied(void *data, const amqp_method_t *method)
{
	tc_pulse_publisher *publisher = data;
	const struct tc_pulse_publisher_options *options = &publisher->options;
	size_t asked = 1 + (options->undeclared ? 0 : options->exchange_count);

	(void)method;
	if (publisher->channel != TC__CHANNEL_DECLARING || ++publisher->answers < asked)
		return;
	tc__publisher_hold(publisher);
	on_declared(publisher);
	tc__publisher_look(publisher);
	tc__publisher_leave(publisher);
}

/* ---- refusals ---- */

/* What comes first is likely to be so for ever: somebody should see it. */
static bool is_final(const tc_pulse_publisher *publisher, const tc_error *err)
{
	return !publisher->settled || err->http_status == 403 || err->http_status == 406;
}

/* The first that was not answered was refused. */
static void on_declare_refused(tc_pulse_publisher *publisher, const tc_error *why)
{
	const struct tc_pulse_publisher_options *options = &publisher->options;
	tc_error err = TC_ERROR_INIT;

	tc_error_copy(&err, why);
	if (!publisher->answers)
		tc_error_prefix(&err, "asking the broker for confirmations");
	else if (publisher->answers <= options->exchange_count)
		tc_error_prefix(&err, "declaring the durable topic exchange %s",
			options->exchanges[publisher->answers - 1]->exchange);
	if (is_final(publisher, why))
		tc__link_fail(publisher->link, &err);
	else
		tc__link_drop(publisher->link, &err);
	tc_error_clear(&err);
}

/* Whether it was about a message. 311: AMQP's "content too large". */
static bool is_of_message(const tc_error *err)
{
	int status = err->http_status;

	return status == 403 || status == 404 || status == 406 || status == 311;
}

static void on_publish_refused(tc_pulse_publisher *publisher, const tc_error *why)
{
	tc_error err = TC_ERROR_INIT;

	if (!publisher->wire.count || !is_of_message(why)) {
		tc__publisher_rewind(publisher);
		tc__link_drop(publisher->link, why);
		return;
	}
	tc__publisher_refuse(publisher, why);
	if (publisher->freed)
		return;
	if (tc__amqp_reopen(publisher->amqp, &err) != TC_OK)
		tc__link_drop(publisher->link, &err);
	tc_error_clear(&err);
}

static void on_refused(void *data, const tc_error *err, bool asked)
{
	tc_pulse_publisher *publisher = data;
	enum tc__channel channel = publisher->channel;

	(void)asked;
	tc__publisher_hold(publisher);
	publisher->channel = TC__CHANNEL_NONE;
	if (channel == TC__CHANNEL_DECLARING)
		on_declare_refused(publisher, err);
	else
		on_publish_refused(publisher, err);
	tc__publisher_leave(publisher);
}

/* ---- what is told ---- */

/* HTTP's word for a server that is too busy for now is 503. */
static void on_blocked(tc_pulse_publisher *publisher, const amqp_connection_blocked_t *method)
{
	tc_error err = TC_ERROR_INIT;
	char reason[256]; /* a short string of AMQP */
	size_t length = method->reason.len < sizeof reason ? method->reason.len : 255;

	memcpy(reason, length ? method->reason.bytes : "", length);
	reason[length] = '\0';
	tc_error_set(&err, TC_ERROR_HTTP, "the broker takes no messages for now: %s", reason);
	tc_error_set_server(&err, 503, NULL, reason);
	publisher->blocked = true;
	tc__publisher_change(publisher, TC_PULSE_BLOCKED, &err);
	tc_error_clear(&err);
}

static void on_unblocked(tc_pulse_publisher *publisher)
{
	publisher->blocked = false;
	tc__publisher_change(publisher, TC_PULSE_UNBLOCKED, NULL);
}

static void on_told(void *data, const amqp_method_t *method)
{
	tc_pulse_publisher *publisher = data;
	const amqp_basic_ack_t *ack = method->decoded;
	const amqp_basic_nack_t *nack = method->decoded;

	tc__publisher_hold(publisher);
	if (method->id == AMQP_BASIC_ACK_METHOD)
		tc__publisher_confirm(publisher, ack->delivery_tag, ack->multiple != 0, false);
	else if (method->id == AMQP_BASIC_NACK_METHOD)
		tc__publisher_confirm(publisher, nack->delivery_tag, nack->multiple != 0, true);
	else if (method->id == AMQP_CONNECTION_BLOCKED_METHOD)
		on_blocked(publisher, method->decoded);
	else if (method->id == AMQP_CONNECTION_UNBLOCKED_METHOD)
		on_unblocked(publisher);
	tc__publisher_look(publisher);
	tc__publisher_leave(publisher);
}

/* Nothing is consumed, and nothing asked to be returned. */
static void on_content(void *data, struct tc__amqp_content *content)
{
	(void)data;
	free(content->body);
}

/* ---- the end of a connection ---- */

static void on_lost(void *data, const tc_error *err)
{
	tc_pulse_publisher *publisher = data;

	tc__publisher_hold(publisher);
	publisher->amqp = NULL;
	publisher->channel = TC__CHANNEL_NONE;
	publisher->connected = publisher->blocked = false;
	tc__publisher_rewind(publisher);
	if (err)
		tc__publisher_change(publisher, TC_PULSE_LOST, err);
	tc__publisher_leave(publisher);
}

static void on_ended(void *data, const tc_error *err)
{
	tc__publisher_end(data, err);
}

const struct tc__link_user tc__publisher_link_user = {
	.opened = on_opened,
	.reopened = on_reopened,
	.replied = on_replied,
	.refused = on_refused,
	.content = on_content,
	.told = on_told,
	.lost = on_lost,
	.ended = on_ended,
};
