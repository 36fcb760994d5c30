/* SPDX-License-Identifier: MPL-2.0 */
/* TLS with a real server: whom the library trusts, and that the host process never suffers. */
#include "tests/harness/test.h"

#include "tests/harness/server.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <taskcluster/auth.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	char certificate[128], key[128], other[128], other_key[128];
	struct tc_test_server *server;
	tc_credentials *credentials;
};

static void make_certificate(const char *certificate, const char *key, const char *names)
{
	char command[1024];

	snprintf(command, sizeof command,
		"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test "
		"-addext 'subjectAltName=%s' -keyout %s -out %s >/dev/null 2>&1",
		names, key, certificate);
	assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
	static struct fixture f;
	tc_error err = TC_ERROR_INIT;

	strcpy(f.folder, "/tmp/tc-tls-XXXXXX");
	assert_non_null(mkdtemp(f.folder));
	snprintf(f.certificate, sizeof f.certificate, "%s/good.pem", f.folder);
	snprintf(f.key, sizeof f.key, "%s/good.key", f.folder);
	snprintf(f.other, sizeof f.other, "%s/other.pem", f.folder);
	snprintf(f.other_key, sizeof f.other_key, "%s/other.key", f.folder);
	make_certificate(f.certificate, f.key, "IP:127.0.0.1,DNS:localhost");
	make_certificate(f.other, f.other_key, "DNS:other.example.com");
	f.server = tc_test_server_start("--faults", "--tls", f.certificate, f.key, NULL);
	f.credentials = tc_credentials_new(f.server->client_id, f.server->access_token, NULL, &err);
	assert_non_null(f.credentials);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	tc_credentials_free(f->credentials);
	tc_test_server_stop(f->server);
	unlink(f->certificate);
	unlink(f->key);
	unlink(f->other);
	unlink(f->other_key);
	rmdir(f->folder);
	return 0;
}

static tc_client *open_client(const struct fixture *f, const char *root_url, const char *ca_file)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = root_url;
	options.credentials = f->credentials;
	options.ca_file = ca_file;
	options.retry_delay_ms = 1;
	tc_client *client = tc_client_new(&options, &err);
	if (!client)
		fail_msg("%s", tc_error_text(&err));
	return client;
}

static int perform(tc_client *client, const char *fault, tc_error *err)
{
	tc_call *call = tc_auth_current_scopes_call(client, err);

	assert_non_null(call);
	if (fault)
		assert_ok(tc_call_header(call, "x-sandbox-fault", fault, err), err);
	int rc = tc_call_perform(call, NULL, err);
	tc_call_free(call);
	return rc;
}

static void test_trusted(void **state)
{
	const struct fixture *f = *state;
	tc_client *client = open_client(f, f->server->root_url, f->certificate);
	tc_error err = TC_ERROR_INIT;

	assert_true(strncmp(f->server->root_url, "https://", 8) == 0);
	for (int i = 0; i < 3; i++)
		assert_ok(perform(client, NULL, &err), &err);
	tc_client_free(client);
}

/* What the connection took is told of the first attempt, and of the next that it was there. */
static void keep_metrics(void *data, const struct tc_metrics *metrics)
{
	struct tc_metrics *kept = data;

	kept[kept[0].attempt ? 1 : 0] = *metrics;
}

static void test_metrics(void **state)
{
	const struct fixture *f = *state;
	struct tc_metrics kept[2] = { { 0 } };
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = f->server->root_url;
	options.credentials = f->credentials;
	options.ca_file = f->certificate;
	options.metrics = keep_metrics;
	options.metrics_data = kept;
	tc_client *client = tc_client_new(&options, &err);
	assert_non_null(client);
	assert_ok(perform(client, NULL, &err), &err);
	assert_ok(perform(client, NULL, &err), &err);
	assert_string_equal(kept[0].function, "currentScopes");
	assert_false(kept[0].reused);
	assert_true(kept[0].name_us > 0);
	assert_true(kept[0].connect_us >= kept[0].name_us);
	assert_true(kept[0].tls_us > kept[0].connect_us);
	assert_true(kept[0].first_byte_us > kept[0].tls_us);
	assert_true(kept[0].total_us >= kept[0].first_byte_us);
	assert_true(kept[0].received > 0);
	assert_true(kept[1].reused);
	assert_int_equal(kept[1].tls_us, -1);
	assert_true(kept[1].total_us >= kept[1].first_byte_us && kept[1].first_byte_us > 0);
	tc_client_free(client);
}

static void test_unknown_authority(void **state)
{
	const struct fixture *f = *state;
	tc_client *client = open_client(f, f->server->root_url, NULL);
	tc_client *wrong = open_client(f, f->server->root_url, f->other);
	tc_error err = TC_ERROR_INIT;

	perform(client, NULL, &err);
	assert_failure(&err, TC_ERROR_NETWORK, "certificate");
	perform(wrong, NULL, &err);
	assert_failure(&err, TC_ERROR_NETWORK, "certificate");
	tc_client_free(client);
	tc_client_free(wrong);
}

static void test_wrong_host(void **state)
{
	const struct fixture *f = *state;
	struct tc_test_server *server = tc_test_server_start("--tls", f->other, f->other_key, NULL);
	tc_client *client = open_client(f, server->root_url, f->other);
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(perform(client, NULL, &err), TC_ERROR_NETWORK);
	assert_non_null(strstr(tc_error_text(&err), "127.0.0.1"));
	tc_error_clear(&err);
	tc_client_free(client);
	tc_test_server_stop(server);
}

static volatile sig_atomic_t pipe_signals;

static void count_signal(int signal_number)
{
	(void)signal_number;
	pipe_signals++;
}

static void test_sigpipe_stays_away(void **state)
{
	const struct fixture *f = *state;
	struct sigaction count = { .sa_handler = count_signal }, old;
	char data[128]; /* killed, the server cannot remove its own */
	snprintf(data, sizeof data, "%s/data", f->folder);
	struct tc_test_server *server = tc_test_server_start(
		"--faults", "--data", data, "--tls", f->certificate, f->key, NULL);
	tc_client *client = open_client(f, server->root_url, f->certificate);
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(sigaction(SIGPIPE, &count, &old), 0);
	perform(client, "close-early", &err);
	tc_error_clear(&err);
	assert_ok(perform(client, NULL, &err), &err);
	tc_test_server_kill(server); /* and its connection with it */
	assert_int_equal(rmdir(data), 0);
	assert_int_equal(perform(client, NULL, &err), TC_ERROR_NETWORK);
	tc_error_clear(&err);
	tc_client_free(client);
	assert_int_equal(sigaction(SIGPIPE, &old, NULL), 0);
	assert_int_equal(pipe_signals, 0);
}

/* A child that frees its copy of the client must not say goodbye on the parent's connection. */
static void test_fork(void **state)
{
	const struct fixture *f = *state;
	tc_client *client = open_client(f, f->server->root_url, f->certificate);
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	assert_ok(perform(client, NULL, &err), &err);
	pid_t child = fork();
	if (child == 0) {
		tc_client_free(client);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_ok(perform(client, NULL, &err), &err);
	tc_client_free(client);
}

/* A server that offers HTTP/2 gets it. Its input is a pipe of ours, at whose end it stops. */
static void test_http2(void **state)
{
	const struct fixture *f = *state;
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;
	char command[512], root_url[64];
	int input[2], port = 0;

	assert_int_equal(pipe(input), 0);
	snprintf(command, sizeof command, "exec node tests/live/http2_server.js %s %s <&%d %d>&-",
		f->key, f->certificate, input[0], input[1]);
	FILE *output = popen(command, "r");
	assert_non_null(output);
	close(input[0]);
	assert_int_equal(fscanf(output, "%d", &port), 1);
	snprintf(root_url, sizeof root_url, "https://127.0.0.1:%d", port);
	tc_client *client = open_client(f, root_url, f->certificate);
	tc_call *call = tc_auth_current_scopes_call(client, &err);
	assert_ok(tc_call_perform_json(call, &reply, &err), &err);
	assert_string_equal(tc_json_text(tc_json_get(reply, "version")), "2.0");
	tc_release(reply);
	tc_call_free(call);
	tc_client_free(client);
	close(input[1]);
	pclose(output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_unknown_authority),
		cmocka_unit_test(test_wrong_host),
		cmocka_unit_test(test_sigpipe_stays_away),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_http2),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
