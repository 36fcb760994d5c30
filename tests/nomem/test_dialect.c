/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What systems that are not Taskcluster add, with each single allocation failing in turn: typed
 * queries, sessions, remote procedure calls, refusals of every shape, rows, styles of paging, file
 * names, realms. Beyond a clean error and no leak: an error of a server never becomes a success,
 * and what failed has changed nothing.
 */
#include "tests/harness/test.h"

#include "runtime/src/call/client.h"
#include "runtime/src/http/events.h"
#include "tests/harness/ci.h"
#include "tests/nomem/failing.h"
#include "tests/nomem/silent.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pages.h>
#include <taskcluster/query.h>

/* ---- a server that allocates nothing ---- */

struct reply {
	const char *mark; /* what the URL has in it */
	const char *head, *body;
};

#define OK "HTTP/1.1 200 OK\n\n"
#define BAD "HTTP/1.1 400 Bad Request\n\n"
#define LOGGED_IN \
	"HTTP/1.1 200 OK\nSet-Cookie: csrftoken=c1\nSet-Cookie: SID=old\nSet-Cookie: SID=s1\n\n"
#define THING(n, id) "{\"n\":" #n ",\"id\":\"" #id "\"}"
#define THINGS(...) "{\"things\":[" __VA_ARGS__ "]}"

static const struct reply replies[] = {
	{ "/auth/login", LOGGED_IN, "" },
	{ "/auth/logout", "HTTP/1.1 200 OK\nSet-Cookie: SID=; Max-Age=0\n\n", "" },
	{ "/find", OK, "{}" },
	{ "/rows", OK,
		"{\"things\":[[1,\"a\"],{\"id\":2},[3]],\"names\":[\"id\",\"name\"],\"more\":1}" },
	{ "/file",
		"HTTP/1.1 200 OK\nContent-Disposition: attachment; filename=\"x.txt\"; "
		"filename*=UTF-8''l%C3%B6g.txt\n\n",
		"bytes" },
	{ "things?count=2&at=4", OK, THINGS() },
	{ "things?count=2&at=2", OK, THINGS("{},{}") },
	{ "things?count=2&at=3", OK, THINGS() },
	{ "things?count=2&at=x", OK, THINGS("{}") },
	{ "things?count=2", OK,
		"{\"things\":[{},{}],\"next\":\"https://ci.example.com/things?a=1&at=x\"}" },
	{ "things?count=3&at=9", OK, THINGS(THING(8, c) "," THING(7, d)) },
	{ "things?count=3", OK, THINGS(THING(9, a) "," THING(8, b) "," THING(8, c)) },
	{ "things?count=10&at=t", OK, THINGS("{}") },
	{ "things?count=10", OK, "{\"things\":[{}],\"next\":\"t\"}" },
	{ "/thing", OK, "{\"a\":1}" },
};

struct world {
	struct tc__transport transport;
	tc_client *client; /* without credentials */
	tc_credentials *credentials;
	const char *head, *body;
	int refusals; /* so many calls with a session find that it has ended */
};

static int64_t now_ms = 1700000000000;

static struct timespec clock_now(void *data)
{
	(void)data;
	return (struct timespec){ .tv_sec = (time_t)(now_ms / 1000) };
}

static void give(struct tc__reply *reply, const char *head, const char *body)
{
	for (const char *line = head; *line; line = strchr(line, '\n') + 1)
		if (tc__reply_line(reply, line, (size_t)(strchr(line, '\n') + 1 - line)) != TC_OK)
			return;
	tc__reply_body(reply, body, strlen(body));
}

static bool has_line(const struct tc__attempt *attempt, const char *begin)
{
	for (size_t i = 0; i < attempt->line_count; i++)
		if (strncmp(attempt->lines[i], begin, strlen(begin)) == 0)
			return true;
	return false;
}

static int deliver(struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err)
{
	struct world *w = (struct world *)transport;
	const struct tc__attempt *attempt = delivery->attempt;
	const struct reply *reply = replies;

	(void)err;
	if (w->head) {
		give(delivery->reply, w->head, w->body);
		return TC_OK;
	}
	while (!strstr(attempt->url, reply->mark))
		reply++;
	if (strcmp(attempt->method, "POST") == 0) {
		assert_true(has_line(attempt, "Cookie: csrftoken=c1; SID=s1"));
		assert_true(has_line(attempt, "X-CSRFToken: c1"));
		assert_false(has_line(attempt, "Authorization"));
		if (w->refusals && w->refusals--) {
			give(delivery->reply, "HTTP/1.1 401 No\n\n", "");
			return TC_OK;
		}
	}
	give(delivery->reply, reply->head, reply->body);
	return TC_OK;
}

static const struct tc__transport_kind kind = SILENT_KIND(deliver);

static tc_client *client_of(struct world *w, const tc_credentials *credentials, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;

	seams.clock = clock_now;
	options.base_url = CI_ROOT;
	options.credentials = credentials;
	options.seams = &seams;
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, err);
	if (client)
		tc__client_set_transport(client, &w->transport);
	return client;
}

static tc_call *call_of(tc_client *client, const struct tc_operation *operation, tc_error *err)
{
	return tc_generated_call(client, operation, NULL, NULL, err);
}

/* ---- queries ---- */

static int ask_all(tc_call *call, tc_error *err)
{
	static const char *const sizes[] = { "1", "2", "3" };
	int rc = tc_call_query_list(call, "size", "in", sizes, 3, err);

	if (rc == TC_OK)
		rc = tc_call_query_int64(call, "size", "lt", 7, err);
	if (rc == TC_OK)
		rc = tc_call_query(call, "ratio", NULL, "-1.5e3", err);
	if (rc == TC_OK)
		rc = tc_call_query(call, "when", NULL, "2026-01-31T12:00", err);
	if (rc == TC_OK)
		rc = tc_call_query(call, "day", NULL, "2026-01-31", err);
	if (rc == TC_OK)
		rc = tc_call_query_list(call, "tag", NULL, sizes, 2, err);
	if (rc == TC_OK)
		rc = tc_call_query(call, "field", NULL, "size", err);
	return rc == TC_OK ? tc_call_query(call, "order", NULL, "-size", err) : rc;
}

static int case_query(struct world *w, tc_error *err)
{
	tc_call *call = call_of(w->client, CI(FIND), err);
	int rc = call ? ask_all(call, err) : err->code;

	if (rc == TC_OK)
		rc = tc_call_perform(call, NULL, err);
	if (rc == TC_OK)
		assert_string_equal(tc_call_url(call),
			CI_ROOT "/api/v1/find?size__lt=7&size__in=1,2,3&ratio=-1.5e3&"
				"when=2026-01-31T12%3A00&day=2026-01-31&tag=1&tag=2&field=size&"
				"order=-size");
	tc_call_free(call);
	return rc;
}

static int case_by_name(struct world *w, tc_error *err)
{
	static const struct tc_pair pairs[] = { { "size__in", "1,2" }, { "tag", "a" },
		{ "tag", "b" }, { "size__lt", "3" } };
	tc_call *call = tc_call_by_name(w->client, CI(FIND), pairs, 4, NULL, err);
	int rc = call ? tc_call_perform(call, NULL, err) : err->code;

	tc_call_free(call);
	return rc;
}

static int case_headers(struct world *w, tc_error *err)
{
	const struct ci_open_query query = { "me", "because" };
	tc_call *call = tc_generated_call(w->client, CI(OPEN), NULL, &query, err);
	int rc = call ? TC_OK : err->code;

	tc_call_free(call);
	return rc;
}

/* What fails is not half there, not even when more is asked for. */
static void test_a_query_that_failed_is_as_it_was(void **state)
{
	static const char *const tags[] = { "first", "second" };
	struct world *w = *state;
	bool failed = true;

	for (long n = 1; failed; n++) {
		tc_error err = TC_ERROR_INIT;
		tc_call *call = call_of(w->client, CI(FIND), &err);
		assert_ok(tc_call_query(call, "tag", NULL, "zeroth", &err), &err);
		tc_failing_start(n);
		int rc = tc_call_query_list(call, "tag", NULL, tags, 2, &err);
		tc_failing_stop(&failed);
		assert_int_equal(rc, failed ? TC_ERROR_NOMEM : TC_OK);
		const char *more = failed ? "" : "&tag=first&tag=second";
		assert_string_equal(strchr(tc_call_url(call), '?') + strlen("?tag=zeroth"), more);
		assert_ok(tc_call_query(call, "tag", NULL, "third", &err), &err);
		assert_string_equal(strrchr(tc_call_url(call), '&'), "&tag=third");
		if (failed)
			assert_null(strstr(tc_call_url(call), "first"));
		tc_call_free(call);
	}
}

/* ---- sessions ---- */

static int write_thing(tc_client *client, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_generated_perform(client, CI(WRITE), NULL, NULL, NULL, &json, err);

	assert_true((rc == TC_OK) == (json != NULL));
	tc_release(json);
	return rc;
}

/* A login, a call, another login since the session has ended meanwhile, and a logout. */
static int case_session(struct world *w, tc_error *err)
{
	tc_client *client = client_of(w, w->credentials, err);
	int rc = client ? write_thing(client, err) : err->code;

	w->refusals = 1;
	now_ms += 61000;
	if (rc == TC_OK)
		rc = write_thing(client, err);
	w->refusals = 0;
	if (rc == TC_OK)
		rc = tc_generated_perform(client, CI(LOGOUT), NULL, NULL, NULL, NULL, err);
	tc_client_free(client);
	return rc;
}

/* A call that fails leaves a session that another call can go on with. */
static void test_a_session_survives(void **state)
{
	struct world *w = *state;
	bool failed = true;

	for (long n = 1; failed; n++) {
		tc_error err = TC_ERROR_INIT;
		tc_client *client = client_of(w, w->credentials, &err);
		assert_ok(write_thing(client, &err), &err);
		tc_failing_start(n);
		int rc = write_thing(client, &err);
		tc_failing_stop(&failed);
		assert_int_equal(rc, failed ? TC_ERROR_NOMEM : TC_OK);
		tc_error_clear(&err);
		assert_ok(write_thing(client, &err), &err);
		tc_client_free(client);
	}
}

/* A cookie that cannot be replaced stays. */
static void test_a_cookie_that_failed_is_as_it_was(void **state)
{
	struct tc__session session = { 0 };
	struct tc__url parts;
	tc_error err = TC_ERROR_INIT;
	bool failed = true;

	(void)state;
	assert_ok(tc__url_parse(CI_ROOT "/", &parts, &err), &err);
	assert_ok(tc__session_take(&session, &parts, "SID=one", 0, &err), &err);
	for (long n = 1; failed; n++) {
		tc_failing_start(n);
		int rc = tc__session_take(&session, &parts, "SID=two", 0, &err);
		const char *value = tc__session_cookie(&session, &parts, "SID");
		tc_failing_stop(&failed);
		assert_int_equal(rc, failed ? TC_ERROR_NOMEM : TC_OK);
		assert_non_null(value);
		assert_string_equal(value, failed ? "one" : "two");
		tc_error_clear(&err);
	}
	tc__session_clear(&session);
}

/* ---- remote procedure calls ---- */

static int stop(struct world *w, const char *body, tc_error *err)
{
	const tc_json *params = NULL;
	struct ci_stopped *result = NULL;
	int rc = tc_json_parse("{\"reason\":\"so\"}", 15, &params, err);

	w->client->rpc_id = 0;
	w->head = "HTTP/1.1 200 OK\nContent-Type: text/plain\n\n";
	w->body = body;
	if (rc == TC_OK)
		rc = tc_generated_perform(w->client, CI(STOP), NULL, NULL, params, &result, err);
	assert_true((rc == TC_OK) == (result != NULL));
	if (result)
		assert_int_equal(result->set, 5);
	tc_release(params);
	tc_release(result);
	w->head = NULL;
	return rc;
}

static int case_rpc(struct world *w, tc_error *err)
{
	return stop(w, "{\"id\":1,\"result\":[5,{\"1\":9},0]}", err);
}

/* What memory does not allow of a server's words is left out; that it refused is not. */
static int expect_refusal(int rc, int status, tc_error *err)
{
	if (rc != TC_ERROR_HTTP)
		return rc == TC_OK ? tc__fail(err, TC_ERROR_INPUT, "a refusal became a success")
				   : rc;
	assert_int_equal(err->http_status, status);
	assert_true(strlen(tc_error_text(err)) > 5);
	tc_error_clear(err);
	return TC_OK;
}

static int case_rpc_error(struct world *w, tc_error *err)
{
	return expect_refusal(
		stop(w, "{\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}", err), 200, err);
}

static int case_rpc_error_object(struct world *w, tc_error *err)
{
	int rc = stop(w,
		"{\"id\":1,\"error\":{\"code\":-32602,\"message\":{\"a\":\"b\",\"c\":[\"d\"]}}}",
		err);

	return expect_refusal(rc, 200, err);
}

static int case_rpc_error_value(struct world *w, tc_error *err)
{
	return expect_refusal(
		stop(w, "{\"id\":1,\"error\":{\"message\":[1,{\"a\":2}]}}", err), 200, err);
}

/* An error without the result that is not required must not pass for one without an error. */
static int case_rpc_error_untyped(struct world *w, tc_error *err)
{
	tc_call *call = call_of(w->client, CI(STOP), err);
	int rc = call ? tc_call_body_bytes(call, "{}", 2, NULL, err) : err->code;

	w->client->rpc_id = 0;
	w->head = OK;
	w->body = "{\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}";
	if (rc == TC_OK)
		rc = tc_call_perform(call, NULL, err);
	w->head = NULL;
	tc_call_free(call);
	return expect_refusal(rc, 200, err);
}

/* ---- refusals ---- */

static int refuse(struct world *w, const char *body, tc_error *err)
{
	w->head = BAD;
	w->body = body;
	int rc = tc_generated_perform(w->client, CI(READ), NULL, NULL, NULL, NULL, err);
	w->head = NULL;
	return expect_refusal(rc, 400, err);
}

static int case_members(struct world *w, tc_error *err)
{
	return refuse(w, "{\"code\":7,\"error\":\"no\",\"info\":{\"a\":1}}", err);
}

static int case_string(struct world *w, tc_error *err)
{
	return refuse(w, "\"no\"", err);
}

static int case_list(struct world *w, tc_error *err)
{
	return refuse(w, "[\"no\",\"never\"]", err);
}

static int case_fields(struct world *w, tc_error *err)
{
	return refuse(w, "{\"day\":[\"no\",\"never\"],\"tree\":{\"name\":\"short\"}}", err);
}

static int case_text(struct world *w, tc_error *err)
{
	return refuse(w, "<html><title>Bad</title></html>", err);
}

/* ---- replies in other shapes ---- */

static int case_rows(struct world *w, tc_error *err)
{
	struct ci_things *list = NULL;
	int rc = tc_generated_perform(w->client, CI(ROWS), NULL, NULL, NULL, &list, err);

	assert_true((rc == TC_OK) == (list != NULL));
	if (list) {
		assert_int_equal(list->things_count, 3);
		assert_int_equal(list->things[2].id, 3);
		assert_string_equal(list->things[0].name, "a");
		assert_null(list->things[2].name);
	}
	tc_release(list);
	return rc;
}

/* No name is better than half a name; and with memory again it is there. */
static int case_file_name(struct world *w, tc_error *err)
{
	tc_response *response = NULL;
	tc_call *call = call_of(w->client, CI(FILE), err);
	int rc = call ? tc_call_perform(call, &response, err) : err->code;
	const char *name = tc_response_file_name(response);

	if (rc == TC_OK && !name)
		rc = tc__fail_nomem(err);
	if (name)
		assert_string_equal(name, "l\xc3\xb6g.txt");
	if (response && !name) {
		tc_failing_stop(NULL); /* the one that failed was the name's */
		assert_string_equal(tc_response_file_name(response), "l\xc3\xb6g.txt");
		tc_release(response);
		tc_call_free(call);
		return tc__fail_nomem(err);
	}
	tc_release(response);
	tc_call_free(call);
	return rc;
}

/* ---- pages ---- */

static int read_pages(
	struct world *w, const struct tc_operation *operation, int expected, tc_error *err)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_call *call = call_of(w->client, operation, err);
	tc_pages *pages = call ? tc_pages_new(call, &options, err) : NULL;
	tc_response *page = NULL;
	int rc = pages ? TC_OK : err->code, count = 0;

	while (rc == TC_OK && (rc = tc_pages_next(pages, &page, err)) == TC_OK && page) {
		count++;
		tc_release(page);
	}
	if (rc == TC_OK)
		assert_int_equal(count, expected);
	tc_pages_free(pages);
	tc_call_free(call);
	return rc;
}

static int case_by_token(struct world *w, tc_error *err)
{
	return read_pages(w, CI(BY_TOKEN), 2, err);
}

static int case_by_offset(struct world *w, tc_error *err)
{
	return read_pages(w, CI(BY_OFFSET), 3, err);
}

static int case_by_page(struct world *w, tc_error *err)
{
	return read_pages(w, CI(BY_PAGE), 3, err);
}

static int case_by_cursor(struct world *w, tc_error *err)
{
	return read_pages(w, CI(BY_CURSOR), 2, err);
}

static int case_by_key(struct world *w, tc_error *err)
{
	return read_pages(w, CI(BY_KEY), 2, err);
}

/* ---- events ---- */

static int case_events(struct world *w, tc_error *err)
{
	static const char text[] =
		"event: hello\ndata: 1\n\nid: 1\nevent: event\ndata: {\"a\":\ndata: 1}\n"
		"\nevent: event\nid: 2\ndata: 2\n\nevent: event\nid: 3\ndata: cut";
	const struct tc_event_stream *stream = CI(LISTEN)->conventions->events;
	struct tc__event_reader reader = TC__EVENT_READER(stream, 1000);
	size_t length, count = 0;
	char *data;
	int rc = TC_OK;

	(void)w;
	for (size_t i = 0; i < sizeof text - 1 && rc == TC_OK; i++)
		rc = tc__events_push(&reader, text + i, 1, err);
	while ((data = tc__events_take(&reader, &length))) {
		assert_string_equal(data, count++ ? "2" : "{\"a\":\n1}");
		tc_release(data);
	}
	if (rc == TC_OK) {
		assert_int_equal(count, 2);
		assert_string_equal(tc__buffer_get(&reader.last_id), "2");
	}
	tc__events_clear(&reader);
	return rc;
}

/* ---- realms ---- */

static int read_thing(tc_client *client, tc_error *err)
{
	int rc = tc_generated_perform(client, CI(READ), NULL, NULL, NULL, NULL, err);

	return rc == TC_OK
		? tc_generated_perform(client, CI_SIGNED(READ), NULL, NULL, NULL, NULL, err)
		: rc;
}

static int case_realms(struct world *w, tc_error *err)
{
	tc_client *client = tc_client_new(NULL, err);
	tc_client *other = NULL;
	int rc = client ? TC_OK : err->code;

	if (client)
		tc__client_set_transport(client, &w->transport);
	if (rc == TC_OK)
		rc = read_thing(client, err);
	if (rc == TC_OK) {
		other = tc_client_dup(client, err);
		rc = other ? TC_OK : err->code;
	}
	tc_client_free(other);
	tc_client_free(client);
	return rc;
}

/* The call that failed has left no half of a realm behind. */
static void test_a_realm_that_failed_is_made_anew(void **state)
{
	struct world *w = *state;
	bool failed = true;

	for (long n = 1; failed; n++) {
		tc_error err = TC_ERROR_INIT;
		tc_client *client = tc_client_new(NULL, &err);
		assert_non_null(client);
		tc__client_set_transport(client, &w->transport);
		tc_failing_start(n);
		int rc = read_thing(client, &err);
		tc_failing_stop(&failed);
		assert_true(
			rc == TC_OK || (failed && (rc == TC_ERROR_NOMEM || rc == TC_ERROR_SYSTEM)));
		tc_error_clear(&err);
		assert_ok(read_thing(client, &err), &err);
		tc_client_free(client);
	}
}

/* ---- all ---- */

struct scenario {
	const char *name;
	int (*run)(struct world *w, tc_error *err);
	/* not each failure is NOMEM: of a refusal's words what memory allows is kept, and OpenSSL
	 * does not say why it fails */
	bool loose;
};

#define CASE(name) \
	{ \
#name, case_##name, false \
	}
#define LOOSE_CASE(name) \
	{ \
#name, case_##name, true \
	}
static const struct scenario scenarios[] = {
	CASE(query),
	CASE(by_name),
	CASE(headers),
	LOOSE_CASE(session),
	CASE(rpc),
	LOOSE_CASE(rpc_error),
	LOOSE_CASE(rpc_error_object),
	LOOSE_CASE(rpc_error_value),
	LOOSE_CASE(rpc_error_untyped),
	LOOSE_CASE(members),
	LOOSE_CASE(string),
	LOOSE_CASE(list),
	LOOSE_CASE(fields),
	LOOSE_CASE(text),
	CASE(rows),
	CASE(file_name),
	CASE(by_token),
	CASE(by_offset),
	CASE(by_page),
	CASE(by_cursor),
	CASE(by_key),
	CASE(events),
	LOOSE_CASE(realms),
};

struct task {
	const struct scenario *scenario;
	struct world *world;
};

static int run(void *data, tc_error *err)
{
	const struct task *task = data;

	return task->scenario->run(task->world, err);
}

static void test_each(void **state)
{
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
		struct task task = { &scenarios[i], *state };
		tc_error err = TC_ERROR_INIT;

		print_message("%s\n", scenarios[i].name); /* the last is the one that fails */
		assert_ok(run(&task, &err), &err);        /* what is made once is not ours */
		long steps = scenarios[i].loose ? tc_failing_each_with_libraries(run, &task)
						: tc_failing_each(run, &task);
		assert_true(steps > 2);
	}
}

static int setup(void **state)
{
	static struct world world = { .transport = { &kind } };
	tc_error err = TC_ERROR_INIT;

	world.client = client_of(&world, NULL, &err);
	assert_ok(err.code, &err);
	world.credentials = tc_credentials_new("me", "secret", NULL, &err);
	assert_ok(err.code, &err);
	setenv("CI_URL", CI_ROOT, 1);
	setenv("CI_ID", "me", 1);
	setenv("CI_SECRET", "secret", 1);
	unsetenv("TASKCLUSTER_ROOT_URL");
	unsetenv("TASKCLUSTER_PROXY_URL");
	unsetenv("TASKCLUSTER_CLIENT_ID");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	tc_client_free(world->client);
	tc_credentials_free(world->credentials);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_a_query_that_failed_is_as_it_was),
		cmocka_unit_test(test_a_session_survives),
		cmocka_unit_test(test_a_cookie_that_failed_is_as_it_was),
		cmocka_unit_test(test_a_realm_that_failed_is_made_anew),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
