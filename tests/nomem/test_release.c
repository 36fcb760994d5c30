/* SPDX-License-Identifier: MPL-2.0 */
/* tc_release of any handle is what its own _free does: nothing stays behind, and what is counted
 * lives until its last owner lets go. */
#include "tests/harness/test.h"

#include "tests/harness/ci.h"
#include "tests/nomem/failing.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <taskcluster/chain_of_trust.h>
#include <taskcluster/loop.h>
#include <taskcluster/pages.h>
#include <taskcluster/queue.h>
#include <taskcluster/stream.h>
#include <unistd.h>

#define ROOT "https://tc.invalid"
#define TOKEN "0123456789"
#define FREE(function, handle) \
	do { \
		if (by_name) \
			function(handle); \
		else \
			tc_release(handle); \
	} while (0)

static tc_credentials *make_credentials(void)
{
	tc_credentials *credentials = tc_credentials_new("me", TOKEN, NULL, NULL);

	assert_non_null(credentials);
	return credentials;
}

static tc_client *make_client(const tc_credentials *credentials)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = ROOT;
	options.base_url = ROOT "/{service}";
	options.credentials = credentials;
	tc_client *client = tc_client_new(&options, NULL);
	assert_non_null(client);
	return client;
}

static tc_call *make_call(tc_client *client, const struct tc_operation *operation)
{
	tc_call *call = tc_generated_call(client, operation, NULL, NULL, NULL);

	assert_non_null(call);
	return call;
}

static void is_signed(tc_call *call)
{
	const char *url = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_call_signed_url(call, 60, &url, &err), &err);
	assert_non_null(strstr(url, "bewit="));
	tc_release(url);
}

/* ---- each alone ---- */

static void with_null(bool by_name)
{
	FREE(tc_credentials_free, (tc_credentials *)NULL);
	FREE(tc_client_free, (tc_client *)NULL);
	FREE(tc_call_free, (tc_call *)NULL);
	FREE(tc_loop_free, (tc_loop *)NULL);
	FREE(tc_pages_free, (tc_pages *)NULL);
	FREE(tc_items_free, (tc_items *)NULL);
	FREE(tc_stream_free, (tc_stream *)NULL);
	FREE(tc_json_builder_free, (tc_json_builder *)NULL);
	FREE(tc_cancel_free, (tc_cancel *)NULL);
	FREE(tc_trust_key_free, (tc_trust_key *)NULL);
}

static void with_credentials(bool by_name)
{
	tc_credentials *credentials = make_credentials();

	FREE(tc_credentials_free, credentials);
}

/* Whoever holds them has the whole, until the last lets go. */
static void with_counted_credentials(bool by_name)
{
	static const char *const list[] = { "a:b" };
	const struct tc_scopes scopes = { list, 1 };
	tc_credentials *credentials = make_credentials();
	tc_credentials *again = tc_credentials_ref(credentials);
	tc_credentials *narrowed = tc_credentials_authorize(credentials, &scopes, NULL);
	const tc_json *json = NULL;
	tc_client *client = make_client(credentials), *copy = tc_client_dup(client, NULL);
	tc_client *other = tc_client_as(client, narrowed, NULL);
	tc_call *call = tc_queue_task_call(copy, "fN1SbArXTPSVFUUvaOlinQ", NULL);

	assert_ptr_equal(again, credentials);
	FREE(tc_client_free, other);
	FREE(tc_credentials_free, credentials);
	FREE(tc_credentials_free, again);
	FREE(tc_client_free, client);
	is_signed(call);
	FREE(tc_client_free, copy);
	is_signed(call);
	FREE(tc_call_free, call);
	assert_int_equal(tc_credentials_reveal(narrowed, &json, NULL), TC_OK);
	assert_string_equal(tc_json_text(tc_json_get(json, "accessToken")), TOKEN);
	tc_release(json);
	FREE(tc_credentials_free, narrowed);
}

static void with_a_client(bool by_name)
{
	tc_client *client = make_client(NULL);

	FREE(tc_client_free, client);
}

/* It ends with the last of its calls. */
static void with_calls(bool by_name)
{
	tc_client *client = make_client(NULL);
	tc_call *one = make_call(client, CI(LISTEN)), *two = make_call(client, CI(BY_TOKEN));

	FREE(tc_call_free, one);
	FREE(tc_client_free, client);
	assert_non_null(tc_call_url(two));
	FREE(tc_call_free, two);
}

static void with_pages(bool by_name)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_client *client = make_client(NULL);
	tc_call *call = make_call(client, CI(BY_TOKEN));

	options.token = "the second";
	tc_pages *pages = tc_pages_new(call, &options, NULL);
	tc_items *items = tc_items_new(call, &options, NULL);
	FREE(tc_call_free, call);
	FREE(tc_client_free, client);
	assert_string_equal(tc_pages_token(pages), "the second");
	FREE(tc_pages_free, pages);
	assert_null(tc_items_token(items));
	FREE(tc_items_free, items);
}

static void with_a_stream(bool by_name)
{
	tc_client *client = make_client(NULL);
	tc_call *call = make_call(client, CI(LISTEN));
	tc_stream *stream = tc_stream_new(call, NULL, NULL);

	assert_non_null(stream);
	FREE(tc_call_free, call);
	FREE(tc_client_free, client);
	FREE(tc_stream_free, stream);
}

static void with_a_builder(bool by_name)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_array(builder);
	for (int i = 0; i < 1000; i++)
		tc_json_add_int64(builder, i);
	tc_json_end(builder);
	tc_json_end(builder); /* an error, which it keeps */
	FREE(tc_json_builder_free, builder);
}

static void with_a_cancel(bool by_name)
{
	tc_cancel *cancel = tc_cancel_new(NULL);

	assert_non_null(cancel);
	tc_cancel_fire(cancel);
	FREE(tc_cancel_free, cancel);
}

/* It owns memory apart, which is wiped. */
static void with_a_key(bool by_name)
{
	char path[] = "/tmp/tc-key-XXXXXX", public_key[TC_TRUST_KEY_SIZE];
	tc_error err = TC_ERROR_INIT;

	assert_non_null(mkdtemp(path));
	rmdir(path); /* nobody else has the name */
	assert_ok(tc_trust_key_create(path, public_key, &err), &err);
	tc_trust_key *key = tc_trust_key_read(path, &err);
	assert_ok(err.code, &err);
	unlink(path);
	FREE(tc_trust_key_free, key);
}

static void with_a_loop(bool by_name)
{
	tc_loop *loop = tc_loop_new(NULL, NULL);

	assert_non_null(loop);
	FREE(tc_loop_free, loop);
}

static void count_canceled(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)run;
	assert_null(response);
	assert_int_equal(err->code, TC_ERROR_CANCELED);
	++*(int *)data;
}

/* Runs hold their call and client; the loop's end is their end. */
static void with_runs_on(bool by_name, tc_client *client, tc_loop *loop)
{
	tc_call *call = make_call(client, CI(BY_TOKEN));
	tc_error err = TC_ERROR_INIT;
	int canceled = 0;

	for (int i = 0; i < 3; i++)
		assert_ok(tc_loop_start(loop, call, count_canceled, &canceled, NULL, &err), &err);
	FREE(tc_call_free, call);
	FREE(tc_client_free, client);
	assert_int_equal(canceled, 0);
	FREE(tc_loop_free, loop);
	assert_int_equal(canceled, 3);
}

static void with_runs(bool by_name)
{
	with_runs_on(by_name, make_client(NULL), tc_loop_new(NULL, NULL));
}

/* It holds its client itself. */
static void with_a_clients_loop(bool by_name)
{
	tc_client *client = make_client(NULL);

	with_runs_on(by_name, client, tc_loop_on(client, 0, NULL));
}

static const struct {
	const char *name;
	void (*use)(bool by_name);
} cases[] = {
	{ "NULL", with_null },
	{ "credentials", with_credentials },
	{ "counted credentials", with_counted_credentials },
	{ "a client", with_a_client },
	{ "calls", with_calls },
	{ "pages and items", with_pages },
	{ "a stream", with_a_stream },
	{ "a builder", with_a_builder },
	{ "a cancel", with_a_cancel },
	{ "a key", with_a_key },
	{ "a loop", with_a_loop },
	{ "runs", with_runs },
	{ "a client's loop", with_a_clients_loop },
};

static void test_nothing_stays_behind(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_message("%s\n", cases[i].name); /* the last is the one that fails */
		cases[i].use(true);                   /* what libraries keep for good is there */
		long before = tc_live_blocks();
		cases[i].use(true);
		assert_int_equal(tc_live_blocks(), before);
		cases[i].use(false);
		assert_int_equal(tc_live_blocks(), before);
	}
}

/* ---- after fork ---- */

static void fail_if_called(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)run;
	(void)response;
	(void)err;
	if (getpid() != *(pid_t *)data)
		_exit(3);
}

/* A child may release all of it, and no callback comes there. */
static void test_a_child_may_release(void **state)
{
	pid_t parent = getpid();
	tc_credentials *credentials = make_credentials();
	tc_client *client = make_client(credentials);
	tc_call *call = make_call(client, CI(BY_TOKEN));
	tc_loop *loop = tc_loop_new(NULL, NULL);
	tc_error err = TC_ERROR_INIT;
	int status = -1;

	(void)state;
	assert_ok(tc_loop_start(loop, call, fail_if_called, &parent, NULL, &err), &err);
	pid_t child = fork();
	if (child == 0) {
		tc_release(loop);
		tc_release(call);
		tc_release(client);
		tc_release(credentials);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	tc_release(call);
	tc_release(client);
	tc_release(credentials);
	tc_release(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_stays_behind),
		cmocka_unit_test(test_a_child_may_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
