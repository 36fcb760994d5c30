/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/schema/judged.h"

#include "tests/harness/test.h"
#include "tools/schema/vet.h"
#include <stdio.h>
#include <string.h>

static void take_note(void *data, const char *place, const char *text)
{
	struct judged *judged = data;
	size_t used = strlen(judged->notes);

	snprintf(judged->notes + used, sizeof judged->notes - used, "%s %s\n", place, text);
}

/* Other files than the schema's own: there is one. */
static int fetch(
	void *data, const char *from, const char *location, const tc_json **json, tc_error *err)
{
	static const char other[] = "{\"definitions\":{\"x\":{\"type\":\"integer\"},\"back\":{\"$"
				    "ref\":\"schema.json\"}}}";

	(void)data, (void)from;
	if (strcmp(location, "file:///folder/other.json") == 0)
		return tc_json_parse(other, strlen(other), json, err);
	return tc_error_set(err, TC_ERROR_INPUT, "there is no %s", location);
}

void judged_open(struct judged *judged, const tc_json *schema)
{
	tc_json_builder *copy = tc_json_builder_new();
	const tc_json *json = NULL;

	*judged = (struct judged){ .schemas = { .fetch = fetch,
					   .note = take_note,
					   .data = judged,
					   .err = &judged->err } };
	tc_json_add_json(copy, schema);
	assert_ok(tc_json_build(copy, &json, NULL), NULL);
	vet(&judged->schemas, "file:///folder/schema.json", json, &judged->schema);
}

static void take_fault(void *data, const char *pointer, const char *text)
{
	struct judged *judged = data;

	snprintf(judged->problem, sizeof judged->problem, "%s: %s", pointer, text);
}

enum verdict judged_say(struct judged *judged, const tc_json *value)
{
	struct validate_report report = { take_fault, judged, 1 };
	const char *why = NULL;

	judged->problem[0] = '\0';
	enum verdict verdict =
		validate_strictly(&judged->schemas, judged->schema, value, &report, &why);
	if (verdict == VERDICT_NONE)
		snprintf(judged->problem, sizeof judged->problem, "%s", why);
	return verdict;
}

void judged_close(struct judged *judged)
{
	schemas_clear(&judged->schemas);
	tc_error_clear(&judged->err);
}
