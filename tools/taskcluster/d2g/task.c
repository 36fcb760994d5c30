/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/task.h"

#include "tools/taskcluster/d2g/check.h"
#include "tools/taskcluster/d2g/payload.h"
#include "tools/taskcluster/d2g/scopes.h"
#include "tools/taskcluster/shared/report.h"

#include <string.h>

static int fail_with(tc_error *err)
{
	int status = failure("%s", tc_error_text(err));

	tc_error_clear(err);
	return status;
}

int task_translate_payload(const tc_json *payload, const char *where, const tc_json **translated)
{
	tc_error err = TC_ERROR_INIT;
	int status = check_input(payload, where);

	if (status != 0)
		return status;
	if (payload_translate(payload, translated, &err) != TC_OK)
		return fail_with(&err);
	return check_output(*translated);
}

static bool is_called(const tc_json *name, const char *text)
{
	return strcmp(tc_json_text(name), text) == 0;
}

/* The task with two other members; `scopes` NULL where it has none. */
static int replace(const tc_json *task, const tc_json *payload, const tc_json *scopes,
	const tc_json **replaced)
{
	tc_json_builder *json = tc_json_builder_new();
	tc_error err = TC_ERROR_INIT;

	tc_json_add_object(json);
	for (size_t i = 0; i < tc_json_count(task); i++) {
		const tc_json *name = tc_json_name(task, i), *value = tc_json_item(task, i);
		if (is_called(name, "payload"))
			value = payload;
		else if (is_called(name, "scopes"))
			value = scopes;
		tc_json_add_name(json, tc_json_text(name));
		tc_json_add_json(json, value);
	}
	tc_json_end(json);
	return tc_json_build(json, replaced, &err) == TC_OK ? 0 : fail_with(&err);
}

static int check_task(const tc_json *task)
{
	if (tc_json_kind(task) != TC_JSON_OBJECT)
		return usage_error("the task definition is no object");
	if (!tc_json_get(task, "payload"))
		return usage_error("the task definition has no payload");
	for (size_t i = 0; i < tc_json_count(task); i++) {
		const tc_json *name = tc_json_name(task, i);
		if (strlen(tc_json_text(name)) != tc_json_text_length(name))
			return usage_error("the task definition has a member with U+0000 in its "
					   "name, and no task has such a one");
	}
	return 0;
}

int task_translate(
	const tc_json *task, const struct arguments *arguments, const tc_json **translated)
{
	const tc_json *payload = NULL, *scopes = NULL;
	int status = check_task(task);

	if (status == 0)
		status = task_translate_payload(tc_json_get(task, "payload"), "/payload", &payload);
	if (status == 0 && tc_json_get(task, "scopes"))
		status = scopes_translate(task, arguments, &scopes);
	if (status == 0)
		status = replace(task, payload, scopes, translated);
	tc_release(payload);
	tc_release(scopes);
	return status;
}
