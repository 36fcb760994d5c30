/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/tasks/image.h"

#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/report.h"

#include <taskcluster/date.h>

#include <stdlib.h>
#include <string.h>

#define MAX_RUN_TIME_S (2 * 60 * 60)

static void add_text(tc_json_builder *json, const char *name, const char *text)
{
	tc_json_add_name(json, name);
	tc_json_add_string(json, text);
}

static void add_time(
	tc_json_builder *json, const char *name, const char *from_now, const struct timespec *now)
{
	char date[TC_DATE_SIZE];

	if (tc_from_now(from_now, now, date, NULL) == TC_OK)
		add_text(json, name, date);
}

static void add_texts(
	tc_json_builder *json, const char *name, const char *const *texts, size_t count)
{
	tc_json_add_name(json, name);
	tc_json_add_array(json);
	for (size_t i = 0; i < count; i++)
		tc_json_add_string(json, texts[i]);
	tc_json_end(json);
}

/* Whether one behind it is of the same name. */
static bool is_replaced(const struct texts *variables, size_t position)
{
	const char *name = variables->all[position];
	size_t length = strcspn(name, "=");

	for (size_t i = position + 1; i < variables->count; i++)
		if (strcspn(variables->all[i], "=") == length &&
			memcmp(variables->all[i], name, length) == 0)
			return true;
	return false;
}

static void add_variable(tc_json_builder *json, const char *variable)
{
	size_t length = strcspn(variable, "=");
	char *name = strndup(variable, length); /* the builder refuses NULL */

	add_text(json, name, variable[length] ? variable + length + 1 : "");
	free(name);
}

static void add_variables(tc_json_builder *json, const struct texts *variables)
{
	tc_json_add_name(json, "env");
	tc_json_add_object(json);
	for (size_t i = 0; i < variables->count; i++)
		if (!is_replaced(variables, i))
			add_variable(json, variables->all[i]);
	tc_json_end(json);
}

static void add_payload(tc_json_builder *json, const struct image_task *task)
{
	size_t count = 0;

	while (task->command[count])
		count++;
	tc_json_add_name(json, "payload");
	tc_json_add_object(json);
	add_text(json, "image", task->image);
	add_texts(json, "command", task->command, count);
	add_variables(json, &task->variables);
	tc_json_add_name(json, "maxRunTime");
	tc_json_add_int64(json, MAX_RUN_TIME_S);
	tc_json_end(json);
}

static void add_metadata(tc_json_builder *json, const struct image_task *task)
{
	tc_json_add_name(json, "metadata");
	tc_json_add_object(json);
	add_text(json, "name", task->name);
	add_text(json, "description", task->description);
	add_text(json, "owner", task->owner);
	add_text(json, "source", task->source);
	tc_json_end(json);
}

static void add_times(tc_json_builder *json)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	add_time(json, "created", "", &now);
	add_time(json, "deadline", "1 day", &now);
	add_time(json, "expires", "1 year 1 day", &now);
}

int image_task_define(const struct image_task *task, const char *id, const tc_json **definition)
{
	tc_json_builder *json = tc_json_builder_new();
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	tc_json_add_object(json);
	add_text(json, "provisionerId", task->provisioner);
	add_text(json, "workerType", task->worker_type);
	add_text(json, "schedulerId", "taskcluster-cli");
	add_text(json, "taskGroupId", id);
	add_texts(json, "dependencies", (const char *const *)task->dependencies.all,
		task->dependencies.count);
	tc_json_add_name(json, "retries");
	tc_json_add_int64(json, task->retries);
	add_times(json);
	add_payload(json, task);
	add_metadata(json, task);
	tc_json_end(json);
	int rc = tc_json_build(json, definition, &err);
	if (rc == TC_ERROR_INPUT)
		status = usage_error("an option, IMAGE or COMMAND cannot be sent as JSON: %s",
			tc_error_text(&err));
	else if (rc != TC_OK)
		status = report(&err, NULL, NULL);
	tc_error_clear(&err);
	return status;
}
