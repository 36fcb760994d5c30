/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the encoder's checks say of a value is what ajv says of it, for instances that are right and
 * for instances with one thing changed. These differences are meant, and kept out of the questions:
 *  - a required member of a body that has a default may be absent (servers fill it in);
 *  - members that a closed schema does not name are dropped when read, so they are not sent;
 *  - an object whose alternative nobody knows keeps its JSON and is sent as it came;
 *  - dependencies, not, propertyNames and the format regex are not checked.
 */
#include "tests/harness/test.h"

#include "tests/types/judge.h"
#include "tests/types/mutate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_INSTANCES 4
#define BATCH 64

/* Other values for one: each JSON text, or NULL at the end. %s is what was there. */
static const char *const other_texts[] = { "\"\"", "\"x\"", "\"%s%s\"", "\"%sZ\"", "\" %s\"",
	"\"%s\\n\"", "\"\\u00e9\"", "\"-%s\"", "\"a/b\"", "\"2026-13-01T00:00:00Z\"",
	"\"2026-01-01T00:00:00\"", "\"2026-01-01T00:00:00.123+02:00\"", "\"2026-02-30T00:00:00Z\"",
	"\"not a uri\"", "\"http://example.com/\"", "\"a@b\"", "\"256.1.1.1\"", "\"::1\"", "null",
	"1", "[\"%s\"]", NULL };
static const char *const other_numbers[] = { "0", "-1", "1", "1001", "65536", "1.5", "1.0", "1e2",
	"9007199254740991", "-9007199254740991", "\"1\"", "true", "null", NULL };
static const char *const other_values[] = { "true", "false", "null", "[]", "[1,1]", "[\"a\",\"a\"]",
	"[\"a\",\"b\"]", "\"text\"", "0", NULL };

static size_t questions, refused;

static bool is_fine(const struct root *root, const tc_json *json, tc_error *err)
{
	void *value = tc_decode_json(root->type, json, 0, err);
	int rc = value ? tc_check(root->type, value, err) : err->code;

	tc_release(value);
	return rc == TC_OK;
}

/* What we say, until ajv is asked. */
struct opinion {
	const struct root *root;
	char *pointer;  /* of what was changed */
	tc_error fault; /* TC_OK: the value is fine */
};

static struct opinion opinions[BATCH];
static struct question batch[BATCH];
static size_t batched;

static void compare(const struct opinion *ours, const struct question *theirs)
{
	bool fine = ours->fault.code == TC_OK;

	questions++;
	refused += !theirs->valid;
	if (fine != theirs->valid)
		fail_msg("%s at %s: we say %s, ajv says %s\n%s", ours->root->name, ours->pointer,
			fine ? "fine" : tc_error_text(&ours->fault), fine ? theirs->why : "fine",
			theirs->value);
	if (!fine && !tc_error_pointer(&ours->fault))
		fail_msg("%s: no pointer in: %s", ours->root->name, tc_error_text(&ours->fault));
}

static void ask_batch(void)
{
	judge(batch, batched);
	for (size_t i = 0; i < batched; i++) {
		compare(&opinions[i], &batch[i]);
		tc_error_clear(&opinions[i].fault);
		free(opinions[i].pointer);
		free(batch[i].why);
		tc_release(batch[i].value);
	}
	batched = 0;
}

static void ask(const struct root *root, const tc_json *json, const char *pointer)
{
	struct opinion *ours = &opinions[batched];
	char *text = NULL;

	*ours = (struct opinion){ root, strdup(pointer), TC_ERROR_INIT };
	assert_non_null(ours->pointer);
	if (is_fine(root, json, &ours->fault))
		tc_error_clear(&ours->fault);
	assert_int_equal(tc_json_write(json, TC_JSON_COMPACT, &text, NULL, NULL), TC_OK);
	batch[batched++] = (struct question){ .file = root->schema.file, .value = text };
	if (batched == BATCH)
		ask_batch();
}

/* The text of a value within quotes, as JSON has it, without them. */
static char *inside(const tc_json *json)
{
	char *text = NULL;
	size_t length;

	assert_int_equal(tc_json_write(json, TC_JSON_COMPACT, &text, &length, NULL), TC_OK);
	if (tc_json_kind(json) == TC_JSON_STRING) {
		text[length - 1] = '\0';
		memmove(text, text + 1, length - 1);
	}
	return text;
}

static void ask_with(
	const struct root *root, const tc_json *json, const struct place *place, const char *other)
{
	const tc_json *value = NULL, *old = tc_json_at(json, place->pointer);
	char *text = inside(old), filled[70000];

	if (tc_json_kind(old) == TC_JSON_STRING)
		snprintf(filled, sizeof filled, other, text, text);
	else
		snprintf(filled, sizeof filled, "%s", other);
	tc_release(text);
	assert_int_equal(tc_json_parse(filled, strlen(filled), &value, NULL), TC_OK);
	const tc_json *changed = replaced(json, place->pointer, value);
	ask(root, changed, place->pointer);
	tc_release(changed);
	tc_release(value);
}

/* A text of this many characters. */
static void ask_long(
	const struct root *root, const tc_json *json, const struct place *place, size_t length)
{
	char *text = malloc(length + 3);

	assert_non_null(text);
	memset(text, 'a', length + 2);
	text[0] = text[length + 1] = '"';
	text[length + 2] = '\0';
	ask_with(root, json, place, text);
	free(text);
}

static void ask_others(const struct root *root, const tc_json *json, const struct place *place)
{
	static const size_t lengths[] = { 38, 39, 255, 256, 500, 501, 4096, 4097, 32769 };
	enum tc_json_kind kind = tc_json_kind(tc_json_at(json, place->pointer));
	const char *const *others = kind == TC_JSON_STRING ? other_texts
		: kind == TC_JSON_NUMBER                   ? other_numbers
							   : other_values;

	for (; *others; others++)
		ask_with(root, json, place, *others);
	for (size_t i = 0; kind == TC_JSON_STRING && i < sizeof lengths / sizeof *lengths; i++)
		ask_long(root, json, place, lengths[i]);
}

static void ask_about(const struct root *root, const tc_json *json)
{
	struct places places = places_of(root, json);

	ask(root, json, "its root");
	for (size_t i = 0; i < places.count; i++) {
		const struct place *place = &places.list[i];
		if (place->what == OTHER_KIND) {
			ask_others(root, json, place);
			continue;
		}
		const tc_json *changed = mutate(json, place);
		ask(root, changed, place->pointer);
		tc_release(changed);
	}
	places_clear(&places);
}

static void test_ajv_agrees(void **state)
{
	(void)state;
	struct dice dice = { 3 };
	size_t count;
	const struct root *roots = schemas_roots(&count);

	if (!judge_start()) {
		print_message("without node-ajv there is nobody to ask\n");
		skip();
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t n = 0; n < RANDOM_INSTANCES; n++) {
			const tc_json *json = instance_make(roots[i].schema,
				n == 0           ? SMALLEST
					: n == 1 ? LARGEST
						 : ANY_SIZE,
				&dice);
			/* bodies are what is checked in earnest */
			if (n == 1 || (roots[i].input && n == 2))
				ask_about(&roots[i], json);
			else
				ask(&roots[i], json, "its root");
			tc_release(json);
		}
	}
	ask_batch();
	judge_stop();
	assert_true(questions > 10000 && refused > questions / 4 && refused < questions);
	print_message("%zu questions, %zu values refused by both\n", questions, refused);
}

static int clear(void **state)
{
	(void)state;
	schemas_clear();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ajv_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, clear);
}
