/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/http/request.h"
#include "tests/harness/ci.h"
#include "tests/harness/growth.h"
#include <stdio.h>
#include <string.h>

static const struct tc_query_operator number[] = { { "lt", TC_LIST_SINGLE },
	{ "eq", TC_LIST_REPEAT }, { "in", TC_LIST_COMMA }, { NULL, 0 } };

static const char *const members[] = { "size", "name", NULL };

static const struct tc_query_rule *const rules[] = {
	&(const struct tc_query_rule){ "size", number, .type = TC_VALUE_INTEGER, .field = true },
	&(const struct tc_query_rule){ .name = "name", .list = TC_LIST_REPEAT, .field = true },
	&(const struct tc_query_rule){ .name = "day", .type = TC_VALUE_DATE },
	&(const struct tc_query_rule){ .name = "when", .type = TC_VALUE_DATE_TIME },
	&(const struct tc_query_rule){ .name = "flag", .type = TC_VALUE_BOOLEAN },
	&(const struct tc_query_rule){ .name = "ratio", .type = TC_VALUE_NUMBER },
	&(const struct tc_query_rule){ .name = "field",
		.values = members,
		.list = TC_LIST_REPEAT,
		.role = TC_ROLE_SELECT },
	&(const struct tc_query_rule){ .name = "order",
		.values = members,
		.list = TC_LIST_REPEAT,
		.role = TC_ROLE_ORDER,
		.reversible = true },
	&(const struct tc_query_rule){
		.name = "limit", .type = TC_VALUE_INTEGER, .minimum = "1", .maximum = "100" },
	NULL,
};

static const char *const *const alternatives[] = { (const char *const[]){ "day", NULL },
	(const char *const[]){ "size__lt", "flag", NULL }, NULL };

static const struct tc_operation_conventions picky = { .query = rules,
	.require_one_of = alternatives };
static const struct tc_operation_conventions conventions = { .query = rules };
static const struct tc_parameter parameters[] = { { "size" }, { "name" }, { "day" }, { "when" },
	{ "flag" }, { "ratio" }, { "field" }, { "order" }, { "limit" } };
static const struct tc_conventions system_conventions = { .accept = NULL };
static const struct tc_service service = { .name = "s", .conventions = &system_conventions };
static const struct tc_operation operation = { .service = &service,
	.name = "list",
	.query = parameters,
	.query_count = 9,
	.conventions = &conventions };
static const struct tc_operation picky_operation = { .service = &service,
	.name = "list",
	.query = parameters,
	.query_count = 9,
	.conventions = &picky };

static int add(struct tc__query *query, const char *key, const char *comparison, const char *value,
	tc_error *err)
{
	return tc__query_add(query, key, comparison, &value, 1, err);
}

static void expect(struct tc__query *query, const char *text)
{
	struct tc__buffer url = TC__BUFFER(1000);

	tc__query_render(query, &url);
	assert_string_equal(tc__buffer_get(&url), text);
	tc__buffer_clear(&url);
	tc__query_clear(query);
}

/* Keys in the order of the reference, operators behind the bare key, values in the caller's. */
static void test_order(void **state)
{
	struct tc__query query = tc__query_for(&operation);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(add(&query, "limit", NULL, "5", &err), &err);
	assert_ok(add(&query, "name", NULL, "b&c", &err), &err);
	assert_ok(add(&query, "name", NULL, "a", &err), &err);
	assert_ok(tc__query_add(&query, "size", "in", (const char *const[]){ "3", "1" }, 2, &err),
		&err);
	assert_ok(add(&query, "size", "in", "2", &err), &err);
	assert_ok(add(&query, "size", "lt", "9", &err), &err);
	assert_ok(add(&query, "size", NULL, "-4", &err), &err);
	expect(&query, "?size=-4&size__lt=9&size__in=3,1,2&name=b%26c&name=a&limit=5");
}

static void refused(const char *key, const char *comparison, const char *value, const char *text)
{
	struct tc__query query = tc__query_for(&operation);
	tc_error err = TC_ERROR_INIT;

	add(&query, key, comparison, value, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, text);
	assert_null(query.entries);
	tc__query_clear(&query);
}

static void test_refused(void **state)
{
	(void)state;
	refused("color", NULL, "1", "color is no key");
	refused("size", "gt", "1", "size has no operator gt");
	refused("name", "eq", "1", "name has no operator eq");
	refused("size", NULL, "1.5", "expected an integer");
	refused("size", NULL, "99999999999999999999", "expected an integer");
	refused("size", "in", "1,2", "expected an integer");
	refused("size", NULL, NULL, "NULL");
	refused("day", NULL, "2026-02-30", "expected a day");
	refused("day", NULL, "2026-02-03T00:00:00", "expected a day");
	refused("when", NULL, "yesterday", "expected a time");
	refused("flag", NULL, "yes!", "expected true or false");
	refused("ratio", NULL, "0x10", "expected a number");
	refused("field", NULL, "color", "none of its values");
	refused("field", NULL, "-size", "none of its values");
	refused("limit", NULL, "0", "expected at least 1");
	refused("limit", NULL, "101", "expected at most 100");
}

static void test_types(void **state)
{
	static const char *const good[][2] = { { "when", "2026-01-31T12:00" },
		{ "when", "2026-01-31T12:00:01.5Z" }, { "when", "2026-01-31T12:00:01+02:00" },
		{ "when", "2026-01-31" }, { "ratio", "-1.5e3" }, { "flag", "false" },
		{ "order", "-size" }, { "day", "2024-02-29" } };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct tc__query query = tc__query_for(&operation);
		tc_error err = TC_ERROR_INIT;
		assert_ok(add(&query, good[i][0], NULL, good[i][1], &err), &err);
		tc__query_clear(&query);
	}
}

/* What the server would take once, and then ignore. */
static void test_repeated(void **state)
{
	struct tc__query query = tc__query_for(&operation);
	const char *values[9] = { "1" };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(add(&query, "size", "lt", "1", &err), &err);
	add(&query, "size", "lt", "2", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "size lt takes one value only");
	assert_ok(tc__query_add_struct(&query, values, &err), &err);
	add(&query, "size", NULL, "2", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "size is in the query struct already");
	tc__query_add(&query, "name", NULL, values, 0, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "name has an empty list");
	expect(&query, "?size=1&size__lt=1");
}

static void test_sent(void **state)
{
	struct tc__query query = tc__query_for(&operation);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__query_add_sent(&query, "size__in", "1,2", &err), &err);
	assert_ok(tc__query_add_sent(&query, "name", "a,b", &err), &err);
	tc__query_add_sent(&query, "size__foo", "1", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "size__foo is neither");
	assert_string_equal(tc__query_value(&query, "size__in"), "1");
	assert_null(tc__query_value(&query, "size"));
	assert_ok(tc__query_replace(&query, "size__in", "7", &err), &err);
	assert_int_not_equal(tc__query_replace(&query, "size__in", "x", &err), TC_OK);
	tc_error_clear(&err);
	expect(&query, "?size__in=7&name=a%2Cb");
}

/* A list of which one value is wrong is not there at all. */
static void test_all_or_nothing(void **state)
{
	struct tc__query query = tc__query_for(&operation);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__query_add_sent(&query, "size__in", "1,x", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "size is \"x\"; expected an integer");
	tc__query_add(&query, "size", "eq", (const char *const[]){ "1", NULL }, 2, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "size has a value that is NULL");
	assert_null(query.entries);
	assert_ok(tc__query_add_sent(&query, "size__in", "1", &err), &err);
	tc__query_add_sent(&query, "size__in", "2,,3", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "size is \"\"");
	expect(&query, "?size__in=1");
}

/* The last change alone, whatever it was. */
static void test_undo(void **state)
{
	struct tc__query query = tc__query_for(&operation);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__query_undo(&query);
	assert_ok(add(&query, "name", NULL, "a", &err), &err);
	assert_ok(add(&query, "name", NULL, "b", &err), &err);
	tc__query_undo(&query);
	tc__query_undo(&query);
	assert_ok(add(&query, "size", NULL, "1", &err), &err);
	tc__query_undo(&query);
	assert_ok(tc__query_replace(&query, "name", "c", &err), &err);
	tc__query_undo(&query);
	assert_ok(add(&query, "limit", NULL, "5", &err), &err);
	expect(&query, "?name=a&limit=5");
}

static void test_selection(void **state)
{
	struct tc__query query = tc__query_for(&operation);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(add(&query, "size", "lt", "1", &err), &err);
	assert_ok(add(&query, "order", NULL, "-name", &err), &err);
	assert_ok(tc__query_check(&query, &err), &err);
	assert_ok(add(&query, "field", NULL, "name", &err), &err);
	tc__query_check(&query, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "size is filtered by");
	assert_ok(add(&query, "field", NULL, "size", &err), &err);
	assert_ok(tc__query_check(&query, &err), &err);
	tc__query_clear(&query);
}

static void test_alternatives(void **state)
{
	struct tc__query query = tc__query_for(&picky_operation);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__query_check(&query, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "the query needs day, or size__lt and flag");
	assert_ok(add(&query, "size", "lt", "1", &err), &err);
	assert_int_not_equal(tc__query_check(&query, &err), TC_OK);
	tc_error_clear(&err);
	assert_ok(add(&query, "flag", NULL, "yes", &err), &err);
	assert_ok(tc__query_check(&query, &err), &err);
	expect(&query, "?size__lt=1&flag=true"); /* however it was written */
	tc__query_clear(&query);
}

static const struct tc__site site = { .server = CI_ROOT };

static void open_request(struct tc__request *request)
{
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__request_init(request, &site, CI(FIND), NULL, NULL, &err), &err);
}

/* The URL is what the whole query makes, and its parts are those of that URL. */
static void expect_url(const struct tc__request *request, const char *expected)
{
	struct tc__buffer query = TC__BUFFER(TC__URL_MAX);
	struct tc__url parts;

	tc__query_render(&request->query, &query);
	assert_string_equal(tc__buffer_get(&query), expected);
	assert_string_equal(request->url.data + request->query_at, expected);
	assert_int_equal(tc__url_parse(request->url.data, &parts, NULL), TC_OK);
	assert_ptr_equal(request->parts.host, parts.host);
	assert_int_equal(request->parts.host_length, parts.host_length);
	assert_ptr_equal(request->parts.resource, parts.resource);
	assert_int_equal(request->parts.resource_length, parts.resource_length);
	assert_int_equal(strlen(request->url.data), request->url.length);
	tc__buffer_clear(&query);
}

/* Each value goes to its place in the URL: in front of all, between others, behind them. */
static void test_the_url_grows_at_any_place(void **state)
{
	static const struct {
		const char *key, *value, *url;
	} steps[] = {
		{ "tag", "a", "?tag=a" },
		{ "size__in", "1", "?size__in=1&tag=a" },
		{ "tag", "b c", "?size__in=1&tag=a&tag=b%20c" },
		{ "size__in", "2,3", "?size__in=1,2,3&tag=a&tag=b%20c" },
		{ "size", "0", "?size=0&size__in=1,2,3&tag=a&tag=b%20c" },
		{ "order", "-size", "?size=0&size__in=1,2,3&tag=a&tag=b%20c&order=-size" },
		{ "day", "2026-01-31",
			"?size=0&size__in=1,2,3&day=2026-01-31&tag=a&tag=b%20c&order=-size" },
	};
	struct tc__request request;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	open_request(&request);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		assert_ok(
			tc__request_query_sent(&request, steps[i].key, steps[i].value, &err), &err);
		expect_url(&request, steps[i].url);
	}
	assert_int_not_equal(tc__request_query_sent(&request, "size", "x", &err), TC_OK);
	tc_error_clear(&err);
	assert_ok(tc__request_query_replace(&request, "tag", "z", &err), &err);
	assert_ok(tc__request_query_sent(&request, "size__in", "4", &err), &err);
	expect_url(&request, "?size=0&size__in=1,2,3,4&day=2026-01-31&tag=z&order=-size");
	tc__request_clear(&request);
}

/* What does not fit any more is not there, and what fits comes behind what was there. */
static void test_a_full_url_keeps_what_it_had(void **state)
{
	struct tc__request request;
	tc_error err = TC_ERROR_INIT;
	char wide[1001];
	int rc = TC_OK;

	(void)state;
	memset(wide, 'x', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	open_request(&request);
	while (rc == TC_OK)
		rc = tc__request_query(
			&request, "tag", NULL, (const char *const[]){ wide }, 1, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "the URL is over 65536 bytes");
	rc = tc__request_query(&request, "name", NULL, (const char *const[]){ wide }, 1, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "name is no key");
	rc = tc__request_query_sent(&request, "order", "size", &err);
	assert_ok(rc, &err);
	assert_true(request.url.length > TC__URL_MAX - 1100);
	assert_string_equal(
		request.url.data + request.url.length - strlen("&order=size"), "&order=size");
	struct tc__buffer query = TC__BUFFER(TC__URL_MAX);
	tc__query_render(&request.query, &query);
	assert_string_equal(request.url.data + request.query_at, tc__buffer_get(&query));
	tc__buffer_clear(&query);
	tc__request_clear(&request);
}

static void add_values(const char *key, const char *behind, size_t count)
{
	struct tc__request request;
	tc_error err = TC_ERROR_INIT;

	open_request(&request);
	if (behind)
		assert_ok(tc__request_query_sent(&request, behind, "size", &err), &err);
	for (size_t i = 0; i < count; i++) {
		char value[32];
		snprintf(value, sizeof value, "%zu", i);
		assert_ok(tc__request_query_sent(&request, key, value, &err), &err);
	}
	tc__request_clear(&request);
}

static void add_repeated(size_t count)
{
	add_values("tag", NULL, count);
}

static void add_joined(size_t count)
{
	add_values("size__in", NULL, count);
}

static void add_in_front(size_t count)
{
	add_values("tag", "order", count);
}

static void test_value_by_value_takes_linear_time(void **state)
{
	(void)state;
	assert_linear(add_repeated, 500);
	assert_linear(add_joined, 1000);
	assert_linear(add_in_front, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_sent),
		cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_alternatives),
		cmocka_unit_test(test_the_url_grows_at_any_place),
		cmocka_unit_test(test_a_full_url_keeps_what_it_had),
		cmocka_unit_test(test_value_by_value_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
