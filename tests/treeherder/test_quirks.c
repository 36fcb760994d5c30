/* SPDX-License-Identifier: MPL-2.0 */
/* Treeherder's peculiarities, against a server that has them. */
#include "tests/harness/test.h"

#include "tests/treeherder/server.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pages.h>
#include <taskcluster/query.h>
#include <taskcluster/treeherder.h>

struct world {
	struct treeherder *server;
	tc_client *client;
	tc_error err;
	char log[65536];
};

static void on_log(void *data, enum tc_log_level level, const char *line)
{
	struct world *w = data;
	size_t length = strlen(w->log);

	snprintf(w->log + length, sizeof w->log - length, "%d %s\n", level, line);
}

static struct tc_options options_of(struct world *w)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.base_url = tc_responder_url(w->server->responder);
	options.attempts = 1;
	options.log = on_log;
	options.log_data = w;
	options.log_level = TC_LOG_DEBUG;
	return options;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	w->server = calloc(1, sizeof *w->server);
	treeherder_start(w->server);
	struct tc_options options = options_of(w);
	w->client = tc_client_new(&options, &w->err);
	assert_non_null(w->client);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	tc_client_free(w->client);
	treeherder_stop(w->server);
	tc_error_clear(&w->err);
	free(w->server);
	free(w);
	return 0;
}

static void with_credentials(struct world *w)
{
	tc_credentials *credentials = tc_credentials_new("client", "no-secret", NULL, &w->err);

	tc_client_set_credentials(w->client, credentials);
	tc_credentials_free(credentials);
}

/* ---- lists ---- */

static size_t count_items(struct world *w, tc_call *call, int64_t item_max)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	const tc_json *item;
	size_t count = 0;

	options.item_max = item_max;
	assert_non_null(call);
	tc_items *items = tc_items_new(call, &options, &w->err);
	assert_non_null(items);
	while (tc_items_next(items, &item, &w->err) == TC_OK && item)
		count++;
	assert_ok(w->err.code, &w->err);
	tc_items_free(items);
	tc_call_free(call);
	return count;
}

/* 4000 jobs are two full pages; the third is asked for with the whole size, never with 0. */
static void test_all_jobs(void **state)
{
	struct world *w = *state;

	assert_int_equal(
		count_items(w, tc_treeherder_get_jobs_call(w->client, "try", NULL, &w->err), 0),
		JOBS);
	assert_int_equal(w->server->count, 3);
	assert_string_equal(w->server->targets[0], "/api/project/try/jobs/?count=2000");
	assert_string_equal(w->server->targets[1], "/api/project/try/jobs/?offset=2000&count=2000");
	assert_string_equal(w->server->targets[2], "/api/project/try/jobs/?offset=4000&count=2000");
}

static void test_some_jobs(void **state)
{
	struct world *w = *state;

	assert_int_equal(
		count_items(w, tc_treeherder_get_jobs_call(w->client, "try", NULL, &w->err), 2000),
		2000);
	assert_int_equal(w->server->count, 1);
	assert_int_equal(
		count_items(w, tc_treeherder_get_jobs_call(w->client, "try", NULL, &w->err), 2003),
		2003);
	assert_int_equal(w->server->count, 3);
	assert_string_equal(w->server->targets[2], "/api/project/try/jobs/?offset=2000&count=3");
}

static void test_too_many_at_once(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_get_jobs_query query = { .count = "2001" };

	assert_null(tc_treeherder_get_jobs_call(w->client, "try", &query, &w->err));
	assert_failure(&w->err, TC_ERROR_ARGUMENT, "count is 2001; expected at most 2000");
	assert_int_equal(w->server->count, 0);
}

/* Two pushes have each second, so that pages overlap; none comes twice, none is missed. */
static void test_pushes(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_get_pushes_query query = { .count = "7" };
	const tc_json *item;
	int64_t id, expected = PUSHES;

	tc_call *call = tc_treeherder_get_pushes_call(w->client, "try", &query, &w->err);
	tc_items *items = tc_items_new(call, NULL, &w->err);
	while (tc_items_next(items, &item, &w->err) == TC_OK && item) {
		assert_true(tc_json_int64(tc_json_get(item, "id"), &id));
		assert_int_equal(id, expected--);
	}
	assert_ok(w->err.code, &w->err);
	assert_int_equal(expected, 0);
	assert_null(strstr(w->server->targets[1], "offset"));
	assert_non_null(strstr(w->server->targets[1], "push_timestamp__lt="));
	tc_items_free(items);
	tc_call_free(call);
}

/* However many are wanted, though a page cuts a second in two and brings its half again. */
static void test_some_pushes(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_get_pushes_query query = { .count = "4" };

	for (int64_t wanted = 1; wanted <= 12; wanted++) {
		tc_call *call = tc_treeherder_get_pushes_call(w->client, "try", &query, &w->err);
		assert_int_equal(count_items(w, call, wanted), wanted);
	}
	for (size_t i = 0; i < w->server->count; i++)
		assert_null(strstr(w->server->targets[i % 64], "count=0"));
}

/* One page, and told as what it is: the server finds no more than 200, and knows no second page. */
static void test_search(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_get_pushes_query query = { .search = "bug", .count = "10" };
	const tc_json *item;
	size_t count = 0;

	tc_call *call = tc_treeherder_get_pushes_call(w->client, "try", &query, &w->err);
	tc_items *items = tc_items_new(call, NULL, &w->err);
	while (tc_items_next(items, &item, &w->err) == TC_OK && item) {
		assert_int_equal(tc_items_cut(items), TC_CUT_NOT);
		count++;
	}
	assert_ok(w->err.code, &w->err);
	assert_int_equal(count, SEARCHED);
	assert_int_equal(tc_items_cut(items), TC_CUT_SERVER);
	assert_int_equal(w->server->count, 1);
	assert_string_equal(w->server->targets[0], "/api/project/try/push/?count=200&search=bug");
	tc_items_free(items);
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	options.item_max = 7;
	tc_pages *pages = tc_pages_new(call, &options, &w->err);
	tc_response *page;
	assert_ok(tc_pages_next(pages, &page, &w->err), &w->err);
	tc_release(page);
	assert_int_equal(tc_pages_cut(pages), TC_CUT_ITEMS);
	tc_pages_free(pages);
	tc_call_free(call);
}

/* Beside other filters a search is a 500. */
static void test_search_beside_others(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_get_pushes_query query = { .search = "bug", .author = "a@b.c" };

	tc_treeherder_get_pushes(w->client, "try", &query, NULL, &w->err);
	assert_failure(&w->err, TC_ERROR_ARGUMENT, "search cannot go with author, only with count");
	query.author = NULL;
	tc_call *call = tc_treeherder_get_pushes_call(w->client, "try", &query, &w->err);
	assert_ok(tc_call_query_int64(call, "push_timestamp", "lt", 5, &w->err), &w->err);
	tc_call_perform(call, NULL, &w->err);
	assert_failure(&w->err, TC_ERROR_ARGUMENT, "search cannot go with push_timestamp");
	assert_null(tc_items_new(call, NULL, &w->err));
	assert_failure(&w->err, TC_ERROR_ARGUMENT, "search cannot go with push_timestamp");
	assert_int_equal(w->server->count, 0);
	tc_call_free(call);
}

/* A page that only one second fills leads nowhere; a larger one does, once. */
static void test_pushes_of_a_second(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_get_pushes_query query = { .count = "7" };
	size_t large = 0;

	w->server->crowd = 50;
	tc_call *call = tc_treeherder_get_pushes_call(w->client, "try", &query, &w->err);
	assert_int_equal(count_items(w, call, 0), PUSHES);
	for (size_t i = 0; i < w->server->count; i++)
		large += strstr(w->server->targets[i % 64], "count=1000") != NULL;
	assert_int_equal(large, 1);
	query.count = "2"; /* each page is one second, twice */
	w->server->crowd = 0;
	call = tc_treeherder_get_pushes_call(w->client, "try", &query, &w->err);
	assert_int_equal(count_items(w, call, 0), PUSHES);
	w->server->crowd = 50;
	for (int64_t wanted = 1; wanted < 60; wanted += 13) {
		call = tc_treeherder_get_pushes_call(w->client, "try", &query, &w->err);
		assert_int_equal(count_items(w, call, wanted), wanted);
	}
}

/* More than the largest page has: that is told, and nothing goes on for ever. */
static void test_pushes_stuck(void **state)
{
	struct world *w = *state;
	const tc_json *item;
	size_t count = 0;

	w->server->pushes = w->server->crowd = 1500;
	tc_call *call = tc_treeherder_get_pushes_call(w->client, "try", NULL, &w->err);
	tc_items *items = tc_items_new(call, NULL, &w->err);
	while (tc_items_next(items, &item, &w->err) == TC_OK && item)
		count++;
	assert_failure(&w->err, TC_ERROR_REPLY, "have the same push_timestamp");
	assert_int_equal(count, 1000);
	assert_int_equal(w->server->count, 3);
	tc_items_free(items);
	tc_call_free(call);
}

/* A list without an order gives some twice, and others never; told apart they come once. */
static void test_jobs_apart(void **state)
{
	struct world *w = *state;
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	const tc_json *item;
	size_t count = 0;

	w->server->shift = 2;
	tc_call *call = tc_treeherder_get_jobs_call(w->client, "try", NULL, &w->err);
	assert_int_equal(count_items(w, call, 0), JOBS);
	call = tc_treeherder_get_jobs_call(w->client, "try", NULL, &w->err);
	options.distinct_max = JOBS - 2;
	tc_items *items = tc_items_new(call, &options, &w->err);
	while (tc_items_next(items, &item, &w->err) == TC_OK && item)
		count++;
	assert_ok(w->err.code, &w->err);
	assert_int_equal(count, JOBS - 2);
	tc_items_free(items);
	options.distinct_max = JOBS - 3;
	items = tc_items_new(call, &options, &w->err);
	while (tc_items_next(items, &item, &w->err) == TC_OK && item)
		;
	assert_failure(&w->err, TC_ERROR_REPLY, "there are more than 3997 items to be told apart");
	tc_items_free(items);
	tc_call_free(call);
	call = tc_treeherder_get_alert_summaries_call(w->client, NULL, &w->err);
	assert_null(tc_items_new(call, &options, &w->err));
	assert_failure(&w->err, TC_ERROR_ARGUMENT, "have nothing to be told apart by");
	tc_call_free(call);
}

/* A single call is one page: of ten when nobody says how many. */
static void test_one_page(void **state)
{
	static const struct {
		const char *count;
		bool goes_on;
	} rows[] = { { NULL, true }, { "9", true }, { "249", true }, { "250", true },
		{ "251", false } };
	struct world *w = *state;
	tc_response *page;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tc_treeherder_get_pushes_query query = { .count = rows[i].count };
		tc_call *call = tc_treeherder_get_pushes_call(w->client, "try", &query, &w->err);
		assert_ok(tc_call_perform(call, &page, &w->err), &w->err);
		assert_int_equal(tc_page_goes_on(call, page), rows[i].goes_on);
		tc_release(page);
		tc_call_free(call);
	}
	assert_false(tc_page_goes_on(NULL, NULL));
}

static void test_rows(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_get_jobs_query query = { .count = "3", .return_type = "dict" };
	struct tc_treeherder_jobs_response *objects = NULL, *rows = NULL;

	assert_ok(tc_treeherder_get_jobs(w->client, "try", &query, &objects, &w->err), &w->err);
	query.return_type = "list";
	assert_ok(tc_treeherder_get_jobs(w->client, "try", &query, &rows, &w->err), &w->err);
	assert_int_equal(objects->results_count, 3);
	assert_int_equal(rows->results_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(rows->results[i].id, objects->results[i].id);
		assert_string_equal(rows->results[i].job_guid, objects->results[i].job_guid);
		assert_string_equal(rows->results[i].state, "completed");
		assert_int_equal(rows->results[i].start_timestamp.value,
			objects->results[i].start_timestamp.value);
	}
	tc_release(objects);
	tc_release(rows);
}

/* Item by item, too, a row is an object, however its names come. */
static void test_items_of_rows(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_get_jobs_query query = { .return_type = "list" };
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	const tc_json *item;
	int64_t count = 0, id;

	options.item_max = 25;
	tc_call *call = tc_treeherder_get_jobs_call(w->client, "try", &query, &w->err);
	tc_items *items = tc_items_new(call, &options, &w->err);
	while (tc_items_next(items, &item, &w->err) == TC_OK && item) {
		assert_true(tc_json_int64(tc_json_get(item, "id"), &id));
		assert_int_equal(id, count);
		assert_string_equal(tc_json_text(tc_json_get(item, "state")), "completed");
		count++;
	}
	assert_ok(w->err.code, &w->err);
	assert_int_equal(count, 25);
	tc_items_free(items);
	tc_call_free(call);
}

/* ---- refusals ---- */

static void refused(struct world *w, const char *job, int status, const char *text)
{
	tc_treeherder_get_job(w->client, "try", job, NULL, &w->err);
	assert_int_equal(w->err.http_status, status);
	assert_failure(&w->err, TC_ERROR_HTTP, text);
}

static void test_error_shapes(void **state)
{
	struct world *w = *state;

	refused(w, "3", 404, "treeherder.getJob: 404: No job with id: 3");
	refused(w, "4", 400, "first; second");
	refused(w, "5", 500, "it broke");
	refused(w, "6", 302, "https://elsewhere.example.com/");
	refused(w, "7", 404, "nothing there");
	/* as the Python client's users know it: status, URL and body as an error, headers below */
	assert_non_null(strstr(w->log, "1 GET http"));
	assert_non_null(strstr(w->log, "/api/project/try/jobs/3/ failed: treeherder.getJob: 404"));
	assert_non_null(strstr(w->log, "body: \"No job with id: 3\""));
	assert_non_null(strstr(w->log, "4 > Accept: application/json; version=1.1"));
}

/* The status that a program without a name of its own gets, over libcurl alone. */
static long status_for(const struct world *w, const char *agent)
{
	char url[200];
	long status = 0;
	CURL *easy = curl_easy_init();

	assert_non_null(easy);
	snprintf(url, sizeof url, "%s/api/project/try/jobs/",
		tc_responder_url(w->server->responder));
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
	assert_int_equal(curl_easy_perform(easy), CURLE_OK);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(easy);
	return status;
}

static void test_agents_that_are_refused(void **state)
{
	struct world *w = *state;
	struct tc_options options = options_of(w);

	assert_int_equal(status_for(w, "libcurl/7.88.1"), 403);
	assert_int_equal(status_for(w, "python-requests/2.31"), 403);
	assert_int_equal(status_for(w, "mine/1"), 406); /* the version in Accept comes next */
	/* whatever a tool calls itself, it has our name before its own */
	options.user_agent = "python-requests/2.31";
	tc_client *client = tc_client_new(&options, &w->err);
	assert_non_null(client);
	assert_ok(tc_treeherder_get_jobs(client, "try", NULL, NULL, &w->err), &w->err);
	tc_client_free(client);
}

static void test_user_agent(void **state)
{
	struct world *w = *state;
	struct tc_options options = options_of(w);

	options.user_agent = "my-tool/1.0";
	tc_client *client = tc_client_new(&options, &w->err);
	assert_int_not_equal(tc_treeherder_get_job(client, "try", "3", NULL, &w->err), TC_OK);
	assert_non_null(strstr(w->server->last_head, "User-Agent: libtaskcluster/"));
	assert_non_null(strstr(w->server->last_head, " my-tool/1.0"));
	assert_null(strstr(w->server->last_head, "x-taskcluster-trace-id"));
	tc_client_free(client);
}

/* ---- the writes of old ---- */

static int post(struct world *w, size_t count)
{
	static const struct tc_treeherder_jobs_collection_item_job job = { .job_guid = "g" };
	struct tc_treeherder_jobs_collection_item item = { .project = "try", .job = job };
	struct tc_treeherder_jobs_collection jobs = { .items = &item, .items_count = count };

	item.revision = "abc";
	return tc_treeherder_post_job_collection(w->client, "try", &jobs, NULL, &w->err);
}

static void test_collection(void **state)
{
	struct world *w = *state;

	assert_int_equal(post(w, 1), TC_ERROR_CREDENTIALS);
	assert_failure(&w->err, TC_ERROR_CREDENTIALS, "there are no credentials");
	with_credentials(w);
	assert_int_equal(post(w, 0), TC_ERROR_INPUT);
	tc_error_clear(&w->err);
	assert_int_equal(w->server->count, 0);
	assert_ok(post(w, 1), &w->err);
	assert_int_equal(w->server->count, 1);
	assert_non_null(strstr(w->server->last_head, "Authorization: Hawk id=\"client\""));
}

/* A clock that is wrong is a 403 here, and put right; reads do not depend on it. */
static void test_clock(void **state)
{
	struct world *w = *state;

	with_credentials(w);
	w->server->clock_off_s = 300;
	assert_ok(post(w, 1), &w->err);
	assert_int_equal(w->server->count, 2);
	assert_int_equal(tc_client_clock_offset_ms(w->client), 0); /* Taskcluster's is its own */
	assert_ok(post(w, 1), &w->err);
	assert_int_equal(w->server->count, 3);
	assert_int_equal(
		count_items(w, tc_treeherder_get_jobs_call(w->client, "try", NULL, &w->err), 5), 5);
	assert_null(strstr(w->server->last_head, "Authorization"));
}

/* ---- sessions ---- */

static int note(struct world *w)
{
	const struct tc_treeherder_create_note_request body = { .job_id = 1 };

	return tc_treeherder_create_note(w->client, "try", &body, NULL, &w->err);
}

static const struct tc_treeherder_login_query login = { .authorization = "Bearer good",
	.id_token = "an-id-token",
	.access_token_expires_at = "1900000000" };

static void test_session(void **state)
{
	struct world *w = *state;

	assert_int_equal(note(w), TC_ERROR_CREDENTIALS);
	tc_error_clear(&w->err);
	assert_ok(tc_treeherder_login(w->client, &login, NULL, &w->err), &w->err);
	assert_string_equal(w->server->targets[0], "/api/auth/login/");
	assert_int_equal(note(w), TC_ERROR_HTTP); /* it went through to the checks of fields */
	assert_failure(&w->err, TC_ERROR_HTTP,
		"text: This field is required., Too short.; who.email: Not an address.");
	assert_null(strstr(w->log, "s3cret"));
	assert_null(strstr(w->log, "an-id-token"));
	assert_null(strstr(w->log, "Bearer good"));

	/* another client has no part in it */
	tc_client *other = tc_client_dup(w->client, &w->err);
	tc_treeherder_create_note(other, "try",
		&(struct tc_treeherder_create_note_request){ .job_id = 1 }, NULL, &w->err);
	assert_failure(&w->err, TC_ERROR_CREDENTIALS, "no credentials");
	tc_client_free(other);
}

static void test_internal_issue(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_create_internal_issue_request body = { .summary = "" };
	struct tc_treeherder_internal_issue *issue = NULL;

	assert_ok(tc_treeherder_login(w->client, &login, NULL, &w->err), &w->err);
	tc_treeherder_create_internal_issue(w->client, &body, &issue, &w->err);
	assert_failure(&w->err, TC_ERROR_INPUT, "/summary");
	assert_int_equal(w->server->count, 1);
	body.summary = "test.js | leaked";
	assert_ok(tc_treeherder_create_internal_issue(w->client, &body, &issue, &w->err), &w->err);
	assert_string_equal(w->server->last_body, "{\"summary\":\"test.js | leaked\"}");
	assert_int_equal(issue->internal_id, 7);
	assert_string_equal(issue->summary, "test.js | leaked");
	tc_release(issue);
}

static void test_login_fails(void **state)
{
	struct world *w = *state;
	struct tc_treeherder_login_query bad = login;

	bad.authorization = "Bearer bad";
	tc_treeherder_login(w->client, &bad, NULL, &w->err);
	assert_failure(&w->err, TC_ERROR_HTTP, "Invalid header.");
	bad.id_token = NULL;
	tc_treeherder_login(w->client, &bad, NULL, &w->err);
	assert_failure(&w->err, TC_ERROR_ARGUMENT, "the header Id-Token is missing");
	w->server->no_cookie = true;
	tc_treeherder_login(w->client, &login, NULL, &w->err);
	assert_failure(&w->err, TC_ERROR_CREDENTIALS, "set no cookie sessionid");
}

/* ---- realms ---- */

/* What is Taskcluster's in the options or the environment never reaches another server. */
static void test_realm(void **state)
{
	struct world *w = *state;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *credentials = tc_credentials_new("client", "no-secret", NULL, &w->err);

	setenv("TASKCLUSTER_ROOT_URL", "https://tc.example.com", 1);
	setenv("TASKCLUSTER_PROXY_URL", "http://taskcluster", 1);
	setenv("TASKCLUSTER_CLIENT_ID", "client", 1);
	setenv("TASKCLUSTER_ACCESS_TOKEN", "no-secret", 1);
	setenv("TREEHERDER_URL", tc_responder_url(w->server->responder), 1);
	tc_client *client = tc_client_new(NULL, &w->err);
	assert_non_null(client);
	tc_treeherder_post_job_collection(client, "try",
		&(struct tc_treeherder_jobs_collection){
			.items = &(struct tc_treeherder_jobs_collection_item){ .project = "p" },
			.items_count = 1 },
		NULL, &w->err);
	tc_error_clear(&w->err);
	tc_treeherder_get_job(client, "try", "3", NULL, &w->err);
	assert_failure(&w->err, TC_ERROR_HTTP, "No job with id");
	assert_null(strstr(w->server->last_head, "Authorization"));
	tc_client_free(client);

	options.root_url = "https://tc.example.com";
	options.credentials = credentials;
	client = tc_client_new(&options, &w->err);
	tc_call *call = tc_treeherder_get_job_call(client, "try", "3", &w->err);
	assert_string_equal(
		tc_call_url(call), "https://treeherder.mozilla.org/api/project/try/jobs/3/");
	tc_call_free(call);
	tc_treeherder_create_note(client, "try",
		&(struct tc_treeherder_create_note_request){ .job_id = 1 }, NULL, &w->err);
	assert_failure(&w->err, TC_ERROR_CREDENTIALS, "there are no credentials");
	tc_client_free(client);
	tc_credentials_free(credentials);
	unsetenv("TASKCLUSTER_ROOT_URL");
	unsetenv("TASKCLUSTER_PROXY_URL");
	unsetenv("TASKCLUSTER_CLIENT_ID");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
	unsetenv("TREEHERDER_URL");
}

/* ---- the example ---- */

static void test_example(void **state)
{
	struct world *w = *state;
	char command[512], line[256];
	size_t lines = 0, dates = 0;

	setenv("TREEHERDER_URL", tc_responder_url(w->server->responder), 1);
	snprintf(command, sizeof command, "exec '%s/bin/example-treeherder_jobs' try",
		getenv("TC_BUILD_DIR") ? getenv("TC_BUILD_DIR") : "build");
	FILE *output = popen(command, "r");
	assert_non_null(output);
	while (fgets(line, sizeof line, output)) {
		lines++;
		dates += strstr(line, "2023-11-14 22:13:2") != NULL;
	}
	assert_int_equal(pclose(output), 0);
	unsetenv("TREEHERDER_URL");
	assert_int_equal(lines, 10 * (1 + 3));
	assert_int_equal(dates, 30);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_jobs),
		TEST(test_some_jobs),
		TEST(test_too_many_at_once),
		TEST(test_pushes),
		TEST(test_some_pushes),
		TEST(test_search),
		TEST(test_search_beside_others),
		TEST(test_pushes_of_a_second),
		TEST(test_pushes_stuck),
		TEST(test_jobs_apart),
		TEST(test_one_page),
		TEST(test_rows),
		TEST(test_items_of_rows),
		TEST(test_error_shapes),
		TEST(test_user_agent),
		TEST(test_agents_that_are_refused),
		TEST(test_collection),
		TEST(test_clock),
		TEST(test_session),
		TEST(test_internal_issue),
		TEST(test_login_fails),
		TEST(test_realm),
		TEST(test_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
