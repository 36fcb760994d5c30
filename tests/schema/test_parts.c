/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tools/schema/number.h"
#include "tools/schema/unique.h"
#include "tools/schema/uri.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 3986, 5.4, and paths that are no URIs. */
static void test_references_are_resolved(void **state)
{
	static const struct {
		const char *base, *reference, *means;
	} rows[] = {
#define BASE "http://a/b/c/d;p?q"
		{ BASE, "g:h", "g:h" },
		{ BASE, "g", "http://a/b/c/g" },
		{ BASE, "./g", "http://a/b/c/g" },
		{ BASE, "g/", "http://a/b/c/g/" },
		{ BASE, "/g", "http://a/g" },
		{ BASE, "//g", "http://g" },
		{ BASE, "?y", "http://a/b/c/d;p?y" },
		{ BASE, "g?y", "http://a/b/c/g?y" },
		{ BASE, "#s", "http://a/b/c/d;p?q" },
		{ BASE, "g#s", "http://a/b/c/g" },
		{ BASE, ";x", "http://a/b/c/;x" },
		{ BASE, "", "http://a/b/c/d;p?q" },
		{ BASE, ".", "http://a/b/c/" },
		{ BASE, "./", "http://a/b/c/" },
		{ BASE, "..", "http://a/b/" },
		{ BASE, "../", "http://a/b/" },
		{ BASE, "../g", "http://a/b/g" },
		{ BASE, "../..", "http://a/" },
		{ BASE, "../../g", "http://a/g" },
		{ BASE, "../../../g", "http://a/g" },
		{ BASE, "/./g", "http://a/g" },
		{ BASE, "/../g", "http://a/g" },
		{ BASE, "g.", "http://a/b/c/g." },
		{ BASE, "..g", "http://a/b/c/..g" },
		{ BASE, "./../g", "http://a/b/g" },
		{ BASE, "g/./h", "http://a/b/c/g/h" },
		{ BASE, "g/../h", "http://a/b/c/h" },
		{ BASE, "g?y/../x", "http://a/b/c/g?y/../x" },
		{ "http://a", "g", "http://a/g" },
		{ "http://a?q", "", "http://a?q" },
		{ "/schemas/queue/v1/task.json", "run.json#/x", "/schemas/queue/v1/run.json" },
		{ "/schemas/queue/v1/task.json", "../../a.json", "/schemas/a.json" },
		{ "/schemas/queue/v1/task.json", "/b/c.json#", "/b/c.json" },
		{ "file:///a%20b/c.json", "d.json", "file:///a%20b/d.json" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *uri = uri_resolve(rows[i].base, rows[i].reference);
		assert_non_null(uri);
		if (strcmp(uri, rows[i].means) != 0)
			fail_msg("%s at %s: %s", rows[i].reference, rows[i].base, uri);
		free(uri);
	}
}

static void test_paths_are_encoded(void **state)
{
	(void)state;
	char *encoded = uri_encode_path("/a b/ü#?%41");
	assert_string_equal(encoded, "/a%20b/%C3%BC%23%3F%2541");
	char *decoded = uri_decode(encoded);
	assert_string_equal(decoded, "/a b/ü#?%41");
	free(encoded);
	free(decoded);
	assert_true(uri_same_origin("http://a:1/x", "HTTP://A:1/y"));
	assert_false(uri_same_origin("http://a:1/x", "http://a:2/x"));
	assert_false(uri_same_origin("http://a/x", "https://a/x"));
}

static const tc_json *parse(const char *text)
{
	const tc_json *json = NULL;

	assert_ok(tc_json_parse(text, strlen(text), &json, NULL), NULL);
	return json;
}

/* Each is greater than the one before. */
static void test_numbers_have_an_order(void **state)
{
	static const char *const rising[] = { "-1e999999999999999999", "-1e400", "-10.5", "-10.05",
		"-1", "-0.1", "-1e-400", "0", "1e-400", "0.09", "0.1", "0.11", "1", "9", "10",
		"9007199254740992", "9007199254740993", "1e17", "123e400", "1e999999999999999999" };
	static const char *const same[] = { "100", "1e2", "100.0", "0.1e3", "1000E-1", "1.00e+2" };

	(void)state;
	for (size_t i = 0; i < sizeof rising / sizeof *rising; i++) {
		for (size_t k = 0; k < sizeof rising / sizeof *rising; k++) {
			const tc_json *a = parse(rising[i]), *b = parse(rising[k]);
			int order = number_compare(a, b);
			if ((order > 0) - (order < 0) != (i > k) - (i < k))
				fail_msg("%s and %s: %d", rising[i], rising[k], order);
			tc_release(a);
			tc_release(b);
		}
	}
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		const tc_json *a = parse(same[0]), *b = parse(same[i]);
		char *x = number_canonical(a), *y = number_canonical(b);
		assert_int_equal(number_compare(a, b), 0);
		assert_string_equal(x, y);
		assert_true(number_is_integer(b));
		free(x);
		free(y);
		tc_release(a);
		tc_release(b);
	}
}

/* It takes no time that grows with the square: a million would take hours so. */
static void test_many_items_are_unique(void **state)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *json = NULL;
	int64_t began = tc_test_now_ms();

	(void)state;
	tc_json_add_array(builder);
	for (int i = 0; i < 300000; i++) {
		tc_json_add_array(builder);
		tc_json_add_int64(builder, i);
		tc_json_end(builder);
	}
	tc_json_end(builder);
	assert_ok(tc_json_build(builder, &json, NULL), NULL);
	assert_true(unique_items(json));
	assert_true(tc_test_now_ms() - began < 20000);
	tc_release(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references_are_resolved),
		cmocka_unit_test(test_paths_are_encoded),
		cmocka_unit_test(test_numbers_have_an_order),
		cmocka_unit_test(test_many_items_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
