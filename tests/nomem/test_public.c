/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Every public function with a malloc that fails at the first, second, third… allocation until the
 * function succeeds: each failure must be a clean error, leave its output NULL, and leak nothing.
 */
#include "tests/harness/test.h"

#include "runtime/src/call/client.h"
#include "tests/nomem/failing.h"
#include "tests/nomem/silent.h"
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/queue.h>
#include <taskcluster/registry.h>
#include <taskcluster/slugid.h>
#include <taskcluster/type.h>
#include <taskcluster/url.h>

/* What the cases use; made while nothing fails. */
struct world {
	struct tc__transport transport;
	tc_client *client;
	tc_credentials *permanent;
	const tc_json *json;
	tc_call *call, *post;
};

#define LONG_TEXT \
	"{\"a\":[1,2.5,\"three\",{\"b\":null,\"c\":true}],\"d\":{\"e\":\"\\u00e9\"},\"numbers\":" \
	"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]," \
	"\"payload\":{}}"
#define CREDENTIALS_TEXT \
	"{\"clientId\":\"me\",\"accessToken\":\"secret\",\"authorizedScopes\":[\"a\"]}"

static const char *const scope_list[] = { "queue:create-task:*", "assume:worker" };
static const struct tc_scopes scopes = { scope_list, 2 };

/* A transport that answers at once and allocates nothing of its own. */
static int deliver(struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err)
{
	(void)transport;
	(void)err;
	silent_reply(delivery->reply, LONG_TEXT);
	return TC_OK;
}

static const struct tc__transport_kind silent = SILENT_KIND(deliver);

static int case_parse(struct world *w, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_json_parse(LONG_TEXT, strlen(LONG_TEXT), &json, err);

	(void)w;
	assert_true((rc == TC_OK) == (json != NULL));
	tc_release(json);
	return rc;
}

static int case_write(struct world *w, tc_error *err)
{
	char *text = NULL;
	int rc = tc_json_write(w->json, TC_JSON_PRETTY, &text, NULL, err);

	assert_true((rc == TC_OK) == (text != NULL));
	tc_release(text);
	return rc;
}

static int case_build(struct world *w, tc_error *err)
{
	const tc_json *json = NULL;
	tc_json_builder *b = tc_json_builder_new();

	tc_json_add_object(b);
	tc_json_add_name(b, "list");
	tc_json_add_array(b);
	for (int i = 0; i < 100; i++)
		tc_json_add_int64(b, i);
	tc_json_add_double(b, 0.1);
	tc_json_add_bool(b, true);
	tc_json_add_null(b);
	tc_json_end(b);
	tc_json_add_name(b, "copy");
	tc_json_add_json(b, w->json);
	tc_json_add_name(b, "text");
	tc_json_add_string(b, "text");
	tc_json_end(b);
	int rc = tc_json_build(b, &json, err);
	assert_true((rc == TC_OK) == (json != NULL));
	tc_release(json);
	return rc;
}

static int take_credentials(tc_credentials *credentials, const tc_error *err)
{
	int rc = credentials ? TC_OK : err->code;

	tc_credentials_free(credentials);
	return rc;
}

static int case_credentials(struct world *w, tc_error *err)
{
	(void)w;
	return take_credentials(tc_credentials_new("me", "secret", NULL, err), err);
}

static int case_credentials_password(struct world *w, tc_error *err)
{
	(void)w;
	return take_credentials(tc_credentials_password("me", "my secret", err), err);
}

static int case_credentials_json(struct world *w, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_json_parse(CREDENTIALS_TEXT, strlen(CREDENTIALS_TEXT), &json, err);

	(void)w;
	if (rc == TC_OK)
		rc = take_credentials(tc_credentials_from_json(json, err), err);
	tc_release(json);
	return rc;
}

static int case_credentials_environment(struct world *w, tc_error *err)
{
	(void)w;
	return take_credentials(tc_credentials_from_environment(err), err);
}

static int case_authorize(struct world *w, tc_error *err)
{
	return take_credentials(tc_credentials_authorize(w->permanent, &scopes, err), err);
}

static int case_temporary(struct world *w, tc_error *err)
{
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	const struct tc_credentials_facts *info = NULL;
	const tc_json *secret = NULL;

	temporary.client_id = "me/too";
	temporary.scopes = scopes;
	tc_credentials *made = tc_credentials_temporary(w->permanent, &temporary, err);
	int rc = made ? tc_credentials_info(made, &info, err) : err->code;
	if (rc == TC_OK)
		rc = tc_credentials_reveal(made, &secret, err);
	tc_release(info);
	tc_release(secret);
	tc_credentials_free(made);
	return rc;
}

static int case_urls(struct world *w, tc_error *err)
{
	char *url = NULL;
	int rc = tc_url_api("https://tc.example.com/", "queue", "v1", "/ping", &url, err);

	(void)w;
	tc_release(url);
	url = NULL;
	if (rc == TC_OK)
		rc = tc_url_schema("https://tc.example.com", "queue", "v1/task.json", &url, err);
	tc_release(url);
	return rc;
}

static int case_texts(struct world *w, tc_error *err)
{
	char slugid[TC_SLUGID_SIZE], date[TC_DATE_SIZE];
	uint8_t uuid[16];
	struct timespec when;
	int rc;

	(void)w;
	tc_slugid_nice(slugid);
	rc = tc_slugid_decode(slugid, uuid, err);
	if (rc == TC_OK)
		rc = tc_from_now("1 day 2 hours", NULL, date, err);
	if (rc == TC_OK)
		rc = tc_date_parse(date, &when, err);
	return rc;
}

static int case_client(struct world *w, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = "https://tc.example.com";
	options.credentials = w->permanent;
	options.user_agent = "test/1";
	options.ca_file = "/etc/ssl/certs/ca-certificates.crt";
	options.ca_folder = "/etc/ssl/certs";
	options.pinned_key = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	options.client_certificate = options.client_key = options.ca_file;
	options.client_key_password = "secret";
	options.no_proxy = "a.test";
	options.interface = "lo";
	options.resolve = (const char *const[]){ "a:443:10.0.0.1", "b:443:10.0.0.2", NULL };
	options.base_url = "http://127.1/{service}";
	options.http_proxy = "http://me:secret@proxy.example.com:3128";
	tc_client *client = tc_client_new(&options, err);
	tc_client *other = client ? tc_client_dup(client, err) : NULL;
	tc_client *another = other ? tc_client_as(other, w->permanent, err) : NULL;
	int rc = another ? TC_OK : err->code;
	if (other) /* whatever libcurl had to do without, the host is the one that it sends */
		assert_string_equal(other->options.base_url, "http://127.0.0.1/{service}");
	tc_client_free(another);
	tc_client_free(other);
	tc_client_free(client);
	return rc;
}

static int case_client_environment(struct world *w, tc_error *err)
{
	tc_client *client = tc_client_new(NULL, err);
	int rc = client ? TC_OK : err->code;

	(void)w;
	tc_client_free(client);
	return rc;
}

static int case_call(struct world *w, tc_error *err)
{
	const struct tc_queue_list_artifacts_query query = { .limit = "100" };
	tc_call *call = tc_queue_list_artifacts_call(w->client, "abc", "0", &query, err);
	int rc = call ? tc_call_header(call, "X-Mine", "yes", err) : err->code;

	tc_call_free(call);
	return rc;
}

static int case_call_by_name(struct world *w, tc_error *err)
{
	const struct tc_pair pairs[] = { { "taskId", "abc" } };
	tc_call *call = tc_call_by_name(
		w->client, tc_find_operation("queue", "createTask"), pairs, 1, w->json, err);
	int rc = call ? tc_call_body_bytes(call, "[]", 2, "text/plain", err) : err->code;

	tc_call_free(call);
	return rc;
}

static int case_signed_url(struct world *w, tc_error *err)
{
	const char *url = NULL;
	int rc = tc_call_signed_url(w->call, 60, &url, err);

	assert_true((rc == TC_OK) == (url != NULL));
	tc_release(url);
	return rc;
}

static int case_perform(struct world *w, tc_error *err)
{
	tc_response *response = NULL;
	int rc = tc_call_perform(w->post, &response, err);

	if (rc == TC_OK && !tc_response_json(response, err))
		rc = err->code;
	tc_release(response);
	return rc;
}

static int case_perform_json(struct world *w, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_call_perform_json(w->call, &json, err);

	assert_true((rc == TC_OK) == (json != NULL));
	tc_release(json);
	return rc;
}

static int case_binding(struct world *w, tc_error *err)
{
	const struct tc_queue_events_task_completed_key key = { .task_id = "abc" };
	const struct tc_pair pairs[] = { { "taskId", "abc" } };
	struct tc_binding binding;
	int rc = tc_queue_events_task_completed(&key, &binding, err);

	(void)w;
	if (rc == TC_OK)
		rc = tc_binding_by_name(
			tc_find_exchange("queue", "taskCompleted"), pairs, 1, &binding, err);
	return rc;
}

/* A refusal's error keeps what memory allows, but its code, status and text in any case. */
static int case_error(struct world *w, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_json_parse("[1,]", 4, &json, err);

	(void)w;
	if (rc != TC_ERROR_INPUT)
		return rc;
	assert_int_equal(err->code, TC_ERROR_INPUT);
	assert_true(strlen(tc_error_text(err)) > 5);
	tc_error_clear(err);
	return TC_OK;
}

struct scenario {
	const char *name;
	int (*run)(struct world *w, tc_error *err);
};

#define CASE(name) \
	{ \
#name, case_##name \
	}
static const struct scenario scenarios[] = {
	CASE(parse),
	CASE(write),
	CASE(build),
	CASE(credentials),
	CASE(credentials_password),
	CASE(credentials_json),
	CASE(credentials_environment),
	CASE(authorize),
	CASE(temporary),
	CASE(urls),
	CASE(texts),
	CASE(client),
	CASE(client_environment),
	CASE(call),
	CASE(call_by_name),
	CASE(signed_url),
	CASE(perform),
	CASE(perform_json),
	CASE(binding),
	CASE(error),
};

struct task {
	const struct scenario *scenario;
	struct world *world;
};

/* OpenSSL's queue of errors belongs to the host: nothing stays in it. */
static int run(void *data, tc_error *err)
{
	const struct task *task = data;
	int rc = task->scenario->run(task->world, err);

	assert_int_equal(ERR_peek_error(), 0);
	return rc;
}

static void open_world(struct world *w)
{
	tc_error err = TC_ERROR_INIT;

	w->permanent = tc_credentials_new("issuer", "secret", NULL, &err);
	assert_non_null(w->permanent);
	struct tc_options options = TC_OPTIONS_INIT;
	options.root_url = "https://tc.example.com";
	options.credentials = w->permanent;
	w->client = tc_client_new(&options, &err);
	assert_non_null(w->client);
	w->transport.kind = &silent;
	tc__client_set_transport(w->client, &w->transport);
	assert_ok(tc_json_parse(LONG_TEXT, strlen(LONG_TEXT), &w->json, &err), &err);
	w->call = tc_queue_status_call(w->client, "abc", &err);
	w->post = tc_queue_create_task_call(w->client, "abc", &err);
	assert_non_null(w->call);
	assert_ok(tc_call_body_json(w->post, w->json, &err), &err);
	assert_int_equal(setenv("TASKCLUSTER_ROOT_URL", "https://tc.example.com", 1), 0);
	assert_int_equal(setenv("TASKCLUSTER_CLIENT_ID", "me", 1), 0);
	assert_int_equal(setenv("TASKCLUSTER_ACCESS_TOKEN", "secret", 1), 0);
}

static void close_world(struct world *w)
{
	tc_call_free(w->call);
	tc_call_free(w->post);
	tc_release(w->json);
	tc_client_free(w->client);
	tc_credentials_free(w->permanent);
}

static void test_public_functions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
		struct world world = { 0 };
		struct task task = { &scenarios[i], &world };
		open_world(&world);
		print_message("%s\n", scenarios[i].name); /* the last is the one that fails */
		tc_failing_each_with_libraries(run, &task);
		close_world(&world);
	}
}

/* It has no way to fail: what was said stays. */
static void a_prefix_without_memory_is_left_away(void **state)
{
	tc_error err = TC_ERROR_INIT;
	bool failed;

	(void)state;
	tc_error_set(&err, TC_ERROR_INPUT, "is malformed");
	tc_failing_start(1);
	tc_error_prefix(&err, "line %d", 7);
	tc_error_set_server(&err, 404, "code", "words");
	tc_failing_stop(&failed);
	assert_true(failed);
	assert_int_equal(err.code, TC_ERROR_INPUT);
	assert_string_equal(tc_error_text(&err), "is malformed");
	tc_error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public_functions),
		cmocka_unit_test(a_prefix_without_memory_is_left_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
