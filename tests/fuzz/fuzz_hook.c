/* SPDX-License-Identifier: MPL-2.0 */
/* A hook's template, and the schedule in it: JSON {task, schedule, context}. */
#include "tests/harness/test.h"

#include "tools/sandbox/services/hooks/cron.h"
#include "tools/sandbox/services/hooks/jsone.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Each moment comes after the one before it. */
static void use_pattern(const char *pattern)
{
	struct cron cron;
	char why[200] = "";
	int64_t now = 0;

	if (!cron_parse(pattern, &cron, why, sizeof why)) {
		require(*why);
		return;
	}
	for (int i = 0; i < 3; i++) {
		int64_t next = cron_next(&cron, now);
		if (next < 0)
			return;
		require(next > now && next % 1000 == 0);
		now = next;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jsone jsone = { 0 };
	const tc_json *json = NULL;

	if (tc_json_parse((const char *)data, size, &json, NULL) != TC_OK)
		return 0;
	const tc_json *schedule = tc_json_get(json, "schedule");
	for (size_t i = 0; i < tc_json_count(schedule) && i < 5; i++) {
		if (tc_json_kind(tc_json_item(schedule, i)) == TC_JSON_STRING)
			use_pattern(tc_json_text(tc_json_item(schedule, i)));
	}
	const tc_json *task = tc_json_get(json, "task");
	if (task) {
		const tc_json *made = jsone_render(&jsone, task, tc_json_get(json, "context"));
		require(!made || !*jsone.problem);
	}
	jsone_end(&jsone);
	tc_release(json);
	return 0;
}
