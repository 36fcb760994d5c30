/* SPDX-License-Identifier: MPL-2.0 */
/*
 * NULL for each pointer of each public function of the component: what needs it says so by
 * TC_ERROR_ARGUMENT and the argument's name, getters answer as for what is absent, and what
 * releases does nothing. Which functions there are the headers say.
 */
#include "tests/harness/test.h"

#include "tests/harness/declared.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pulse_listener.h>
#include <taskcluster/pulse_news.h>
#include <taskcluster/pulse_publisher.h>

struct world {
	struct tc_pulse_server server; /* nobody is there */
	tc_loop *loop;
	tc_pulse_listener *listener;
	tc_pulse_publisher *publisher;
	tc_error err;
};

static void be_refused(struct world *w, const char *name, const char *what)
{
	if (w->err.code != TC_ERROR_ARGUMENT || !strstr(tc_error_text(&w->err), name))
		fail_msg("%s: %s: %s", what, tc_code_name(w->err.code), tc_error_text(&w->err));
	tc_error_clear(&w->err);
}

/* A function that returns a code, with all arguments but the error; `name` is what it complains of.
 */
#define REFUSED(name, function, ...) \
	do { \
		int rc_ = function(__VA_ARGS__, &w->err); \
		assert_int_equal(rc_, w->err.code); \
		be_refused(w, name, #function "(" #__VA_ARGS__ ")"); \
		assert_int_equal(function(__VA_ARGS__, NULL), TC_ERROR_ARGUMENT); \
	} while (0)

/* One that returns a pointer. */
#define NOT_MADE(name, function, ...) \
	do { \
		assert_null(function(__VA_ARGS__, &w->err)); \
		be_refused(w, name, #function "(" #__VA_ARGS__ ")"); \
		assert_null(function(__VA_ARGS__, NULL)); \
	} while (0)

static void make_listeners(struct world *w)
{
	struct tc_pulse_listener_options options = TC_PULSE_LISTENER_OPTIONS_INIT;
	const struct tc_pulse_server unset = TC_PULSE_SERVER_INIT;

	NOT_MADE("options", tc_pulse_listener_new, NULL, NULL);
	NOT_MADE("options", tc_pulse_listener_new, w->loop, NULL);
	NOT_MADE("PULSE_HOSTNAME", tc_pulse_listener_new, NULL, &options);
	options.server = &unset;
	NOT_MADE("server.url", tc_pulse_listener_new, NULL, &options);
	options.server = &w->server;
	NOT_MADE("options.handle", tc_pulse_listener_new, w->loop, &options);
	options.binding_count = 1;
	NOT_MADE("options.bindings", tc_pulse_listener_new, NULL, &options);
	options.binding_count = 0;
	options.stale_binding_count = 1;
	NOT_MADE("options.stale_bindings", tc_pulse_listener_new, NULL, &options);
	options.stale_binding_count = 0;
	w->listener = tc_pulse_listener_new(NULL, &options, &w->err);
	assert_non_null(w->listener);
}

static void listeners(struct world *w)
{
	struct tc_pulse_listener_stats stats = TC_PULSE_LISTENER_STATS_INIT;
	const struct tc_binding binding = { .exchange = "e", .routing_key = "#" };
	struct tc_pulse_message *message = NULL;

	make_listeners(w);
	REFUSED("login", tc_pulse_environment_login, NULL, false, NULL);
	REFUSED("listener", tc_pulse_listener_next, NULL, 0, &message);
	REFUSED("message", tc_pulse_listener_next, w->listener, 0, NULL);
	REFUSED("listener", tc_pulse_listener_run, NULL);
	REFUSED("options.handle", tc_pulse_listener_run, w->listener);
	REFUSED("listener", tc_pulse_listener_beat, NULL);
	REFUSED("listener", tc_pulse_listener_bind, NULL, &binding);
	REFUSED("binding", tc_pulse_listener_bind, w->listener, NULL);
	REFUSED("listener", tc_pulse_listener_unbind, NULL, &binding);
	REFUSED("binding", tc_pulse_listener_unbind, w->listener, NULL);
	assert_null(tc_pulse_listener_queue(NULL));
	tc_pulse_listener_read_stats(NULL, NULL);
	tc_pulse_listener_read_stats(w->listener, NULL);
	stats.messages = 7;
	tc_pulse_listener_read_stats(NULL, &stats);
	assert_int_equal(stats.messages, 0);
	tc_pulse_listener_stop(NULL);
	tc_pulse_listener_free(NULL);
}

static void messages(struct world *w)
{
	const struct tc_pulse_message unknown = { .exchange = "e", .routing_key = "k" };

	REFUSED("message", tc_pulse_ack, NULL);
	REFUSED("message", tc_pulse_fail, NULL, NULL);
	REFUSED("message", tc_pulse_requeue, NULL);
	REFUSED("message", tc_pulse_reject, NULL);
	assert_null(tc_pulse_message_word(NULL, "taskId"));
	assert_null(tc_pulse_message_word(&unknown, "taskId"));
	assert_null(tc_pulse_message_word(&unknown, NULL));
	assert_null(tc_pulse_message_key(NULL));
}

static void make_publishers(struct world *w, const struct tc_exchange *table)
{
	static const struct tc_exchange nameless = { .exchange = NULL };
	static const struct tc_exchange wordless = { .exchange = "e", .word_count = 2 };
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;
	const struct tc_exchange *tables[] = { NULL };

	NOT_MADE("options", tc_pulse_publisher_new, NULL, NULL);
	NOT_MADE("options.exchanges", tc_pulse_publisher_new, w->loop, &options);
	options.exchanges = tables;
	options.exchange_count = 1;
	NOT_MADE("options.exchanges[0]", tc_pulse_publisher_new, w->loop, &options);
	tables[0] = &nameless;
	NOT_MADE("options.exchanges[0]", tc_pulse_publisher_new, w->loop, &options);
	tables[0] = &wordless;
	NOT_MADE("options.exchanges[0]", tc_pulse_publisher_new, w->loop, &options);
	tables[0] = table;
	NOT_MADE("PULSE_HOSTNAME", tc_pulse_publisher_new, w->loop, &options);
	options.server = &w->server;
	w->publisher = tc_pulse_publisher_new(NULL, &options, &w->err);
	assert_non_null(w->publisher);
}

static void publishers(struct world *w)
{
	static const struct tc_key_word words[] = { { .name = "project" } };
	static const struct tc_exchange table = {
		.exchange = "exchange/me/v1/a", .words = words, .word_count = 1
	};
	struct tc_pulse_publication publication = TC_PULSE_PUBLICATION_INIT;
	const struct tc_pair nameless = { NULL, "a" };

	make_publishers(w, &table);
	REFUSED("publisher", tc_pulse_publish, NULL, &publication, NULL);
	REFUSED("publication", tc_pulse_publish, w->publisher, NULL, NULL);
	REFUSED("exchange", tc_pulse_publish, w->publisher, &publication, NULL);
	publication.exchange = table.exchange;
	REFUSED("body", tc_pulse_publish, w->publisher, &publication, NULL);
	publication.body = "{}";
	publication.word_count = 1;
	REFUSED("words", tc_pulse_publish, w->publisher, &publication, NULL);
	publication.words = &nameless;
	REFUSED("name of word 1", tc_pulse_publish, w->publisher, &publication, NULL);
	publication.words = NULL;
	publication.word_count = 0;
	publication.routing_key = "a";
	publication.cc_count = 1;
	REFUSED("cc", tc_pulse_publish, w->publisher, &publication, NULL);
	publication.cc = (const char *const[]){ NULL };
	REFUSED("cc", tc_pulse_publish, w->publisher, &publication, NULL);
	assert_int_equal(tc_pulse_publisher_pending(NULL), 0);
	assert_int_equal(tc_pulse_publisher_pending(w->publisher), 0);
	REFUSED("publisher", tc_pulse_publisher_flush, NULL, 0);
	REFUSED("publisher", tc_pulse_publisher_beat, NULL);
	tc_pulse_publisher_stop(NULL);
	tc_pulse_publisher_free(NULL);
}

static void others(struct world *w)
{
	const struct tc_pulse_server unset = TC_PULSE_SERVER_INIT;

	REFUSED("name", tc_pulse_delete_queue, &w->server, NULL);
	REFUSED("PULSE_HOSTNAME", tc_pulse_delete_queue, NULL, "a");
	REFUSED("server.url", tc_pulse_delete_queue, &unset, "a");
	NOT_MADE("PULSE_HOSTNAME", tc_pulse_news_new, NULL);
	NOT_MADE("server.url", tc_pulse_news_new, &unset);
	assert_null(tc_pulse_news_source(NULL));
	tc_pulse_news_free(NULL);
}

static void null_is_refused_by_name_or_means_nothing(void **state)
{
	struct world world = { .server = TC_PULSE_SERVER_INIT, .err = TC_ERROR_INIT };
	struct world *w = &world;

	(void)state;
	unsetenv("PULSE_HOSTNAME");
	unsetenv("PULSE_USERNAME");
	unsetenv("PULSE_PASSWORD");
	w->server.url = "amqp://me:secret@127.0.0.1:1";
	w->loop = tc_loop_new(NULL, &w->err);
	listeners(w);
	messages(w);
	publishers(w);
	others(w);
	tc_pulse_listener_free(w->listener);
	tc_pulse_publisher_free(w->publisher);
	tc_loop_free(w->loop);
}

/* ---- whether these are all ---- */

struct check {
	const char *own;
	size_t count;
};

static void check_one(void *data, const struct tc_declared *declared)
{
	struct check *check = data;
	char use[104];

	check->count++;
	snprintf(use, sizeof use, "%s(", declared->name);
	bool called = strstr(check->own, use) != NULL;
	snprintf(use, sizeof use, " %s,", declared->name);
	if (!called && !strstr(check->own, use))
		fail_msg("%s: %s does not get NULL here", declared->path, declared->name);
}

static void no_function_is_forgotten(void **state)
{
	char *own = tc_test_read_file("tests/pulse/test_null.c", NULL);
	struct check check = { .own = own };

	(void)state;
	tc_declared_each("pulse", check_one, &check);
	free(own);
	assert_true(check.count >= 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_is_refused_by_name_or_means_nothing),
		cmocka_unit_test(no_function_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
