/* SPDX-License-Identifier: MPL-2.0 */
/* The component's structs that begin with their size: those of older headers, and of newer ones. */
#include "tests/harness/test.h"

#include "tests/harness/sized.h"
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_news.h>
#include <taskcluster/pulse_publisher.h>

/* Nobody is there, which nobody minds before something is waited for. */
static const struct tc_exchange table = { .exchange = "exchange/me/v1/a" };
static const struct tc_exchange *const tables[] = { &table };

struct world {
	struct tc_pulse_server server;
	tc_pulse_publisher *publisher;
};

static void give_server(struct world *world, const void *server, tc_error *err)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;

	(void)world;
	options.server = server;
	tc_pulse_listener_free(tc_pulse_listener_new(NULL, &options, err));
}

static void give_server_to_news(struct world *world, const void *server, tc_error *err)
{
	(void)world;
	tc_pulse_news_free(tc_pulse_news_new(server, err));
}

static void give_server_to_delete(struct world *world, const void *server, tc_error *err)
{
	(void)world;
	tc_pulse_delete_queue(server, "a", err);
}

static void give_listener(struct world *world, const void *options, tc_error *err)
{
	tc_loop *loop = tc_loop_new(NULL, NULL);

	(void)world;
	tc_pulse_listener_free(tc_pulse_listener_new(loop, options, err));
	tc_loop_free(loop);
}

static void give_publisher(struct world *world, const void *options, tc_error *err)
{
	(void)world;
	tc_pulse_publisher_free(tc_pulse_publisher_new(NULL, options, err));
}

static void give_publication(struct world *world, const void *publication, tc_error *err)
{
	tc_pulse_publish(world->publisher, publication, NULL, err);
}

/* What a struct that is zero, and taken, leads to. */
#define NO_URL "server.url is NULL"
#define NO_HANDLE "options.handle is NULL"
#define NO_EXCHANGES "options.exchanges is NULL"
#define NO_EXCHANGE "exchange is NULL"

#define STRUCT(type) sizeof(struct type)
static const struct tc_sized_case cases[] = {
	{ give_server, STRUCT(tc_pulse_server), "server", "TC_PULSE_SERVER_INIT", NO_URL },
	{ give_server_to_news, STRUCT(tc_pulse_server), "server", "TC_PULSE_SERVER_INIT", NO_URL },
	{ give_server_to_delete, STRUCT(tc_pulse_server), "server", "TC_PULSE_SERVER_INIT",
		NO_URL },
	{ give_listener, STRUCT(tc_pulse_listener_options), "options",
		"TC_PULSE_LISTENER_OPTIONS_INIT", NO_HANDLE },
	{ give_publisher, STRUCT(tc_pulse_publisher_options), "options",
		"TC_PULSE_PUBLISHER_OPTIONS_INIT", NO_EXCHANGES },
	{ give_publication, STRUCT(tc_pulse_publication), "publication",
		"TC_PULSE_PUBLICATION_INIT", NO_EXCHANGE },
};
#define COUNT (sizeof cases / sizeof *cases)

static void older_ones_are_taken(void **state)
{
	tc_sized_older_are_taken(*state, cases, COUNT);
}

static void newer_ones_must_not_set_what_is_unknown(void **state)
{
	tc_sized_newer_must_not_set(*state, cases, COUNT);
}

static void a_size_that_was_not_set_is_told(void **state)
{
	tc_sized_unset_is_told(*state, cases, COUNT);
}

/* What fills a struct for its caller writes nothing behind the size that it was told. */
static void what_is_filled_stays_within_its_size(void **state)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	struct tc_pulse_listener_stats stats = {
		.size = offsetof(struct tc_pulse_listener_stats, failed),
		.messages = 7,
		.failed = 7,
		.unsettled = 7,
	};
	struct tc_pulse_listener_stats unset = { .size = 0, .messages = 7 };
	struct world *world = *state;

	options.server = &world->server;
	tc_pulse_listener *listener = tc_pulse_listener_new(NULL, &options, NULL);
	assert_non_null(listener);
	tc_pulse_listener_read_stats(listener, &stats);
	assert_int_equal(stats.size, offsetof(struct tc_pulse_listener_stats, failed));
	assert_int_equal(stats.messages, 0);
	assert_int_equal(stats.failed, 7);
	assert_int_equal(stats.unsettled, 7);
	tc_pulse_listener_read_stats(listener, &unset);
	assert_int_equal(unset.messages, 7);
	tc_pulse_listener_free(listener);
}

/* A source of news says for which version it was made. */
static void a_source_of_news_has_its_size(void **state)
{
	const struct world *world = *state;
	tc_pulse_news *news = tc_pulse_news_new(&world->server, NULL);

	assert_non_null(news);
	assert_int_equal(tc_pulse_news_source(news)->size, sizeof(struct tc_news));
	tc_pulse_news_free(news);
}

static int open_world(void **state)
{
	static struct world world = { .server = TC_PULSE_SERVER_INIT };
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;

	world.server.url = "amqp://me:secret@127.0.0.1:1";
	options.server = &world.server;
	options.exchanges = tables;
	options.exchange_count = 1;
	world.publisher = tc_pulse_publisher_new(NULL, &options, NULL);
	assert_non_null(world.publisher);
	*state = &world;
	return 0;
}

static int close_world(void **state)
{
	const struct world *world = *state;

	tc_pulse_publisher_free(world->publisher);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_ones_are_taken),
		cmocka_unit_test(newer_ones_must_not_set_what_is_unknown),
		cmocka_unit_test(a_size_that_was_not_set_is_told),
		cmocka_unit_test(what_is_filled_stays_within_its_size),
		cmocka_unit_test(a_source_of_news_has_its_size),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
