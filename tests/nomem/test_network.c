/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Signed calls over real connections, with each single allocation of the whole process failing in
 * turn: curl's and OpenSSL's too. Whatever fails must come back as an error, and the next call,
 * with memory again, must work.
 */
#include "tests/harness/test.h"

#include "tests/harness/server.h"
#include "tests/nomem/failing.h"
#include <string.h>
#include <taskcluster/auth.h>

#define FIRST_CALL_MAX 20000

static void see_handle(void *curl, void *data)
{
	(void)data;
	assert_non_null(curl);
}

static tc_client *open_client(const struct tc_test_server *server, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *credentials =
		tc_credentials_new(server->client_id, server->access_token, NULL, err);

	if (!credentials)
		return NULL;
	options.root_url = server->root_url;
	options.credentials = credentials;
	options.attempts = 1;
	options.no_proxy = "a.test"; /* what a handle is set up with is allocated, too */
	options.interface = "lo";
	options.resolve = (const char *const[]){ "a.test:443:10.0.0.1", NULL };
	options.on_handle = see_handle;
	tc_client *client = tc_client_new(&options, err);
	tc_credentials_free(credentials);
	return client;
}

static int call_once(tc_client *client, tc_error *err)
{
	const tc_json *reply = NULL;
	tc_call *call = tc_auth_current_scopes_call(client, err);
	int rc = call ? tc_call_perform_json(call, &reply, err) : err->code;

	assert_true((rc == TC_OK) == (reply != NULL));
	tc_release(reply);
	tc_call_free(call);
	return rc;
}

static void check_outcome(int rc, tc_error *err, bool failed, long n)
{
	if (rc == TC_OK || failed) {
		assert_true(rc == TC_OK || err->code == rc);
		assert_true(rc == TC_OK || strlen(tc_error_text(err)) > 0);
		tc_error_clear(err);
		return;
	}
	fail_msg("allocation %ld: %s without a failure: %s", n, tc_code_name(rc),
		tc_error_text(err));
}

/* A new client each time: connections, TLS-less, from nothing. */
static void test_first_call(void **state)
{
	const struct tc_test_server *server = *state;
	bool failed = true;

	for (long n = 1; failed && n < FIRST_CALL_MAX; n++) {
		tc_error err = TC_ERROR_INIT;

		tc_failing_start(n);
		tc_client *client = open_client(server, &err);
		int rc = client ? call_once(client, &err) : err.code;
		tc_failing_stop(&failed);
		check_outcome(rc, &err, failed, n);
		tc_client_free(client);
	}
	assert_false(failed);
}

/* A kept connection; after each failure the same client serves the next call. */
static void test_later_calls(void **state)
{
	const struct tc_test_server *server = *state;
	tc_error err = TC_ERROR_INIT;
	tc_client *client = open_client(server, &err);
	bool failed = true;

	assert_ok(call_once(client, &err), &err);
	for (long n = 1; failed && n < FIRST_CALL_MAX; n++) {
		tc_failing_start(n);
		int rc = call_once(client, &err);
		tc_failing_stop(&failed);
		check_outcome(rc, &err, failed, n);
		assert_ok(call_once(client, &err), &err);
	}
	assert_false(failed);
	tc_client_free(client);
}

/* OpenSSL never recovers when its own start runs out of memory: it has started by then. */
static int setup(void **state)
{
	struct tc_test_server *server = tc_test_server_start(NULL, NULL);
	tc_client *client = open_client(server, NULL);
	int rc = client ? call_once(client, NULL) : TC_ERROR_NOMEM;

	tc_client_free(client);
	*state = server;
	return rc;
}

static int teardown(void **state)
{
	tc_test_server_stop(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_call),
		cmocka_unit_test(test_later_calls),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
