/* SPDX-License-Identifier: MPL-2.0 */

/* The broker that other tests stand on is what they take it for: Pulse's permissions hold, its
 * certificate is good, and it keeps what it must when it dies. Nothing here is ours. */

#include "tests/harness/test.h"

#include "tests/harness/rabbit_peer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef TC_RABBITMQ_FOLDER
#include <rabbitmq-c/ssl_socket.h>
#else
#include <amqp_ssl_socket.h>
#endif

static struct rabbit rabbit;

static int start(void **state)
{
	(void)state;
	rabbit_start(&rabbit);
	return 0;
}

static int refusal_of_queue(amqp_connection_state_t peer, const char *queue)
{
	amqp_queue_declare(
		peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue), 0, 1, 0, 0, amqp_empty_table);
	return rabbit_refusal(peer);
}

static int refusal_of_exchange(amqp_connection_state_t peer, const char *exchange)
{
	amqp_exchange_declare(peer, RABBIT_CHANNEL, amqp_cstring_bytes(exchange),
		amqp_cstring_bytes("topic"), 0, 1, 0, 0, amqp_empty_table);
	return rabbit_refusal(peer);
}

static int refusal_of_binding(amqp_connection_state_t peer, const char *queue, const char *exchange)
{
	amqp_queue_bind(peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue),
		amqp_cstring_bytes(exchange), amqp_cstring_bytes("#"), amqp_empty_table);
	return rabbit_refusal(peer);
}

static void users_make_what_bears_their_name(void **state)
{
	amqp_connection_state_t me = rabbit_log_in(&rabbit, RABBIT_USER);

	(void)state;
	assert_int_equal(refusal_of_queue(me, "queue/me/a"), 0);
	assert_int_equal(refusal_of_queue(me, "queue/other/a"), 403);
	assert_int_equal(refusal_of_queue(me, "queue/me"), 403);
	assert_int_equal(refusal_of_queue(me, "anything"), 403);
	assert_int_equal(refusal_of_exchange(me, "exchange/me/v1/a"), 0);
	assert_int_equal(refusal_of_exchange(me, "exchange/other/v1/a"), 403);
	rabbit_leave(me);
}

static void users_read_all_exchanges_and_write_to_their_own(void **state)
{
	amqp_connection_state_t other = rabbit_log_in(&rabbit, RABBIT_OTHER);
	amqp_connection_state_t me = rabbit_log_in(&rabbit, RABBIT_USER);
	static const char *const cc[] = { "route.a", NULL };

	(void)state;
	rabbit_declare_exchange(other, "exchange/other/v1/a");
	rabbit_declare_queue(other, "queue/other/reads", true);
	rabbit_declare_queue(me, "queue/me/reads", true);
	assert_int_equal(refusal_of_binding(me, "queue/me/reads", "exchange/other/v1/a"), 0);
	assert_int_equal(refusal_of_binding(me, "queue/other/reads", "exchange/other/v1/a"), 403);

	rabbit_publish(other, "exchange/other/v1/a", "a.b", cc, "{}");
	assert_int_equal(refusal_of_queue(other, "queue/other/later"), 0); /* so that is done */
	assert_int_equal(rabbit_count_until(me, "queue/me/reads", 1), 1);
	rabbit_publish(me, "exchange/other/v1/a", "a.b", NULL, "{}");
	amqp_queue_declare(me, RABBIT_CHANNEL, amqp_cstring_bytes("queue/me/reads"), 1, 0, 0, 0,
		amqp_empty_table);
	assert_int_equal(rabbit_refusal(me), 403); /* the publish was */
	rabbit_leave(me);
	rabbit_leave(other);
}

static void the_second_vhost_is_reached_by_tls(void **state)
{
	amqp_connection_state_t peer = amqp_new_connection();
	amqp_socket_t *socket = amqp_ssl_socket_new(peer);
	struct timeval patience = { .tv_sec = 30 };

	(void)state;
	assert_int_equal(amqp_ssl_socket_set_cacert(socket, rabbit.ca_file), AMQP_STATUS_OK);
	assert_int_equal(amqp_socket_open_noblock(socket, "localhost", rabbit.tls_port, &patience),
		AMQP_STATUS_OK);
	assert_int_equal(amqp_login(peer, "of/tests", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN,
				 RABBIT_USER, RABBIT_PASSWORD)
				 .reply_type,
		AMQP_RESPONSE_NORMAL);
	amqp_channel_open(peer, RABBIT_CHANNEL);
	assert_int_equal(rabbit_refusal(peer), 0);
	assert_int_equal(refusal_of_queue(peer, "queue/me/there"), 0);
	assert_int_equal(refusal_of_queue(peer, "queue/other/there"), 403);
	rabbit_leave(peer);
}

/* Whether libcurl, which our connections are made by, is content with the certificate. */
static bool trusts(const char *host, const char *ca_file)
{
	CURL *curl = curl_easy_init();
	char url[100];

	snprintf(url, sizeof url, "https://%s:%d", host, rabbit.tls_port);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
	if (ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
	CURLcode rc = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	assert_true(rc == CURLE_OK || rc == CURLE_PEER_FAILED_VERIFICATION);
	return rc == CURLE_OK;
}

static void the_certificate_is_for_its_names(void **state)
{
	(void)state;
	assert_true(trusts("localhost", rabbit.ca_file));
	assert_true(trusts("127.0.0.1", rabbit.ca_file));
	assert_false(trusts("127.0.0.2", rabbit.ca_file));
	assert_false(trusts("localhost", NULL));
}

static void urls_are_such_that_libcurl_reads_them(void **state)
{
	CURLU *url = curl_url();
	char *text = NULL;

	(void)state;
	assert_int_equal(curl_url_set(url, CURLUPART_URL, rabbit_url(&rabbit, RABBIT_USER, true),
				 CURLU_NON_SUPPORT_SCHEME),
		CURLUE_OK);
	assert_int_equal(curl_url_get(url, CURLUPART_PASSWORD, &text, CURLU_URLDECODE), CURLUE_OK);
	assert_string_equal(text, RABBIT_PASSWORD);
	curl_free(text);
	assert_int_equal(curl_url_get(url, CURLUPART_HOST, &text, 0), CURLUE_OK);
	assert_string_equal(text, "localhost");
	curl_free(text);
	curl_url_cleanup(url);
}

static void the_options_hold(void **state)
{
	(void)state;
	rabbit_ctl(&rabbit, "eval",
		"[element(2, application:get_env(rabbit, K)) || K <- [consumer_timeout, "
		"max_message_size, vm_memory_high_watermark, channel_tick_interval]].",
		NULL);
	assert_non_null(strstr(rabbit.said, "[1500,100000,{absolute,\"3GB\"},500]"));
}

/* A consumer that holds a message for too long loses its channel. */
static void a_message_can_be_held_for_too_long(void **state)
{
	amqp_connection_state_t peer = rabbit_log_in(&rabbit, "guest");
	struct timeval patience = { .tv_sec = 60 };
	amqp_envelope_t envelope;
	amqp_frame_t frame;

	(void)state;
	rabbit_declare_queue(peer, "held", true);
	rabbit_publish(peer, "", "held", NULL, "{}");
	amqp_basic_consume(peer, RABBIT_CHANNEL, amqp_cstring_bytes("held"), amqp_empty_bytes, 0, 0,
		0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(peer), 0);
	assert_int_equal(amqp_consume_message(peer, &envelope, &patience, 0).reply_type,
		AMQP_RESPONSE_NORMAL);
	amqp_destroy_envelope(&envelope);
	assert_int_equal(amqp_simple_wait_frame_noblock(peer, &frame, &patience), AMQP_STATUS_OK);
	assert_int_equal(frame.frame_type, AMQP_FRAME_METHOD);
	assert_int_equal(frame.payload.method.id, AMQP_CHANNEL_CLOSE_METHOD);
	assert_int_equal(((amqp_channel_close_t *)frame.payload.method.decoded)->reply_code, 406);
	rabbit_leave(peer);
}

static void fill(const char *queue)
{
	amqp_connection_state_t peer = rabbit_log_in(&rabbit, "guest");

	rabbit_declare_queue(peer, queue, true);
	for (int i = 0; i < 3; i++)
		rabbit_publish(peer, "", queue, NULL, "{}");
	assert_int_equal(rabbit_count_until(peer, queue, 3), 3);
	rabbit_leave(peer);
}

static void assert_kept(const char *queue)
{
	amqp_connection_state_t peer = rabbit_log_in(&rabbit, "guest");
	static struct delivery got;

	amqp_basic_consume(peer, RABBIT_CHANNEL, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 1,
		0, amqp_empty_table);
	assert_int_equal(rabbit_refusal(peer), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(rabbit_next(peer, &got, 30000));
		assert_string_equal(got.body, "{}");
		assert_int_equal(got.delivery_mode, 2);
	}
	free(got.body);
	got.body = NULL;
	rabbit_leave(peer);
}

static void it_keeps_what_is_durable(void **state)
{
	(void)state;
	fill("killed");
	fill("stopped");
	rabbit_sync(&rabbit);
	rabbit_kill(&rabbit);
	rabbit_start(&rabbit);
	assert_kept("killed");
	rabbit_stop(&rabbit);
	rabbit_start(&rabbit);
	assert_kept("stopped");
}

int main(void)
{
	static const struct rabbit_options options = { .vhost = "of/tests",
		.consumer_timeout_ms = 1500,
		.max_message_size = 100000,
		.memory = "3GB" };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_make_what_bears_their_name),
		cmocka_unit_test(users_read_all_exchanges_and_write_to_their_own),
		cmocka_unit_test(the_second_vhost_is_reached_by_tls),
		cmocka_unit_test(the_certificate_is_for_its_names),
		cmocka_unit_test(urls_are_such_that_libcurl_reads_them),
		cmocka_unit_test(the_options_hold),
		cmocka_unit_test(a_message_can_be_held_for_too_long),
		cmocka_unit_test(it_keeps_what_is_durable),
	};

	if (!rabbit_prepare(&rabbit, &options))
		return 77;
	int failed = cmocka_run_group_tests(tests, start, NULL);
	rabbit_end(&rabbit);
	return failed;
}
