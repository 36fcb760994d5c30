/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/payload/payload.h"

#include "tools/worker/payload/check.h"
#include <stdlib.h>
#include <string.h>

#define BACKING_NAME "public/logs/live_backing.log"
#define LIVE_NAME "public/logs/live.log"

static const char *text_at(const tc_json *json, const char *pointer, const char *otherwise)
{
	const char *text = tc_json_text(tc_json_at(json, pointer));

	return text && *text ? text : otherwise;
}

/* A feature that is on unless the payload turns it off. */
static bool is_on(const tc_json *payload, const char *pointer)
{
	const tc_json *said = tc_json_at(payload, pointer);

	return !said || tc_json_true(said);
}

static enum tc_encoding encoding_of(const tc_json *artifact)
{
	const char *said = tc_json_text(tc_json_get(artifact, "contentEncoding"));

	if (!said)
		return TC_ENCODING_DEFAULT;
	return strcmp(said, "gzip") == 0 ? TC_ENCODING_GZIP : TC_ENCODING_IDENTITY;
}

static void read_artifact(struct payload_artifact *artifact, const tc_json *json)
{
	artifact->path = text_at(json, "/path", "");
	artifact->name = text_at(json, "/name", artifact->path);
	artifact->content_type = text_at(json, "/contentType", NULL);
	artifact->expires = text_at(json, "/expires", NULL);
	artifact->directory = strcmp(text_at(json, "/type", ""), "directory") == 0;
	artifact->optional = tc_json_true(tc_json_get(json, "optional"));
	artifact->encoding = encoding_of(json);
}

static bool read_artifacts(struct payload *payload, const tc_json *artifacts)
{
	size_t count = tc_json_count(artifacts);

	payload->artifacts = calloc(count + 1, sizeof *payload->artifacts);
	if (!payload->artifacts)
		return false;
	payload->artifacts_count = count;
	for (size_t i = 0; i < count; i++)
		read_artifact(&payload->artifacts[i], tc_json_item(artifacts, i));
	return true;
}

bool payload_parse(struct payload *payload, const struct tc_queue_task_data *task,
	const struct payload_rules *rules, payload_fault_fn *fault, void *data)
{
	const tc_json *json = task->payload;
	struct payload_check check = { fault, data, false };

	*payload = (struct payload){
		.backing_name = text_at(json, "/logs/backing", BACKING_NAME),
		.live_name = text_at(json, "/logs/live", LIVE_NAME),
		.expires = task->expires,
		.backing_log = is_on(json, "/features/backingLog"),
		.live_log = is_on(json, "/features/liveLog") && rules->live_log,
	};
	/* by name first: the schema of a worker without users does not know them all */
	check_features(&check, json, rules);
	if (!check.bad)
		check_shape(&check, json, rules->multiuser);
	if (check.bad)
		return false;
	payload->commands = tc_json_get(json, "command");
	payload->env = tc_json_get(json, "env");
	payload->mounts = tc_json_get(json, "mounts");
	payload->proxy = tc_json_true(tc_json_at(json, "/features/taskclusterProxy"));
	payload->chain_of_trust = tc_json_true(tc_json_at(json, "/features/chainOfTrust"));
	payload->retry_codes = tc_json_at(json, "/onExitStatus/retry");
	payload->purge_codes = tc_json_at(json, "/onExitStatus/purgeCaches");
	tc_json_int64(tc_json_get(json, "maxRunTime"), &payload->run_s);
	if (!read_artifacts(payload, tc_json_get(json, "artifacts")))
		check_complain(&check, "", "cannot be read: no memory");
	check_times(&check, payload, task, rules);
	return !check.bad;
}

void payload_clear(struct payload *payload)
{
	free(payload->artifacts);
	*payload = (struct payload){ 0 };
}

bool payload_has_code(const tc_json *codes, int code)
{
	for (size_t i = 0; i < tc_json_count(codes); i++) {
		int64_t value;
		if (tc_json_int64(tc_json_item(codes, i), &value) && value == code)
			return true;
	}
	return false;
}
