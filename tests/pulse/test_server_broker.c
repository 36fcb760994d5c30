/* SPDX-License-Identifier: MPL-2.0 */
/* A link to a real RabbitMQ: who is let in and who is not, what becomes of it when the broker goes,
 * and a queue that is deleted. */
#include "tests/harness/test.h"

#include "tests/harness/rabbit_peer.h"
#include "workflows/src/pulse/server/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 60000

static struct rabbit rabbit;

/* What a link has said; `ended` is its last word. */
static struct {
	tc_loop *loop;
	struct tc__link *link;
	int opened, lost, logins, replied;
	bool ended;
	char user[64];
	tc_error err; /* of the last loss, or the end */
} seen;

static void on_opened(void *data, struct tc__amqp *amqp, const char *user)
{
	(void)data;
	(void)amqp;
	seen.opened++;
	snprintf(seen.user, sizeof seen.user, "%s", user);
	tc__link_settled(seen.link);
}

static void on_lost(void *data, const tc_error *err)
{
	(void)data;
	seen.lost++;
	tc_error_copy(&seen.err, err);
}

static void on_ended(void *data, const tc_error *err)
{
	(void)data;
	seen.ended = true;
	tc_error_clear(&seen.err);
	if (err)
		tc_error_copy(&seen.err, err);
}

static void on_replied(void *data, const amqp_method_t *method)
{
	(void)data;
	(void)method;
	seen.replied++;
}

static const struct tc__link_user functions = {
	.opened = on_opened, .replied = on_replied, .lost = on_lost, .ended = on_ended
};

static struct tc_pulse_server by_tls(void)
{
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;

	server.url = rabbit_url(&rabbit, RABBIT_USER, true);
	server.ca_file = rabbit.ca_file;
	server.reconnect_ms = 200;
	return server;
}

static void begin(struct tc_pulse_server server)
{
	tc_error err = TC_ERROR_INIT;

	seen.link = tc__link_new(seen.loop, &server, &functions, &err);
	assert_ok(seen.link ? TC_OK : err.code, &err);
}

static void wait_until(const int *count, int enough)
{
	int64_t begun_ms = tc_test_now_ms();

	while (!seen.ended && *count < enough) {
		assert_int_equal(tc_loop_poll(seen.loop, 1000, NULL), TC_OK);
		assert_true(tc_test_now_ms() - begun_ms < PATIENCE_MS);
	}
}

static void wait_for_the_end(void)
{
	const int never = 0;

	wait_until(&never, 1);
}

/* Opened so often, and well. */
static void assert_opened(int enough)
{
	wait_until(&seen.opened, enough);
	assert_ok(seen.ended ? seen.err.code : TC_OK, &seen.err);
	assert_int_equal(seen.opened, enough);
}

static void close_link(void)
{
	tc__link_close(seen.link);
	wait_for_the_end();
	assert_ok(seen.err.code, &seen.err);
}

static int set_up(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof seen);
	seen.loop = tc_loop_new(NULL, NULL);
	return seen.loop ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	tc__link_free(seen.link);
	assert_int_equal(tc_loop_pending(seen.loop), 0);
	tc_loop_free(seen.loop);
	tc_error_clear(&seen.err);
	return 0;
}

/* ---- being let in ---- */

static void test_a_link_is_let_in(void **state)
{
	struct tc_pulse_server server = by_tls();

	(void)state;
	begin(server);
	assert_opened(1);
	assert_string_equal(seen.user, RABBIT_USER);
	close_link();
	tc__link_free(seen.link);
	seen.ended = false;

	server.url = rabbit_url(&rabbit, RABBIT_OTHER, false);
	server.ca_file = NULL;
	begin(server);
	assert_opened(2);
	assert_string_equal(seen.user, RABBIT_OTHER);
	close_link();
}

static void assert_refused(struct tc_pulse_server server, int code, int status, const char *part)
{
	begin(server);
	wait_for_the_end();
	assert_int_equal(seen.opened, 0);
	assert_int_equal(seen.err.http_status, status);
	assert_null(strstr(tc_error_text(&seen.err), RABBIT_PASSWORD));
	assert_failure(&seen.err, code, part);
	tc__link_free(seen.link);
	seen.link = NULL;
	seen.ended = false;
}

static void test_what_will_not_go_away_ends_it(void **state)
{
	struct tc_pulse_server server = by_tls();
	char url[100];

	(void)state;
	snprintf(url, sizeof url, "amqps://" RABBIT_USER ":wrong@localhost:%d", rabbit.tls_port);
	server.url = url;
	assert_refused(server, TC_ERROR_CREDENTIALS, 403, "ACCESS_REFUSED");
	server.url = rabbit_url_to(&rabbit, RABBIT_USER, true, "localhost", "none");
	assert_refused(server, TC_ERROR_ARGUMENT, 530, "NOT_ALLOWED");
	server.url = rabbit_url_to(&rabbit, RABBIT_USER, true, "127.0.0.2", "/");
	assert_refused(server, TC_ERROR_NETWORK, 0, "certificate");
	server = by_tls();
	server.ca_file = NULL;
	assert_refused(server, TC_ERROR_NETWORK, 0, "certificate");
	assert_int_equal(seen.lost, 0);
}

/* Also for a user's; it is told apart from a vhost that is not there by the text alone. */
static void test_a_limit_of_connections_is_waited_for(void **state)
{
	(void)state;
	rabbit_ctl(&rabbit, "set_vhost_limits", "-p", "/", "{\"max-connections\": 0}", NULL);
	begin(by_tls());
	wait_until(&seen.lost, 1);
	assert_failure(&seen.err, TC_ERROR_NETWORK, "connection limit (0) is reached");
	rabbit_ctl(&rabbit, "clear_vhost_limits", "-p", "/", NULL);
	assert_opened(1);
	close_link();
}

static int log_in(void *data, bool refused, struct tc_pulse_login *login, tc_error *err)
{
	(void)data;
	(void)err;
	seen.logins++;
	snprintf(login->user, sizeof login->user, RABBIT_USER);
	snprintf(login->password, sizeof login->password, "%s",
		refused ? RABBIT_PASSWORD : "of yesterday");
	return TC_OK;
}

static void test_a_password_that_was_changed_is_asked_for(void **state)
{
	struct tc_pulse_server server = by_tls();
	char url[100];

	(void)state;
	snprintf(url, sizeof url, "amqps://localhost:%d", rabbit.tls_port);
	server.url = url;
	server.login = log_in;
	begin(server);
	assert_opened(1);
	assert_int_equal(seen.logins, 2);
	assert_int_equal(seen.lost, 1);
	close_link();
}

/* Over TLS a goodbye of the child's would end it. */
static void test_a_child_of_fork_leaves_the_link_alone(void **state)
{
	const amqp_queue_delete_t fields = { .queue = amqp_cstring_bytes("queue/me/none") };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin(by_tls());
	assert_opened(1);
	pid_t child = fork();
	if (!child) {
		tc__link_free(seen.link);
		tc_loop_free(seen.loop);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	assert_ok(tc__amqp_ask(tc__link_amqp(seen.link), AMQP_QUEUE_DELETE_METHOD, &fields, &err),
		&err);
	wait_until(&seen.replied, 1);
	assert_int_equal(seen.replied, 1);
	assert_int_equal(seen.lost, 0);
	close_link();
}

/* ---- losing it ---- */

static void test_what_an_operator_closes_is_opened_again(void **state)
{
	(void)state;
	begin(by_tls());
	assert_opened(1);
	rabbit_ctl(&rabbit, "close_all_connections", "because", NULL);
	assert_opened(2);
	assert_int_equal(seen.lost, 1);
	assert_failure(&seen.err, TC_ERROR_NETWORK, "because");
	close_link();
}

static void test_a_broker_that_comes_back_is_reached_again(void **state)
{
	(void)state;
	begin(by_tls());
	assert_opened(1);
	rabbit_kill(&rabbit);
	wait_until(&seen.lost, 3);
	assert_failure(&seen.err, TC_ERROR_NETWORK, "");
	rabbit_start(&rabbit);
	assert_opened(2);
	close_link();
}

/* ---- deleting a queue ---- */

static void test_a_queue_is_deleted_with_what_it_holds(void **state)
{
	const struct tc_pulse_server server = by_tls();
	amqp_connection_state_t peer = rabbit_log_in(&rabbit, RABBIT_USER);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	rabbit_declare_queue(peer, "queue/me/unwanted", true);
	rabbit_declare_exchange(peer, "exchange/me/v1/told");
	rabbit_bind(peer, "queue/me/unwanted", "exchange/me/v1/told", "#");
	rabbit_publish(peer, "exchange/me/v1/told", "a", NULL, "{}");
	assert_ok(tc_pulse_delete_queue(&server, "unwanted", &err), &err);
	amqp_queue_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes("queue/me/unwanted"), 1, 0, 0,
		0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(peer), 404);
	assert_ok(tc_pulse_delete_queue(&server, "unwanted", &err), &err);
	rabbit_leave(peer);
}

static void test_a_queue_of_another_connection_is_not_deleted(void **state)
{
	const struct tc_pulse_server server = by_tls();
	amqp_connection_state_t peer = rabbit_log_in(&rabbit, RABBIT_USER);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	amqp_queue_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes("queue/me/mine"), 0, 0, 1, 0,
		amqp_empty_table);
	assert_int_equal(rabbit_refusal(peer), 0);
	assert_int_equal(tc_pulse_delete_queue(&server, "mine", &err), TC_ERROR_HTTP);
	assert_int_equal(err.http_status, 405);
	assert_failure(&err, TC_ERROR_HTTP, "queue/me/mine");
	rabbit_leave(peer);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_link_is_let_in),
		TEST(test_what_will_not_go_away_ends_it),
		TEST(test_a_limit_of_connections_is_waited_for),
		TEST(test_a_password_that_was_changed_is_asked_for),
		TEST(test_a_child_of_fork_leaves_the_link_alone),
		TEST(test_what_an_operator_closes_is_opened_again),
		TEST(test_a_queue_is_deleted_with_what_it_holds),
		TEST(test_a_queue_of_another_connection_is_not_deleted),
		TEST(test_a_broker_that_comes_back_is_reached_again),
	};

	if (!rabbit_prepare(&rabbit, NULL))
		return 77;
	rabbit_start(&rabbit);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	rabbit_end(&rabbit);
	return failed;
}
