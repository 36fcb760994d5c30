/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/pulse.h"
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/pulse/broker.h"
#include "tools/taskcluster/pulse/message.h"
#include "tools/taskcluster/pulse/pulse.h"
#include "tools/taskcluster/shared/names.h"
#include "tools/taskcluster/shared/topic.h"

#include <taskcluster/registry.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXCHANGES "exchange/" /* what the broker's names of exchanges begin with */
#define SECONDS_MAX 31536000  /* a year */

struct listen {
	/* what the command line says */
	struct topic topic;          /* the last one */
	struct tc_exchange unlisted; /* what it is of, where no reference has that */
	struct tc_pair *pairs;
	struct tc_binding *bindings; /* of those before it, and in the end of it, too */
	size_t binding_count;
	const char *queue, *url;
	int64_t wanted, timeout_s; /* 0: no limit */
	bool verbose, help;
	/* what becomes of it */
	struct output output;
	bool connected, was_connected;
	char trouble[200]; /* what was told last of a connection that is not there */
};

/* ---- the command line ---- */

static bool is_unlisted(const struct listen *listen)
{
	return listen->topic.exchange == &listen->unlisted;
}

/* The topic is whole. */
static int end_topic(struct listen *listen)
{
	if (is_unlisted(listen) && !listen->topic.pattern)
		listen->topic.pattern = "#";
	int status = topic_binding(&listen->topic, &listen->bindings[listen->binding_count]);

	listen->binding_count++;
	return status;
}

static bool is_whole_name(const char *word)
{
	return strncmp(word, EXCHANGES, sizeof EXCHANGES - 1) == 0;
}

/* A word behind an exchange's that is no key=value begins the next one. */
static int next_topic(struct listen *listen, const char *word)
{
	const struct topic *topic = &listen->topic;

	if (!find_service(word) && !is_whole_name(word))
		return usage_error(
			"\"%s\" is neither key=value nor the service of another exchange: "
			"`taskcluster routing-key %s %s --help` lists the keys",
			word, topic->service->name, topic->exchange->name);
	int status = end_topic(listen);
	listen->topic = (struct topic){ .pairs = topic->pairs + topic->count };
	return status;
}

static const struct tc_exchange *find_whole_name(const char *name)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < services[i]->exchange_count; k++) {
			if (strcmp(services[i]->exchanges[k].exchange, name) == 0)
				return &services[i]->exchanges[k];
		}
	}
	return NULL;
}

/* The broker's name of an exchange stands for the service, too. One that is in no reference, as
 * those of accounts are, has no names for the words of its keys. */
static int take_whole_name(struct listen *listen, const char *name)
{
	static const struct tc_service nobody = { .name = "no service" };
	struct topic *topic = &listen->topic;

	listen->unlisted =
		(struct tc_exchange){ .service = &nobody, .name = name, .exchange = name };
	topic->exchange = find_whole_name(name);
	if (!topic->exchange)
		topic->exchange = &listen->unlisted;
	topic->service = topic->exchange->service;
	return 0;
}

static int take_word(struct listen *listen, char *word)
{
	int status = 0;

	if (is_unlisted(listen) && !find_service(word) && !is_whole_name(word))
		return usage_error("\"%s\": no reference has %s, so its keys have no names; "
				   "--pattern KEY says which are meant",
			word, listen->topic.exchange->exchange);
	if (listen->topic.exchange && !strchr(word, '='))
		status = next_topic(listen, word);
	if (status == 0 && !listen->topic.service && is_whole_name(word))
		return take_whole_name(listen, word);
	return status == 0 ? topic_word(&listen->topic, word) : status;
}

static int take_pattern(struct topic *topic, const char *pattern)
{
	if (!topic->exchange)
		return usage_error("--pattern comes behind the exchange that it is for");
	if (topic->pattern)
		return usage_error("%s has two patterns; name the exchange again for the second",
			topic->exchange->name);
	topic->pattern = pattern;
	return 0;
}

static int take_option(struct listen *listen, int id, const char *value)
{
	switch (id) {
	case LISTEN_QUEUE:
		listen->queue = value;
		return broker_check_queue(value);
	case LISTEN_PATTERN:
		return take_pattern(&listen->topic, value);
	case LISTEN_COUNT:
		return arguments_number("--count", value, 1, INT64_MAX, &listen->wanted);
	case LISTEN_TIMEOUT:
		return arguments_number("--timeout", value, 1, SECONDS_MAX, &listen->timeout_s);
	default:
		listen->url = value;
		return 0;
	}
}

static int complete(struct listen *listen)
{
	if (!listen->topic.service)
		return usage_error("listen to what? `taskcluster routing-key` lists the services, "
				   "and with one its exchanges");
	if (!listen->topic.exchange)
		return usage_error("which exchange? `taskcluster routing-key %s` lists them",
			listen->topic.service->name);
	return end_topic(listen);
}

static int parse(struct listen *listen, struct arguments *arguments)
{
	int id, status = 0;

	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h') {
			listen->help = true;
			return 0;
		}
		if (id == OPTION_BAD)
			status = STATUS_USAGE;
		else if (id == OPTION_WORD)
			status = take_word(listen, arguments->words[-1]);
		else
			status = take_option(listen, id, arguments->value);
	}
	listen->verbose = arguments->verbose || isatty(STDERR_FILENO);
	return status == 0 ? complete(listen) : status;
}

/* ---- what is told of the connection ---- */

/* Once, however often it is tried. */
static void tell_lost(struct listen *listen, const tc_error *err)
{
	const char *why = err ? tc_error_text(err) : "it ended";

	listen->connected = false;
	if (strncmp(listen->trouble, why, sizeof listen->trouble - 1) == 0)
		return;
	snprintf(listen->trouble, sizeof listen->trouble, "%s", why);
	complain("no connection to the broker, and it is tried again: %s", why);
	if (err && !listen->was_connected) /* one that was there is no matter of what was typed */
		broker_hint(err);
}

static void tell_connected(struct listen *listen, bool anew)
{
	if (!listen->was_connected && listen->verbose)
		complain(anew && listen->queue ? "listening by a new queue; Ctrl-C ends it"
					       : "listening; Ctrl-C ends it");
	else if (listen->was_connected && anew)
		complain("the connection stands again, with a new queue: messages may have been "
			 "missed");
	else if (listen->was_connected)
		complain("the connection stands again, and the queue has kept what came meanwhile");
	listen->connected = listen->was_connected = true;
	listen->trouble[0] = '\0';
}

static void on_change(void *data, enum tc_pulse_change change, const tc_error *err)
{
	if (change == TC_PULSE_LOST)
		tell_lost(data, err);
	else if (change == TC_PULSE_CONNECTED || change == TC_PULSE_CONNECTED_NEW)
		tell_connected(data, change == TC_PULSE_CONNECTED_NEW);
}

/* ---- messages ---- */

/* For the signal handler. */
static tc_pulse_listener *_Atomic listening;

static void stop_listening(void)
{
	tc_pulse_listener_stop(listening);
}

static int64_t wait_ms(const struct listen *listen)
{
	return listen->timeout_s ? listen->timeout_s * 1000 : -1;
}

/* Before the last message is acknowledged: what would follow it stays in the queue as it is. */
static void ask_for_no_more(tc_pulse_listener *listener, int64_t wait_ms)
{
	struct tc_pulse_message *more;

	tc_pulse_listener_stop(listener);
	while (tc_pulse_listener_next(listener, wait_ms, &more, NULL) == TC_OK && more)
		tc_pulse_requeue(more, NULL);
}

/* One whose acknowledgement does not arrive comes again, which cannot be told from here. */
static int take(struct listen *listen, tc_pulse_listener *listener,
	struct tc_pulse_message *message, bool last)
{
	int status = message_print(&listen->output, message);

	if (status != 0)
		return status;
	if (last)
		ask_for_no_more(listener, wait_ms(listen));
	tc_pulse_ack(message, NULL);
	return 0;
}

/* No message came in time, or the listener was stopped. */
static int end_without(const struct listen *listen, int64_t count)
{
	if (stop_came() || (listen->wanted && count >= listen->wanted))
		return 0;
	if (!listen->connected)
		return failure("there was no connection to the broker for %lld s",
			(long long)listen->timeout_s);
	if (!listen->wanted)
		return 0;
	return failure("nothing came for %lld s; of %lld messages there were %lld",
		(long long)listen->timeout_s, (long long)listen->wanted, (long long)count);
}

static int print_messages(struct listen *listen, tc_pulse_listener *listener)
{
	int64_t count = 0;
	struct tc_pulse_message *message;
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	while (status == 0) {
		if (tc_pulse_listener_next(listener, wait_ms(listen), &message, &err) != TC_OK)
			status = broker_report(&err);
		else if (message)
			status = take(listen, listener, message, ++count == listen->wanted);
		else
			break;
	}
	tc_error_clear(&err);
	return status == 0 ? end_without(listen, count) : status;
}

static tc_pulse_listener *open_listener(
	struct listen *listen, const struct tc_pulse_server *server, tc_error *err)
{
	struct tc_pulse_listener_options how = TC_PULSE_LISTENER_OPTIONS_INIT;

	how.server = server;
	how.queue = listen->queue;
	how.bindings = listen->bindings;
	how.binding_count = listen->binding_count;
	how.prefetch = listen->wanted ? 1 : 0; /* what is not wanted stays as it is */
	how.bodies = TC_PULSE_RAW;             /* what breaks its schema is to be seen, too */
	how.changed = on_change;
	how.data = listen;
	return tc_pulse_listener_new(NULL, &how, err);
}

static int listen_to(struct listen *listen)
{
	struct tc_pulse_server server;
	const struct tc_pulse_server *used;
	tc_error err = TC_ERROR_INIT;
	int status = broker_find(listen->url, &server, &used);

	if (status == 0)
		status = output_open(&listen->output, NULL);
	if (status != 0)
		return status;
	listening = open_listener(listen, used, &err);
	if (listening) {
		stop_begin_by(stop_listening);
		status = print_messages(listen, listening);
		stop_end_well();
	} else {
		status = broker_report(&err);
	}
	tc_pulse_listener_free(listening);
	output_close(&listen->output);
	tc_error_clear(&err);
	return status;
}

int pulse_listen(struct arguments *arguments)
{
	struct listen listen = { 0 };
	size_t words = 0;

	while (arguments->words[words])
		words++;
	listen.pairs = listen.topic.pairs = arguments_pairs(arguments);
	listen.bindings = calloc(words + 1, sizeof *listen.bindings);
	int status = listen.pairs && listen.bindings ? parse(&listen, arguments)
						     : failure("memory ended");
	if (status == 0)
		status = listen.help ? command_help(&pulse_listen_command) : listen_to(&listen);
	free(listen.pairs);
	free(listen.bindings);
	return status;
}
