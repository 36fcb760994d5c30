/* SPDX-License-Identifier: MPL-2.0 */
/* What is declared on each connection, and what comes by it then. */
#include "workflows/src/pulse/listener/listener.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>
#include <taskcluster/slugid.h>

/*
 * How often a quorum queue gives a message out before it drops it: RabbitMQ 4 does so after 20
 * returns, to which each lost connection adds. Its -1, no limit, would be worse than 0 to 3.10; so
 * it is a number that both take, and that is never reached. (Where an operator's policy has a lower
 * one that holds, and nothing of AMQP tells.)
 */
#define DELIVERY_LIMIT 2147483647

#define CONSUMER "taskcluster"

static amqp_bytes_t bytes(const char *text)
{
	return amqp_cstring_bytes(text);
}

/* ---- asking ---- */

/* False: that failed, and the connection is given up. */
static bool ask(tc_pulse_listener *listener, enum tc__ask_kind kind,
	const struct tc_binding *binding, amqp_method_number_t method, const void *fields)
{
	tc_error err = TC_ERROR_INIT;
	struct tc__ask *ask = calloc(1, sizeof *ask);

	if (!listener->amqp) {
		free(ask);
		return false;
	}
	int rc = ask ? tc__amqp_ask(listener->amqp, method, fields, &err) : tc__no_memory(&err);
	if (rc != TC_OK) {
		free(ask);
		tc__listener_drop(listener, &err);
		tc_error_clear(&err);
		return false;
	}
	ask->kind = kind;
	ask->number = ++listener->ask_count;
	if (binding)
		ask->binding = *binding;
	*listener->asks_end = ask;
	listener->asks_end = &ask->next;
	return true;
}

static bool ask_prefetch(tc_pulse_listener *listener)
{
	amqp_basic_qos_t qos = { .prefetch_count = (uint16_t)listener->options.prefetch };

	return ask(listener, TC__ASK_QOS, NULL, AMQP_BASIC_QOS_METHOD, &qos);
}

static bool ask_dead_letter(tc_pulse_listener *listener)
{
	amqp_exchange_declare_t exchange = { .type = bytes("topic"), .durable = 1 };

	if (!listener->dead_letter)
		return true;
	exchange.exchange = bytes(listener->dead_letter);
	return ask(listener, TC__ASK_DEAD_LETTER, NULL, AMQP_EXCHANGE_DECLARE_METHOD, &exchange);
}

static bool ask_look(tc_pulse_listener *listener)
{
	amqp_queue_declare_t queue = { .queue = bytes(listener->queue), .passive = 1 };

	return ask(listener, TC__ASK_LOOK, NULL, AMQP_QUEUE_DECLARE_METHOD, &queue);
}

static void put_text(amqp_table_t *table, const char *key, const char *text)
{
	amqp_table_entry_t *entry = &table->entries[table->num_entries++];

	entry->key = bytes(key);
	entry->value.kind = AMQP_FIELD_KIND_UTF8;
	entry->value.value.bytes = bytes(text);
}

static void put_number(amqp_table_t *table, const char *key, int64_t number)
{
	amqp_table_entry_t *entry = &table->entries[table->num_entries++];

	entry->key = bytes(key);
	entry->value.kind = AMQP_FIELD_KIND_I64;
	entry->value.value.i64 = number;
}

static bool quorum(const tc_pulse_listener *listener)
{
	return listener->options.queue && listener->options.queue_type == TC_PULSE_QUORUM;
}

/* Deliveries of one that is gone with its connection are not counted, and are not to be: classic.
 */
static bool ask_queue(tc_pulse_listener *listener)
{
	amqp_table_entry_t entries[3] = { 0 };
	amqp_table_t arguments = { 0, entries };
	amqp_queue_declare_t queue = { .queue = bytes(listener->queue), .durable = 1 };

	queue.exclusive = queue.auto_delete = listener->options.queue ? 0 : 1;
	put_text(&arguments, "x-queue-type", quorum(listener) ? "quorum" : "classic");
	if (quorum(listener) && !listener->limited)
		put_number(&arguments, "x-delivery-limit", DELIVERY_LIMIT);
	if (listener->dead_letter)
		put_text(&arguments, "x-dead-letter-exchange", listener->dead_letter);
	queue.arguments = arguments;
	return ask(listener, TC__ASK_QUEUE, NULL, AMQP_QUEUE_DECLARE_METHOD, &queue);
}

static bool ask_bind(tc_pulse_listener *listener, const struct tc_binding *binding)
{
	amqp_queue_bind_t bind = { .queue = bytes(listener->queue),
		.exchange = bytes(binding->exchange),
		.routing_key = bytes(binding->routing_key) };

	return ask(listener, TC__ASK_BIND, binding, AMQP_QUEUE_BIND_METHOD, &bind);
}

static bool ask_unbind(tc_pulse_listener *listener, const struct tc_binding *binding)
{
	amqp_queue_unbind_t unbind = { .queue = bytes(listener->queue),
		.exchange = bytes(binding->exchange),
		.routing_key = bytes(binding->routing_key) };

	if (!ask(listener, TC__ASK_UNBIND, binding, AMQP_QUEUE_UNBIND_METHOD, &unbind))
		return false;
	struct tc__bound *bound = tc__bindings_find(&listener->stale, binding);
	if (bound)
		bound->asked = listener->ask_count;
	return true;
}

void tc__listener_ask_binding(
	tc_pulse_listener *listener, enum tc__ask_kind kind, const struct tc_binding *binding)
{
	if (!listener->declared)
		return;
	if (kind == TC__ASK_BIND)
		ask_bind(listener, binding);
	else
		ask_unbind(listener, binding);
}

static bool ask_consume(tc_pulse_listener *listener)
{
	amqp_basic_consume_t consume = { .queue = bytes(listener->queue),
		.consumer_tag = bytes(CONSUMER) };

	return ask(listener, TC__ASK_CONSUME, NULL, AMQP_BASIC_CONSUME_METHOD, &consume);
}

void tc__listener_ask_cancel(tc_pulse_listener *listener)
{
	amqp_basic_cancel_t cancel = { .consumer_tag = bytes(CONSUMER) };

	ask(listener, TC__ASK_CANCEL, NULL, AMQP_BASIC_CANCEL_METHOD, &cancel);
}

/* The channel is open: up to the queue, which may be refused in more ways than one. */
static void declare_queue(tc_pulse_listener *listener)
{
	if (!ask_prefetch(listener) || !ask_dead_letter(listener))
		return;
	if (listener->options.queue && !listener->looked)
		ask_look(listener);
	else
		ask_queue(listener);
}

/* The queue is there: all the rest, without waiting for each answer. */
static void declare_rest(tc_pulse_listener *listener)
{
	listener->declared = true;
	if (!listener->options.queue)
		tc__bindings_clear(&listener->stale); /* it is new */
	struct tc__bound *bound = NULL;
	while ((bound = tc__bindings_next(&listener->stale, bound)))
		if (!ask_unbind(listener, &bound->binding))
			return;
	while ((bound = tc__bindings_next(&listener->bindings, bound)))
		if (!ask_bind(listener, &bound->binding))
			return;
	ask_consume(listener);
}

/* ---- answers ---- */

static void confirm_bind(tc_pulse_listener *listener, const struct tc_binding *binding)
{
	struct tc__bound *bound = tc__bindings_find(&listener->bindings, binding);

	if (bound)
		bound->confirmed = true;
}

/* What was unbound once need not be again; unless another one of the same is under way. */
static void confirm_unbind(tc_pulse_listener *listener, const struct tc__ask *ask)
{
	const struct tc__bound *bound = tc__bindings_find(&listener->stale, &ask->binding);

	if (bound && bound->asked == ask->number)
		tc__bindings_remove(&listener->stale, &ask->binding);
}

static void begin_consuming(tc_pulse_listener *listener)
{
	listener->consuming = true;
	listener->stats.connections++;
	tc__link_settled(listener->link);
	tc__listener_change(
		listener, listener->found ? TC_PULSE_CONNECTED : TC_PULSE_CONNECTED_NEW, NULL);
}

static void on_answer(tc_pulse_listener *listener, const struct tc__ask *ask)
{
	switch (ask->kind) {
	case TC__ASK_LOOK:
		listener->looked = listener->found = true;
		ask_queue(listener);
		break;
	case TC__ASK_QUEUE:
		declare_rest(listener);
		break;
	case TC__ASK_BIND:
		confirm_bind(listener, &ask->binding);
		break;
	case TC__ASK_UNBIND:
		confirm_unbind(listener, ask);
		break;
	case TC__ASK_CONSUME:
		begin_consuming(listener);
		break;
	case TC__ASK_CANCEL:
		listener->canceled = true;
		tc__listener_due(listener);
		break;
	default:
		break;
	}
}

static void on_replied(void *data, const amqp_method_t *method)
{
	tc_pulse_listener *listener = data;
	struct tc__ask *ask = listener->asks;

	(void)method;
	if (!listener->amqp || !ask)
		return;
	listener->asks = ask->next;
	if (!listener->asks)
		listener->asks_end = &listener->asks;
	on_answer(listener, ask);
	free(ask);
}

/* ---- refusals ---- */

/* Says in front of a refusal what was being done. */
static void explain(const tc_pulse_listener *listener, const struct tc__ask *ask, tc_error *err)
{
	const char *queue = listener->queue;

	switch (ask ? ask->kind : 0) {
	case TC__ASK_QOS:
		tc_error_prefix(err, "setting the prefetch to %d", listener->options.prefetch);
		break;
	case TC__ASK_DEAD_LETTER:
		tc_error_prefix(err, "declaring the topic exchange %s", listener->dead_letter);
		break;
	case TC__ASK_LOOK:
	case TC__ASK_QUEUE:
		tc_error_prefix(err,
			err->http_status == 406 ? "declaring the %s queue %s, which is there with "
						  "another type or other arguments"
						: "declaring the %s queue %s",
			quorum(listener) ? "quorum" : "classic", queue);
		break;
	case TC__ASK_UNBIND:
		tc_error_prefix(err, "unbinding %s (%s) from %s", ask->binding.exchange,
			ask->binding.routing_key, queue);
		break;
	case TC__ASK_BIND:
		tc_error_prefix(err, "binding %s (%s) to %s", ask->binding.exchange,
			ask->binding.routing_key, queue);
		break;
	default:
		tc_error_prefix(err, "consuming %s", queue);
		break;
	}
}

/* What was declared once may be there again later; what was refused for what it is will not. */
static bool is_final(const tc_pulse_listener *listener, const struct tc__ask *ask, int status)
{
	const struct tc__bound *bound;

	if (listener->consuming || !ask)
		return false; /* the channel was closed, and its messages come again */
	if (status == 403 || status == 405 || status == 406)
		return true;
	if (status != 404)
		return false;
	bound = ask->kind == TC__ASK_BIND ? tc__bindings_find(&listener->bindings, &ask->binding)
					  : NULL;
	return bound ? !bound->confirmed : !listener->stats.connections;
}

/* Whether the queue's refusal is one to go on after, in another way. */
static bool declare_otherwise(tc_pulse_listener *listener, enum tc__ask_kind kind, int status)
{
	if (kind == TC__ASK_LOOK && status == 404) {
		listener->looked = true;
		listener->found = false;
		return true;
	}
	if (kind == TC__ASK_QUEUE && status == 406 && quorum(listener) && listener->found &&
		listener->limited == listener->options.plain_queue) {
		listener->limited = !listener->limited;
		return true;
	}
	return false;
}

static void reopen(tc_pulse_listener *listener)
{
	struct tc__amqp *amqp = listener->amqp;
	tc_error err = TC_ERROR_INIT;

	tc__listener_disconnect(listener); /* forgets what was asked on the channel */
	listener->amqp = amqp;
	if (tc__amqp_reopen(amqp, &err) != TC_OK)
		tc__listener_drop(listener, &err);
	tc_error_clear(&err);
}

static void on_refused(void *data, const tc_error *given, bool asked)
{
	tc_pulse_listener *listener = data;
	const struct tc__ask *ask = asked ? listener->asks : NULL;
	tc_error err = TC_ERROR_INIT;

	if (!listener->amqp)
		return;
	if (ask && declare_otherwise(listener, ask->kind, given->http_status)) {
		reopen(listener);
		return;
	}
	bool final = is_final(listener, ask, given->http_status);
	tc_error_copy(&err, given);
	explain(listener, ask, &err);
	if (final) {
		tc__listener_disconnect(listener);
		tc__link_fail(listener->link, &err);
	} else {
		tc__listener_drop(listener, &err);
	}
	tc_error_clear(&err);
}

/* ---- connections ---- */

static int name_all(tc_pulse_listener *listener, const char *user, tc_error *err)
{
	const char *name = listener->options.queue;
	char slugid[TC_SLUGID_SIZE];

	free(listener->queue);
	free(listener->dead_letter);
	listener->queue = listener->dead_letter = NULL;
	if (!name) {
		tc_slugid_nice(slugid);
		name = slugid;
	}
	listener->queue = tc__pulse_name("queue", user, name, err);
	if (!listener->queue) {
		tc_error_prefix(err, "options.queue");
		return err->code;
	}
	if (!listener->options.dead_letter)
		return TC_OK;
	listener->dead_letter =
		tc__pulse_name("exchange", user, listener->options.dead_letter, err);
	tc_error_prefix(err, "options.dead_letter");
	return listener->dead_letter ? TC_OK : err->code;
}

static void on_opened(void *data, struct tc__amqp *amqp, const char *user)
{
	tc_pulse_listener *listener = data;
	tc_error err = TC_ERROR_INIT;

	listener->amqp = amqp;
	listener->connection++;
	listener->looked = listener->found = false;
	listener->limited = listener->options.plain_queue;
	int rc = name_all(listener, user, &err);
	if (rc == TC_OK) {
		declare_queue(listener);
	} else if (rc == TC_ERROR_NOMEM) {
		tc__listener_drop(listener, &err);
	} else {
		tc__listener_disconnect(listener);
		tc__link_fail(listener->link, &err);
	}
	tc_error_clear(&err);
}

static void on_reopened(void *data)
{
	tc_pulse_listener *listener = data;

	if (listener->amqp)
		declare_queue(listener);
}

/* A broker that does not answer leaves it open to what. */
static void on_lost(void *data, const tc_error *given)
{
	tc_pulse_listener *listener = data;
	tc_error err = TC_ERROR_INIT;

	tc_error_copy(&err, given);
	if (listener->asks && err.code == TC_ERROR_TIMEOUT)
		explain(listener, listener->asks, &err);
	tc__listener_disconnect(listener);
	tc__listener_change(listener, TC_PULSE_LOST, &err);
	tc_error_clear(&err);
}

static void on_ended(void *data, const tc_error *err)
{
	tc_pulse_listener *listener = data;

	listener->link_ended = true;
	tc_error_clear(&listener->err);
	tc_error_copy(&listener->err, err);
	tc__listener_disconnect(listener);
}

/* ---- what comes ---- */

/* Quorum queues count, and say nothing of what they give out for the first time: what a message
 * says then, and always on a classic queue, is of whoever sent it. */
static int64_t read_delivery_count(
	const tc_pulse_listener *listener, const struct tc_pulse_message *message)
{
	if (!quorum(listener))
		return -1;
	return message->redelivered && message->delivery_count > 0 ? message->delivery_count : 0;
}

static void take_in(tc_pulse_listener *listener, struct tc__amqp_content *content)
{
	const amqp_basic_deliver_t *deliver = content->method->decoded;
	tc_error fault = TC_ERROR_INIT;
	struct tc__message *message = tc__message_new(content, listener->options.bodies, &fault);

	if (!message) {
		tc_error_clear(&fault);
		tc__no_memory(&fault);
		tc__listener_drop(listener, &fault);
		tc_error_clear(&fault);
		return;
	}
	message->listener = listener;
	message->tag = deliver->delivery_tag;
	message->connection = listener->connection;
	message->fault = fault;
	message->given.delivery_count = read_delivery_count(listener, &message->given);
	tc__messages_add(&listener->waiting, message);
	listener->stats.messages++;
	if (!listener->own_loop || listener->running)
		tc__listener_due(listener);
}

static void on_content(void *data, struct tc__amqp_content *content)
{
	tc_pulse_listener *listener = data;

	if (listener->amqp && content->method->id == AMQP_BASIC_DELIVER_METHOD)
		take_in(listener, content);
	else
		free(content->body);
}

/* The broker takes the consumer away when the queue is deleted, or its node goes down. */
static void on_told(void *data, const amqp_method_t *method)
{
	tc_pulse_listener *listener = data;
	tc_error err = TC_ERROR_INIT;

	if (!listener->amqp || method->id != AMQP_BASIC_CANCEL_METHOD)
		return;
	tc_error_set(&err, TC_ERROR_NETWORK,
		"the broker gives out nothing of %s any more: it was deleted, or is down",
		listener->queue);
	tc__listener_drop(listener, &err);
	tc_error_clear(&err);
}

struct tc__link_user tc__listener_link_user(tc_pulse_listener *listener)
{
	return (struct tc__link_user){ .data = listener,
		.opened = on_opened,
		.reopened = on_reopened,
		.replied = on_replied,
		.refused = on_refused,
		.content = on_content,
		.told = on_told,
		.lost = on_lost,
		.ended = on_ended };
}
