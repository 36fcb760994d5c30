/* SPDX-License-Identifier: MPL-2.0 */
/* Any text as YAML and as JSON: every value has a place in the text, and in JSON it begins there.
 */
#include "tests/harness/test.h"

#include "tools/documents/json.h"
#include "tools/documents/yaml.h"
#include "tools/schema/step.h"

#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 300
#define POINTER_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
	const char *bytes;
	size_t length;
	const struct yaml *yaml; /* NULL: it is JSON */
	const tc_json *json;
	struct place *places; /* of each byte, for JSON */
	size_t values;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What a value of JSON may begin with. */
static const char *beginnings(const tc_json *value)
{
	static const char *const all[] = { "", "n", "tf", "-0123456789", "\"", "[", "{" };

	return all[tc_json_kind(value)];
}

static void check_json(const struct text *text, const tc_json *value, const char *pointer)
{
	struct place place = json_place(text->bytes, text->json, pointer);
	size_t offset = 0;

	while (offset < text->length &&
		(text->places[offset].line != place.line ||
			text->places[offset].column != place.column))
		offset++;
	require(offset < text->length && strchr(beginnings(value), text->bytes[offset]));
}

static void check_yaml(const struct text *text, const char *pointer)
{
	struct place place = yaml_place(text->yaml, pointer);

	require(place.line > 0 && place.line <= text->length + 1);
	require(place.column > 0 && place.column <= text->length + 1);
}

static void visit(struct text *text, const tc_json *value, const struct step *step)
{
	struct tc__buffer pointer = TC__BUFFER(POINTER_MAX);

	if (text->values++ > VALUES_MAX)
		return;
	step_write(&pointer, step);
	if (text->yaml)
		check_yaml(text, tc__buffer_get(&pointer));
	else
		check_json(text, value, tc__buffer_get(&pointer));
	tc__buffer_clear(&pointer);
	for (size_t i = 0; i < tc_json_count(value); i++) {
		const tc_json *name = tc_json_name(value, i);
		struct step inside = { step, tc_json_text(name), i };
		/* a pointer that is a text ends at a NUL */
		if (!name || strlen(inside.name) == tc_json_text_length(name))
			visit(text, tc_json_item(value, i), &inside);
	}
}

static void as_yaml(struct text *text)
{
	struct place wrong;
	struct yaml *yaml;
	tc_error err = TC_ERROR_INIT;

	if (yaml_open(text->bytes, text->length, &yaml, &wrong, &err) == TC_OK) {
		text->yaml = yaml;
		text->values = 0;
		visit(text, yaml_json(yaml), NULL);
	} else {
		require(!yaml && wrong.line <= text->length + 1);
	}
	tc_error_clear(&err);
	yaml_close(yaml);
	text->yaml = NULL;
}

static struct place place_behind(struct place place, const char *byte)
{
	struct place step = place_of(byte, 1);

	if (step.line > 1)
		return (struct place){ place.line + 1, 1 };
	return (struct place){ place.line, place.column + step.column - 1 };
}

static void as_json(struct text *text)
{
	if (tc_json_parse(text->bytes, text->length, &text->json, NULL) != TC_OK)
		return;
	text->places = calloc(text->length + 1, sizeof *text->places);
	require(text->places);
	text->places[0] = (struct place){ 1, 1 };
	for (size_t i = 1; i < text->length; i++)
		text->places[i] = place_behind(text->places[i - 1], text->bytes + i - 1);
	text->values = 0;
	visit(text, text->json, NULL);
	free(text->places);
	tc_release(text->json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1);
	struct text text = { .bytes = bytes, .length = size };

	require(bytes);
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	as_yaml(&text);
	as_json(&text);
	free(bytes);
	return 0;
}
