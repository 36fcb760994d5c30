/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/task_group.h"

#include "runtime/src/base/buffer.h"

/* Repeatable and without meaning; only the shape of the text matters. */
static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static void add_slugid(struct tc__buffer *text, uint64_t *state)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (int i = 0; i < 22; i++)
		tc__buffer_char(text,
			i == 8            ? 'R'
				: i == 10 ? 'W'
				: i == 21 ? 'A'
					  : digits[next_random(state) % 64]);
}

static void add_date(struct tc__buffer *text, const char *name, uint64_t *state)
{
	tc__buffer_printf(text, "\"%s\":\"2024-%02d-%02dT%02d:%02d:%02d.%03dZ\"", name,
		(int)(next_random(state) % 12) + 1, (int)(next_random(state) % 28) + 1,
		(int)(next_random(state) % 24), (int)(next_random(state) % 60),
		(int)(next_random(state) % 60), (int)(next_random(state) % 1000));
}

static void add_ids(struct tc__buffer *text, const char *task_group, uint64_t *state)
{
	tc__buffer_text(text,
		"\"provisionerId\":\"proj-linux\",\"workerType\":\"build-large\","
		"\"taskQueueId\":\"proj-linux/build-large\",\"schedulerId\":\"ci-level-3\","
		"\"projectId\":\"none\",\"taskGroupId\":\"");
	tc__buffer_printf(text, "%s\",", task_group);
	add_date(text, "deadline", state);
	tc__buffer_char(text, ',');
	add_date(text, "expires", state);
}

static void add_status(struct tc__buffer *text, const char *task_group, uint64_t *state)
{
	int runs = (int)(next_random(state) % 4 == 0) + 1;

	tc__buffer_text(text, "{\"status\":{\"taskId\":\"");
	add_slugid(text, state);
	tc__buffer_text(text, "\",");
	add_ids(text, task_group, state);
	tc__buffer_text(text, ",\"retriesLeft\":5,\"state\":\"completed\",\"runs\":[");
	for (int run = 0; run < runs; run++) {
		tc__buffer_printf(text, "%s{\"runId\":%d,\"state\":\"%s\",", run ? "," : "", run,
			run + 1 < runs ? "exception" : "completed");
		tc__buffer_printf(text,
			"\"reasonCreated\":\"%s\",\"reasonResolved\":\"%s\","
			"\"workerGroup\":\"us-west-2\",\"workerId\":\"i-%08x\",",
			run ? "retry" : "scheduled",
			run + 1 < runs ? "worker-shutdown" : "completed",
			(unsigned)next_random(state));
		add_date(text, "takenUntil", state);
		tc__buffer_char(text, ',');
		add_date(text, "scheduled", state);
		tc__buffer_char(text, ',');
		add_date(text, "started", state);
		tc__buffer_char(text, ',');
		add_date(text, "resolved", state);
		tc__buffer_char(text, '}');
	}
	tc__buffer_text(text, "]},");
}

static void add_payload(struct tc__buffer *text, uint64_t *state)
{
	tc__buffer_printf(text,
		"\"payload\":{\"image\":{\"type\":\"task-image\",\"path\":\"public/"
		"image.tar.zst\"},"
		"\"maxRunTime\":%d,\"features\":{\"taskclusterProxy\":true,\"chainOfTrust\":false},"
		"\"command\":[\"/bin/bash\",\"-c\",\"set -ex\\ncd /builds/worker\\n./run \\\"test "
		"%d\\\"\\n\"],\"env\":{\"LEVEL\":\"3\",\"CHUNK\":\"%d\",\"REVISION\":\"%08x%08x%"
		"08x\","
		"\"REPOSITORY\":\"https://example.com/some/repository\"},",
		(int)(next_random(state) % 7200), (int)(next_random(state) % 100),
		(int)(next_random(state) % 20), (unsigned)next_random(state),
		(unsigned)next_random(state), (unsigned)next_random(state));
	tc__buffer_text(text,
		"\"artifacts\":{\"public/logs\":{\"type\":\"directory\",\"path\":"
		"\"/builds/worker/logs/\",");
	add_date(text, "expires", state);
	tc__buffer_text(text, "}}},");
}

static void add_task(struct tc__buffer *text, const char *task_group, uint64_t *state)
{
	tc__buffer_text(text, "\"task\":{");
	add_ids(text, task_group, state);
	tc__buffer_char(text, ',');
	add_date(text, "created", state);
	tc__buffer_text(text,
		",\"priority\":\"medium\",\"requires\":\"all-completed\","
		"\"retries\":5,\"dependencies\":[");
	for (int i = (int)(next_random(state) % 4); i >= 0; i--) {
		tc__buffer_char(text, '"');
		add_slugid(text, state);
		tc__buffer_text(text, i ? "\"," : "\"");
	}
	tc__buffer_text(text,
		"],\"routes\":[\"checks\",\"index.project.v2.main.latest.linux.build\"],"
		"\"scopes\":[\"secrets:get:project/build/level-3\","
		"\"docker-worker:cache:ci-level-3-checkouts\"],");
	add_payload(text, state);
	tc__buffer_printf(text,
		"\"metadata\":{\"name\":\"test-linux-%d/opt\",\"owner\":\"someone@example.com\","
		"\"source\":\"https://example.com/some/repository/file/tip/ci\",\"description\":"
		"\"Runs a part of the tests \\u2014 see the [page](https://example.com/tests)\"},",
		(int)(next_random(state) % 1000));
	tc__buffer_text(text,
		"\"tags\":{\"kind\":\"test\",\"os\":\"linux\",\"retrigger\":\"true\"},"
		"\"extra\":{\"index\":{\"rank\":0},\"treeherder\":{\"tier\":1,\"symbol\":\"T\","
		"\"collection\":{\"opt\":true},\"machine\":{\"platform\":\"linux64\"},"
		"\"jobKind\":\"test\",\"groupName\":null}}}}");
}

char *tt_task_group_text(size_t size, size_t *length)
{
	struct tc__buffer text = TC__BUFFER(2 * size + 65536);
	struct tc__buffer task_group = TC__BUFFER(64);
	uint64_t state = 1;

	add_slugid(&task_group, &state);
	tc__buffer_printf(&text, "{\"taskGroupId\":\"%s\",\"schedulerId\":\"ci-level-3\",",
		tc__buffer_get(&task_group));
	add_date(&text, "expires", &state);
	tc__buffer_text(&text, ",\"tasks\":[");
	for (bool first = true; text.length < size && !tc__buffer_failed(&text); first = false) {
		if (!first)
			tc__buffer_char(&text, ',');
		add_status(&text, tc__buffer_get(&task_group), &state);
		add_task(&text, tc__buffer_get(&task_group), &state);
	}
	tc__buffer_text(&text, "],\"continuationToken\":\"none\"}");
	tc__buffer_clear(&task_group);
	*length = text.length;
	return tc__buffer_take(&text);
}
