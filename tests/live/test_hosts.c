/* SPDX-License-Identifier: MPL-2.0 */
/* Whatever form a root URL has its host in, what is signed is what libcurl puts into the Host
 * header: looked at on the wire, and judged by a server that verifies. */
#include "tests/harness/test.h"

#include "tests/harness/server.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <taskcluster/auth.h>
#include <taskcluster/queue.h>
#include <unistd.h>

/* ---- on the wire ---- */

/* A server for one request. */
struct listener {
	int fd, port;
	char head[2000];
	pthread_t thread;
};

static bool bind_to(struct listener *listener, int family)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET };
	socklen_t size = family == AF_INET6 ? sizeof six : sizeof four;
	struct sockaddr *address =
		family == AF_INET6 ? (struct sockaddr *)&six : (struct sockaddr *)&four;

	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener->fd < 0 || bind(listener->fd, address, size) != 0 ||
		listen(listener->fd, 1) != 0 || getsockname(listener->fd, address, &size) != 0)
		return false;
	listener->port = ntohs(family == AF_INET6 ? six.sin6_port : four.sin_port);
	return true;
}

static void *serve(void *data)
{
	static const char reply[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
	struct listener *listener = data;
	int fd = accept(listener->fd, NULL, NULL);
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length + 1 < sizeof listener->head &&
		!strstr(listener->head, "\r\n\r\n")) {
		got = read(fd, listener->head + length, sizeof listener->head - 1 - length);
		length += got > 0 ? (size_t)got : 0;
	}
	if (write(fd, reply, sizeof reply - 1) < 0)
		length = 0;
	close(fd);
	return NULL;
}

/* The host and port that the call's URL has, which are those that it is signed with. */
static void check_host(const char *host, int family)
{
	struct listener listener = { 0 };
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	char root[200], line[200];

	if (!bind_to(&listener, family)) { /* a machine without IPv6 */
		close(listener.fd);
		return;
	}
	snprintf(root, sizeof root, "http://%s:%d", host, listener.port);
	options.root_url = root;
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, &err);
	assert_non_null(client);
	tc_call *call = tc_queue_ping_call(client, &err);
	assert_non_null(call);
	assert_int_equal(pthread_create(&listener.thread, NULL, serve, &listener), 0);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	pthread_join(listener.thread, NULL);
	const char *authority = tc_call_url(call) + strlen("http://");
	snprintf(line, sizeof line, "\r\nHost: %.*s\r\n", (int)strcspn(authority, "/"), authority);
	if (!strstr(listener.head, line))
		fail_msg("%s is to be signed as%sbut sent as\n%s", root, line, listener.head);
	tc_call_free(call);
	tc_client_free(client);
	close(listener.fd);
}

static void test_the_host_is_sent_as_it_is_signed(void **state)
{
	static const char *const four[] = { "127.0.0.1", "127.1", "0x7f000001", "0177.0.1",
		"2130706433", "localhost", "LocalHost" };
	static const char *const six[] = { "[::1]", "[0::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]" };

	(void)state;
	for (size_t i = 0; i < sizeof four / sizeof *four; i++)
		check_host(four[i], AF_INET);
	for (size_t i = 0; i < sizeof six / sizeof *six; i++)
		check_host(six[i], AF_INET6);
}

/* ---- judged ---- */

static void test_a_server_takes_the_signature(void **state)
{
	static const char *const hosts[] = { "127.1", "0x7f000001", "0177.0.1", "2130706433" };
	struct tc_test_server *server = tc_test_server_start(NULL);
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials =
		tc_credentials_new(server->client_id, server->access_token, NULL, &err);

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct tc_options options = TC_OPTIONS_INIT;
		struct tc_auth_get_client_response *reply = NULL;
		char root[100];

		snprintf(root, sizeof root, "http://%s:%d", hosts[i], server->port);
		options.root_url = root;
		options.credentials = credentials;
		tc_client *client = tc_client_new(&options, &err);
		assert_non_null(client);
		assert_ok(tc_auth_client(client, server->client_id, &reply, &err), &err);
		assert_string_equal(reply->client_id, server->client_id);
		tc_release(reply);
		tc_client_free(client);
	}
	tc_credentials_free(credentials);
	tc_test_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_host_is_sent_as_it_is_signed),
		cmocka_unit_test(test_a_server_takes_the_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
