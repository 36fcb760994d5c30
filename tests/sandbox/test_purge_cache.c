/* SPDX-License-Identifier: MPL-2.0 */

/* Purge-cache: what a worker asks before its first task. */

#include "tests/harness/test.h"

#include "fixture.h"
#include "rows.h"
#include "typed.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/purge_cache.h>
#include <time.h>

#define PURGE "/api/purge-cache/v1/purge-cache"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--check-replies", NULL);
	return 0;
}

static void requests_and_their_lists(void **state)
{
	static const struct row rows[] = {
		{ "a pool without requests", "GET", PURGE "/prov%2Ftype", NULL, 200,
			"{\"requests\":[]}", { 0 } },
		{ "a request has no reply", "POST", PURGE "/prov%2Ftype", "{\"cacheName\":\"a\"}",
			204, NULL, { 0 } },
		{ "it is there", "GET", PURGE "/prov%2Ftype", NULL, 200,
			"{\"provisionerId\":\"prov\",\"workerType\":\"type\",\"cacheName\":\"a\","
			"\"before\":",
			{ 0 } },
		{ "other pools have it not", "GET", PURGE "/prov%2Fother", NULL, 200,
			"{\"requests\":[]}", { 0 } },
		{ "since a time before", "GET", PURGE "/prov%2Ftype?since=$-60$", NULL, 200,
			"\"a\"", { 0 } },
		{ "since a time after", "GET", PURGE "/prov%2Ftype?since=$+60$", NULL, 200,
			"{\"requests\":[]}", { 0 } },
		{ "since something else", "GET", PURGE "/prov%2Ftype?since=then", NULL, 400,
			"InvalidRequestArguments", { 0 } },
		{ "no pool's id", "GET", PURGE "/prov", NULL, 400, "InvalidRequestArguments",
			{ 0 } },
		{ "a request without a name", "POST", PURGE "/prov%2Ftype", "{}", 400,
			"InputValidationError", { 0 } },
		{ "nobody may ask for a purge", "POST", PURGE "/prov%2Ftype",
			"{\"cacheName\":\"a\"}", 403, "purge-cache:prov/type:a",
			{ .unsigned_ = true } },
		{ "another name", "POST", PURGE "/prov%2Ftype", "{\"cacheName\":\"b\"}", 204, NULL,
			{ 0 } },
		{ "all pools, by pages", "GET", PURGE "/list?limit=1", NULL, 200,
			"continuationToken", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void a_repeated_request_moves_its_time(void **state)
{
	tc_client *client = typed_client(server, NULL, NULL, NULL);
	struct tc_purge_cache_purge_cache_request body = { .cache_name = "again" };
	struct tc_purge_cache_purge_cache_request_list *list = NULL;
	tc_error err = TC_ERROR_INIT;
	char before[40];

	(void)state;
	assert_ok(tc_purge_cache_purge_cache(client, "prov/again", &body, NULL, &err), &err);
	assert_ok(tc_purge_cache_purge_requests(client, "prov/again", NULL, &list, &err), &err);
	assert_int_equal(list->requests_count, 1);
	snprintf(before, sizeof before, "%s", list->requests[0].before);
	tc_release(list);
	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	assert_ok(tc_purge_cache_purge_cache(client, "prov/again", &body, NULL, &err), &err);
	struct tc_purge_cache_purge_requests_query query = { .since = before };
	assert_ok(tc_purge_cache_purge_requests(client, "prov/again", &query, &list, &err), &err);
	assert_int_equal(list->requests_count, 1);
	assert_true(strcmp(list->requests[0].before, before) > 0);
	tc_release(list);
	tc_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_and_their_lists),
		cmocka_unit_test(a_repeated_request_moves_its_time),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
