/* SPDX-License-Identifier: MPL-2.0 */
/* Every function called once through rows read at run time: the bytes are those of the generated
 * function. And what decides about repetition, which is nothing that a reference says. */
#include "tests/references/bundle.h"

#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include "tests/harness/test.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/generated.h>
#include <taskcluster/pages.h>
#include <taskcluster/references.h>
#include <taskcluster/registry.h>

#define BODY "{\"some\":[\"body\",1]}"
#define NAMES_MAX 128

/* A world whose clock and randomness are the same each time. */
struct world {
	struct tc_fake fake;
	tc_client *client;
};

static void open_world(struct world *world, const struct tc_fake_reply *replies, size_t count)
{
	tc_error err = TC_ERROR_INIT;

	tc_fake_init(&world->fake, replies, count);
	struct tc_options options = tc_fake_options(&world->fake);
	tc_credentials *credentials = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, &err);
	assert_non_null(credentials);
	options.credentials = credentials;
	options.unchecked_bodies = true; /* BODY stands for any */
	world->client = tc_fake_client(&world->fake, &options);
	tc_credentials_free(credentials);
}

static void close_world(struct world *world)
{
	tc_client_free(world->client);
	tc_fake_clear(&world->fake);
}

static tc_references *read_tree(void)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;

	assert_ok(tc_references_read(BUNDLE_TREE, NULL, &references, &err), &err);
	return references;
}

static tc_references *read_bundle(char *text)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;

	assert_ok(tc_references_read_text(text, strlen(text), "b", NULL, &references, &err), &err);
	tc_release(text);
	return references;
}

/* ---- the same bytes ---- */

static const char *value_of(size_t position)
{
	static char values[NAMES_MAX][16];

	snprintf(values[position], sizeof values[position], "v %zu/%%", position);
	return values[position];
}

static void body_of(tc_call *call, const struct tc_operation *operation)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *body = NULL;

	if (!operation->has_input)
		return;
	assert_ok(tc_json_parse(BODY, strlen(BODY), &body, &err), &err);
	assert_ok(tc_call_body_json(call, body, &err), &err);
	tc_release(body);
}

/* As the generated function makes it, which is one statement around this. */
static tc_call *make_generated(tc_client *client, const struct tc_operation *operation)
{
	const char *arguments[NAMES_MAX], *query[NAMES_MAX];
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < operation->argument_count; i++)
		arguments[i] = value_of(i);
	for (size_t i = 0; i < operation->query_count; i++)
		query[i] = value_of(operation->argument_count + i);
	tc_call *call = tc_generated_call(
		client, operation, arguments, operation->query_count ? query : NULL, &err);
	assert_ok(err.code, &err);
	body_of(call, operation);
	return call;
}

static tc_call *make_by_name(tc_client *client, const struct tc_operation *operation)
{
	struct tc_pair pairs[2 * NAMES_MAX];
	size_t count = 0;
	tc_error err = TC_ERROR_INIT;
	const tc_json *body = NULL;

	for (size_t i = 0; i < operation->argument_count; i++, count++)
		pairs[count] = (struct tc_pair){ operation->arguments[i].name, value_of(count) };
	for (size_t i = 0; i < operation->query_count; i++, count++)
		pairs[count] = (struct tc_pair){ operation->query[i].name, value_of(count) };
	if (operation->has_input)
		assert_ok(tc_json_parse(BODY, strlen(BODY), &body, &err), &err);
	tc_call *call = tc_call_by_name(client, operation, pairs, count, body, &err);
	assert_ok(err.code, &err);
	tc_release(body);
	return call;
}

/* All attempts of a call that is answered by 503 to the end, and then perhaps by a success. */
static void check_function(const struct tc_operation *generated, const struct tc_operation *live)
{
	static const struct tc_fake_reply busy = { .head = "HTTP/1.1 503 x\n\n", .body = "" };
	struct world a, b;
	tc_error a_err = TC_ERROR_INIT, b_err = TC_ERROR_INIT;

	open_world(&a, &busy, 1);
	open_world(&b, &busy, 1);
	tc_call *first = make_generated(a.client, generated),
		*second = make_by_name(b.client, live);
	tc_call_perform(first, NULL, &a_err);
	tc_call_perform(second, NULL, &b_err);
	assert_string_equal(tc_error_text(&a_err), tc_error_text(&b_err));
	assert_int_equal(a.fake.attempt_count, b.fake.attempt_count);
	for (size_t i = 0; i < a.fake.attempt_count; i++) {
		const struct tc_fake_attempt *x = &a.fake.attempts[i], *y = &b.fake.attempts[i];
		assert_string_equal(x->method, y->method);
		assert_string_equal(x->url, y->url);
		assert_string_equal(x->lines, y->lines);
		assert_int_equal(x->has_body, y->has_body);
		assert_int_equal(x->body_length, y->body_length);
		if (x->has_body)
			assert_memory_equal(x->body, y->body, x->body_length);
		assert_int_equal(x->timeout_ms, y->timeout_ms);
		assert_int_equal(x->at_ms, y->at_ms);
	}
	tc_error_clear(&a_err);
	tc_error_clear(&b_err);
	tc_call_free(first);
	tc_call_free(second);
	close_world(&a);
	close_world(&b);
}

static void every_function_sends_the_same_bytes(void **state)
{
	tc_references *references = read_tree();
	size_t count = 0, calls = 0;
	const struct tc_service *const *services = tc_references_services(references, &count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < services[i]->operation_count; k++, calls++) {
			const struct tc_operation *live = &services[i]->operations[k];
			check_function(tc_find_operation(services[i]->name, live->name), live);
		}
	}
	assert_true(calls > 150);
	tc_references_free(references);
}

/* ---- bindings ---- */

static void every_exchange_is_bound_alike(void **state)
{
	tc_references *references = read_tree();
	size_t count = 0, exchanges = 0;
	const struct tc_service *const *services = tc_references_services(references, &count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < services[i]->exchange_count; k++, exchanges++) {
			const struct tc_exchange *live = &services[i]->exchanges[k];
			struct tc_binding a, b;
			tc_error err = TC_ERROR_INIT;
			assert_ok(
				tc_binding_by_name(tc_find_exchange(services[i]->name, live->name),
					NULL, 0, &a, &err),
				&err);
			assert_ok(tc_binding_by_name(live, NULL, 0, &b, &err), &err);
			assert_string_equal(a.exchange, b.exchange);
			assert_string_equal(a.routing_key, b.routing_key);
		}
	}
	assert_true(exchanges > 15);
	tc_references_free(references);
}

/* ---- lists in pages ---- */

static void two_pages(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	bool second = strstr(request->target, "continuationToken=next") != NULL;

	(void)data;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body =
		second ? "{\"tasks\":[3]}" : "{\"tasks\":[1,2],\"continuationToken\":\"next\"}";
	reply->body_length = strlen(reply->body);
}

static void lists_go_on_over_pages(void **state)
{
	struct tc_responder *responder = tc_responder_start(two_pages, NULL);
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_references *references = read_bundle(bundle_function("newer",
		"\"method\":\"get\",\"route\":\"/list\",\"args\":[],\"query\":["
		"\"continuationToken\",\"limit\"]"));
	const tc_json *item = NULL;
	int64_t sum = 0, count = 0, value = 0;

	(void)state;
	options.root_url = tc_responder_url(responder);
	tc_client *client = tc_client_new(&options, &err);
	tc_call *call = tc_call_by_name(client,
		tc_references_find_operation(references, "queue", "newer"), NULL, 0, NULL, &err);
	tc_items *items = tc_items_new(call, NULL, &err);
	assert_ok(err.code, &err);
	for (; tc_items_next(items, &item, &err) == TC_OK && item; count++) {
		assert_true(tc_json_int64(item, &value));
		sum += value;
	}
	assert_ok(err.code, &err);
	assert_int_equal(count, 3);
	assert_int_equal(sum, 6);
	tc_items_free(items);
	tc_call_free(call);
	tc_client_free(client);
	tc_references_free(references);
	tc_responder_stop(responder);
}

/* ---- who decides about repetition ---- */

#define ENTRY(method, more) \
	"\"method\":\"" method "\",\"route\":\"/" \
	"things\",\"args\":[],\"stability\":\"stable\"" more

/* How often a function of a bundle is sent to a server that answers 503. */
static size_t attempts(char *bundle, const char *name)
{
	static const struct tc_fake_reply busy = { .head = "HTTP/1.1 503 x\n\n", .body = "" };
	tc_references *references = read_bundle(bundle);
	const struct tc_operation *operation =
		tc_references_find_operation(references, "queue", name);
	struct world world;

	assert_non_null(operation);
	open_world(&world, &busy, 1);
	tc_call *call = make_by_name(world.client, operation);
	assert_int_equal(tc_call_perform(call, NULL, NULL), TC_ERROR_HTTP);
	size_t count = world.fake.attempt_count;
	tc_call_free(call);
	close_world(&world);
	tc_references_free(references);
	return count;
}

static void an_unknown_function_is_repeated_by_its_method(void **state)
{
	(void)state;
	assert_int_equal(attempts(bundle_function("newer", ENTRY("get", "")), "newer"), 6);
	assert_int_equal(attempts(bundle_function("newer", ENTRY("post", "")), "newer"), 1);
	assert_int_equal(attempts(bundle_function("newer", ENTRY("patch", "")), "newer"), 1);
	assert_int_equal(attempts(bundle_function("newer", ENTRY("put", "")), "newer"), 1);
	assert_int_equal(attempts(bundle_function("newer", ENTRY("delete", "")), "newer"), 1);
}

/* A known name with another route, or another method, is another function. */
static void a_known_name_alone_is_nothing(void **state)
{
	(void)state;
	assert_int_equal(tc_find_operation("queue", "createTask")->retry, TC_RETRY_ALWAYS);
	assert_int_equal(
		attempts(bundle_function("createTask", ENTRY("post", "")), "createTask"), 1);
	assert_int_equal(tc_find_operation("queue", "scheduleTask")->retry, TC_RETRY_ALWAYS);
	assert_int_equal(
		attempts(bundle_function("scheduleTask", ENTRY("post", "")), "scheduleTask"), 1);
}

/* One that has changed otherwise has the library's rules; in another version it is another one. */
static void a_known_function_has_the_librarys_rules(void **state)
{
	static const char claim_work[] =
		"\"method\":\"post\",\"route\":\"/claim-work/<taskQueueId>\","
		"\"args\":[\"taskQueueId\"],\"query\":[\"newer\"]";
	const struct tc_operation *known = tc_find_operation("queue", "claimWork");
	char *text = bundle_function("claimWork", claim_work);

	(void)state;
	assert_int_not_equal(known->wait_ms, 0);
	for (int version = 1; version <= 2; version++) {
		char *at = strstr(text, "\"apiVersion\":\"v");
		tc_error err = TC_ERROR_INIT;
		tc_references *references = NULL;
		at[strlen("\"apiVersion\":\"v")] = (char)('0' + version);
		assert_ok(tc_references_read_text(text, strlen(text), "b", NULL, &references, &err),
			&err);
		const struct tc_operation *live =
			tc_references_find_operation(references, "queue", "claimWork");
		bool same = version == 1;
		assert_int_equal(live->query_count, 1);
		assert_int_equal(live->wait_ms, same ? known->wait_ms : 0);
		assert_int_equal(live->retry, same ? known->retry : TC_RETRY_NEVER);
		assert_int_equal(live->secret_reply, same ? known->secret_reply : true);
		tc_references_free(references);
	}
	tc_release(text);
}

/* The library's rules of arguments go by place: what has them in another order has none of them. */
static void a_known_function_has_its_arguments_in_order(void **state)
{
	static const char *const orders[] = { "\"taskId\",\"runId\",\"name\"",
		"\"name\",\"taskId\",\"runId\"" };
	const struct tc_operation *known = tc_find_operation("queue", "getArtifact");
	char entry[300];

	(void)state;
	assert_non_null(known->success);
	for (size_t i = 0; i < 2; i++) {
		snprintf(entry, sizeof entry, "\"method\":\"get\",\"route\":\"%s\",\"args\":[%s]",
			known->route, orders[i]);
		tc_references *references = read_bundle(bundle_function("getArtifact", entry));
		const struct tc_operation *live =
			tc_references_find_operation(references, "queue", "getArtifact");
		assert_ptr_equal(live->success, i == 0 ? known->success : NULL);
		tc_references_free(references);
	}
}

/* An argument that may be empty may be in a deployment's own references. */
static void a_live_function_takes_the_same_empty_arguments(void **state)
{
	static const struct tc_fake_reply fine = { .head = "HTTP/1.1 200 OK\n\n", .body = "{}" };
	const struct tc_pair top = { "namespace", "" };
	tc_references *references = read_tree();
	tc_error err = TC_ERROR_INIT;
	struct world world;

	(void)state;
	open_world(&world, &fine, 1);
	tc_call *call = tc_call_by_name(world.client,
		tc_references_find_operation(references, "index", "listNamespaces"), &top, 1, NULL,
		&err);
	assert_ok(err.code, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_non_null(strstr(world.fake.attempts[0].url, "/api/index/v1/namespaces/"));
	tc_call_free(call);
	close_world(&world);
	tc_references_free(references);
}

/* What the tree's own conventions say of it is not taken. */
static void conventions_do_not_decide(void **state)
{
	size_t length;
	char *text = bundle_of(
		"\"entries\":[{\"type\":\"function\",\"name\":\"newer\"," ENTRY("post", "") "}]",
		",{\"filename\":\"conventions.json\",\"content\":{\"$schema\":"
		"\"/schemas/libtaskcluster/conventions-v0.json#\",\"release\":\"999\","
		"\"services\":{\"queue\":{\"operations\":{\"newer\":{\"retry\":\"always\","
		"\"waitMs\":600000,\"reply\":{\"statuses\":[303]}}}}}}}",
		&length);
	tc_references *references = read_bundle(text);
	const struct tc_operation *newer =
		tc_references_find_operation(references, "queue", "newer");

	(void)state;
	assert_int_equal(newer->retry, TC_RETRY_NEVER);
	assert_int_equal(newer->wait_ms, 0);
	assert_null(newer->success);
	assert_string_equal(tc_references_release(references), "999");
	tc_references_free(references);
}

/* 429, or no connection: the server has not begun. */
static void only_what_was_not_begun_is_repeated(void **state)
{
	static const struct tc_fake_reply replies[] = {
		{ .head = "HTTP/1.1 429 x\n\n", .body = "" },
		{ .head = "HTTP/1.1 200 x\nContent-Type: application/json\n\n", .body = "{}" },
	};
	static const struct {
		const char *members;
		size_t attempts;
	} cases[] = { { ENTRY("put", ""), 2 }, { ENTRY("delete", ""), 2 },
		{ ENTRY("post", ""), 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tc_references *references = read_bundle(bundle_function("newer", cases[i].members));
		struct world world;
		open_world(&world, replies, 2);
		tc_call *call = make_by_name(
			world.client, tc_references_find_operation(references, "queue", "newer"));
		tc_call_perform(call, NULL, NULL);
		assert_int_equal(world.fake.attempt_count, cases[i].attempts);
		tc_call_free(call);
		close_world(&world);
		tc_references_free(references);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_function_sends_the_same_bytes),
		cmocka_unit_test(every_exchange_is_bound_alike),
		cmocka_unit_test(lists_go_on_over_pages),
		cmocka_unit_test(an_unknown_function_is_repeated_by_its_method),
		cmocka_unit_test(a_known_name_alone_is_nothing),
		cmocka_unit_test(a_known_function_has_the_librarys_rules),
		cmocka_unit_test(a_known_function_has_its_arguments_in_order),
		cmocka_unit_test(a_live_function_takes_the_same_empty_arguments),
		cmocka_unit_test(conventions_do_not_decide),
		cmocka_unit_test(only_what_was_not_begun_is_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
