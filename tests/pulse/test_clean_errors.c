/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A tc_error that is used again says nothing of an old failure after a success: each function of
 * the component that takes one is called with one that tells of a failure, succeeds, and leaves it
 * clean. Which functions these are the headers say.
 */
#include "tests/harness/test.h"

#include "tests/harness/declared.h"
#include "tests/harness/fake_amqp.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_news.h>
#include <taskcluster/pulse_publisher.h>

#define FUNCTIONS_MAX 50
#define PATIENCE_MS 30000

struct world {
	struct fake_amqp broker;
	struct tc_pulse_server server;
	tc_error err;
	const char *called[FUNCTIONS_MAX];
	size_t count;
};

static void soil(struct world *w, const char *function)
{
	w->called[w->count++] = function;
	assert_true(w->count < FUNCTIONS_MAX);
	tc_error_set(&w->err, TC_ERROR_HTTP, "an old failure");
	tc_error_set_server(&w->err, 404, "ResourceNotFound", "of before");
}

static void be_clean(struct world *w, const char *function)
{
	if (w->err.code != TC_OK || w->err.http_status || tc_error_server_message(&w->err))
		fail_msg("%s leaves %s: %s", function, tc_code_name(w->err.code),
			tc_error_text(&w->err));
}

#define OK(function, ...) \
	do { \
		soil(w, #function); \
		assert_ok(function(__VA_ARGS__, &w->err), &w->err); \
		be_clean(w, #function); \
	} while (0)

#define MADE(to, function, ...) \
	do { \
		soil(w, #function); \
		*(to) = function(__VA_ARGS__, &w->err); \
		if (!*(to)) \
			fail_msg("%s: %s", #function, tc_error_text(&w->err)); \
		be_clean(w, #function); \
	} while (0)

static void handle(void *data, struct tc_pulse_message *message)
{
	assert_ok(tc_pulse_ack(message, NULL), NULL);
	tc_pulse_listener_stop(*(tc_pulse_listener **)data);
}

static void listen(struct world *w)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	const struct tc_binding binding = { .exchange = "e", .routing_key = "#" };
	tc_pulse_listener *listener = NULL;
	struct tc_pulse_message *messages[5] = { NULL };
	tc_error why = TC_ERROR_INIT;

	options.server = &w->server;
	options.queue = "a";
	options.handle = handle;
	options.bodies = TC_PULSE_RAW;
	options.data = &listener;
	MADE(&listener, tc_pulse_listener_new, NULL, &options);
	OK(tc_pulse_listener_bind, listener, &binding);
	for (size_t i = 0; i < 4; i++) {
		OK(tc_pulse_listener_next, listener, PATIENCE_MS, &messages[i]);
		assert_non_null(messages[i]);
	}
	tc_error_set(&why, TC_ERROR_SYSTEM, "it did not work out");
	OK(tc_pulse_ack, messages[0]);
	OK(tc_pulse_fail, messages[1], &why);
	OK(tc_pulse_requeue, messages[2]);
	OK(tc_pulse_reject, messages[3]);
	OK(tc_pulse_listener_beat, listener);
	OK(tc_pulse_listener_unbind, listener, &binding);
	OK(tc_pulse_listener_run, listener);
	tc_pulse_listener_free(listener);
	tc_error_clear(&why);
}

static void publish(struct world *w)
{
	static const struct tc_exchange table = { .exchange = "exchange/guest/v1/a" };
	static const struct tc_exchange *const tables[] = { &table };
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	struct tc_pulse_publication publication = TC_PULSE_PUBLICATION_INIT;
	tc_pulse_publisher *publisher = NULL;

	options.server = &w->server;
	options.exchanges = tables;
	options.exchange_count = 1;
	MADE(&publisher, tc_pulse_publisher_new, NULL, &options);
	publication.exchange = table.exchange;
	publication.routing_key = "a";
	publication.body = "{}";
	OK(tc_pulse_publish, publisher, &publication, NULL);
	OK(tc_pulse_publisher_beat, publisher);
	OK(tc_pulse_publisher_flush, publisher, PATIENCE_MS);
	tc_pulse_publisher_free(publisher);
}

static void others(struct world *w)
{
	struct tc_pulse_login login;
	tc_pulse_news *news = NULL;

	setenv("PULSE_USERNAME", "u", 1);
	setenv("PULSE_PASSWORD", "p", 1);
	OK(tc_pulse_environment_login, NULL, false, &login);
	OK(tc_pulse_delete_queue, &w->server, "a");
	MADE(&news, tc_pulse_news_new, &w->server);
	tc_pulse_news_free(news);
}

/* ---- whether these are all ---- */

static void check_one(void *data, const struct tc_declared *declared)
{
	const struct world *w = data;

	if (!tc_declared_takes_error(declared))
		return;
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->called[i], declared->name) == 0)
			return;
	fail_msg("%s: %s is not called here", declared->path, declared->name);
}

static void a_success_leaves_a_clean_error(void **state)
{
	static const struct fake_amqp_plan plan = {
		.messages = 5, .exchange = "e", .routing_key = "k", .body = "{}"
	};
	struct world world = { .server = TC_PULSE_SERVER_INIT, .err = TC_ERROR_INIT };

	(void)state;
	fake_amqp_start(&world.broker, &plan);
	world.server.url = world.broker.url;
	listen(&world);
	publish(&world);
	others(&world);
	assert_int_equal(world.broker.seen->published, 1);
	assert_int_equal(world.broker.seen->acked, 2);
	assert_int_equal(world.broker.seen->refused, 3);
	tc_declared_each("pulse", check_one, &world);
	fake_amqp_stop(&world.broker);
	tc_error_clear(&world.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_success_leaves_a_clean_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
