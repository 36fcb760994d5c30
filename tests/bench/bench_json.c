/* SPDX-License-Identifier: MPL-2.0 */
/* tc_json_parse and tc_release beside bare yajl, on a text like a long reply of the queue's
 * listTaskGroup: their instructions. */
#include "tests/bench/bare_events.h"

#include "tests/bench/measure.h"
#include "tests/harness/task_group.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>

#define TEXT_SIZE 5000000
#define LIMIT 1.35

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

/* In the process whose instructions are counted. */
static int run_side(const char *name)
{
	struct text text = { 0 };
	const struct measure_side side = { name, strcmp(name, "ours") == 0 ? parse : parse_bare,
		&text };

	text.bytes = tt_task_group_text(TEXT_SIZE, &text.length);
	if (!text.bytes)
		return 1;
	measure_counted(&side);
	tc_release(text.bytes);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return run_side(argv[1]);
	return !measure_sides("json.parse 5 MB", argv[0], "ours", "bare", 1, LIMIT);
}
