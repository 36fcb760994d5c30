/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/type/type.h"
#include "tests/harness/kinds.h"
#include "tests/harness/task_group.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/type.h>

static const struct kinds_row empty_row;

static char *encode(const struct tc_type *type, const void *value, unsigned flags)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;
	size_t length = 0;

	assert_ok(tc_encode(type, value, flags, &text, &length, &err), &err);
	assert_int_equal(length, strlen(text));
	return text;
}

static void assert_encoded(const struct tc_type *type, const void *value, const char *expected)
{
	char *text = encode(type, value, 0);

	assert_string_equal(text, expected);
	tc_release(text);
}

/* Refused with checks; without them it is written. */
static void assert_rule(
	const struct tc_type *type, const void *value, const char *pointer, const char *part)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;

	assert_int_equal(tc_encode(type, value, 0, &text, NULL, &err), TC_ERROR_INPUT);
	assert_null(text);
	assert_string_equal(tc_error_pointer(&err), pointer);
	assert_failure(&err, TC_ERROR_INPUT, part);
	assert_int_equal(tc_check(type, value, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, part);
	tc_release(encode(type, value, TC_ENCODE_UNCHECKED));
}

/* Refused, with checks or without. */
static void assert_never(
	const struct tc_type *type, const void *value, const char *pointer, const char *part)
{
	tc_error err = TC_ERROR_INIT;

	for (unsigned flags = 0; flags <= TC_ENCODE_UNCHECKED; flags++) {
		char *text = NULL;
		assert_int_equal(tc_encode(type, value, flags, &text, NULL, &err), TC_ERROR_INPUT);
		assert_string_equal(tc_error_pointer(&err), pointer);
		assert_failure(&err, TC_ERROR_INPUT, part);
	}
}

static void assert_round_trip(const struct tc_type *type, const char *text)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *before = NULL, *after = NULL;
	void *value = tc_decode(type, text, strlen(text), 0, &err);

	assert_ok(value ? TC_OK : err.code, &err);
	char *again = encode(type, value, 0);
	assert_ok(tc_json_parse(text, strlen(text), &before, &err), &err);
	assert_ok(tc_json_parse(again, strlen(again), &after, &err), &err);
	if (!tc_json_equal(before, after))
		fail_msg("%s became %s", text, again);
	tc_release(before);
	tc_release(after);
	tc_release(again);
	tc_release(value);
}

static void test_round_trips(void **state)
{
	(void)state;
	assert_round_trip(&kinds_type, kinds_full_text);
	assert_round_trip(&kinds_type, kinds_least_text);
	assert_round_trip(&kinds_points_type, "[]");
	assert_round_trip(&kinds_shape_type, "{\"kind\":\"star\",\"points\":[5]}");
	assert_round_trip(&tc_type_string, "\"\\u0001\\\\\\u20ac\\ud83d\\ude00/\"");
	assert_round_trip(&tc_type_json, "[1e999, {\"a\": 0.10}]");
	size_t length = 0;
	char *page = tt_task_group_text(100000, &length);
	assert_round_trip(&tt_task_group_type, page);
	tc_release(page);
}

static void test_absent_zero_and_empty(void **state)
{
	(void)state;
	assert_encoded(&kinds_type, &(struct kinds){ 0 }, kinds_least_text);
	const int64_t none = 0;
	const struct kinds k = { .text = "",
		.wholes = &none,
		.counts = (const struct kinds_count *)(const void *)&none,
		.maybe_whole = { .present = true },
		.nullable_text_null = true,
		.nullable_whole = { .present = true, .value = 4 },
		.rows = &empty_row };
	assert_encoded(&kinds_type, &k,
		"{\"text\":\"\",\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0},"
		"\"maybeWhole\":0,\"wholes\":[],\"rows\":[],\"counts\":{},\"nullableText\":null,"
		"\"nullableWhole\":4}");
	/* null wins over a value beside it */
	const struct kinds both = { .nullable_text = "x", .nullable_text_null = true };
	char *text = encode(&kinds_type, &both, 0);
	assert_non_null(strstr(text, "\"nullableText\":null}"));
	tc_release(text);
}

static void test_unions(void **state)
{
	(void)state;
	struct kinds_shape shape = { .tag = KINDS_SHAPE_CIRCLE, .circle = { .radius = 1.5 } };

	/* a member that can have one value only need not be given */
	assert_encoded(&kinds_shape_type, &shape, "{\"kind\":\"circle\",\"radius\":1.5}");
	shape.circle.kind = "box";
	assert_rule(&kinds_shape_type, &shape, "/kind", "expected \"circle\", got \"box\"");
	const struct kinds_point corner = { .x = 1 };
	shape = (struct kinds_shape){ .tag = KINDS_SHAPE_BOX,
		.box = { .corners = &corner, .corners_count = 1 } };
	assert_rule(&kinds_shape_type, &shape, "/kind", "a required member is missing");
	shape.box.kind = "crate";
	assert_encoded(&kinds_shape_type, &shape, "{\"kind\":\"crate\",\"corners\":[{\"x\":1}]}");
	shape.tag = TC_TAG_UNSET;
	assert_never(&kinds_shape_type, &shape, "", "is not set");
	shape.tag = 3;
	assert_never(&kinds_shape_type, &shape, "", "no shape with the tag 3");
	shape = (struct kinds_shape){ .tag = TC_TAG_UNKNOWN };
	assert_never(&kinds_shape_type, &shape, "", "there is no JSON");
	struct kinds_id id = { .tag = KINDS_ID_TEXT };
	const struct kinds k = { .id = &id };
	assert_never(&kinds_type, &k, "/id", "the pointer is NULL");
	id.text = "x";
	assert_int_equal(tc_check(&kinds_type, &k, NULL), TC_OK);
}

static void test_what_no_text_can_say(void **state)
{
	(void)state;
	struct kinds k = { .text = "\xff" };

	assert_never(&kinds_type, &k, "/text", "not valid UTF-8");
	k = (struct kinds){ .number = NAN };
	assert_never(&kinds_type, &k, "/number", "NaN");
	k = (struct kinds){ .maybe_number = { true, INFINITY } };
	assert_never(&kinds_type, &k, "/maybeNumber", "infinite");
	const char *texts[] = { "a", NULL };
	k = (struct kinds){ .texts = texts, .texts_count = 2 };
	assert_never(&kinds_type, &k, "/texts/1", "a value is missing");
	const struct kinds_count counts[] = { { "a", 1 }, { "a", 2 }, { NULL, 3 } };
	k = (struct kinds){ .counts = counts, .counts_count = 2 };
	assert_never(&kinds_type, &k, "/counts", "\"a\" is there twice");
	k.counts_count = 3;
	assert_never(&kinds_type, &k, "/counts", "the key of member 2 is NULL");
	k = (struct kinds){ 0 };
	k.inner = &k;
	tc_error err = TC_ERROR_INIT;
	assert_int_equal(tc_check(&kinds_type, &k, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "nested deeper than 512");
	char *text = NULL;
	assert_int_equal(tc_encode(&kinds_type, NULL, 0, &text, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "value is NULL");
	assert_int_equal(tc_encode(&kinds_type, &k, 0, NULL, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "text is NULL");
	assert_never(&kinds_points_type, &empty_row, "", "the pointer is NULL");
}

struct nullable {
	const char *const *texts;
	size_t texts_count;
	bool texts_null;
};

static const struct tc_type texts_type = TC_TYPE_OF_ARRAY(const char *, &tc_type_string, 0, NULL);
static const struct tc_field nullable_fields[] = {
	TC_FIELD_NULLABLE(struct nullable, texts, texts_null, "texts", &texts_type, 0),
};
static const struct tc_type nullable_type =
	TC_TYPE_OF_OBJECT(struct nullable, nullable_fields, NULL);

#define NO_POINTER "has 3 items, but its pointer is NULL"

/* A count without a pointer is a mistake, and no absent list: it is refused wherever it stands. */
static void test_a_count_without_a_list(void **state)
{
	(void)state;
	struct kinds k = { .texts_count = 3 };

	assert_never(&kinds_type, &k, "/texts", NO_POINTER);
	k = (struct kinds){ .counts_count = 1 };
	assert_never(&kinds_type, &k, "/counts", "has 1 members, but its pointer is NULL");
	const int64_t none = 0;
	const struct kinds_row rows[] = { { .items = (const void *)&none }, { .items_count = 3 } };
	k = (struct kinds){ .rows = rows, .rows_count = 2 };
	assert_never(&kinds_type, &k, "/rows/1", NO_POINTER);
	assert_never(&kinds_points_type, &rows[1], "", NO_POINTER);
	/* null wins over a value beside it, also over this one */
	struct nullable lists = { .texts_count = 3, .texts_null = true };
	assert_encoded(&nullable_type, &lists, "{\"texts\":null}");
	lists.texts_null = false;
	assert_never(&nullable_type, &lists, "/texts", NO_POINTER);
	/* a list whose items may be null */
	const struct tc_type holes =
		TC_TYPE_OF_ARRAY(struct kinds_row, &texts_type, TC_INDIRECT, NULL);
	const struct kinds_row list = { (const void *)rows, 2 };
	assert_never(&holes, &list, "/1", NO_POINTER);
}

static void test_open_objects(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	const tc_json *json = NULL;
	struct kinds_open open = { .name = "n" };
	const struct kinds k = { .open = &open };

	assert_ok(tc_json_parse("{\"b\":[1],\"a\":null}", 18, &json, &err), &err);
	open.other_members = json;
	char *text = encode(&kinds_type, &k, 0);
	assert_non_null(strstr(text, "\"open\":{\"name\":\"n\",\"b\":[1],\"a\":null}"));
	tc_release(text);
	tc_release(json);
	assert_ok(tc_json_parse("{\"name\":1}", 10, &json, &err), &err);
	open.other_members = json;
	assert_never(&kinds_type, &k, "/open/name", "among the other members");
	tc_release(json);
	assert_ok(tc_json_parse("[]", 2, &json, &err), &err);
	open.other_members = json;
	assert_never(&kinds_type, &k, "/open", "other members are no JSON object");
	const struct kinds wrong = { .object = json };
	assert_rule(&kinds_type, &wrong, "/object", "expected an object, got an array");
	tc_release(json);
}

/* One text in a struct with one member "t", under the rules. */
struct holder {
	const char *t;
};

static void check_texts(const struct tc_text_rules *rules, const char *const *good,
	const char *const *bad, const char *part)
{
	const struct tc_type type = TC_TYPE_OF_TEXT(rules);
	const struct tc_field fields[] = { TC_FIELD(struct holder, t, "t", &type, TC_REQUIRED) };
	const struct tc_type object = TC_TYPE_OF_OBJECT(struct holder, fields, NULL);
	tc_error err = TC_ERROR_INIT;

	for (; *good; good++)
		assert_ok(tc_check(&object, &(struct holder){ *good }, &err), &err);
	for (; *bad; bad++)
		assert_rule(&object, &(struct holder){ *bad }, "/t", part);
}

#define TEXTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_text_rules(void **state)
{
	(void)state;
	const struct tc_text_rules allowed = TC_ALLOWED(3, "high\0low\0");
	check_texts(&allowed, TEXTS("high", "low", ""), TEXTS("medium", "hig", "high "),
		"/t: expected one of \"high\", \"low\", \"\", got \"");
	const struct tc_text_rules least = { .min_length = 2 };
	check_texts(&least, TEXTS("ab", "\u00e9\u00e9", "\U0001f600x"), TEXTS("", "a", "\u20ac"),
		"expected at least 2 characters, got ");
	const struct tc_text_rules most = { .max_length = 3, .has_max_length = true };
	check_texts(&most, TEXTS("", "abc", "\u20ac\u20ac\u20ac"), TEXTS("abcd"),
		"expected at most 3 characters, got 4");
	const struct tc_text_rules none = { .has_max_length = true };
	check_texts(&none, TEXTS(""), TEXTS("x"), "expected at most 0 characters, got 1");
	static struct tc_pattern digits = TC_PATTERN("^[0-9]{3}$");
	const struct tc_text_rules number = { .pattern = &digits };
	check_texts(&number, TEXTS("123"), TEXTS("12", "1234", "123\n", "\n123", ""),
		"expected a text that matches the pattern ^[0-9]{3}$");
	static struct tc_pattern part = TC_PATTERN("[-a-z0-9]+");
	const struct tc_text_rules anywhere = { .pattern = &part };
	check_texts(&anywhere, TEXTS("  a  ", "Ab"), TEXTS("AB", ""), "matches the pattern");
	const struct tc_text_rules either = { .pattern = &digits,
		.allowed = "Unknown",
		.allowed_count = 1,
		.allowed_or_rest = true };
	check_texts(&either, TEXTS("123", "Unknown"), TEXTS("12", "unknown"), "pattern");
}

static void test_ecma_patterns(void **state)
{
	(void)state;
	static struct tc_pattern slash = TC_PATTERN("^\\u0041\\x42[^]$");
	const struct tc_text_rules escapes = { .pattern = &slash };
	check_texts(&escapes, TEXTS("ABx", "AB\n", "AB\u20ac"), TEXTS("AB", "ABxx"), "pattern");
	static struct tc_pattern dot = TC_PATTERN("^.$");
	const struct tc_text_rules any = { .pattern = &dot };
	check_texts(&any, TEXTS("x", "\u20ac", "\U0001f600"), TEXTS("\n", "\r", "xy"), "pattern");
	static struct tc_pattern unset = TC_PATTERN("^(a)?\\1b$");
	const struct tc_text_rules back = { .pattern = &unset };
	check_texts(&back, TEXTS("b", "aab"), TEXTS("ab"), "pattern");
	static struct tc_pattern dash = TC_PATTERN("^([a-zA-Z0-9-_%]*)$");
	const struct tc_text_rules set = { .pattern = &dash };
	check_texts(&set, TEXTS("", "a-b_c%"), TEXTS("a.b", "a b"), "pattern");
	/* one that would never end, and one that is none */
	static struct tc_pattern slow = TC_PATTERN("^(([a-z])+.)+[A-Z]([a-z])+$");
	const struct tc_text_rules limited = { .pattern = &slow };
	check_texts(&limited, TEXTS(NULL),
		TEXTS("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "pattern");
	static struct tc_pattern broken = TC_PATTERN("(");
	const struct tc_text_rules no = { .pattern = &broken };
	check_texts(&no, TEXTS(NULL), TEXTS("a", "b"), "cannot be compared with the pattern (");
}

static void test_formats(void **state)
{
	(void)state;
	const struct tc_text_rules date = { .formats = TC_FORMAT_DATE_TIME };
	check_texts(&date,
		TEXTS("2026-01-31T23:59:59Z", "2024-02-29T00:00:00.000Z", "2026-12-31t23:59:60z",
			"2026-01-31T16:03:35.352123456+00:00", "2026-01-31T16:03:35.95-23:59"),
		TEXTS("2026-01-31", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
			"2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-31T24:00:00Z",
			"2026-01-31T23:60:00Z", "2026-01-31T23:59:61Z", "2026-01-31T23:59:59",
			"2026-01-31T23:59:59.Z", "2026-01-31 23:59:59Z", "2026-01-31T23:59:59Z ",
			"2026-01-31T23:59:59+0000", "2026-1-31T23:59:59Z", "tomorrow", ""),
		"expected a date (RFC 3339) such as 2026-01-31T23:59:59.000Z, got \"");
	const struct tc_text_rules uri = { .formats = TC_FORMAT_URI };
	check_texts(&uri, TEXTS("https://example.com/a?b=c#d", "mailto:x@y", "a+b-c.d:e"),
		TEXTS("", "example.com", "/a", "1a:b", "a:", "http://a b", "http://\u00e9/"),
		"/t: expected a URI");
	const struct tc_text_rules email = { .formats = TC_FORMAT_EMAIL };
	check_texts(&email, TEXTS("a@b.cd", "a.b+c@d-e.fg"),
		TEXTS("", "a", "@b.cd", "a@", "a@b", "a b@c.de", "a@@b.cd", "a@b..cd", ".a@b.cd"),
		"expected an e-mail address");
	const struct tc_text_rules host = { .formats = TC_FORMAT_HOSTNAME };
	check_texts(&host, TEXTS("a", "a-b.c", "1.2", "example.com."),
		TEXTS("", "-a", "a-", "a-.b", "a..b", ".", "a_b", "a b"), "expected a host name");
	const struct tc_text_rules address = { .formats = TC_FORMAT_IPV4 | TC_FORMAT_IPV6 };
	check_texts(&address, TEXTS("127.0.0.1", "::1", "fe80::1:2"),
		TEXTS("", "127.0.0", "1.2.3.256", ":::", "g::1"),
		"expected an IPv4 address or an IPv6 address");
}

static void test_number_rules(void **state)
{
	(void)state;
	static const int64_t versions[] = { 1, 2 };
	const struct tc_int64_rules range = {
		.minimum = -1, .maximum = 49, .has_minimum = true, .has_maximum = true
	};
	const struct tc_int64_rules sixty = { .multiple_of = 60 };
	const struct tc_int64_rules one_of = { .allowed = versions, .allowed_count = 2 };
	const struct tc_int64_rules only = { .allowed = versions, .allowed_count = 1 };
	const struct tc_double_rules half = { .minimum = 0,
		.maximum = 1.5,
		.has_minimum = true,
		.has_maximum = true,
		.above_minimum = true };
	const struct tc_double_rules below = {
		.maximum = 1, .has_maximum = true, .below_maximum = true
	};
	const struct {
		struct tc_type type;
		int64_t good, bad;
		const char *part;
	} cases[] = { { TC_TYPE_OF_INT64(&range), 49, 50, "expected at most 49, got 50" },
		{ TC_TYPE_OF_INT64(&range), -1, -2, "expected at least -1, got -2" },
		{ TC_TYPE_OF_INT64(&sixty), 120, 121, "expected a multiple of 60, got 121" },
		{ TC_TYPE_OF_INT64(&one_of), 2, 3, "expected one of 1, 2, got 3" },
		{ TC_TYPE_OF_INT64(&only), 1, 0, "expected 1, got 0" } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(tc_check(&cases[i].type, &cases[i].good, NULL), TC_OK);
		assert_rule(&cases[i].type, &cases[i].bad, "", cases[i].part);
	}
	const struct tc_type halves = TC_TYPE_OF_DOUBLE(&half), open = TC_TYPE_OF_DOUBLE(&below);
	assert_int_equal(tc_check(&halves, &(double){ 1.5 }, NULL), TC_OK);
	assert_rule(&halves, &(double){ 0 }, "", "expected more than 0, got 0");
	assert_rule(&halves, &(double){ 1.75 }, "", "expected at most 1.5, got 1.75");
	assert_rule(&open, &(double){ 1 }, "", "expected less than 1, got 1");
	const struct tc_type yes = { .kind = TC_TYPE_BOOL, .flags = TC_ONLY_TRUE };
	const struct tc_type no = { .kind = TC_TYPE_BOOL, .flags = TC_ONLY_FALSE };
	assert_int_equal(tc_check(&yes, &(bool){ true }, NULL), TC_OK);
	assert_rule(&yes, &(bool){ false }, "", "expected true, got false");
	assert_rule(&no, &(bool){ true }, "", "expected false, got true");
}

static void test_counts_and_uniqueness(void **state)
{
	(void)state;
	const struct tc_count_rules two = { .minimum = 2, .maximum = 2, .has_maximum = true };
	const struct tc_count_rules unique = { .unique = true };
	const struct tc_type pair = TC_TYPE_OF_ARRAY(const char *, &tc_type_string, 0, &two);
	const struct tc_type set = TC_TYPE_OF_ARRAY(const char *, &tc_type_string, 0, &unique);
	const struct tc_type map = TC_TYPE_OF_MAP(struct kinds_count, &tc_type_int64, 0, &two);
	const struct tc_field fields[] = {
		TC_FIELD(struct kinds_point, x, "x", &tc_type_int64, TC_REQUIRED),
		TC_FIELD(struct kinds_point, y, "y", &tc_type_int64, TC_INDIRECT),
	};
	const struct tc_type object = TC_TYPE_OF_OBJECT(struct kinds_point, fields, &two);
	static char names[1000][8];
	const char *texts[1000];
	struct tc__list list = { texts, 1 };

	for (int i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof names[i], "%d", i);
		texts[i] = names[i];
	}
	assert_rule(&pair, &list, "", "expected at least 2 items, got 1");
	list.count = 3;
	assert_rule(&pair, &list, "", "expected at most 2 items, got 3");
	const struct kinds_count counts[] = { { "a", 1 } };
	assert_rule(
		&map, &(struct tc__list){ counts, 1 }, "", "expected at least 2 members, got 1");
	assert_rule(&object, &(struct kinds_point){ 0 }, "", "expected at least 2 members, got 1");
	list.count = 1000;
	assert_int_equal(tc_check(&set, &list, NULL), TC_OK);
	texts[999] = texts[7];
	assert_rule(&set, &list, "", "items 7 and 999 are equal");
	texts[3] = texts[1];
	list.count = 4;
	assert_rule(&set, &list, "", "items 1 and 3 are equal");
}

static void test_task_definition(void **state)
{
	(void)state;
	static const char *const same[] = { "R-aYvkXaRjOdbZ0qX_NPQw", "R-aYvkXaRjOdbZ0qX_NPQw" };
	tc_error err = TC_ERROR_INIT;
	const tc_json *payload = NULL;
	struct tt_task task = { .task_queue_id = "proj/build",
		.created = "2026-01-31T00:00:00.000Z",
		.deadline = "2026-01-31T01:00:00.000Z",
		.metadata = { "name", "what it does", "me@example.com", "https://example.com/x" } };

	assert_rule(&tt_task_type, &task, "/payload", "/payload: a required member is missing");
	assert_ok(tc_json_parse("{}", 2, &payload, &err), &err);
	task.payload = payload;
	assert_ok(tc_check(&tt_task_type, &task, &err), &err);
	task.retries = (struct tc_opt_int64){ true, 50 };
	assert_rule(&tt_task_type, &task, "/retries", "expected at most 49, got 50");
	task.retries.present = false;
	task.priority = "urgent";
	assert_rule(&tt_task_type, &task, "/priority", "got \"urgent\"");
	task.priority = NULL;
	task.deadline = "in an hour";
	assert_rule(&tt_task_type, &task, "/deadline", "got \"in an hour\"");
	task.deadline = task.created;
	task.metadata.source = "ftp://x";
	assert_rule(&tt_task_type, &task, "/metadata/source", "^(https?://|ssh://|git@)");
	task.metadata.source = "git@x";
	task.dependencies = same;
	task.dependencies_count = 2;
	assert_rule(&tt_task_type, &task, "/dependencies", "items 0 and 1 are equal");
	task.dependencies = (const char *const[]){ same[0], "short" };
	assert_rule(&tt_task_type, &task, "/dependencies/1", "matches the pattern ^[A-Za-z0-9_-]");
	task.dependencies = NULL;
	task.dependencies_count = 0;
	task.worker_type = NULL;
	task.project_id = "";
	assert_rule(&tt_task_type, &task, "/projectId", "at least 1 characters, got 0");
	tc_release(payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_absent_zero_and_empty),
		cmocka_unit_test(test_unions),
		cmocka_unit_test(test_what_no_text_can_say),
		cmocka_unit_test(test_a_count_without_a_list),
		cmocka_unit_test(test_open_objects),
		cmocka_unit_test(test_text_rules),
		cmocka_unit_test(test_ecma_patterns),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_number_rules),
		cmocka_unit_test(test_counts_and_uniqueness),
		cmocka_unit_test(test_task_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
