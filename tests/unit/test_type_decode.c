/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/type/type.h"
#include "tests/harness/kinds.h"
#include "tests/harness/task_group.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/type.h>

static struct kinds *decode_kinds(const char *text, unsigned flags)
{
	tc_error err = TC_ERROR_INIT;
	struct kinds *kinds = tc_decode(&kinds_type, text, strlen(text), flags, &err);

	assert_ok(kinds ? TC_OK : err.code, &err);
	return kinds;
}

/* Reading `members` beside the required ones fails at `pointer` with `part` in its text. */
static void assert_refused(const char *members, const char *pointer, const char *part)
{
	tc_error err = TC_ERROR_INIT;
	char text[1024];

	snprintf(text, sizeof text,
		"{\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0}%s}", members);
	assert_null(tc_decode(&kinds_type, text, strlen(text), 0, &err));
	assert_string_equal(tc_error_pointer(&err), pointer);
	assert_failure(&err, TC_ERROR_INPUT, part);
}

/* As they are in memory: on i386 a constant may have more digits than a double. */
static bool is(double value, double expected)
{
	return memcmp(&value, &expected, sizeof value) == 0;
}

static void test_every_kind(void **state)
{
	(void)state;
	struct kinds *k = decode_kinds(kinds_full_text, 0);

	assert_string_equal(k->text, "t\"\n\u00e9");
	assert_true(k->whole == INT64_MIN && is(k->number, 0.1) && k->flag);
	assert_true(k->point.x == 1 && k->point.y.present && k->point.y.value == 2);
	assert_true(k->maybe_whole.present && k->maybe_whole.value == 0);
	assert_true(k->maybe_number.present && is(k->maybe_number.value, -2.5e-7));
	assert_true(k->maybe_flag.present && !k->maybe_flag.value);
	assert_true(k->maybe_point->x == INT64_MAX && !k->maybe_point->y.present);
	assert_int_equal(k->texts_count, 3);
	assert_string_equal(k->texts[0], "");
	assert_string_equal(k->texts[2], "a");
	assert_true(k->wholes_count == 3 && k->wholes[2] == 3);
	assert_true(k->flags_count == 3 && k->flags[0] && !k->flags[1] && k->flags[2]);
	assert_true(k->points_count == 2 && k->points[1].x == 2 && k->points[1].y.value == 5);
	assert_true(k->rows_count == 3 && k->rows[0].items && k->rows[0].items_count == 0);
	assert_true(k->rows[2].items_count == 3 && k->rows[2].items[2] == 3);
	assert_int_equal(tc_json_kind(tc_json_at(k->any, "/deep/1/er")), TC_JSON_NULL);
	assert_string_equal(tc_json_text(tc_json_at(k->object, "/a")), "b");
	assert_int_equal(k->jsons_count, 5);
	assert_int_equal(tc_json_kind(k->jsons[0]), TC_JSON_NULL);
	assert_string_equal(tc_json_text(k->jsons[1]), "1.50");
	tc_release(k);
}

static void test_maps_nulls_and_others(void **state)
{
	(void)state;
	struct kinds *k = decode_kinds(kinds_full_text, 0);

	assert_int_equal(k->counts_count, 3);
	assert_string_equal(k->counts[1].key, "");
	assert_string_equal(k->counts[2].key, "b/~");
	assert_int_equal(k->counts[2].value, 3);
	assert_string_equal(k->places[0].key, "home");
	assert_int_equal(k->places[0].value.y.value, 5);
	assert_true(k->answers[0].value.value && !k->answers[1].value.present);
	assert_true(k->nullable_text_null && !k->nullable_text);
	assert_true(k->nullable_whole_null && !k->nullable_whole.present);
	assert_true(k->nullable_point_null && !k->nullable_point);
	assert_true(k->holes_count == 3 && !k->holes[1].present && k->holes[2].value == 3);
	assert_true(!k->text_holes[0] && strcmp(k->text_holes[1], "x") == 0);
	assert_true(k->point_holes[0]->x == 1 && !k->point_holes[1]);
	assert_string_equal(k->open->name, "n");
	assert_int_equal(tc_json_count(k->open->other_members), 2);
	assert_non_null(tc_json_at(k->open->other_members, "/more/a/0"));
	assert_int_equal(tc_json_kind(tc_json_get(k->open->other_members, "other")), TC_JSON_NULL);
	assert_true(is(k->inner->number, 1e300) && !k->inner->inner && !k->inner->open);
	tc_release(k);
}

static void test_unions(void **state)
{
	(void)state;
	struct kinds *k = decode_kinds(kinds_full_text, 0);

	/* the discriminator came last, and has one of two values */
	assert_int_equal(k->shape->tag, KINDS_SHAPE_BOX);
	assert_string_equal(k->shape->box.kind, "crate");
	assert_int_equal(k->shape->box.corners[0].x, 3);
	assert_int_equal(tc_json_count(k->shape->box.label), 2);
	assert_int_equal(k->shapes[0].tag, KINDS_SHAPE_CIRCLE);
	assert_true(k->shapes[0].circle.radius == 2);
	assert_int_equal(k->shapes[1].tag, TC_TAG_UNKNOWN);
	assert_string_equal(tc_json_text(tc_json_at(k->shapes[1].unknown, "/points/0")), "5");
	assert_int_equal(k->id->tag, KINDS_ID_LIST);
	assert_true(k->id->list.items_count == 2 && k->id->list.items[1] == 2.5);
	assert_int_equal(k->inner->id->tag, KINDS_ID_POINT);
	assert_int_equal(k->inner->id->point.x, 7);
	assert_int_equal(k->proof->tag, KINDS_PROOF_SIGNED);
	assert_string_equal(k->proof->signed_document.signature, "s");
	assert_int_equal(k->inner->proof->tag, KINDS_PROOF_DOCUMENT);
	tc_release(k);
}

static void test_union_by_shape_with_new_members(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	char text[256];
	const struct {
		const char *proof;
		int tag;
	} cases[] = { { "{\"token\":\"t\"}", KINDS_PROOF_TOKEN },
		{ "{\"new\":1,\"document\":\"d\"}", KINDS_PROOF_DOCUMENT },
		{ "{\"new\":1,\"signature\":\"s\",\"document\":\"d\"}", KINDS_PROOF_SIGNED },
		{ "{\"other\":true}", TC_TAG_UNKNOWN }, { "{}", TC_TAG_UNKNOWN } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(text, sizeof text,
			"{\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0},\"proof\":%"
			"s}",
			cases[i].proof);
		struct kinds *k = decode_kinds(text, 0);
		assert_int_equal(k->proof->tag, cases[i].tag);
		tc_release(k);
	}
	assert_refused(",\"shape\":{\"radius\":1}", "/shape/kind", "required member is missing");
	assert_refused(",\"shape\":{\"kind\":\"circle\"}", "/shape/radius",
		"/shape/radius: a required member is missing");
	assert_refused(",\"shape\":{\"kind\":\"box\",\"corners\":[{\"x\":1},{\"x\":\"a\"}]}",
		"/shape/corners/1/x", "expected an integer, got the string \"a\"");
	assert_refused(",\"shape\":[]", "/shape", "expected an object, got an array");
	assert_refused(",\"id\":true", "/id",
		"expected a number or a string or an array or an object, got true");
	tc_error_clear(&err);
}

static void test_absent_zero_and_empty(void **state)
{
	(void)state;
	struct kinds *k = decode_kinds(kinds_least_text, 0);

	assert_true(!k->text && !k->texts && !k->counts && !k->any && !k->maybe_point);
	assert_true(!k->maybe_whole.present && !k->maybe_flag.present && !k->point.y.present);
	assert_true(!k->nullable_text && !k->nullable_text_null && !k->shape && !k->inner);
	tc_release(k);
	k = decode_kinds("{\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0},"
			 "\"text\":\"\",\"texts\":[],\"counts\":{},\"maybeWhole\":0,"
			 "\"object\":{},\"open\":{\"name\":\"\"},\"nullableText\":\"\"}",
		0);
	assert_string_equal(k->text, "");
	assert_true(k->texts && k->texts_count == 0 && k->counts && k->counts_count == 0);
	assert_true(k->maybe_whole.present && k->object && tc_json_count(k->object) == 0);
	assert_true(k->open && !k->open->other_members);
	assert_true(k->nullable_text && !k->nullable_text_null);
	tc_release(k);
}

static void test_newer_servers(void **state)
{
	(void)state;
	struct kinds *k = decode_kinds(
		"{\"new\":{\"a\":[{\"b\":1}]},\"whole\":1,\"another\":null,\"number\":2,"
		"\"flag\":true,\"point\":{\"z\":[[]],\"x\":3},\"whole2\":\"\\u0000\"}",
		0);

	assert_true(k->whole == 1 && k->number == 2 && k->flag && k->point.x == 3);
	tc_release(k);
	/* an enum value that the schema does not name keeps its text */
	static const char run[] =
		"{\"runId\":0,\"state\":\"paused\",\"reasonCreated\":\"x\",\"scheduled\":\"soon\"}";
	static const char group[] =
		"{\"taskGroupId\":\"g\",\"schedulerId\":\"s\",\"expires\":\"\",\"tasks\":[]}";
	tc_error err = TC_ERROR_INIT;
	struct tt_task_group *page = tc_decode(&tt_task_group_type, group, strlen(group), 0, &err);
	assert_non_null(page);
	tc_release(page);
	char status[1024];
	snprintf(status, sizeof status,
		"{\"taskId\":\"1\",\"provisionerId\":\"\",\"workerType\":\"\",\"taskQueueId\":\"\","
		"\"schedulerId\":\"\",\"projectId\":\"\",\"taskGroupId\":\"\",\"deadline\":\"\","
		"\"expires\":\"\",\"retriesLeft\":5,\"state\":\"resting\",\"runs\":[%s]}",
		run);
	struct tt_status *s = tc_decode(&tt_status_type, status, strlen(status), 0, &err);
	assert_ok(s ? TC_OK : err.code, &err);
	assert_string_equal(s->state, "resting");
	assert_string_equal(s->runs[0].state, "paused");
	tc_release(s);
}

static void test_wrong_kinds_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *members, *pointer, *part;
	} cases[] = {
		{ ",\"text\":1", "/text", "/text: expected a string, got 1" },
		{ ",\"text\":null", "/text", "expected a string, got null" },
		{ ",\"text\":{\"secret\":1}", "/text", "expected a string, got an object" },
		{ ",\"maybeWhole\":\"x\"", "/maybeWhole",
			"expected an integer, got the string \"x\"" },
		{ ",\"maybeWhole\":1.5", "/maybeWhole", "expected an integer of 64 bits, got 1.5" },
		{ ",\"maybeWhole\":9223372036854775808", "/maybeWhole",
			"expected an integer of 64 bits, got 9223372036854775808" },
		{ ",\"maybeWhole\":true", "/maybeWhole", "expected an integer, got true" },
		{ ",\"maybeNumber\":1e999", "/maybeNumber", "expected a number, got 1e999" },
		{ ",\"maybeNumber\":[]", "/maybeNumber", "expected a number, got an array" },
		{ ",\"maybeFlag\":0", "/maybeFlag", "expected true or false, got 0" },
		{ ",\"texts\":{}", "/texts", "expected an array, got an object" },
		{ ",\"texts\":[\"a\",2]", "/texts/1", "expected a string, got 2" },
		{ ",\"texts\":[null]", "/texts/0", "expected a string, got null" },
		{ ",\"points\":[{\"x\":1},{\"y\":1}]", "/points/1/x", "required member" },
		{ ",\"rows\":[[1],[1,\"2\"]]", "/rows/1/1",
			"expected a number, got the string \"2\"" },
		{ ",\"counts\":{\"a/b\":1,\"c~/d\":[]}", "/counts/c~0~1d", "got an array" },
		{ ",\"counts\":{\"a\":1,\"b\":2,\"a\":3}", "/counts/a", "\"a\" is there twice" },
		{ ",\"counts\":[]", "/counts", "expected an object, got an array" },
		{ ",\"places\":{\"home\":{}}", "/places/home/x", "required member" },
		{ ",\"object\":[]", "/object", "expected an object, got an array" },
		{ ",\"object\":\"{}\"", "/object", "expected an object, got a string" },
		{ ",\"holes\":[\"x\"]", "/holes/0", "expected an integer" },
		{ ",\"maybePoint\":3", "/maybePoint", "expected an object, got 3" },
		{ ",\"inner\":{\"whole\":1}", "/inner/number", "required member is missing" },
		{ ",\"text\":\"a\\u0000b\"", "/text", "contains \\u0000" },
		{ ",\"texts\":[\"\\u0000\"]", "/texts/0", "contains \\u0000" },
		{ ",\"counts\":{\"a\\u0000\":1}", "/counts/a", "contains \\u0000" },
		{ ",\"flag\":true", "/flag", "is there twice" },
		{ ",\"any\":{\"b\":1,\"b\":2}", "/any", "has the member \"b\" twice" },
		{ ",\"shape\":{\"b\":1,\"b\":2}", "/shape", "has the member \"b\" twice" },
		{ ",\"open\":{\"name\":\"\",\"b\":1,\"b\":2}", "/open", "\"b\" twice" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_refused(cases[i].members, cases[i].pointer, cases[i].part);
}

static void test_missing_required_members(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;

	assert_null(tc_decode(&kinds_type, "{}", 2, 0, &err));
	assert_string_equal(tc_error_pointer(&err), "/whole");
	assert_failure(&err, TC_ERROR_INPUT, "/whole: a required member is missing");
	assert_null(tc_decode(&kinds_type, "[]", 2, 0, &err));
	assert_failure(&err, TC_ERROR_INPUT, "expected an object, got an array");
	assert_null(tc_decode(&kinds_type, "null", 4, 0, &err));
	assert_failure(&err, TC_ERROR_INPUT, "expected an object, got null");
	assert_null(tc_decode(&kinds_type, "", 0, 0, &err));
	assert_failure(&err, TC_ERROR_INPUT, "");
	assert_null(tc_decode(&kinds_type, "{\"whole\":1", 10, 0, &err));
	assert_failure(&err, TC_ERROR_INPUT, "line 1");
	assert_null(
		tc_decode(&kinds_type, kinds_least_text, strlen(kinds_least_text) - 1, 0, NULL));
}

static void test_lenient(void **state)
{
	(void)state;
	struct kinds *k = decode_kinds("{\"whole\":\"x\",\"text\":5,\"texts\":[1,\"b\",null,{}],"
				       "\"points\":[7,{}],\"maybePoint\":null,\"object\":[[1]],"
				       "\"inner\":[],\"counts\":{\"a\":\"b\"},\"shape\":{},"
				       "\"any\":1}",
		TC_DECODE_LENIENT);

	assert_true(k->whole == 0 && !k->text && k->texts_count == 4 && !k->texts[0]);
	assert_string_equal(k->texts[1], "b");
	assert_true(k->points_count == 2 && k->points[1].x == 0 && !k->maybe_point && !k->object);
	assert_true(!k->inner && k->counts_count == 1 && k->counts[0].value == 0);
	assert_int_equal(k->shape->tag, TC_TAG_UNKNOWN);
	assert_string_equal(tc_json_text(k->any), "1");
	tc_release(k);
	k = decode_kinds("7", TC_DECODE_LENIENT);
	assert_false(k->flag);
	tc_release(k);
}

#define FFFD "\xEF\xBF\xBD"

/* As replies are read: what C text cannot hold is told, and makes nothing else unreadable. */
static void test_mended(void **state)
{
	static const char text[] = "{\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0},"
				   "\"text\":\"\\u0000a\\u0000\\ud83d\",\"texts\":[\"\\u0000\","
				   "\"\\u0000\",\"\\ude00\"],"
				   "\"counts\":{\"a\\u0000\":1,\"\\ud83d\":2},\"any\":{\"\\u0000\":"
				   "\"b\\u0000\\ud83d\"}}";
	tc_error err = TC_ERROR_INIT;
	const tc_json *tree = NULL;

	(void)state;
	assert_ok(tc_json_read(text, sizeof text - 1, TC_JSON_MEND, &tree, &err), &err);
	for (int i = 0; i < 2; i++) {
		struct kinds *k = i
			? tc_decode_json(&kinds_type, tree, TC_DECODE_MEND, &err)
			: tc_decode(&kinds_type, text, sizeof text - 1, TC_DECODE_MEND, &err);
		assert_ok(k ? TC_OK : err.code, &err);
		assert_string_equal(k->text, FFFD "a" FFFD FFFD);
		assert_int_equal(k->texts_count, 3);
		for (size_t j = 0; j < 3; j++)
			assert_string_equal(k->texts[j], FFFD);
		assert_string_equal(k->counts[0].key, "a" FFFD);
		assert_string_equal(k->counts[1].key, FFFD);
		const tc_json *any = tc_json_get_n(k->any, "\0", 1);
		assert_int_equal(tc_json_text_length(any), 5);
		assert_memory_equal(tc_json_text(any), "b\0" FFFD, 6);
		tc_release(k);
	}
	tc_release(tree);
	assert_null(tc_decode(&kinds_type, text, sizeof text - 1, 0, &err));
	assert_failure(&err, TC_ERROR_INPUT, "half of a surrogate pair");
	/* a key that is only there after mending is there twice */
	static const char twice[] = "{\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0},"
				    "\"counts\":{\"\\u0000\":1,\"\\ufffd\":2}}";
	assert_null(tc_decode(&kinds_type, twice, sizeof twice - 1, TC_DECODE_MEND, &err));
	assert_failure(&err, TC_ERROR_INPUT, "is there twice");
}

static void test_integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} cases[] = { { "-0", 0 }, { "1e3", 1000 }, { "1.0", 1 }, { "-12", -12 },
		{ "999999999999999999", 999999999999999999 },
		{ "9223372036854775807", INT64_MAX } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[64];
		tc_error err = TC_ERROR_INIT;
		int length = snprintf(text, sizeof text, "{\"x\":%s}", cases[i].text);
		struct kinds_point *p = tc_decode(
			kinds_points_type.of.item, text, (size_t)length, TC_DECODE_SECRET, &err);
		assert_ok(p ? TC_OK : err.code, &err);
		assert_true(p->x == cases[i].value);
		tc_release(p);
	}
}

static void test_roots(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	struct {
		const struct kinds_point *items;
		size_t count;
	} *points = tc_decode(&kinds_points_type, "[{\"x\":1},{\"x\":2}]", 17, 0, &err);

	assert_non_null(points);
	assert_true(points->count == 2 && points->items[1].x == 2);
	tc_release(points);
	points = tc_decode(&kinds_points_type, "[]", 2, 0, &err);
	assert_true(points && points->items && points->count == 0);
	tc_release(points);
	struct kinds_shape *shape =
		tc_decode(&kinds_shape_type, "{\"radius\":2,\"kind\":\"circle\"}", 28, 0, &err);
	assert_true(shape && shape->tag == KINDS_SHAPE_CIRCLE && shape->circle.radius == 2);
	tc_release(shape);
	const char **text = tc_decode(&tc_type_string, "\"x\"", 3, 0, &err);
	assert_string_equal(*text, "x");
	tc_release(text);
	assert_null(tc_decode(&kinds_points_type, "[{\"x\":1},{}]", 12, 0, &err));
	assert_string_equal(tc_error_pointer(&err), "/1/x");
	tc_error_clear(&err);
}

/* Every way of cutting the text in two gives the same value. */
static void test_pieces(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	size_t length = strlen(kinds_full_text);

	for (size_t cut = 0; cut <= length; cut++) {
		struct tc__decoder *d = tc__decoder_new(&kinds_type, 0, TC_ERROR_REPLY, &err);
		assert_non_null(d);
		assert_ok(tc__decoder_feed(d, kinds_full_text, cut, &err), &err);
		assert_ok(tc__decoder_feed(d, kinds_full_text + cut, length - cut, &err), &err);
		struct kinds *k = tc__decoder_finish(d, &err);
		tc__decoder_free(d);
		assert_non_null(k);
		assert_string_equal(k->inner->proof->document.document, "d");
		tc_release(k);
	}
	struct tc__decoder *d = tc__decoder_new(&kinds_type, 0, TC_ERROR_REPLY, &err);
	assert_int_equal(tc__decoder_feed(d, "{\"whole\":[", 10, &err), TC_ERROR_REPLY);
	tc__decoder_free(d);
	assert_failure(&err, TC_ERROR_REPLY, "/whole: expected an integer, got an array");
	d = tc__decoder_new(&kinds_type, 0, TC_ERROR_REPLY, &err);
	assert_ok(tc__decoder_feed(d, "{", 1, &err), &err);
	assert_null(tc__decoder_finish(d, &err));
	tc__decoder_free(d);
	assert_failure(&err, TC_ERROR_REPLY, "");
}

static void test_from_tree(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	const tc_json *json = NULL;

	assert_ok(tc_json_parse(kinds_full_text, strlen(kinds_full_text), &json, &err), &err);
	struct kinds *k = tc_decode_json(&kinds_type, json, 0, &err);
	tc_release(json);
	assert_non_null(k);
	assert_int_equal(k->shape->tag, KINDS_SHAPE_BOX);
	assert_string_equal(tc_json_text(tc_json_at(k->shapes[1].unknown, "/points/0")), "5");
	assert_int_equal(tc_json_count(k->open->other_members), 2);
	tc_release(k);
	assert_null(tc_decode_json(&kinds_type, NULL, 0, &err));
	assert_failure(&err, TC_ERROR_INPUT, "no JSON value");
	assert_ok(tc_json_parse("{\"whole\":\"x\"}", 13, &json, &err), &err);
	assert_null(tc_decode_json(&kinds_type, json, 0, &err));
	tc_release(json);
	assert_failure(&err, TC_ERROR_INPUT, "/whole: expected an integer");
}

static void test_depth(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	char text[64 * (TC_JSON_DEPTH_MAX + 2)] = "";
	char *at = text;
	static const char inner[] = "{\"whole\":0,\"number\":0,\"flag\":true,\"point\":{\"x\":0}";

	for (int depth = 1; depth < TC_JSON_DEPTH_MAX; depth++)
		at += sprintf(
			at, "%s%s", inner, depth + 1 < TC_JSON_DEPTH_MAX ? ",\"inner\":" : "");
	for (int depth = 1; depth < TC_JSON_DEPTH_MAX; depth++)
		*at++ = '}';
	struct kinds *k = tc_decode(&kinds_type, text, (size_t)(at - text), 0, &err);
	assert_ok(k ? TC_OK : err.code, &err);
	int depth = 1;
	for (const struct kinds *i = k->inner; i; i = i->inner)
		depth++;
	assert_int_equal(depth, TC_JSON_DEPTH_MAX - 1);
	tc_release(k);
	char *arrays = malloc(2000);
	memset(arrays, '[', 2000);
	assert_null(tc_decode(&tc_type_json, arrays, 2000, 0, &err));
	assert_failure(&err, TC_ERROR_INPUT, "");
	free(arrays);
}

/* More fields than bits in a word; the scratch stack must move while structs lie in it. */
#define MANY 200
static struct tc_field many_fields[MANY];
static char many_names[MANY][8];

static void test_many_fields_and_items(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	struct tc_type many = { .kind = TC_TYPE_OBJECT, .count = MANY, .size = MANY * 8 };
	struct tc_type list = { .kind = TC_TYPE_ARRAY, .size = MANY * 8 };
	static char text[MANY * 16 * 20];
	char *at = text;

	many.of.fields = many_fields;
	list.of.item = &many;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(many_names[i], sizeof many_names[i], "m%d", (int)i);
		many_fields[i] = (struct tc_field){ .name = many_names[i],
			.type = &tc_type_int64,
			.offset = (uint16_t)(i * 8),
			.name_length = (uint8_t)strlen(many_names[i]),
			.flags = TC_REQUIRED };
	}
	for (int item = 0; item < 12; item++) {
		at += sprintf(at, "%c", item ? ',' : '[');
		for (int i = 0; i < MANY; i++)
			at += sprintf(at, "%c\"m%d\":%d", i ? ',' : '{', MANY - 1 - i, i * item);
		at += sprintf(at, "}");
	}
	at += sprintf(at, "]");
	struct tc__list *items = tc_decode(&list, text, (size_t)(at - text), 0, &err);
	assert_ok(items ? TC_OK : err.code, &err);
	assert_int_equal(items->count, 12);
	const int64_t *values = items->items;
	assert_int_equal(values[11 * MANY], (MANY - 1) * 11);
	tc_release(items);
	char *last = strstr(text, ",\"m70\"");
	memcpy(last, ",\"n70\"", 6);
	assert_null(tc_decode(&list, text, (size_t)(at - text), 0, &err));
	assert_string_equal(tc_error_pointer(&err), "/0/m70");
	memcpy(last, ",\"m71\"", 6);
	assert_null(tc_decode(&list, text, (size_t)(at - text), 0, &err));
	assert_string_equal(tc_error_pointer(&err), "/0/m71");
	assert_failure(&err, TC_ERROR_INPUT, "twice");
}

static void test_big_arrays(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	enum { ITEMS = 100000 };
	char *text = malloc(ITEMS * 20), *at = text;

	for (int i = 0; i < ITEMS; i++)
		at += sprintf(at, "%c{\"x\":%d,\"y\":%d}", i ? ',' : '[', i, i % 10);
	*at++ = ']';
	struct tc__list *points = tc_decode(&kinds_points_type, text, (size_t)(at - text), 0, &err);
	assert_ok(points ? TC_OK : err.code, &err);
	const struct kinds_point *items = points->items;
	assert_true(points->count == ITEMS && items[ITEMS - 1].x == ITEMS - 1);
	tc_release(points);
	free(text);
}

static void test_task_group(void **state)
{
	(void)state;
	tc_error err = TC_ERROR_INIT;
	size_t length = 0;
	char *text = tt_task_group_text(300000, &length);
	struct tt_task_group *group = tc_decode(&tt_task_group_type, text, length, 0, &err);

	assert_ok(group ? TC_OK : err.code, &err);
	assert_true(group->tasks_count > 50);
	const struct tt_task_and_status *last = &group->tasks[group->tasks_count - 1];
	assert_string_equal(last->task.task_group_id, group->task_group_id);
	assert_int_equal(strlen(last->status.task_id), 22);
	assert_int_equal(last->task.retries.value, 5);
	assert_non_null(tc_json_at(last->task.payload, "/env/REVISION"));
	tc_release(group);
	tc_release(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_maps_nulls_and_others),
		cmocka_unit_test(test_unions),
		cmocka_unit_test(test_union_by_shape_with_new_members),
		cmocka_unit_test(test_absent_zero_and_empty),
		cmocka_unit_test(test_newer_servers),
		cmocka_unit_test(test_wrong_kinds_are_named),
		cmocka_unit_test(test_missing_required_members),
		cmocka_unit_test(test_lenient),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_from_tree),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_mended),
		cmocka_unit_test(test_many_fields_and_items),
		cmocka_unit_test(test_big_arrays),
		cmocka_unit_test(test_task_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
