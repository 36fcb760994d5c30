/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/bare_type.h"

#include <string.h>
#include <yajl/yajl_gen.h>

static void text(yajl_gen gen, const char *value)
{
	yajl_gen_string(gen, (const unsigned char *)value, strlen(value));
}

static void member(yajl_gen gen, const char *name, const char *value)
{
	if (!value)
		return;
	text(gen, name);
	text(gen, value);
}

static void texts(yajl_gen gen, const char *name, const char *const *values, size_t number)
{
	text(gen, name);
	yajl_gen_array_open(gen);
	for (size_t i = 0; i < number; i++)
		text(gen, values[i]);
	yajl_gen_array_close(gen);
}

static void json(yajl_gen gen, const tc_json *value)
{
	enum tc_json_kind kind = tc_json_kind(value);

	if (kind == TC_JSON_NULL)
		yajl_gen_null(gen);
	if (kind == TC_JSON_BOOL)
		yajl_gen_bool(gen, tc_json_true(value));
	if (kind == TC_JSON_NUMBER)
		yajl_gen_number(gen, tc_json_text(value), tc_json_text_length(value));
	if (kind == TC_JSON_STRING)
		yajl_gen_string(gen, (const unsigned char *)tc_json_text(value),
			tc_json_text_length(value));
	if (kind == TC_JSON_ARRAY)
		yajl_gen_array_open(gen);
	if (kind == TC_JSON_OBJECT)
		yajl_gen_map_open(gen);
	for (size_t i = 0; i < tc_json_count(value); i++) {
		const tc_json *name = tc_json_name(value, i);
		if (name)
			json(gen, name);
		json(gen, tc_json_item(value, i));
	}
	if (kind == TC_JSON_ARRAY)
		yajl_gen_array_close(gen);
	if (kind == TC_JSON_OBJECT)
		yajl_gen_map_close(gen);
}

static void metadata(yajl_gen gen, const struct tt_metadata *value)
{
	text(gen, "metadata");
	yajl_gen_map_open(gen);
	member(gen, "description", value->description);
	member(gen, "name", value->name);
	member(gen, "owner", value->owner);
	member(gen, "source", value->source);
	yajl_gen_map_close(gen);
}

static void task_members(yajl_gen gen, const struct tt_task *task)
{
	member(gen, "created", task->created);
	member(gen, "deadline", task->deadline);
	texts(gen, "dependencies", task->dependencies, task->dependencies_count);
	member(gen, "expires", task->expires);
	text(gen, "extra");
	json(gen, task->extra);
	metadata(gen, &task->metadata);
	text(gen, "payload");
	json(gen, task->payload);
	member(gen, "priority", task->priority);
	member(gen, "projectId", task->project_id);
	member(gen, "provisionerId", task->provisioner_id);
	member(gen, "requires", task->requires);
	text(gen, "retries");
	yajl_gen_integer(gen, task->retries.value);
	texts(gen, "routes", task->routes, task->routes_count);
	member(gen, "schedulerId", task->scheduler_id);
	texts(gen, "scopes", task->scopes, task->scopes_count);
	text(gen, "tags");
	yajl_gen_map_open(gen);
	for (size_t i = 0; i < task->tags_count; i++)
		member(gen, task->tags[i].key, task->tags[i].value);
	yajl_gen_map_close(gen);
	member(gen, "taskGroupId", task->task_group_id);
	member(gen, "taskQueueId", task->task_queue_id);
	member(gen, "workerType", task->worker_type);
}

size_t bare_type_encode(const struct tt_task *task)
{
	yajl_gen gen = yajl_gen_alloc(NULL);
	const unsigned char *bytes = NULL;
	size_t length = 0;

	if (!gen)
		return 0;
	yajl_gen_map_open(gen);
	task_members(gen, task);
	if (yajl_gen_map_close(gen) == yajl_gen_status_ok)
		yajl_gen_get_buf(gen, &bytes, &length);
	yajl_gen_free(gen);
	return length;
}
