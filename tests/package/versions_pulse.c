/* SPDX-License-Identifier: MPL-2.0 */
/* As versions.c, with the structs of the component pulse. No broker is needed: nobody waits for
 * one. */
#include "versions.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_publisher.h>

#define URL "amqp://me:secret@127.0.0.1:1"
#define EXCHANGE "exchange/me/v1/a"

static const struct tc_exchange table = { .exchange = EXCHANGE };
static const struct tc_exchange *const tables[] = { &table };

static void use_server(void)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	tc_error err = TC_ERROR_INIT;

	server.url = URL;
	WISH(server);
	options.server = &server;
	tc_pulse_listener_free(tc_pulse_listener_new(NULL, &options, &err));
	works("tc_pulse_server", &err);
}

static void use_listener_options(void)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_pulse_listener_stats stats = TC_PULSE_LISTENER_STATS_INIT;
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	struct tc_pulse_message *message = NULL;
	tc_error err = TC_ERROR_INIT;

	server.url = URL;
	options.server = &server;
	options.queue = "a";
	options.prefetch = 3;
	WISH(options);
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, &err);
	if (works("tc_pulse_listener_options", &err)) {
		tc_pulse_listener_next(listener, 0, &message, &err);
		works("a listener", &err);
		tc_pulse_listener_read_stats(listener, &stats);
		expect(!message && stats.messages == 0, "no message");
	}
	tc_pulse_listener_free(listener);
}

static void use_publisher_options(void)
{
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	struct tc_pulse_publication publication = TC_PULSE_PUBLICATION_INIT;
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	tc_error err = TC_ERROR_INIT;
	uint64_t number = 0;

	server.url = URL;
	options.server = &server;
	options.exchanges = tables;
	options.exchange_count = 1;
	tc_pulse_publisher *publisher = tc_pulse_publisher_new(NULL, &options, &err);
	expect(publisher != NULL, "a publisher");
	publication.exchange = EXCHANGE;
	publication.routing_key = "a";
	publication.body = "{}";
	WISH(publication);
	tc_pulse_publish(publisher, &publication, &number, &err);
	if (works("tc_pulse_publication", &err))
		expect(number == 1, "the first message");
	tc_pulse_publisher_free(publisher);
	WISH(options);
	tc_pulse_publisher_free(tc_pulse_publisher_new(NULL, &options, &err));
	works("tc_pulse_publisher_options", &err);
}

int main(int argc, char **argv)
{
	wishes = argc > 1 && strcmp(argv[1], "wish") == 0;
	use_server();
	use_listener_options();
	use_publisher_options();
	return failures != 0;
}
