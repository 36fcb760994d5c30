/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Every function of every reference, without a network: the generated function and the call by name
 * must both send exactly what the reference file says, and give back what the server answers.
 */
#include "tests/harness/test.h"

#include "tests/api/expect.h"
#include "tests/harness/fake.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/registry.h>

#define ROOT "https://tc.example.com"
#define BODY "{\"some\":[\"body\",1]}"

#define REFUSAL \
	"{\"code\":\"ResourceNotFound\",\"message\":\"It is not here\\n---\\nfooter\"," \
	"\"requestInfo\":{\"method\":\"x\"}}"

#define REPLIES 3

struct fixture {
	tc_credentials *credentials;
	const tc_json *payload;
	struct tc_fake fake; /* and its client: new ones for every function */
	struct tc_fake_reply replies[REPLIES];
	char success[256];
	tc_client *client;
	size_t count; /* of functions that a test was about */
};

typedef const char *text;
typedef tc_call *make0(tc_client *, tc_error *);
typedef tc_call *make1(tc_client *, text, tc_error *);
typedef tc_call *make2(tc_client *, text, text, tc_error *);
typedef tc_call *make3(tc_client *, text, text, text, tc_error *);
typedef tc_call *make4(tc_client *, text, text, text, text, tc_error *);
typedef tc_call *make0q(tc_client *, const void *, tc_error *);
typedef tc_call *make1q(tc_client *, text, const void *, tc_error *);
typedef tc_call *make2q(tc_client *, text, text, const void *, tc_error *);
typedef tc_call *make3q(tc_client *, text, text, text, const void *, tc_error *);

/* What a call is answered: made by its function, refused, and made by name. A success is what the
 * function may answer; test_services.c says which ones are not as most. */
static void open_client(struct fixture *f, const struct tc_operation *operation)
{
	bool redirects = operation && operation->success;
	bool own_type = operation && operation->reply_types;

	snprintf(f->success, sizeof f->success, "HTTP/1.1 %d x\nContent-Type: %s\n\n",
		redirects ? operation->success[0] : 200,
		own_type ? operation->reply_types[0] : "application/json");
	f->replies[0].head = f->replies[2].head = f->success;
	f->replies[0].body = f->replies[2].body = "{\"answer\":42}";
	f->replies[1].head = "HTTP/1.1 404 Not Found\nContent-Type: application/json\n\n";
	f->replies[1].body = REFUSAL;
	tc_fake_init(&f->fake, f->replies, REPLIES);
	struct tc_options options = tc_fake_options(&f->fake);
	options.credentials = f->credentials;
	options.unchecked_bodies = true; /* BODY and odd arguments stand for any */
	f->client = tc_fake_client(&f->fake, &options);
}

static void close_client(struct fixture *f)
{
	tc_client_free(f->client);
	tc_fake_clear(&f->fake);
}

static int setup(void **state)
{
	static struct fixture fixture;
	tc_error err = TC_ERROR_INIT;

	fixture.credentials = tc_credentials_new("me", "secret", NULL, &err);
	assert_non_null(fixture.credentials);
	assert_ok(tc_json_parse(BODY, strlen(BODY), &fixture.payload, &err), &err);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	tc_credentials_free(fixture->credentials);
	tc_release(fixture->payload);
	return 0;
}

/* The generated function, found by the name that the reference gives it. */
static tc_call *make_generated(
	struct fixture *f, const struct expected_call *expected, tc_error *err)
{
	text query[EXPECT_QUERY_MAX], a[4] = { 0 };
	void *symbol = dlsym(RTLD_DEFAULT, expected->function);

	if (!symbol)
		fail_msg("there is no function %s", expected->function);
	for (size_t i = 0; i < expected->query_count; i++)
		query[i] = expected->query_values[i];
	for (size_t i = 0; i < expected->argument_count && i < 4; i++)
		a[i] = expected->values[i];
	union {
		void *symbol;
		make0 *f0;
		make1 *f1;
		make2 *f2;
		make3 *f3;
		make4 *f4;
		make0q *f0q;
		make1q *f1q;
		make2q *f2q;
		make3q *f3q;
	} make = { symbol };
	switch (expected->argument_count + (expected->query_count ? 10 : 0)) {
	case 0:
		return make.f0(f->client, err);
	case 1:
		return make.f1(f->client, a[0], err);
	case 2:
		return make.f2(f->client, a[0], a[1], err);
	case 3:
		return make.f3(f->client, a[0], a[1], a[2], err);
	case 4:
		return make.f4(f->client, a[0], a[1], a[2], a[3], err);
	case 10:
		return make.f0q(f->client, query, err);
	case 11:
		return make.f1q(f->client, a[0], query, err);
	case 12:
		return make.f2q(f->client, a[0], a[1], query, err);
	case 13:
		return make.f3q(f->client, a[0], a[1], a[2], query, err);
	default:
		fail_msg("%s has more arguments than this test can give", expected->function);
		return NULL;
	}
}

/* By name, in the reverse order of the reference. */
static tc_call *make_by_name(struct fixture *f, const struct expected_call *expected, tc_error *err)
{
	struct tc_pair pairs[EXPECT_MAX + EXPECT_QUERY_MAX];
	size_t count = 0;

	for (size_t i = expected->query_count; i-- > 0;)
		pairs[count++] = (struct tc_pair){ expected->query[i], expected->query_values[i] };
	for (size_t i = expected->argument_count; i-- > 0;)
		pairs[count++] = (struct tc_pair){ expected->arguments[i], expected->values[i] };
	return tc_call_by_name(f->client, tc_find_operation(expected->service, expected->name),
		pairs, count, expected->has_input ? f->payload : NULL, err);
}

/* The credentials are for the root URL, and the servers of 2015 are elsewhere. */
static void check_signature(
	const struct tc_fake_attempt *attempt, const struct expected_call *expected)
{
	if (expected->classic) {
		assert_null(strstr(attempt->lines, "Authorization:"));
		return;
	}
	assert_non_null(strstr(attempt->lines, "Authorization: Hawk id=\"me\", ts="));
	assert_int_equal(strstr(attempt->lines, "hash=\"") != NULL, expected->has_input);
}

static void check_sent(const struct fixture *f, const struct expected_call *expected)
{
	size_t last = f->fake.attempt_count - 1;
	const struct tc_fake_attempt *attempt = &f->fake.attempts[last];

	assert_string_equal(attempt->method, expected->method);
	assert_string_equal(attempt->url, expected->url);
	check_signature(attempt, expected);
	assert_non_null(strstr(attempt->lines, "User-Agent: libtaskcluster/"));
	assert_int_equal(attempt->has_body, expected->has_input);
	if (!expected->has_input)
		return;
	assert_string_equal(attempt->body, BODY);
	assert_string_equal(tc_fake_header(&f->fake, last, "Content-Type"), "application/json");
}

static void check_success(struct fixture *f, const struct expected_call *expected, tc_call *call)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;

	assert_ok(tc_call_perform_json(call, &reply, &err), &err);
	check_sent(f, expected);
	assert_string_equal(tc_json_text(tc_json_get(reply, "answer")), "42");
	tc_release(reply);
}

static void check_refusal(const struct expected_call *expected, tc_call *call)
{
	tc_error err = TC_ERROR_INIT;
	tc_response *response = NULL;
	char name[256];

	assert_int_equal(tc_call_perform(call, &response, &err), TC_ERROR_HTTP);
	assert_null(response);
	assert_int_equal(err.http_status, 404);
	assert_string_equal(tc_error_server_code(&err), "ResourceNotFound");
	assert_non_null(strstr(tc_error_server_message(&err), "footer"));
	assert_string_equal(tc_error_request_info(&err), "{\"method\":\"x\"}");
	snprintf(name, sizeof name, "%s.%s", expected->service, expected->name);
	assert_non_null(strstr(tc_error_text(&err), name));
	assert_non_null(strstr(tc_error_text(&err), "It is not here"));
	assert_null(strstr(tc_error_text(&err), "footer"));
	tc_error_clear(&err);
}

static void check_call(const struct expected_call *expected, void *data)
{
	struct fixture *f = data;
	tc_error err = TC_ERROR_INIT;

	open_client(f, tc_find_operation(expected->service, expected->name));
	tc_call *call = make_generated(f, expected, &err);
	if (!call)
		fail_msg("%s: %s", expected->function, tc_error_text(&err));
	assert_string_equal(tc_call_url(call), expected->url);
	if (expected->has_input)
		assert_ok(tc_call_body_json(call, f->payload, &err), &err);
	check_success(f, expected, call);
	check_refusal(expected, call);
	tc_call_free(call);

	call = make_by_name(f, expected, &err);
	if (!call)
		fail_msg("%s by name: %s", expected->name, tc_error_text(&err));
	check_success(f, expected, call);
	tc_call_free(call);
	close_client(f);
}

static void test_every_function(void **state)
{
	size_t count = for_each_expected_call(ROOT, check_call, *state);

	assert_int_equal(count, 193 + 44);
}

/* What servers have routes for: the last argument alone may be empty. */
static const struct {
	const char *service, *name, *argument;
	const char *url; /* with all others "a" */
} may_be_empty[] = {
	{ "auth", "awsS3Credentials", "prefix", ROOT "/api/auth/v1/aws/s3/a/a/" },
	{ "classic-index", "listNamespaces", "namespace",
		"https://index.taskcluster.net/v1/namespaces/" },
	{ "classic-index", "listTasks", "namespace", "https://index.taskcluster.net/v1/tasks/" },
	{ "index", "listNamespaces", "namespace", ROOT "/api/index/v1/namespaces/" },
	{ "index", "listTasks", "namespace", ROOT "/api/index/v1/tasks/" },
};
#define MAY_BE_EMPTY (sizeof may_be_empty / sizeof *may_be_empty)

/* Its place in the table; MAY_BE_EMPTY: it is not there. */
static size_t find_empty(const struct expected_call *call, const char *argument)
{
	size_t i = 0;

	while (i < MAY_BE_EMPTY &&
		(strcmp(may_be_empty[i].service, call->service) != 0 ||
			strcmp(may_be_empty[i].name, call->name) != 0 ||
			strcmp(may_be_empty[i].argument, argument) != 0))
		i++;
	return i;
}

/* Each argument refused by its name, in every function that has one. */
static void check_refused_arguments(const struct expected_call *expected, void *data)
{
	static const char *const bad[] = { "", ".", ".." };
	struct fixture *f = data;
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < expected->argument_count * 3; i++) {
		struct expected_call changed = *expected;
		const char *argument = expected->arguments[i / 3];
		if (!*bad[i % 3] && find_empty(expected, argument) < MAY_BE_EMPTY)
			continue;
		strcpy(changed.values[i / 3], bad[i % 3]);
		assert_null(make_generated(f, &changed, &err));
		assert_failure(&err, TC_ERROR_ARGUMENT, argument);
	}
}

/* That it is sent, and what then stands in the path: nothing. */
static void check_empty_argument(const struct expected_call *expected, void *data)
{
	struct fixture *f = data;
	size_t last = expected->argument_count - 1;
	struct expected_call changed = *expected;

	if (!expected->argument_count)
		return;
	size_t place = find_empty(expected, expected->arguments[last]);
	if (place == MAY_BE_EMPTY)
		return;
	for (size_t i = 0; i < last; i++)
		strcpy(changed.values[i], "a");
	strcpy(changed.values[last], "");
	strcpy(changed.url, may_be_empty[place].url);
	if (expected->query_count)
		strcat(changed.url, strchr(expected->url, '?'));
	check_call(&changed, f);
	f->count++;
}

static void test_empty_arguments(void **state)
{
	struct fixture *f = *state;

	f->count = 0;
	for_each_expected_call(ROOT, check_empty_argument, f);
	assert_int_equal(f->count, MAY_BE_EMPTY);
}

static void test_refused_arguments(void **state)
{
	open_client(*state, NULL);
	for_each_expected_call(ROOT, check_refused_arguments, *state);
	close_client(*state);
}

static const struct tc_operation *find(const char *name)
{
	return tc_find_operation("queue", name);
}

static void test_by_name_refusals(void **state)
{
	struct fixture *f = *state;
	const struct tc_pair id = { "taskId", "abc" }, odd = { "taskID", "abc" },
			     null = { "taskId", NULL };
	tc_error err = TC_ERROR_INIT;

	open_client(f, NULL);
	assert_null(tc_call_by_name(f->client, find("status"), NULL, 0, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "taskId");
	assert_null(tc_call_by_name(f->client, find("status"), &odd, 1, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "taskID");
	assert_null(tc_call_by_name(f->client, find("status"), &null, 1, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "taskId");
	assert_null(tc_call_by_name(
		f->client, find("status"), (struct tc_pair[]){ id, id }, 2, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "taskId");
	assert_null(tc_call_by_name(f->client, find("status"), &id, 1, f->payload, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "payload");
	assert_null(tc_call_by_name(f->client, find("createTask"), &id, 1, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "payload");
	assert_null(tc_find_operation("queue", "noSuchFunction"));
	assert_null(tc_find_operation("noSuchService", "status"));
	close_client(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_function),
		cmocka_unit_test(test_refused_arguments),
		cmocka_unit_test(test_empty_arguments),
		cmocka_unit_test(test_by_name_refusals),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
