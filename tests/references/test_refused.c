/* SPDX-License-Identifier: MPL-2.0 */
/* What is broken, huge, circular, or of another host is refused: as the generator refuses it, and
 * in a time and with memory that its size answers for. */
#include "tests/references/bundle.h"

#include "runtime/src/base/buffer.h"
#include "tests/harness/test.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/references.h>

#define BAD "tests/codegen/bad"
#define QUICK_MS 20000 /* for a bundle of some MiB, under a sanitizer on a busy machine */

static void refuse(const char *text, size_t length, const char *message)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;

	int rc = tc_references_read_text(text, length, "b", NULL, &references, &err);
	assert_int_equal(rc, err.code);
	assert_null(references);
	assert_failure(&err, TC_ERROR_INPUT, message);
}

/* ---- the generator's own cases ---- */

/* Those of references that name a host are refused before. */
static bool is_of_another_host(const tc_error *err)
{
	return strstr(tc_error_text(err), "which names a host") != NULL;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

static void check_case(const char *name, size_t *same, size_t *hosts)
{
	char input[600], expected_path[600];
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;
	int length = (int)(ends_with(name, ".json") ? strlen(name) - 5 : strlen(name));

	snprintf(input, sizeof input, BAD "/%s", name);
	snprintf(expected_path, sizeof expected_path, BAD "/%.*s.txt", length, name);
	assert_int_not_equal(tc_references_read(input, NULL, &references, &err), TC_OK);
	assert_null(references);
	char *expected = tc_test_read_file(expected_path, NULL);
	char *end = strrchr(expected, '\n');
	*end = '\0';
	if (is_of_another_host(&err))
		++*hosts;
	else if (strcmp(tc_error_text(&err), expected) == 0)
		++*same;
	else
		fail_msg("%s:\nexpected %s\n     got %s", name, expected, tc_error_text(&err));
	free(expected);
	tc_error_clear(&err);
}

static void the_generators_cases_are_refused_alike(void **state)
{
	DIR *folder = opendir(BAD);
	size_t same = 0, hosts = 0;

	(void)state;
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (*entry->d_name != '.' && !ends_with(entry->d_name, ".txt"))
			check_case(entry->d_name, &same, &hosts);
	}
	closedir(folder);
	print_message("%zu alike, %zu of another host\n", same, hosts);
	assert_true(same > 80 && hosts > 10);
}

/* ---- hosts and routes ---- */

static void references_of_other_hosts_are_refused(void **state)
{
	static const char *const paths[] = { "references/treeherder", "references/buildbot",
		"references/classic" };

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		tc_error err = TC_ERROR_INIT;
		tc_references *references = NULL;
		tc_references_read(paths[i], NULL, &references, &err);
		assert_failure(&err, TC_ERROR_INPUT, "which names a host");
	}
	const char *classic = "{\"baseUrl\":\"https://evil.example.com/v1\",\"version\":1,"
			      "\"title\":\"\",\"description\":\"\",\"entries\":[]}";
	refuse(classic, strlen(classic), "which names a host");
}

static void routes_stay_below_the_root(void **state)
{
	static const char *const routes[] = { "", "things", "//evil.example.com/",
		"/../auth/v1/ping", "/a/../b", "/a/./b", "/a//b", "/a/..", "/%2e%2e/b", "/a%2Fb",
		"/a?b=c", "/a#b", "/a\\\\b", "/a b", "https://evil.example.com/", "/a\\u0000b",
		"/\\u00e9" };

	(void)state;
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		char members[300];
		snprintf(members, sizeof members, "\"method\":\"get\",\"route\":\"%s\",\"args\":[]",
			routes[i]);
		char *text = bundle_function("f", members);
		refuse(text, strlen(text), "/entries/0/route: ");
		tc_release(text);
	}
}

/* An argument cannot lead out, either, nor several together. */
static void arguments_stay_below_the_root(void **state)
{
	static const char *const routes[] = { "/a/<x><y>/b", "/a/.<x>/<y>", "/a/<x>./<y>",
		"/<x>/<y>.." };
	static const char *const values[] = { ".", ".." };
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		char members[300];
		snprintf(members, sizeof members,
			"\"method\":\"get\",\"route\":\"%s\",\"args\":[\"x\",\"y\"]", routes[i]);
		char *text = bundle_function("f", members);
		refuse(text, strlen(text), "/entries/0/route: ");
		tc_release(text);
	}
	options.root_url = "https://tc.example.com";
	tc_client *client = tc_client_new(&options, &err);
	char *text =
		bundle_function("f", "\"method\":\"get\",\"route\":\"/a/<x>/b\",\"args\":[\"x\"]");
	assert_ok(tc_references_read_text(text, strlen(text), "b", NULL, &references, &err), &err);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const struct tc_pair pair = { "x", values[i] };
		assert_null(tc_call_by_name(client,
			tc_references_find_operation(references, "queue", "f"), &pair, 1, NULL,
			&err));
		assert_failure(&err, TC_ERROR_ARGUMENT, "x");
	}
	tc_references_free(references);
	tc_client_free(client);
	tc_release(text);
}

/* ---- size ---- */

static void too_many_bytes(void **state)
{
	struct tc_references_options options = TC_REFERENCES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;
	size_t length;
	char *text = bundle_tree(BUNDLE_TREE, &length);

	(void)state;
	options.bytes_max = length - 1;
	tc_references_read_text(text, length, "b", &options, &references, &err);
	assert_failure(&err, TC_ERROR_INPUT, "b: has ");
	options.bytes_max = length;
	assert_ok(tc_references_read_text(text, length, "b", &options, &references, &err), &err);
	tc_references_free(references);
	options.bytes_max = 200000; /* a tree's files count together */
	tc_references_read(BUNDLE_TREE, &options, &references, &err);
	assert_failure(&err, TC_ERROR_INPUT, " bytes; expected at most ");
	free(text);
}

static void add_repeated(struct tc__buffer *text, const char *format, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tc__buffer_text(text, i ? "," : "");
		tc__buffer_printf(text, format, i, i + 1);
	}
}

static void a_million_functions(void **state)
{
	struct tc__buffer api = TC__BUFFER(SIZE_MAX / 2);
	size_t length;

	(void)state;
	tc__buffer_text(&api, "\"entries\":[");
	add_repeated(&api, "{\"n\":%zu}", 1000000);
	tc__buffer_text(&api, "]");
	char *text = bundle_of(api.data, "", &length);
	refuse(text, length, "/entries: has 1000000 items; expected at most 4096");
	tc_release(text);
	tc__buffer_clear(&api);
}

#define TAKES(schema) \
	"\"entries\":[{\"type\":\"function\",\"name\":\"f\",\"method\":\"post\",\"route\":" \
	"\"/f\",\"args\":[],\"input\":\"v1/" schema ".json#\"}]"
#define SCHEMA "{\"filename\":\"schemas/queue/v1/a.json\",\"content\":"

/* A bundle with this schema as a body; nothing may take long, whether it is taken or not. */
static int read_schema(const struct tc__buffer *schema, tc_error *err)
{
	struct tc__buffer more = TC__BUFFER(SIZE_MAX / 2);
	tc_references *references = NULL;
	size_t length;
	int64_t begin = tc_test_now_ms();

	tc__buffer_text(&more, "," SCHEMA);
	tc__buffer_add(&more, schema->data, schema->length);
	tc__buffer_text(&more, "}");
	char *text = bundle_of(TAKES("a"), more.data, &length);
	int rc = tc_references_read_text(text, length, "b", NULL, &references, err);
	tc_references_free(references);
	tc_release(text);
	tc__buffer_clear(&more);
	assert_true(tc_test_now_ms() - begin < QUICK_MS);
	return rc;
}

static void schemas_in_circles(void **state)
{
	static const struct {
		const char *schema, *message;
	} cases[] = {
		{ "{\"$ref\":\"#\"}", "leads back to itself" },
		{ "{\"$ref\":\"a.json#\"}", "leads back to itself" },
		{ "{\"anyOf\":[{\"$ref\":\"#/definitions/b\"}],\"definitions\":{\"b\":{\"oneOf\":["
		  "{\"$ref\":\"#\"},{}]}}}",
			"leads back to itself" },
		{ "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#\"}"
		  "}}",
			"/properties/a/$ref: is \"#\", which makes an object that must contain "
			"itself" },
		{ "{\"$ref\":\"../../../../etc/passwd\"}", "expected a path inside the tree" },
		{ "{\"$ref\":\"b.json#\"}", "which is missing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tc__buffer schema = TC__BUFFER(SIZE_MAX / 2);
		tc_error err = TC_ERROR_INIT;
		tc__buffer_text(&schema, cases[i].schema);
		read_schema(&schema, &err);
		assert_failure(&err, TC_ERROR_INPUT, cases[i].message);
		tc__buffer_clear(&schema);
	}
}

/* Each level names the next one twice: there are 2^100 ways through it. */
static void ways_without_number(void **state)
{
	struct tc__buffer schema = TC__BUFFER(SIZE_MAX / 2);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__buffer_text(&schema, "{\"$ref\":\"#/definitions/0\",\"definitions\":{");
	add_repeated(&schema,
		"\"%zu\":{\"oneOf\":[{\"type\":\"object\",\"required\":[\"x\"],\"properties\":{"
		"\"x\":"
		"{\"$ref\":\"#/definitions/%zu\"}}},{\"type\":\"object\",\"required\":[\"y\"],"
		"\"properties\":{\"y\":{\"$ref\":\"#/definitions/100\"}}},{\"type\":\"string\"}]}",
		100);
	tc__buffer_text(&schema, ",\"100\":{\"type\":\"integer\"}}}");
	assert_ok(read_schema(&schema, &err), &err);
	tc__buffer_clear(&schema);
}

static void chains_of_any_length(void **state)
{
	struct tc__buffer schema = TC__BUFFER(SIZE_MAX / 2);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__buffer_text(&schema, "{\"$ref\":\"#/definitions/0\",\"definitions\":{");
	add_repeated(&schema,
		"\"%zu\":{\"type\":\"object\",\"required\":[\"x\"],\"properties\":{\"x\":"
		"{\"$ref\":\"#/definitions/%zu\"}}}",
		450);
	tc__buffer_text(&schema, ",\"450\":{\"type\":\"integer\"}}}");
	assert_ok(read_schema(&schema, &err), &err); /* free-form from some depth on */
	tc__buffer_clear(&schema);
	tc__buffer_text(&schema, "{\"$ref\":\"#/definitions/0\",\"definitions\":{");
	add_repeated(&schema, "\"%zu\":{\"$ref\":\"#/definitions/%zu\"}", 100000);
	tc__buffer_text(&schema, ",\"100000\":{\"type\":\"integer\"}}}");
	read_schema(&schema, &err);
	assert_failure(&err, TC_ERROR_INPUT, "is one of too many in a row");
	tc__buffer_clear(&schema);
}

static void lists_that_would_take_the_square(void **state)
{
	struct tc__buffer schema = TC__BUFFER(SIZE_MAX / 2);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__buffer_text(&schema, "{\"type\":\"object\",\"properties\":{");
	add_repeated(&schema, "\"p%zu\":true", 100000);
	tc__buffer_text(&schema, "},\"required\":[");
	add_repeated(&schema, "\"p%zu\"", 100000);
	tc__buffer_text(&schema, "]}");
	read_schema(&schema, &err);
	assert_failure(&err, TC_ERROR_INPUT, "items; expected at most 1000");
	tc__buffer_clear(&schema);
	tc__buffer_text(&schema, "{\"oneOf\":[");
	add_repeated(
		&schema, "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":\"%zu\"}}}", 300);
	tc__buffer_text(&schema, "]}");
	read_schema(&schema, &err);
	assert_failure(&err, TC_ERROR_INPUT, "/oneOf: has 300 items; expected at most 256");
	tc__buffer_clear(&schema);
}

/* Small texts that would become large in memory. */
static void schemas_without_number(void **state)
{
	struct tc__buffer schema = TC__BUFFER(SIZE_MAX / 2);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__buffer_text(&schema, "{\"definitions\":{");
	add_repeated(&schema, "\"%zu\":{}", 300000);
	tc__buffer_text(&schema, "}}");
	read_schema(&schema, &err);
	assert_failure(&err, TC_ERROR_INPUT, "expected at most 200000");
	tc__buffer_clear(&schema);
}

static void broken_texts(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = { { "", "b: line 1" }, { "[", "b: line 1" }, { "[]", "b: /: has neither" },
		{ "null", "b: /: is null; expected an object" },
		{ "{}", "b: /$schema: is missing" },
		{ "[{\"filename\":\"conventions.json\",\"content\":{}}]", "has neither" },
		{ "[{\"filename\":\"references/manifest.json\",\"content\":{\"references\":[]}}]",
			"b: has no reference of a service" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tc_error err = TC_ERROR_INIT;
		tc_references *references = NULL;
		tc_references_read_text(
			cases[i].text, strlen(cases[i].text), "b", NULL, &references, &err);
		if (strncmp(tc_error_text(&err), "b:", 2) != 0)
			fail_msg("%s: %s", cases[i].text, tc_error_text(&err));
		assert_failure(&err, TC_ERROR_INPUT, cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generators_cases_are_refused_alike),
		cmocka_unit_test(references_of_other_hosts_are_refused),
		cmocka_unit_test(routes_stay_below_the_root),
		cmocka_unit_test(arguments_stay_below_the_root),
		cmocka_unit_test(too_many_bytes),
		cmocka_unit_test(a_million_functions),
		cmocka_unit_test(schemas_in_circles),
		cmocka_unit_test(ways_without_number),
		cmocka_unit_test(chains_of_any_length),
		cmocka_unit_test(lists_that_would_take_the_square),
		cmocka_unit_test(schemas_without_number),
		cmocka_unit_test(broken_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
