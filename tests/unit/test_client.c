/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/version.h>

static const struct tc_fake_reply ok[] = { { .head = "HTTP/1.1 200 OK\n\n", .body = "{}" } };

/* ---- the environment ---- */

static void clear_environment(void)
{
	static const char *const names[] = { "TASKCLUSTER_ROOT_URL", "TASKCLUSTER_PROXY_URL",
		"TASKCLUSTER_CLIENT_ID", "TASKCLUSTER_ACCESS_TOKEN", "TASKCLUSTER_CERTIFICATE" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
}

static void set(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

static void environment_fails(int code, const char *part)
{
	tc_error err = TC_ERROR_INIT;

	assert_null(tc_client_new(NULL, &err));
	assert_failure(&err, code, part);
}

/* The URL and the Authorization line of a ping by a client from the environment. */
static void environment_calls(const char *url, bool is_signed)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_fake fake;

	tc_fake_init(&fake, ok, 1);
	tc_client *client = tc_fake_client(&fake, NULL);
	tc_call *call = tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
	assert_non_null(call);
	assert_string_equal(tc_call_url(call), url);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_int_equal(tc_fake_header(&fake, 0, "Authorization") != NULL, is_signed);
	tc_call_free(call);
	tc_client_free(client);
	tc_fake_clear(&fake);
}

/* Such a client may still be good for other systems. */
static void call_fails(void)
{
	tc_error err = TC_ERROR_INIT;
	tc_client *client = tc_client_new(NULL, &err);

	assert_non_null(client);
	assert_null(tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "TASKCLUSTER_ROOT_URL");
	tc_client_free(client);
}

static void test_environment(void **state)
{
	(void)state;
	clear_environment();
	call_fails();
	set("TASKCLUSTER_ROOT_URL", "");
	call_fails();
	set("TASKCLUSTER_ROOT_URL", "tc.example.com");
	environment_fails(TC_ERROR_ARGUMENT, "TASKCLUSTER_ROOT_URL: the URL begins with neither");

	set("TASKCLUSTER_ROOT_URL", "https://tc.example.com/");
	environment_calls("https://tc.example.com/api/queue/v1/ping", false);
	set("TASKCLUSTER_CERTIFICATE", "{}");
	environment_fails(TC_ERROR_CREDENTIALS, "TASKCLUSTER_CLIENT_ID");
	set("TASKCLUSTER_CERTIFICATE", "");
	set("TASKCLUSTER_CLIENT_ID", TC_FAKE_ID);
	environment_fails(TC_ERROR_CREDENTIALS, "TASKCLUSTER_ACCESS_TOKEN");
	set("TASKCLUSTER_ACCESS_TOKEN", TC_FAKE_TOKEN);
	environment_calls("https://tc.example.com/api/queue/v1/ping", true);

	set("TASKCLUSTER_PROXY_URL", "http://taskcluster");
	environment_calls("http://taskcluster/api/queue/v1/ping", false);
	unsetenv("TASKCLUSTER_ROOT_URL");
	environment_calls("http://taskcluster/api/queue/v1/ping", false);
	clear_environment();
}

/* Options given: the environment's root and credentials must not come in. */
static void test_options_exclude_the_environment(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	struct tc_fake fake;

	(void)state;
	set("TASKCLUSTER_ROOT_URL", "https://other.example.com");
	set("TASKCLUSTER_CLIENT_ID", TC_FAKE_ID);
	set("TASKCLUSTER_ACCESS_TOKEN", TC_FAKE_TOKEN);
	tc_fake_init(&fake, ok, 1);
	tc_client *client = tc_fake_client(&fake, &options);
	assert_null(tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "queue.ping: root_url is not set");
	tc_call *call = tc_generated_call(
		client, &tc_fake_classic.operations[0], (const char *const[]){ "a" }, NULL, &err);
	assert_non_null(call);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_null(tc_fake_header(&fake, 0, "Authorization"));
	tc_call_free(call);
	tc_client_free(client);
	tc_fake_clear(&fake);
	clear_environment();
}

/* ---- whose the credentials are ---- */

static tc_credentials *count_asking(void *data, const tc_credentials *current, tc_error *err)
{
	(void)current;
	(void)err;
	++*(size_t *)data;
	return NULL;
}

/* A call of a service that has a server of its own, by a client with such options. */
static void classic_call(struct tc_options options, const char *given_url, bool is_signed)
{
	static const struct tc_fake_reply refusal[] = { { .head = "HTTP/1.1 403 x\n\n",
		.body = "{}" } };
	tc_credentials *credentials = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, NULL);
	static const char why[] = "the call was not signed: the credentials are for the root URL";
	struct tc_fake fake;
	const char *url = NULL;
	tc_error err = TC_ERROR_INIT;

	tc_fake_init(&fake, refusal, 1);
	options.size = sizeof options;
	options.credentials = credentials;
	tc_client *client = tc_fake_client(&fake, &options);
	tc_call *call = tc_generated_call(
		client, &tc_fake_classic.operations[0], (const char *const[]){ "a" }, NULL, &err);
	assert_non_null(call);
	assert_string_equal(tc_call_url(call), given_url);
	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_HTTP);
	assert_int_equal(tc_fake_header(&fake, 0, "Authorization") != NULL, is_signed);
	assert_int_equal(strstr(tc_error_text(&err), why) == NULL, is_signed);
	assert_int_equal(tc_call_signed_url(call, 0, &url, &err) == TC_OK, is_signed);
	if (!is_signed)
		assert_failure(&err, TC_ERROR_CREDENTIALS, "the credentials are for the root URL");
	tc_release(url);
	tc_error_clear(&err);
	tc_call_free(call);
	tc_client_free(client);
	tc_credentials_free(credentials);
	tc_fake_clear(&fake);
}

/* Credentials that go with a root URL never reach the servers of 2015 unasked. */
static void test_a_root_urls_credentials_are_not_for_classic_servers(void **state)
{
	static const char own[] = "https://queue.taskcluster.net/v1/task/a";

	(void)state;
	classic_call((struct tc_options){ .root_url = "https://tc.example.com" }, own, false);
	classic_call((struct tc_options){ .proxy_url = "http://taskcluster" }, own, false);
	classic_call((struct tc_options){ .base_url = "https://old.example.com/{service}" },
		"https://old.example.com/queue/task/a", true);
	classic_call((struct tc_options){ .root_url = "https://tc.example.com",
			     .base_url = "https://old.example.com/{service}" },
		"https://old.example.com/queue/task/a", true);
	/* nothing says that they are for anybody else */
	classic_call((struct tc_options){ 0 }, own, true);
}

/* There is nothing to ask for before a call that would not be signed with it. */
static void test_nor_are_new_ones_asked_for(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	struct tc_fake fake;
	size_t asked = 0;

	(void)state;
	tc_fake_init(&fake, ok, 1);
	options.root_url = "https://tc.example.com";
	options.renew = count_asking;
	options.renew_data = &asked;
	tc_client *client = tc_fake_client(&fake, &options);
	tc_call *call = tc_generated_call(
		client, &tc_fake_classic.operations[0], (const char *const[]){ "a" }, NULL, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_int_equal(asked, 0);
	tc_call_free(call);
	call = tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_int_equal(asked, 1);
	tc_call_free(call);
	tc_client_free(client);
	tc_fake_clear(&fake);
}

static void classic_from_environment(const char *variable_name, const char *value, bool is_signed)
{
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	clear_environment();
	set("TASKCLUSTER_CLIENT_ID", TC_FAKE_ID);
	set("TASKCLUSTER_ACCESS_TOKEN", TC_FAKE_TOKEN);
	if (variable_name)
		set(variable_name, value);
	tc_fake_init(&fake, ok, 1);
	tc_client *client = tc_fake_client(&fake, NULL);
	tc_call *call = tc_generated_call(
		client, &tc_fake_classic.operations[0], (const char *const[]){ "a" }, NULL, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_int_equal(tc_fake_header(&fake, 0, "Authorization") != NULL, is_signed);
	tc_call_free(call);
	tc_client_free(client);
	tc_fake_clear(&fake);
	clear_environment();
}

static void test_nor_are_those_of_the_environment(void **state)
{
	(void)state;
	classic_from_environment("TASKCLUSTER_ROOT_URL", "https://tc.example.com", false);
	classic_from_environment("TASKCLUSTER_PROXY_URL", "http://taskcluster", false);
	classic_from_environment(NULL, NULL, true); /* as it was in 2015 */
}

/* ---- options ---- */

static void options_fail(struct tc_options options, const char *part)
{
	tc_error err = TC_ERROR_INIT;

	assert_null(tc_client_new(&options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, part);
}

#define FAILS(part, ...) \
	options_fail((struct tc_options){ .size = sizeof(struct tc_options), __VA_ARGS__ }, part)

static void test_refused_options(void **state)
{
	(void)state;
	FAILS("root_url is empty", .root_url = "");
	FAILS("root_url: the URL", .root_url = "ftp://x");
	FAILS("root_url has a query", .root_url = "https://x/?a");
	FAILS("root_url has a query or a fragment", .root_url = "https://x/#a");
	FAILS("root_url: the URL has user info", .root_url = "https://me:pass@x");
	FAILS("proxy_url", .proxy_url = "taskcluster");
	FAILS("base_url", .base_url = "{service}.example.com");
	FAILS("user_agent has control characters", .user_agent = "a\r\nb");
	FAILS("trace_id is empty", .trace_id = "");
	FAILS("connect_timeout_ms is -1", .connect_timeout_ms = -1);
	FAILS("timeout_ms is 3000000000", .timeout_ms = 3000000000);
	FAILS("attempts is -1; expected 1 or more, or 0 for 6", .attempts = -1);
	FAILS("retry_budget_ms is -5", .retry_budget_ms = -5);
	FAILS("log_level is 9", .log_level = (enum tc_log_level)9);
	options_fail((struct tc_options){ .size = 0 }, "TC_OPTIONS_INIT");
}

#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_refused_network(void **state)
{
	static char long_path[200], long_interface[300];

	(void)state;
	memset(long_interface, 'i', sizeof long_interface - 1);
	memset(long_path, 'p', sizeof long_path - 1);
	FAILS("ca_file: /nonexistent cannot be read: No such file", .ca_file = "/nonexistent");
	FAILS("ca_file: / cannot be read: Is a directory", .ca_file = "/");
	FAILS("ca_file: /dev/null is empty", .ca_file = "/dev/null");
	FAILS("ca_folder: /nonexistent is no folder", .ca_folder = "/nonexistent");
	FAILS("ca_folder: /dev/null is no folder", .ca_folder = "/dev/null");
	FAILS("ca_pem has no line", .ca_pem = "/etc/ssl/ca.pem");
	FAILS("ca_file and ca_pem are both given", .ca_file = "/proc/self/stat",
		.ca_pem = "-----BEGIN CERTIFICATE-----\n");
	FAILS("client_certificate: /nonexistent cannot", .client_certificate = "/nonexistent");
	FAILS("client_key: /nonexistent cannot", .client_certificate = "/proc/self/stat",
		.client_key = "/nonexistent");
	FAILS("client_key is given, but no client_certificate", .client_key = "/proc/self/stat");
	FAILS("client_key_password is given, but no client_cert", .client_key_password = "x");
	FAILS("pinned_key has \"sha1//AA\"", .pinned_key = "sha1//AA");
	FAILS("pinned_key has \"\"", .pinned_key = PIN ";");
	FAILS("pinned_key has \"sha256//AAAA\"", .pinned_key = PIN ";sha256//AAAA");
	FAILS("interface is empty", .interface = "");
	FAILS("interface has 299 bytes", .interface = long_interface);
	FAILS("expected an address behind \"host!\"", .interface = "host!tc.example.com");
	FAILS("no_proxy has control characters", .no_proxy = "a\nb");
	FAILS("unix_socket has 199 bytes", .unix_socket = long_path);
	FAILS("unix_socket and http_proxy are both given", .unix_socket = "/s",
		.http_proxy = "http://p");
	FAILS("tls_min is 3; expected 0 to 2", .tls_min = (enum tc_tls)3);
	FAILS("ip_version is 6; expected 0 to 2", .ip_version = (enum tc_ip)6);
	FAILS("http_version is 3; expected 0 to 2", .http_version = (enum tc_http)3);
	FAILS("host_connections is -1; expected 0 to", .host_connections = -1);
	FAILS("idle_ms is -1", .idle_ms = -1);
}

static void test_refused_resolve(void **state)
{
	static const char *const entries[] = { "", "a", "a:443", "a:443:", ":443:10.0.0.1",
		"a:0:10.0.0.1", "a:65536:10.0.0.1", "a:x:10.0.0.1", "a: 443:10.0.0.1",
		"a:443:10.0.0", "a:443:b", "a:443:10.0.0.1,", "a:443:,10.0.0.1", "a:443:[10.0.0.1]",
		"a b:443:10.0.0.1", "a/b:443:10.0.0.1", "a:443:[::1", "+a:443:10.0.0.1",
		"-a:443:10.0.0.1", "a:443:10.0.0.1\n" };

	(void)state;
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
		FAILS("resolve has \"", .resolve = LIST("a:443:10.0.0.1", entries[i]));
	FAILS("without any address of the ip_version", .resolve = LIST("a:443:10.0.0.1"),
		.ip_version = TC_IP_6);
	FAILS("without any address of the ip_version", .resolve = LIST("a:443:[::1],::2"),
		.ip_version = TC_IP_4);
}

static void test_network_is_shared(void **state)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_options options = TC_OPTIONS_INIT;

	(void)state;
	options.root_url = "https://tc.example.com";
	options.pinned_key = PIN ";" PIN;
	options.resolve = LIST("a:443:10.0.0.1,[::1],::2", "*:1:10.0.0.1");
	options.idle_ms = 1500;
	tc_client *client = tc_client_new(&options, &err);
	assert_non_null(client);
	assert_int_equal(tc__network_options(client->network)->idle_s, 2);
	tc_client *dup = tc_client_dup(client, &err);
	assert_ptr_equal(dup->network, client->network);
	tc_client_free(client);
	assert_string_equal(tc__network_options(dup->network)->pinned_key, PIN ";" PIN);
	tc_client_free(dup);
}

static void test_size(void **state)
{
	struct {
		struct tc_options options;
		int64_t newer;
	} larger = { .options = { .size = sizeof larger, .root_url = "https://tc.example.com" } };
	struct tc_options older = { .size = offsetof(struct tc_options, ca_file),
		.root_url = "https://tc.example.com",
		.ca_file = (const char *)1 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_client *client = tc_client_new(&larger.options, &err);
	assert_non_null(client);
	tc_client_free(client);
	larger.newer = 7;
	assert_null(tc_client_new(&larger.options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "newer version than this library");

	client = tc_client_new(&older, &err); /* what is beyond its size is never read */
	assert_non_null(client);
	assert_null(tc__network_options(client->network)->ca_file);
	tc_client_free(client);
}

static void test_defaults(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.root_url = "https://tc.example.com";
	tc_client *client = tc_client_new(&options, &err);
	assert_non_null(client);
	assert_int_equal(client->options.connect_timeout_ms, 10000);
	assert_int_equal(client->options.timeout_ms, 30000);
	assert_int_equal(client->retry.attempts, 6);
	assert_int_equal(client->retry.delay_ms, 100);
	assert_int_equal(client->retry.delay_max_ms, 30000);
	assert_int_equal(client->retry.budget_ms, 0);
	assert_int_equal(client->options.reply_max, 64 << 20);
	assert_int_equal(tc_client_clock_offset_ms(client), 0);
	tc_client_free(client);

	options.reply_max = TC_UNLIMITED;
	options.attempts = 1;
	client = tc_client_new(&options, &err);
	assert_non_null(client);
	assert_int_equal(client->options.reply_max, TC_UNLIMITED);
	assert_int_equal(client->retry.attempts, 1);
	tc_client_free(client);
}

static void test_texts_are_copied_and_sent(void **state)
{
	char agent[] = "my-tool/1", trace[] = "trace-7";
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_fake_init(&fake, ok, 1);
	struct tc_options options = tc_fake_options(&fake);
	options.user_agent = agent;
	options.trace_id = trace;
	tc_client *client = tc_fake_client(&fake, &options);
	memset(agent, 'x', sizeof agent - 1);
	memset(trace, 'x', sizeof trace - 1);
	tc_call *call = tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_string_equal(tc_fake_header(&fake, 0, "User-Agent"),
		"libtaskcluster/" TC_SDK_VERSION " my-tool/1");
	assert_string_equal(tc_fake_header(&fake, 0, "x-taskcluster-trace-id"), "trace-7");
	tc_call_free(call);
	tc_client_free(client);
	tc_fake_clear(&fake);
}

static void test_dup(void **state)
{
	struct tc_fake fake, other;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_fake_init(&fake, ok, 1);
	tc_fake_init(&other, ok, 1);
	struct tc_options options = tc_fake_options(&fake);
	tc_credentials *credentials = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, &err);
	options.timeout_ms = 1234;
	tc_client *client = tc_fake_client(&fake, &options);
	tc_client_set_credentials(client, credentials);
	tc_credentials_free(credentials);
	client->offset.ms = 90000;
	tc_client *copy = tc_client_dup(client, &err);
	assert_non_null(copy);
	tc_client_free(client); /* the copy lives on */
	assert_true(fake.freed);
	tc__client_set_transport(copy, &other.transport);

	tc_call *call = tc_generated_call(copy, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_int_equal(tc_client_clock_offset_ms(copy), 90000);
	assert_int_equal(other.attempts[0].timeout_ms, 1234);
	assert_non_null(strstr(tc_fake_header(&other, 0, "Authorization"), "ts=\"1700000090\""));
	tc_call_free(call);
	tc_client_free(copy);
	tc_fake_clear(&other);

	assert_null(tc_client_dup(NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "client is NULL");
}

static void test_its_cancel_is_told(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.root_url = "https://tc.example.com";
	tc_client *client = tc_client_new(&options, &err);
	assert_null(tc_client_cancel(client));
	tc_client_free(client);
	options.cancel = tc_cancel_new(&err);
	client = tc_client_new(&options, &err);
	tc_client *copy = tc_client_dup(client, &err);
	assert_ptr_equal(tc_client_cancel(client), options.cancel);
	assert_ptr_equal(tc_client_cancel(copy), options.cancel);
	tc_client_free(client);
	tc_client_free(copy);
	tc_cancel_free(options.cancel);
}

/* ---- with other credentials ---- */

static const char *sent_to(struct tc_fake *fake, tc_client *client)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err);

	assert_non_null(call);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc_call_free(call);
	return fake->attempts[fake->attempt_count - 1].url;
}

static bool was_signed_by(struct tc_fake *fake, const char *id)
{
	const char *line = tc_fake_header(fake, fake->attempt_count - 1, "Authorization");
	char part[60];

	snprintf(part, sizeof part, "id=\"%s\"", id);
	return line && strstr(line, part);
}

static tc_client *other_client(
	struct tc_fake *fake, tc_client *client, const tc_credentials *credentials)
{
	tc_error err = TC_ERROR_INIT;
	tc_client *other = tc_client_as(client, credentials, &err);

	assert_ok(err.code, &err);
	assert_non_null(other);
	tc_fake_init(fake, ok, 1);
	tc__client_set_transport(other, &fake->transport);
	return other;
}

/* Its calls are signed, and go to the root; the one it was made of goes on as before. */
static void goes_to_the_root(const struct tc_options *options)
{
	tc_credentials *credentials = tc_credentials_new("upload", TC_FAKE_TOKEN, NULL, NULL);
	struct tc_fake fake, others, unsigned_ones, dups;
	tc_error err = TC_ERROR_INIT;

	tc_fake_init(&fake, ok, 1);
	tc_fake_init(&dups, ok, 1);
	tc_client *client = tc_fake_client(&fake, options);
	tc_client *other = other_client(&others, client, credentials);
	tc_client *without = other_client(&unsigned_ones, client, NULL);
	tc_client *dup = tc_client_dup(other, &err);
	assert_non_null(dup);
	tc__client_set_transport(dup, &dups.transport);
	assert_string_equal(sent_to(&others, other), "https://tc.example.com/api/queue/v1/ping");
	assert_true(was_signed_by(&others, "upload"));
	assert_string_equal(sent_to(&dups, dup), "https://tc.example.com/api/queue/v1/ping");
	assert_true(was_signed_by(&dups, "upload"));
	assert_string_equal(
		sent_to(&unsigned_ones, without), "https://tc.example.com/api/queue/v1/ping");
	assert_null(tc_fake_header(&unsigned_ones, 0, "Authorization"));
	assert_string_equal(sent_to(&fake, client), "http://taskcluster/api/queue/v1/ping");
	assert_null(tc_fake_header(&fake, 0, "Authorization"));
	tc_client_free(client);
	tc_client_free(other);
	tc_client_free(without);
	tc_client_free(dup);
	tc_credentials_free(credentials);
	tc_fake_clear(&fake);
	tc_fake_clear(&others);
	tc_fake_clear(&unsigned_ones);
	tc_fake_clear(&dups);
}

static void test_other_credentials_do_not_go_to_the_proxy(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	clear_environment();
	options.proxy_url = "http://taskcluster";
	tc_client *client = tc_client_new(&options, &err);
	assert_null(tc_client_as(client, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "root_url (TASKCLUSTER_ROOT_URL) is not set");
	tc_client_free(client);
	options.root_url = "https://tc.example.com";
	goes_to_the_root(&options);

	set("TASKCLUSTER_PROXY_URL", "http://taskcluster");
	client = tc_client_new(NULL, &err);
	assert_null(tc_client_as(client, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "TASKCLUSTER_ROOT_URL is not set");
	tc_client_free(client);
	set("TASKCLUSTER_ROOT_URL", "https://tc.example.com");
	goes_to_the_root(NULL);
	clear_environment();
}

/* They are final: nobody else's replace them. */
static void test_nobody_renews_other_credentials(void **state)
{
	static const struct tc_fake_reply refusal[] = { { .head = "HTTP/1.1 401 x\n\n",
		.body = "{}" } };
	tc_credentials *credentials = tc_credentials_new("upload", TC_FAKE_TOKEN, NULL, NULL);
	struct tc_fake fake, others;
	tc_error err = TC_ERROR_INIT;
	size_t asked = 0;

	(void)state;
	tc_fake_init(&fake, ok, 1);
	struct tc_options options = tc_fake_options(&fake);
	options.renew = count_asking;
	options.renew_data = &asked;
	tc_client *client = tc_fake_client(&fake, &options);
	tc_client *other = other_client(&others, client, credentials);
	others.replies = refusal;
	tc_call *call = tc_generated_call(other, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_HTTP);
	assert_int_equal(asked, 0);
	assert_int_equal(others.attempt_count, 1);
	sent_to(&fake, client);
	assert_int_equal(asked, 1);
	tc_error_clear(&err);
	tc_call_free(call);
	tc_client_free(other);
	tc_client_free(client);
	tc_credentials_free(credentials);
	tc_fake_clear(&fake);
	tc_fake_clear(&others);
}

/* Not even where the client's own go: its base_url was named for those. */
static void test_other_credentials_are_for_the_root_only(void **state)
{
	tc_credentials *mine = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, NULL);
	tc_credentials *theirs = tc_credentials_new("upload", TC_FAKE_TOKEN, NULL, NULL);
	struct tc_fake fakes[3];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_fake_init(&fakes[0], ok, 1);
	struct tc_options options = tc_fake_options(&fakes[0]);
	options.base_url = "https://old.example.com/{service}";
	options.credentials = mine;
	tc_client *clients[3] = { tc_fake_client(&fakes[0], &options) };
	clients[1] = other_client(&fakes[1], clients[0], theirs);
	clients[2] = other_client(&fakes[2], clients[1], NULL);
	tc_client_set_credentials(clients[2], theirs); /* as after a reclaim */
	for (size_t i = 0; i < 3; i++) {
		tc_call *call = tc_generated_call(clients[i], &tc_fake_classic.operations[0],
			(const char *const[]){ "a" }, NULL, &err);
		assert_string_equal(tc_call_url(call), "https://old.example.com/queue/task/a");
		assert_ok(tc_call_perform(call, NULL, &err), &err);
		assert_int_equal(was_signed_by(&fakes[i], TC_FAKE_ID), i == 0);
		assert_int_equal(tc_fake_header(&fakes[i], 0, "Authorization") != NULL, i == 0);
		tc_call_free(call);
		sent_to(&fakes[i], clients[i]);
		assert_true(was_signed_by(&fakes[i], i ? "upload" : TC_FAKE_ID));
		tc_client_free(clients[i]);
		tc_fake_clear(&fakes[i]);
	}
	tc_credentials_free(mine);
	tc_credentials_free(theirs);
}

/* ---- pauses ---- */

#define ATTEMPT_MS 12 /* what each takes by the fake's clock */

/* What it tells is what its calls do. */
static void test_pauses_are_those_of_its_calls(void **state)
{
	static const struct tc_fake_reply replies[] = {
		{ .head = "HTTP/1.1 503 Busy\n\n", .body = "{}" },
		{ .code = TC_ERROR_NETWORK },
		{ .head = "HTTP/1.1 429 Slow\nRetry-After: 7\n\n", .body = "{}" },
		{ .head = "HTTP/1.1 500 Broken\nRetry-After: 3\n\n", .body = "{}" },
	};
	tc_error errors[4] = { TC_ERROR_INIT, TC_ERROR_INIT, TC_ERROR_INIT, TC_ERROR_INIT };
	struct tc_fake fake;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		tc_fake_init(&fake, &replies[i], 1);
		struct tc_options options = tc_fake_options(&fake);
		options.attempts = 1;
		tc_client *client = tc_fake_client(&fake, &options);
		tc_call *call =
			tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &errors[i]);
		assert_int_not_equal(tc_call_perform(call, NULL, &errors[i]), TC_OK);
		assert_int_equal(tc_client_pause_ms(client, 1, &errors[i]), -1); /* no attempt */
		tc_call_free(call);
		tc_client_free(client);
		tc_fake_clear(&fake);
	}
	for (int jitter = 0; jitter < 4; jitter++) {
		tc_error err = TC_ERROR_INIT;
		tc_fake_init(&fake, replies, 4);
		fake.fraction = jitter / 4.0;
		struct tc_options options = tc_fake_options(&fake);
		options.attempts = 5;
		options.retry_delay_ms = 1000;
		options.retry_delay_max_ms = 6000;
		options.retry_budget_ms = 3600000;
		tc_client *client = tc_fake_client(&fake, &options);
		tc_call *call =
			tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
		assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_HTTP);
		assert_int_equal(fake.attempt_count, 5);
		for (int n = 1; n < 5; n++)
			assert_int_equal(tc_client_pause_ms(client, n, &errors[n - 1]),
				fake.attempts[n].at_ms - fake.attempts[n - 1].at_ms - ATTEMPT_MS);
		assert_int_equal(tc_client_pause_ms(client, 5, &err), -1);
		assert_int_equal(tc_client_pause_ms(client, INT_MAX, &err), -1);
		assert_int_equal(tc_client_pause_ms(client, 0, &errors[0]),
			tc_client_pause_ms(client, 1, &errors[0]));
		tc_error_clear(&err);
		tc_call_free(call);
		tc_client_free(client);
		tc_fake_clear(&fake);
	}
	for (size_t i = 0; i < 4; i++)
		tc_error_clear(&errors[i]);
}

static void test_no_pause_where_it_would_not_help(void **state)
{
	static const struct tc_fake_reply replies[] = {
		{ .head = "HTTP/1.1 404 No\nRetry-After: 1\n\n", .body = "{}" },
		{ .code = TC_ERROR_NETWORK, .permanent = true },
		{ .head = "HTTP/1.1 503 Busy\nRetry-After: 61\n\n", .body = "{}" }, /* too long */
		{ .head = "HTTP/1.1 503 Busy\nRetry-After: 60\n\n", .body = "{}" },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		tc_error err = TC_ERROR_INIT;
		struct tc_fake fake;
		tc_fake_init(&fake, &replies[i], 1);
		struct tc_options options = tc_fake_options(&fake);
		options.retry_delay_max_ms = 6000;
		options.attempts = i == 3 ? 2 : 0;
		tc_client *client = tc_fake_client(&fake, &options);
		tc_call *call =
			tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
		assert_int_not_equal(tc_call_perform(call, NULL, &err), TC_OK);
		assert_int_equal(tc_client_pause_ms(client, 1, &err), i == 3 ? 60000 : -1);
		tc_error_clear(&err);
		assert_int_equal(tc_client_pause_ms(client, 1, &err), -1); /* nothing failed */
		tc_call_free(call);
		tc_client_free(client);
		tc_fake_clear(&fake);
	}
}

static void test_client_outlives_its_owner_for_its_calls(void **state)
{
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_fake_init(&fake, ok, 1);
	struct tc_options options = tc_fake_options(&fake);
	tc_client *client = tc_fake_client(&fake, &options);
	tc_call *call = tc_generated_call(client, TC_FAKE_OPERATION(PING), NULL, NULL, &err);
	tc_client_free(client);
	assert_false(fake.freed);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc_call_free(call);
	assert_true(fake.freed);
	tc_client_free(NULL);
	tc_call_free(NULL);
	tc_fake_clear(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_options_exclude_the_environment),
		cmocka_unit_test(test_a_root_urls_credentials_are_not_for_classic_servers),
		cmocka_unit_test(test_nor_are_new_ones_asked_for),
		cmocka_unit_test(test_nor_are_those_of_the_environment),
		cmocka_unit_test(test_refused_options),
		cmocka_unit_test(test_refused_network),
		cmocka_unit_test(test_refused_resolve),
		cmocka_unit_test(test_network_is_shared),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_texts_are_copied_and_sent),
		cmocka_unit_test(test_dup),
		cmocka_unit_test(test_its_cancel_is_told),
		cmocka_unit_test(test_other_credentials_do_not_go_to_the_proxy),
		cmocka_unit_test(test_nobody_renews_other_credentials),
		cmocka_unit_test(test_other_credentials_are_for_the_root_only),
		cmocka_unit_test(test_pauses_are_those_of_its_calls),
		cmocka_unit_test(test_no_pause_where_it_would_not_help),
		cmocka_unit_test(test_client_outlives_its_owner_for_its_calls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
