/* SPDX-License-Identifier: MPL-2.0 */
/* tc_json_parse and tc_release beside bare yajl, on a text like a long reply of the queue's
 * listTaskGroup: at least 35 % of yajl's speed. */
#include "tests/bench/bare_events.h"

#include "tests/bench/measure.h"
#include "tests/harness/task_group.h"
#include <stdlib.h>
#include <taskcluster/json.h>

#define TEXT_SIZE 5000000

struct text {
	char *bytes;
	size_t length;
};

static void parse(void *data)
{
	const struct text *text = data;
	const tc_json *json = NULL;

	if (tc_json_parse(text->bytes, text->length, &json, NULL) != TC_OK)
		abort();
	tc_release(json);
}

static void parse_bare(void *data)
{
	const struct text *text = data;

	if (bare_parse(text->bytes, text->length) == 0)
		abort();
}

static int bench_json(void)
{
	struct text text = { 0 };

	text.bytes = tt_task_group_text(TEXT_SIZE, &text.length);
	if (!text.bytes)
		return 1;
	struct measure_side ours = { "tc_json_parse", parse, &text };
	struct measure_side bare = { "yajl callbacks", parse_bare, &text };
	struct measure_result result = measure_pair(&ours, &bare, 1);
	bool fast = measure_print("json.parse 5 MB", &result, 1 / 0.35, true);
	tc_release(text.bytes);
	return !fast;
}

int main(void)
{
	return bench_json();
}
