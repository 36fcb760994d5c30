/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/service/metadata.h"

#include "runtime/src/base/buffer.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/version.h>

#define TEXT_LIMIT ((size_t)1 << 20)

static void add(tc_json_builder *builder, const char *name, const char *text)
{
	if (!text)
		return;
	tc_json_add_name(builder, name);
	tc_json_add_string(builder, text);
}

static void add_worker(tc_json_builder *builder, const struct options *options)
{
	add(builder, "engine", options->task_user ? "multiuser" : "insecure");
	add(builder, "program", "taskcluster-worker");
	add(builder, "version", TC_SDK_VERSION);
	add(builder, "workerGroup", options->worker_group);
	add(builder, "workerId", options->worker_id);
	add(builder, "instanceId", options->instance_id);
	add(builder, "instanceType", options->instance_type);
	add(builder, "region", options->region);
	add(builder, "availabilityZone", options->availability_zone);
	add(builder, "publicIP", options->public_ip);
	add(builder, "privateIP", options->private_ip);
}

static char *indent(const char *json)
{
	struct tc__buffer text = TC__BUFFER(TEXT_LIMIT);

	for (const char *line = json; *line;) {
		size_t length = strcspn(line, "\n");
		tc__buffer_printf(&text, "%s  %.*s", line == json ? "" : "\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	char *copy = tc__buffer_failed(&text) ? NULL : strdup(tc__buffer_get(&text));
	tc__buffer_clear(&text);
	return copy;
}

char *metadata_make(const struct options *options)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *json = NULL;
	char *text = NULL;
	char *indented = NULL;

	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(options->metadata); i++) {
		const char *name = tc_json_text(tc_json_name(options->metadata, i));
		if (strcmp(name, "worker") == 0)
			continue;
		tc_json_add_name(builder, name);
		tc_json_add_json(builder, tc_json_item(options->metadata, i));
	}
	tc_json_add_name(builder, "worker");
	tc_json_add_object(builder);
	add_worker(builder, options);
	tc_json_end(builder);
	tc_json_end(builder);
	if (tc_json_build(builder, &json, NULL) == TC_OK &&
		tc_json_write(json, TC_JSON_PRETTY, &text, NULL, NULL) == TC_OK)
		indented = indent(text);
	tc_release(text);
	tc_release(json);
	return indented;
}
