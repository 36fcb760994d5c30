/* SPDX-License-Identifier: MPL-2.0 */
/* Any schema and value, as an array of both: whatever they are, it ends, and what is said is said
 * again. A schema that is refused says why; a value that keeps one has no fault, and one that
 * breaks it has some. */
#include "tests/harness/test.h"

#include "tests/fuzz/budget.h"
#include "tools/schema/validate.h"
#include "tools/schema/vet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is bounded is bounded by millions of steps, however short it is. */
const unsigned fuzz_budget_ns = 20000000;

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int fetch(
	void *data, const char *from, const char *location, const tc_json **json, tc_error *err)
{
	(void)data, (void)from, (void)json;
	return tc_error_set(err, TC_ERROR_INPUT, "there is no %s", location);
}

static void take_fault(void *data, const char *pointer, const char *text)
{
	require(*text && (!*pointer || *pointer == '/'));
	++*(size_t *)data;
}

static const tc_json *copy_of(const tc_json *json)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *copy = NULL;

	tc_json_add_json(builder, json);
	require(tc_json_build(builder, &copy, NULL) == TC_OK);
	return copy;
}

static void judge(struct schemas *schemas, struct schema schema, const tc_json *value)
{
	size_t faults = 0;
	struct validate_report report = { take_fault, &faults, 10 };
	const char *why;
	enum verdict verdict = validate_strictly(schemas, schema, value, &report, &why);

	require(faults <= 10 && (verdict == VERDICT_NONE) == (why != NULL));
	require(verdict != VERDICT_KEPT || faults == 0);
	require(verdict != VERDICT_BROKEN || faults > 0);
	require(validate_strictly(schemas, schema, value, &report, &why) == verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const tc_json *both = NULL;
	tc_error err = TC_ERROR_INIT;
	struct schemas schemas = { .fetch = fetch, .err = &err };
	struct schema schema;

	if (tc_json_parse((const char *)data, size, &both, NULL) != TC_OK)
		return 0;
	if (tc_json_kind(both) == TC_JSON_ARRAY && tc_json_count(both) == 2) {
		int rc = vet(&schemas, "file:///folder/schema.json", copy_of(tc_json_item(both, 0)),
			&schema);
		require(rc == err.code && (rc == TC_OK || *tc_error_text(&err)));
		if (rc == TC_OK)
			judge(&schemas, schema, tc_json_item(both, 1));
	}
	schemas_clear(&schemas);
	tc_error_clear(&err);
	tc_release(both);
	return 0;
}
