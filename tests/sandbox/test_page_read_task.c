/* SPDX-License-Identifier: MPL-2.0 */

/* The text of a task as a person writes it: what it says, and where it is wrong. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READ "/sandbox/read-task"
#define QUICK_S 10.0 /* on a busy machine, too; what grows with the square takes minutes */

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start(NULL);
	return 0;
}

static struct reply *read_task(const char *text)
{
	return ask(server, "POST", READ, text,
		&(struct quirks){
			.unsigned_ = true, .origin = server->root_url, .type = "text/plain" });
}

#define GOOD \
	"taskQueueId: proj/ci\n" \
	"created: 2026-01-01T00:00:00Z\n" \
	"deadline: 2026-01-02T00:00:00Z\n" \
	"payload: {}\n"
#define META \
	"metadata:\n" \
	"  name: n\n" \
	"  description: d\n" \
	"  owner: o@example.com\n" \
	"  source: https://example.com/\n"
#define JSON_GOOD \
	"\"created\":\"2026-01-01T00:00:00Z\",\"deadline\":\"2026-01-02T00:00:00Z\"," \
	"\"payload\":{},\"taskQueueId\":\"proj/ci\",\n\"metadata\":{\"name\":\"n\"," \
	"\"description\":\"d\",\"owner\":\"o@example.com\",\"source\":\"https://example.com/\"}"

static void what_is_good_has_no_problem(void **state)
{
	static const char *const texts[] = { GOOD META, META GOOD,
		"# mine\n---\n" GOOD META "...\n", "{" JSON_GOOD "}",
		" \n{\n" JSON_GOOD ",\"dependencies\":[]}\n" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct reply *reply = read_task(texts[i]);
		assert_int_equal(reply->status, 200);
		if (tc_json_count(tc_json_get(reply->json, "problems")) != 0)
			fail_msg("%s", reply->body);
		assert_string_equal(reply_text(reply, "/task/metadata/owner"), "o@example.com");
		assert_null(tc_json_at(reply->json, "/task/priority")); /* nothing is added */
	}
}

/* Of each text the first problem. */
static const struct {
	const char *text;
	const char *line, *column, *pointer, *part;
} problems[] = {
	/* block style */
	{ GOOD "priority: 7\n" META, "5", "11", "/priority", "must be of type \"string\"" },
	{ GOOD "priority: highst\n" META, "5", "11", "/priority", "must be one of" },
	{ GOOD META "scopes:\n- a\n-   5\n", "12", "5", "/scopes/1", "must be of type \"string\"" },
	{ GOOD META "routes:\n  - ok\n  - [deep]\n", "12", "5", "/routes/1", "\"string\"" },
	{ GOOD META "retries: 100\n", "10", "10", "/retries", "must be at most 49" },
	/* flow style */
	{ GOOD META "scopes: [a, {b: 1}]\n", "10", "13", "/scopes/1", "\"string\"" },
	{ GOOD "metadata: {name: n, description: d, owner: 5,\n  source: 'https://example.com/'}\n",
		"5", "44", "/metadata/owner", "\"string\"" },
	/* JSON */
	{ "{" JSON_GOOD ",\n\"extra\":{\"a\":\"\\ud83d\\ude00\"},\"scopes\":[5]}", "3", "40",
		"/scopes/0", "\"string\"" },
	{ "{" JSON_GOOD ",\n\t\"retries\": -1}", "3", "13", "/retries", "must be at least 0" },
	/* what is missing */
	{ GOOD, "1", "1", "", "lacks the member \"metadata\"" },
	{ "\n\n  "
	  "deadline: 2026-01-02T00:00:00Z\n",
		"3", "3", "", "lacks the member" },
	{ GOOD "metadata:\n  name: n\n  description: d\n  owner: o@example.com\n", "6", "3",
		"/metadata", "lacks the member \"source\"" },
	{ "{}", "1", "1", "", "lacks the member" },
	/* what is too much */
	{ GOOD META "payloads: 5\n", "10", "11", "", "must not have the member \"payloads\"" },
	{ GOOD META "  a/b: 5\n", "10", "8", "/metadata", "must not have the member \"a/b\"" },
	{ "{" JSON_GOOD ",\n\"a\\\"b\":1}", "3", "8", "", "must not have the member" },
	/* an anchor: where it was written */
	{ "payload: {env: &e [1, 2]}\nscopes: *e\ntaskQueueId: p/w\n"
	  "created: 2026-01-01T00:00:00Z\ndeadline: 2026-01-02T00:00:00Z\n" META,
		"1", "20", "/scopes/0", "\"string\"" },
	/* nothing of a task */
	{ "just words", "1", "1", "", "must be of type \"object\"" },
	{ "- 1\n- 2\n", "1", "1", "", "must be of type \"object\"" },
	/* no text that can be read */
	{ "payload:\n\tcommand: []\n", "2", "1", "", "cannot start any token" },
	{ "payload: [1\nscopes: []\n", "2", "7", "", "did not find expected" },
	{ "{\"payload\": {\n", "2", "1", "", "did not find expected" },
	{ "{\"a\": 1,\n \"b\": 2,\n \"a\": 3}", "3", "2", "", "is given twice" },
	{ "payload: 1\npayload: 2\n", "2", "1", "", "is given twice" },
	{ "payload: !!python/object 1\n", "1", "10", "", "tags are not taken" },
	{ "payload: *none\n", "1", "10", "", "undefined alias" },
	{ "a: \xff\n", "1", "4", "", "UTF-8" },
	{ "", "1", "1", "", "empty" },
};

static const char *number_at(const struct reply *reply, const char *pointer)
{
	const char *text = tc_json_text(tc_json_at(reply->json, pointer));

	return text ? text : "";
}

static void each_problem_has_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
		struct reply *reply = read_task(problems[i].text);
		assert_int_equal(reply->status, 200);
		if (strcmp(number_at(reply, "/problems/0/line"), problems[i].line) != 0 ||
			strcmp(number_at(reply, "/problems/0/column"), problems[i].column) != 0 ||
			strcmp(reply_text(reply, "/problems/0/pointer"), problems[i].pointer) !=
				0 ||
			!strstr(reply_text(reply, "/problems/0/message"), problems[i].part))
			fail_msg("%s\ngave %s", problems[i].text, reply->body);
	}
}

static void what_cannot_be_read_is_null(void **state)
{
	struct reply *reply = read_task("payload: [");

	(void)state;
	assert_int_equal(tc_json_kind(tc_json_get(reply->json, "task")), TC_JSON_NULL);
	assert_int_equal(tc_json_count(tc_json_get(reply->json, "problems")), 1);
	/* what is read and wrong is there */
	reply = read_task("payload: {a: [1]}");
	assert_non_null(tc_json_at(reply->json, "/task/payload/a/0"));
}

static void numbers_are_exact(void **state)
{
	static const char *const texts[] = {
		"{\"extra\":{\"a\":12345678901234567890123,\"b\":1.10,\"c\":1e400,\"d\":-0}}",
		"extra: {a: 12345678901234567890123, b: 1.10, c: 1e400, d: -0}"
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct reply *reply = read_task(texts[i]);
		assert_string_equal(number_at(reply, "/task/extra/a"), "12345678901234567890123");
		assert_string_equal(number_at(reply, "/task/extra/b"), "1.10");
		assert_string_equal(number_at(reply, "/task/extra/c"), "1e400");
		assert_string_equal(number_at(reply, "/task/extra/d"), "-0");
	}
	struct reply *reply = read_task("{\"extra\":{\"a\":\"\\ud83d\\ude00\\u0007\"}}");
	assert_string_equal(reply_text(reply, "/task/extra/a"), "\xf0\x9f\x98\x80\x07");
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A text of a million bytes with the line over and over in a list, and a problem behind it. */
static void assert_quick(const char *begin, const char *line, const char *end)
{
	size_t length = strlen(line), used = strlen(begin);
	char *text = malloc((size_t)1100000);

	assert_non_null(text);
	memcpy(text, begin, used);
	for (; used + length < 1000000; used += length)
		memcpy(text + used, line, length);
	memcpy(text + used, end, strlen(end) + 1);
	double before = seconds();
	struct reply *reply = read_task(text);
	double took = seconds() - before;
	assert_int_equal(reply->status, 200);
	if (took > QUICK_S)
		fail_msg("a million bytes of \"%s\" took %.1f s", line, took);
	assert_true(tc_json_count(tc_json_get(reply->json, "problems")) > 0);
	free(text);
}

static void much_text_is_quick(void **state)
{
	(void)state;
	assert_quick("{\"scopes\":[", "\"a-scope\", ", "5]}");
	assert_quick("{\"extra\":{\"x\":[", "{\"name\": [1, 2.5]},", "5]},\"retries\":\"x\"}");
	assert_quick("scopes:\n", "- a-scope\n", "- 5\n");
	assert_quick("extra:\n  a: [", "{b: 1}, ", "5]\nretries: x\n");
	assert_quick("extra:\n  a:\n", "  - &a {b: 1}\n", "  - *a\nretries: x\n");
	assert_quick("", "[", "");
	assert_quick("", "{a: ", "");
	assert_quick("", "- ", "x");
	assert_quick("a: \"", "text and ", "\"\n");
}

static void what_is_too_much_is_refused(void **state)
{
	size_t length = ((size_t)2 << 20) + 1;
	char *text = malloc(length + 1);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', length);
	text[length] = '\0';
	assert_int_equal(read_task(text)->status, 413);
	text[length - 1] = '\0';
	assert_int_equal(read_task(text)->status, 200);
	free(text);
}

static void for_our_own_page_only(void **state)
{
	struct quirks quirks = { .unsigned_ = true, .type = "text/plain" };

	(void)state;
	assert_int_equal(ask(server, "POST", READ, "a: 1", &quirks)->status, 403);
	quirks.origin = "http://evil.example";
	assert_int_equal(ask(server, "POST", READ, "a: 1", &quirks)->status, 403);
	quirks.origin = server->root_url;
	assert_int_equal(ask(server, "GET", READ, NULL, &quirks)->status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_good_has_no_problem),
		cmocka_unit_test(each_problem_has_its_place),
		cmocka_unit_test(what_cannot_be_read_is_null),
		cmocka_unit_test(numbers_are_exact),
		cmocka_unit_test(much_text_is_quick),
		cmocka_unit_test(what_is_too_much_is_refused),
		cmocka_unit_test(for_our_own_page_only),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
