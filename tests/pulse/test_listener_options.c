/* SPDX-License-Identifier: MPL-2.0 */
/* What a listener refuses before there is a broker, and the lists it keeps. */
#include "tests/harness/test.h"

#include "tests/harness/growth.h"
#include "workflows/src/pulse/listener/bindings.h"
#include "workflows/src/pulse/listener/counts.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/pulse_listener.h>

static tc_error err = TC_ERROR_INIT;

/* Nobody listens at port 1. */
static const struct tc_pulse_server server = { .size = sizeof server,
	.url = "amqp://u:p@127.0.0.1:1/v" };

static void handle(void *data, struct tc_pulse_message *message)
{
	(void)data;
	tc_pulse_ack(message, NULL);
}

static void failed(void *data, const struct tc_pulse_message *message, const tc_error *why)
{
	(void)data, (void)message, (void)why;
}

static struct tc_pulse_listener_options good(void)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;

	options.server = &server;
	options.handle = handle;
	options.failed = failed;
	return options;
}

static void refused(const struct tc_pulse_listener_options *options, const char *part)
{
	tc_loop *loop = tc_loop_new(NULL, NULL);

	assert_null(tc_pulse_listener_new(loop, options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, part);
	assert_int_equal(tc_loop_pending(loop), 0);
	tc_loop_free(loop);
}

static void each_error_names_its_member(void **state)
{
	struct tc_pulse_listener_options options;
	struct tc_binding bindings[2] = { { .exchange = "exchange/a" } };
	char name[300];

	(void)state;
	refused(NULL, "options is NULL");
	options = good(), options.size = 0;
	refused(&options, "begin with TC_PULSE_LISTENER_OPTIONS_INIT");
	options = good(), options.handle = NULL;
	refused(&options, "options.handle is NULL");
	options = good(), options.failed = NULL; /* something could be dropped without a word */
	refused(&options, "options.failed is NULL, and so is dead_letter");
	options = good(), options.prefetch = 65536;
	refused(&options, "options.prefetch is 65536; expected 0 to 65535");
	options = good(), options.prefetch = -1;
	refused(&options, "options.prefetch is -1");
	options = good(), options.attempts = -1;
	refused(&options, "options.attempts is -1");
	options = good(), options.queue_type = (enum tc_pulse_queue_type)2;
	refused(&options, "options.queue_type is 2");
	options = good(), options.bodies = (enum tc_pulse_bodies)3;
	refused(&options, "options.bodies is 3");
	options = good(), options.queue = "";
	refused(&options, "options.queue: ");
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	options = good(), options.queue = name;
	refused(&options, "options.queue: ");
	options = good(), options.dead_letter = "a\n";
	refused(&options, "options.dead_letter: ");
	options = good(), options.binding_count = 1;
	refused(&options, "options.bindings is NULL");
	options = good(), options.stale_binding_count = 1;
	refused(&options, "options.stale_bindings is NULL");
	options = good(), options.bindings = bindings, options.binding_count = 2;
	refused(&options, "options.bindings[1].exchange is empty");
	memset(bindings[1].exchange, 'x', sizeof bindings[1].exchange);
	options = good(), options.stale_bindings = bindings, options.stale_binding_count = 2;
	refused(&options, "options.stale_bindings[1]: ");
	const struct tc_pulse_server bad = { .size = sizeof bad, .url = "http://h" };
	options = good(), options.server = &bad;
	refused(&options, "server.url");
}

static void functions_say_what_is_missing(void **state)
{
	struct tc_pulse_listener_options options = good();
	struct tc_pulse_listener_stats stats = TC_PULSE_LISTENER_STATS_INIT;
	struct tc_pulse_message *message = (struct tc_pulse_message *)&stats;
	tc_loop *loop = tc_loop_new(NULL, NULL);
	tc_pulse_listener *listener = tc_pulse_listener_new(loop, &options, &err);

	(void)state;
	assert_ok(err.code, &err);
	assert_null(tc_pulse_listener_queue(listener));
	tc_pulse_listener_read_stats(listener, &stats);
	assert_int_equal(stats.connections, 0);
	assert_int_equal(tc_pulse_listener_next(listener, 0, &message, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "on a loop of its caller's");
	assert_null(message);
	assert_int_equal(tc_pulse_listener_run(listener, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "on a loop of its caller's");
	tc_pulse_listener_free(listener);
	tc_loop_free(loop);

	options.handle = NULL; /* not needed without a loop */
	listener = tc_pulse_listener_new(NULL, &options, &err);
	assert_ok(err.code, &err);
	assert_int_equal(tc_pulse_listener_run(listener, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "options.handle is NULL");
	assert_int_equal(tc_pulse_listener_next(listener, 0, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "message is NULL");
	assert_ok(tc_pulse_listener_beat(listener, &err), &err);
	tc_pulse_listener_free(listener);

	assert_int_equal(tc_pulse_ack(NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "message is NULL");
	tc_pulse_listener_stop(NULL);
	tc_pulse_listener_free(NULL);
	assert_null(tc_pulse_listener_queue(NULL));
}

static void count_losses(void *data, enum tc_pulse_change change, const tc_error *why)
{
	assert_int_equal(change, TC_PULSE_LOST);
	assert_int_equal(why->code, TC_ERROR_NETWORK);
	++*(int *)data;
}

static void without_a_broker_it_goes_on_trying(void **state)
{
	struct tc_pulse_listener_options options = good();
	struct tc_pulse_server quick = server;
	struct tc_pulse_message *message;
	int losses = 0;

	(void)state;
	quick.reconnect_ms = 10;
	options.server = &quick;
	options.changed = count_losses;
	options.data = &losses;
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, &err);
	assert_ok(err.code, &err);
	while (losses < 3)
		assert_ok(tc_pulse_listener_next(listener, 5, &message, &err), &err);
	tc_pulse_listener_stop(listener);
	assert_ok(tc_pulse_listener_run(listener, &err), &err);
	tc_pulse_listener_free(listener);

	losses = 0;
	quick.offline_max_ms = 100;
	listener = tc_pulse_listener_new(NULL, &options, &err);
	assert_ok(err.code, &err);
	int rc = tc_pulse_listener_run(listener, &err);
	assert_int_equal(rc, TC_ERROR_NETWORK);
	assert_failure(&err, TC_ERROR_NETWORK, "no connection for 100 ms");
	assert_true(losses > 0);
	tc_pulse_listener_free(listener);
}

static void bindings_are_there_once(void **state)
{
	struct tc__bindings bindings = { 0 };
	struct tc_binding binding = { .exchange = "exchange/a" };
	struct tc__bound *bound = NULL;

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(binding.routing_key, sizeof binding.routing_key, "%d", i % 20);
		assert_ok(tc__bindings_add(&bindings, &binding, &err), &err);
	}
	assert_int_equal(bindings.rows.count, 20);
	snprintf(binding.routing_key, sizeof binding.routing_key, "7");
	tc__bindings_remove(&bindings, &binding);
	tc__bindings_remove(&bindings, &binding);
	assert_int_equal(bindings.rows.count, 19);
	assert_null(tc__bindings_find(&bindings, &binding));
	for (int i = 0; i < 20; i++) {
		bound = i == 7 ? bound : tc__bindings_next(&bindings, bound);
		snprintf(binding.routing_key, sizeof binding.routing_key, "%d", i);
		assert_ptr_equal(tc__bindings_find(&bindings, &binding), i == 7 ? NULL : bound);
	}
	assert_null(tc__bindings_next(&bindings, bound));
	tc__bindings_clear(&bindings);
}

/* A listener may have any number of them. */
static void bind_and_unbind(size_t count)
{
	struct tc__bindings bindings = { 0 };
	struct tc_binding binding = { .exchange = "exchange/a" };

	for (size_t i = 0; i < count; i++) {
		snprintf(binding.routing_key, sizeof binding.routing_key, "%zu", i);
		assert_ok(tc__bindings_add(&bindings, &binding, &err), &err);
	}
	for (size_t i = 0; i < count; i++) {
		snprintf(binding.routing_key, sizeof binding.routing_key, "%zu", i);
		assert_non_null(tc__bindings_find(&bindings, &binding));
		tc__bindings_remove(&bindings, &binding);
	}
	assert_int_equal(bindings.rows.count, 0);
	tc__bindings_clear(&bindings);
}

static void many_bindings_take_no_longer_each(void **state)
{
	(void)state;
	assert_linear(bind_and_unbind, 4000);
}

static void counts_are_of_the_latest(void **state)
{
	struct tc__counts counts = { .limit = 1000 };
	char key[32];

	(void)state;
	tc__counts_forget(&counts, "a");
	assert_int_equal(tc__counts_add(&counts, "a"), 1);
	assert_int_equal(tc__counts_add(&counts, "a"), 2);
	assert_int_equal(tc__counts_add(&counts, "b"), 1);
	tc__counts_forget(&counts, "a");
	assert_int_equal(tc__counts_add(&counts, "a"), 1);
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof key, "key %d", i);
		assert_int_equal(tc__counts_add(&counts, key), 1);
	}
	assert_int_equal(counts.rows.count, 1000);
	assert_int_equal(tc__counts_add(&counts, "key 4999"), 2);
	assert_int_equal(tc__counts_add(&counts, "key 4000"), 2);
	assert_int_equal(tc__counts_add(&counts, "a"), 1); /* too long ago */
	tc__counts_clear(&counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error_names_its_member),
		cmocka_unit_test(functions_say_what_is_missing),
		cmocka_unit_test(without_a_broker_it_goes_on_trying),
		cmocka_unit_test(bindings_are_there_once),
		cmocka_unit_test(many_bindings_take_no_longer_each),
		cmocka_unit_test(counts_are_of_the_latest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
