/* SPDX-License-Identifier: MPL-2.0 */
/* How a broker is named: URLs, the environment, options, names of queues. Nothing is connected. */
#include "tests/harness/test.h"

#include "workflows/src/pulse/server/options.h"
#include "workflows/src/pulse/server/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "Se.cret-9"
#define TEXT_4 "xxxx"
#define TEXT_16 TEXT_4 TEXT_4 TEXT_4 TEXT_4
#define TEXT_64 TEXT_16 TEXT_16 TEXT_16 TEXT_16
#define TEXT_256 TEXT_64 TEXT_64 TEXT_64 TEXT_64
#define TEXT_1024 TEXT_256 TEXT_256 TEXT_256 TEXT_256

/* ---- URLs ---- */

static const struct {
	const char *url;
	bool tls;
	const char *host;
	int port;
	const char *user, *password, *vhost; /* user NULL: no account */
} good_urls[] = {
	{ "amqp://h", false, "h", 5672, NULL, "", "/" },
	{ "amqps://h", true, "h", 5671, NULL, "", "/" },
	{ "AmQpS://H.example", true, "H.example", 5671, NULL, "", "/" },
	{ "AMQP://h:1", false, "h", 1, NULL, "", "/" },
	{ "amqps://h:65535", true, "h", 65535, NULL, "", "/" },
	{ "amqps://h/", true, "h", 5671, NULL, "", "" },
	{ "amqps://h/%2F", true, "h", 5671, NULL, "", "/" },
	{ "amqps://h/%2f", true, "h", 5671, NULL, "", "/" },
	{ "amqps://h/a%2Fb", true, "h", 5671, NULL, "", "a/b" },
	{ "amqps://h/a@b:c", true, "h", 5671, NULL, "", "a@b:c" },
	{ "amqps://u:p@h/v", true, "h", 5671, "u", "p", "v" },
	{ "amqps://u:@h", true, "h", 5671, "u", "", "/" },
	{ "amqps://u:p:q@h:99/v", true, "h", 99, "u", "p:q", "v" },
	{ "amqp://%75%3A%40:%2F%3f%23%20%25%0A@h/%c3%bc", false, "h", 5672, "u:@", "/?# %\n",
		"\xc3\xbc" },
	{ "amqp://u:p@[::1]", false, "[::1]", 5672, "u", "p", "/" },
	{ "amqp://u:p@[2001:db8::a.b]:7/v", false, NULL, 0, NULL, NULL, NULL },
	{ "amqp://u:p@[2001:DB8::192.0.2.1]:7/v", false, "[2001:DB8::192.0.2.1]", 7, "u", "p",
		"v" },
	{ "amqp://192.0.2.1:7", false, "192.0.2.1", 7, NULL, "", "/" },
	{ "amqp://a_b-c.d:07", false, "a_b-c.d", 7, NULL, "", "/" },
	{ "amqp://b\xc3\xbc"
	  "cher.example",
		false,
		"b\xc3\xbc"
		"cher.example",
		5672, NULL, "", "/" },
};

static void test_urls_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good_urls / sizeof *good_urls; i++) {
		struct tc__broker broker;
		tc_error err = TC_ERROR_INIT;
		int rc = tc__broker_read(good_urls[i].url, &broker, &err);
		if (!good_urls[i].host) {
			assert_failure(&err, TC_ERROR_ARGUMENT, "host");
			continue;
		}
		assert_ok(rc, &err);
		assert_int_equal(broker.tls, good_urls[i].tls);
		assert_string_equal(broker.host, good_urls[i].host);
		assert_int_equal(broker.port, good_urls[i].port);
		assert_int_equal(broker.account, good_urls[i].user != NULL);
		assert_string_equal(broker.user, good_urls[i].user ? good_urls[i].user : "");
		assert_string_equal(broker.password, good_urls[i].password);
		assert_string_equal(broker.vhost, good_urls[i].vhost);
	}
}

static const struct {
	const char *url, *part;
} bad_urls[] = {
	{ "", "begins with neither" },
	{ "h", "begins with neither" },
	{ "amqp:/"
	  "/",
		"host is empty" },
	{ "amqp:h", "begins with neither" },
	{ "https://u:" SECRET "@h", "begins with neither" },
	{ " amqps://u:" SECRET "@h", "begins with neither" },
	{ "amqps:///v", "host is empty" },
	{ "amqps://:5671", "host is empty" },
	{ "amqps://u:" SECRET "@", "host is empty" },
	{ "amqps://u:" SECRET "@/v", "host is empty" },
	{ "amqps://u:" SECRET "@:5671/v", "host is empty" },
	{ "amqps://u:" SECRET "@h:", "port is malformed" },
	{ "amqps://u:" SECRET "@h:0", "port is malformed" },
	{ "amqps://u:" SECRET "@h:65536", "port is malformed" },
	{ "amqps://u:" SECRET "@h:100000", "port is malformed" },
	{ "amqps://u:" SECRET "@h:99999999999999999999", "port is malformed" },
	{ "amqps://u:" SECRET "@h:+1", "port is malformed" },
	{ "amqps://u:" SECRET "@h:1x", "port is malformed" },
	{ "amqps://u:" SECRET "@h:1:2", "several colons" },
	{ "amqps://u:" SECRET "@::1", "several colons" },
	{ "amqps://u:" SECRET "@[::1", "host is malformed" },
	{ "amqps://u:" SECRET "@[::1]x", "host is malformed" },
	{ "amqps://u:" SECRET "@[::1]x:1", "host is malformed" },
	{ "amqps://u:" SECRET "@[]", "host is malformed" },
	{ "amqps://u:" SECRET "@[h]", "host is malformed" },
	{ "amqps://u:" SECRET "@[fe80::1%25eth0]", "host is malformed" },
	{ "amqps://u:" SECRET "@h%2Fx", "host is malformed" },
	{ "amqps://u:" SECRET "@a,b", "host is malformed" },
	{ "amqps://u:" SECRET "@a\\b", "host is malformed" },
	{ "amqps://u:" SECRET "@h h", "blank" },
	{ "amqps://u:" SECRET "\t@h", "blank" },
	{ "amqps://u:" SECRET "@h\n", "blank" },
	{ "amqps://u:" SECRET "\x7f@h", "blank" },
	{ "amqps://u:" SECRET "@h/v?heartbeat=5", "query" },
	{ "amqps://u:" SECRET "?@h/v", "query" },
	{ "amqps://u:" SECRET "@h/v#f", "fragment" },
	{ "amqps://u:" SECRET "@h/a/b", "second slash" },
	{ "amqps://u:" SECRET "@h//", "second slash" },
	{ "amqps://u:" SECRET "/x@h", "port is malformed" },
	{ "amqps://u:5671/" SECRET "@h/v", "second slash" },
	{ "amqps://u:" SECRET "@x@h", "more than one @" },
	{ "amqps://" SECRET "@h", "user without a password" },
	{ "amqps://@h", "user without a password" },
	{ "amqps://:" SECRET "@h", "user is empty" },
	{ "amqps://u:" SECRET "%@h", "password has a %" },
	{ "amqps://u:" SECRET "%4@h", "password has a %" },
	{ "amqps://u:" SECRET "%4g@h", "password has a %" },
	{ "amqps://u%zz:" SECRET "@h", "user has a %" },
	{ "amqps://u:" SECRET "@h/%2", "vhost has a %" },
	{ "amqps://u:" SECRET "%00x@h", "password has a NUL" },
	{ "amqps://u%00:" SECRET "@h", "user has a NUL" },
	{ "amqps://u:" SECRET "@h/%00", "vhost has a NUL" },
	{ "amqps://" TEXT_256 ":" SECRET "@h", "user is too long" },
	{ "amqps://u:" SECRET TEXT_1024 "@h", "password is too long" },
	{ "amqps://u:" SECRET "@h/" TEXT_256, "vhost is too long" },
	{ "amqps://u:" SECRET "@" TEXT_256, "host is too long" },
};

static void test_urls_that_could_mean_two_things_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_urls / sizeof *bad_urls; i++) {
		struct tc__broker broker;
		tc_error err = TC_ERROR_INIT;
		int rc = tc__broker_read(bad_urls[i].url, &broker, &err);
		if (rc == TC_OK)
			fail_msg("taken: %s", bad_urls[i].url);
		assert_null(strstr(tc_error_text(&err), SECRET));
		assert_non_null(strstr(tc_error_text(&err), "server.url"));
		assert_failure(&err, TC_ERROR_ARGUMENT, bad_urls[i].part);
	}
}

static void test_texts_of_the_longest_length_are_taken(void **state)
{
	static char url[4096];
	struct tc__broker broker;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	snprintf(url, sizeof url, "amqp://%.255s:%.1023s@%.255s/%.255s", TEXT_256, TEXT_1024,
		TEXT_256, TEXT_256);
	assert_ok(tc__broker_read(url, &broker, &err), &err);
	assert_int_equal(strlen(broker.user), 255);
	assert_int_equal(strlen(broker.password), 1023);
	assert_int_equal(strlen(broker.host), 255);
	assert_int_equal(strlen(broker.vhost), 255);
}

/* ---- the environment ---- */

static const char *const variables[] = { "PULSE_HOSTNAME", "PULSE_USERNAME", "PULSE_PASSWORD",
	"PULSE_VHOST", "SSL_CERT_FILE", "SSL_CERT_DIR" };

static int clear_environment(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		unsetenv(variables[i]);
	return 0;
}

static int fill_environment(void **state)
{
	clear_environment(state);
	setenv("PULSE_HOSTNAME", "pulse.example", 1);
	setenv("PULSE_USERNAME", "me@x/y", 1);
	setenv("PULSE_PASSWORD", SECRET "/%40@:", 1);
	return 0;
}

static void test_the_environment_is_a_broker_by_tls(void **state)
{
	struct tc__server server;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__server_read(&server, NULL, &err), &err);
	assert_string_equal(server.url, "tls://pulse.example:5671");
	assert_string_equal(server.broker.user, "me@x/y");
	assert_string_equal(server.broker.password, SECRET "/%40@:");
	assert_string_equal(server.broker.vhost, "/");
	assert_int_equal(server.connect_timeout_ms, 20000);
	assert_int_equal(server.reconnect_ms, 15000);
	assert_int_equal(server.offline_max_ms, 0);
	assert_int_equal(server.heartbeat_s, 60);
	tc__server_end(&server);

	setenv("PULSE_VHOST", "a/b", 1);
	setenv("PULSE_HOSTNAME", "[::1]", 1);
	assert_ok(tc__server_read(&server, NULL, &err), &err);
	assert_string_equal(server.broker.vhost, "a/b");
	assert_string_equal(server.url, "tls://[::1]:5671");
	tc__server_end(&server);
	assert_string_equal(server.broker.password, "");
}

static void test_an_account_may_be_the_environments(void **state)
{
	struct tc_pulse_login login;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_pulse_environment_login(NULL, false, &login, &err), &err);
	assert_string_equal(login.user, "me@x/y");
	assert_string_equal(login.password, SECRET "/%40@:");
	assert_int_equal(
		tc_pulse_environment_login(NULL, true, &login, &err), TC_ERROR_CREDENTIALS);
	assert_failure(&err, TC_ERROR_CREDENTIALS, "refuses the account of PULSE_USERNAME");
	unsetenv("PULSE_PASSWORD");
	assert_int_equal(
		tc_pulse_environment_login(NULL, false, &login, &err), TC_ERROR_CREDENTIALS);
	assert_failure(&err, TC_ERROR_CREDENTIALS, "PULSE_PASSWORD is not set");
}

static void refuse_environment(int code, const char *part)
{
	struct tc__server server;
	tc_error err = TC_ERROR_INIT;

	tc__server_read(&server, NULL, &err);
	tc__server_end(&server);
	assert_null(strstr(tc_error_text(&err), SECRET));
	assert_failure(&err, code, part);
}

static void test_what_the_environment_lacks_is_named(void **state)
{
	setenv("PULSE_PASSWORD", "", 1);
	refuse_environment(TC_ERROR_CREDENTIALS, "the environment PULSE_PASSWORD is not set");
	unsetenv("PULSE_USERNAME");
	refuse_environment(TC_ERROR_CREDENTIALS, "PULSE_USERNAME, PULSE_PASSWORD is not set");
	unsetenv("PULSE_HOSTNAME");
	refuse_environment(TC_ERROR_ARGUMENT,
		"the environment PULSE_HOSTNAME, PULSE_USERNAME, PULSE_PASSWORD is not set");

	fill_environment(state);
	setenv("PULSE_HOSTNAME", "h:5671", 1);
	refuse_environment(TC_ERROR_ARGUMENT, "PULSE_HOSTNAME is malformed");
	setenv("PULSE_HOSTNAME", "h", 1);
	setenv("PULSE_PASSWORD", SECRET TEXT_1024, 1);
	refuse_environment(TC_ERROR_ARGUMENT, "PULSE_PASSWORD is too long");
}

static void test_whom_to_trust_comes_from_the_environment(void **state)
{
	(void)state;
	setenv("SSL_CERT_FILE", "/none/ca.pem", 1);
	refuse_environment(TC_ERROR_ARGUMENT, "SSL_CERT_FILE: ca_file: /none/ca.pem");
	unsetenv("SSL_CERT_FILE");
	setenv("SSL_CERT_DIR", "/none/certs", 1);
	refuse_environment(TC_ERROR_ARGUMENT, "SSL_CERT_DIR: ca_folder: /none/certs");
}

/* ---- options ---- */

static void refuse(const struct tc_pulse_server *options, int code, const char *part)
{
	struct tc__server server;
	tc_error err = TC_ERROR_INIT;

	assert_int_not_equal(tc__server_read(&server, options, &err), TC_OK);
	tc__server_end(&server);
	assert_null(strstr(tc_error_text(&err), SECRET));
	assert_failure(&err, code, part);
}

static int no_login(void *data, bool refused, struct tc_pulse_login *login, tc_error *err)
{
	(void)data;
	(void)refused;
	(void)login;
	return tc_error_set(err, TC_ERROR_CREDENTIALS, "none");
}

static struct tc_pulse_server good_options(void)
{
	struct tc_pulse_server options = TC_PULSE_SERVER_INIT;

	options.url = "amqps://u:" SECRET "@h/v";
	return options;
}

static void test_options_are_taken(void **state)
{
	struct tc_pulse_server options = TC_PULSE_SERVER_INIT;
	struct tc__server server;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	setenv("SSL_CERT_FILE", "/none/ca.pem", 1); /* nothing of it counts */
	options.url = "amqp://h:7";
	options.login = no_login;
	options.login_data = &server;
	options.heartbeat_s = 5;
	options.connect_timeout_ms = 1;
	options.reconnect_ms = 2;
	options.offline_max_ms = 3;
	options.proxy = "socks5h://proxy.example:1080";
	assert_ok(tc__server_read(&server, &options, &err), &err);
	assert_string_equal(server.url, "tcp://h:7");
	assert_true(server.login == no_login);
	assert_ptr_equal(server.login_data, &server);
	assert_int_equal(server.heartbeat_s, 5);
	assert_int_equal(server.connect_timeout_ms, 1);
	assert_int_equal(server.reconnect_ms, 2);
	assert_int_equal(server.offline_max_ms, 3);
	tc__server_end(&server);
}

static void test_options_that_cannot_work_are_refused(void **state)
{
	struct tc_pulse_server options = TC_PULSE_SERVER_INIT;

	(void)state;
	refuse(&options, TC_ERROR_ARGUMENT, "server.url is NULL");
	options.url = "amqps://h";
	refuse(&options, TC_ERROR_CREDENTIALS, "server.url has no account");

	options = good_options();
	options.connect_timeout_ms = -1;
	refuse(&options, TC_ERROR_ARGUMENT, "server.connect_timeout_ms is -1");
	options = good_options();
	options.reconnect_ms = -2;
	refuse(&options, TC_ERROR_ARGUMENT, "server.reconnect_ms is -2");
	options = good_options();
	options.offline_max_ms = INT64_MIN;
	refuse(&options, TC_ERROR_ARGUMENT, "server.offline_max_ms is -9223372036854775808");
	options = good_options();
	options.heartbeat_s = -1;
	refuse(&options, TC_ERROR_ARGUMENT, "server.heartbeat_s is -1");
	options.heartbeat_s = 65536;
	refuse(&options, TC_ERROR_ARGUMENT, "server.heartbeat_s is 65536");

	options = good_options();
	options.ca_file = "/none/ca.pem";
	refuse(&options, TC_ERROR_ARGUMENT, "server: ca_file: /none/ca.pem cannot be read");
	options.ca_file = "CMakeLists.txt";
	options.ca_pem = "-----BEGIN CERTIFICATE-----";
	refuse(&options, TC_ERROR_ARGUMENT, "server: ca_file and ca_pem are both given");
	options = good_options();
	options.ca_pem = "ca.pem";
	refuse(&options, TC_ERROR_ARGUMENT, "server: ca_pem has no line");
	options = good_options();
	options.proxy = "gopher://me:" SECRET "@proxy";
	refuse(&options, TC_ERROR_ARGUMENT, "server.proxy: http_proxy");
}

static void test_options_of_other_versions(void **state)
{
	struct {
		struct tc_pulse_server known;
		size_t later;
	} longer = { .known = good_options() };
	struct tc__server server;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	longer.known.size = 0;
	refuse(&longer.known, TC_ERROR_ARGUMENT,
		"server: size is not set (it is 0): begin with "
		"TC_PULSE_SERVER_INIT");
	longer.known.size = offsetof(struct tc_pulse_server, login);
	longer.known.reconnect_ms = -1; /* an older program has none */
	assert_ok(tc__server_read(&server, &longer.known, &err), &err);
	tc__server_end(&server);
	longer.known = good_options();
	longer.known.size = sizeof longer;
	assert_ok(tc__server_read(&server, &longer.known, &err), &err);
	tc__server_end(&server);
	longer.later = 1;
	refuse(&longer.known, TC_ERROR_ARGUMENT, "newer version");
}

/* ---- names ---- */

static void refuse_name(const char *user, const char *name, const char *part)
{
	tc_error err = TC_ERROR_INIT;

	assert_null(tc__pulse_name("queue", user, name, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, part);
}

static void test_names(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	char *name = tc__pulse_name("queue", "me", "builds", &err);
	assert_string_equal(name, "queue/me/builds");
	free(name);
	name = tc__pulse_name("exchange", "me", "v1/pushed \xc3\xbc", &err);
	assert_string_equal(name, "exchange/me/v1/pushed \xc3\xbc");
	free(name);
	name = tc__pulse_name("queue", "me", &(TEXT_256)[10], &err);
	assert_int_equal(strlen(name), 255);
	free(name);
	refuse_name("me", &(TEXT_256)[9], "queue/me/… has 256 bytes; expected up to 255");
	refuse_name(TEXT_256, "builds", "expected up to 255");
	refuse_name("me", "", "the name of the queue is empty");
	refuse_name("me", "a\nb", "the name of the queue has control characters");
	refuse_name("me", "a\x7f", "the name of the queue has control characters");
}

static void test_a_queue_to_delete_needs_a_name(void **state)
{
	const struct tc_pulse_server options = good_options();
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(tc_pulse_delete_queue(&options, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "name is NULL");
	assert_int_equal(tc_pulse_delete_queue(&options, "", &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "the name of the queue is empty");
	assert_int_equal(tc_pulse_delete_queue(NULL, "builds", &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "PULSE_HOSTNAME");
	assert_int_equal(tc_pulse_delete_queue(NULL, "builds", NULL), TC_ERROR_ARGUMENT);
}

#define WITHOUT(test) cmocka_unit_test_setup(test, clear_environment)
#define WITH(test) cmocka_unit_test_setup(test, fill_environment)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITHOUT(test_urls_are_read),
		WITHOUT(test_urls_that_could_mean_two_things_are_refused),
		WITHOUT(test_texts_of_the_longest_length_are_taken),
		WITH(test_the_environment_is_a_broker_by_tls),
		WITH(test_an_account_may_be_the_environments),
		WITH(test_what_the_environment_lacks_is_named),
		WITH(test_whom_to_trust_comes_from_the_environment),
		WITHOUT(test_options_are_taken),
		WITHOUT(test_options_that_cannot_work_are_refused),
		WITHOUT(test_options_of_other_versions),
		WITHOUT(test_names),
		WITHOUT(test_a_queue_to_delete_needs_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
