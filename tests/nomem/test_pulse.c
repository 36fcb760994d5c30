/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Listening and publishing with each single allocation failing in turn: curl's and librabbitmq's,
 * too. It comes back as an error, or another connection is made and all is well; nothing leaks, and
 * the broker is told of nothing that did not happen.
 */
#include "tests/harness/test.h"

#include "tests/harness/fake_amqp.h"
#include "tests/nomem/failing.h"
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_news.h>
#include <taskcluster/pulse_publisher.h>

#define PATIENCE_MS 3000
#define EXCHANGE "exchange/taskcluster-queue/v1/task-group-resolved"
#define GROUP "fN1SbArXTPSVFNUvaOlinQ"

struct world {
	struct fake_amqp broker;
	struct tc_pulse_server server;
};

/* ---- listening ---- */

static void count_failed(void *data, const struct tc_pulse_message *message, const tc_error *err)
{
	(void)err;
	assert_non_null(message->body);
	++*(int *)data;
}

static int settle(struct tc_pulse_message *message, int number, tc_error *err)
{
	const tc_error why = TC_ERROR_INIT;

	switch (number) {
	case 0:
		return tc_pulse_fail(message, &why, err);
	case 1:
		return tc_pulse_requeue(message, err);
	case 2:
		return tc_pulse_reject(message, err);
	default:
		return tc_pulse_ack(message, err);
	}
}

static int take_all(tc_pulse_listener *listener, tc_error *err)
{
	int rc = TC_OK;

	for (int i = 0; rc == TC_OK && i < 4; i++) {
		struct tc_pulse_message *message = NULL;
		rc = tc_pulse_listener_next(listener, PATIENCE_MS, &message, err);
		assert_true((rc == TC_OK) == (message != NULL));
		if (rc == TC_OK)
			rc = settle(message, i, err);
	}
	return rc;
}

/* A connection that memory cost, and another was made: what came by it comes again. */
static int pardon(int rc, tc_error *err)
{
	if (rc != TC_ERROR_NETWORK)
		return rc;
	tc_error_clear(err);
	return TC_OK;
}

static int listen(void *data, tc_error *err)
{
	const struct world *world = data;
	const struct tc_binding binding = { .exchange = EXCHANGE, .routing_key = "#" };
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	int failed = 0;

	options.server = &world->server;
	options.queue = "a";
	options.dead_letter = "dead";
	options.bindings = options.stale_bindings = &binding;
	options.binding_count = options.stale_binding_count = 1;
	options.attempts = 1;
	options.failed = count_failed;
	options.data = &failed;
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, err);
	if (!listener)
		return err->code;
	int rc = take_all(listener, err);
	if (rc == TC_OK)
		rc = tc_pulse_listener_bind(listener, &binding, err);
	if (rc == TC_OK)
		rc = tc_pulse_listener_unbind(listener, &binding, err);
	if (rc == TC_OK)
		rc = tc_pulse_listener_beat(listener, err);
	if (rc == TC_OK)
		assert_true(failed >= 1);
	tc_pulse_listener_free(listener);
	return pardon(rc, err);
}

/* ---- publishing ---- */

static int publish(void *data, tc_error *err)
{
	static const struct tc_exchange table = { .exchange = "exchange/guest/v1/a" };
	static const struct tc_exchange *const tables[] = { &table };
	const struct world *world = data;
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	struct tc_pulse_publication publication = TC_PULSE_PUBLICATION_INIT;
	unsigned before = world->broker.seen->published;
	int rc = TC_OK;

	options.server = &world->server;
	options.exchanges = tables;
	options.exchange_count = 1;
	options.deadline_ms = PATIENCE_MS;
	tc_pulse_publisher *publisher = tc_pulse_publisher_new(NULL, &options, err);
	if (!publisher)
		return err->code;
	publication.exchange = table.exchange;
	publication.routing_key = "a";
	publication.cc = (const char *const[]){ "route.a", "route.b" };
	publication.cc_count = 2;
	publication.body = "{\"a\":1}";
	for (int i = 0; rc == TC_OK && i < 3; i++)
		rc = tc_pulse_publish(publisher, &publication, NULL, err);
	if (rc == TC_OK)
		rc = tc_pulse_publisher_flush(publisher, PATIENCE_MS, err);
	if (rc == TC_OK)
		assert_true(world->broker.seen->published >= before + 3);
	tc_pulse_publisher_free(publisher);
	return rc;
}

/* ---- the rest ---- */

static int delete_queue(void *data, tc_error *err)
{
	const struct world *world = data;

	return tc_pulse_delete_queue(&world->server, "a", err);
}

static int news(void *data, tc_error *err)
{
	const struct world *world = data;

	tc_pulse_news *news = tc_pulse_news_new(&world->server, err);
	if (!news)
		return err->code;
	const struct tc_news *source = tc_pulse_news_source(news);
	int rc = source->begin(source->data, NULL, GROUP, err);
	if (rc == TC_OK) {
		source->take(source->data, NULL);
		source->end(source->data);
	}
	tc_pulse_news_free(news);
	return rc;
}

static void sweep(struct world *world, int (*work)(void *data, tc_error *err), long least)
{
	long steps = tc_failing_each_with_libraries(work, world);

	print_message("%ld allocations\n", steps);
	assert_true(steps >= least);
}

static void test_listening(void **state)
{
	sweep(*state, listen, 50);
}

static void test_publishing(void **state)
{
	sweep(*state, publish, 40); /* the sanitizers leave out those of libraries */
}

static void test_deleting_a_queue(void **state)
{
	sweep(*state, delete_queue, 20);
}

static void test_news(void **state)
{
	sweep(*state, news, 20);
}

static int setup(void **state)
{
	static const struct fake_amqp_plan plan = {
		.messages = 4,
		.exchange = EXCHANGE,
		.routing_key = "primary." GROUP ".s._",
		.body = "{\"version\":1,\"taskGroupId\":\"" GROUP "\",\"schedulerId\":\"s\","
			"\"expires\":\"2031-01-01T00:00:00.000Z\"}",
	};
	static struct world world = { .server = TC_PULSE_SERVER_INIT };

	fake_amqp_start(&world.broker, &plan);
	world.server.url = world.broker.url;
	world.server.reconnect_ms = 1;
	world.server.connect_timeout_ms = PATIENCE_MS;
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	fake_amqp_stop(&world->broker);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listening),
		cmocka_unit_test(test_publishing),
		cmocka_unit_test(test_deleting_a_queue),
		cmocka_unit_test(test_news),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
