/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/task_group.h"

static struct tc_pattern slugid_pattern =
	TC_PATTERN("^[A-Za-z0-9_-]{8}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]$");
static struct tc_pattern id_pattern = TC_PATTERN("^([a-zA-Z0-9-_]*)$");
static struct tc_pattern provisioner_pattern = TC_PATTERN("^[a-zA-Z0-9-_]{1,38}$");
static struct tc_pattern worker_type_pattern = TC_PATTERN("^[a-z]([-a-z0-9]{0,36}[a-z0-9])?$");
static struct tc_pattern queue_pattern =
	TC_PATTERN("^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$");
static struct tc_pattern project_pattern = TC_PATTERN("^([a-zA-Z0-9._/-]*)$");
static struct tc_pattern scope_pattern = TC_PATTERN("^[ -~]*$");
static struct tc_pattern source_pattern = TC_PATTERN("^(https?://|ssh://|git@)");

#define TEXT_TYPE(name, ...) \
	static const struct tc_text_rules name##_rules = { __VA_ARGS__ }; \
	static const struct tc_type name = TC_TYPE_OF_TEXT(&name##_rules)

TEXT_TYPE(slugid, .pattern = &slugid_pattern);
TEXT_TYPE(id, .pattern = &id_pattern, .min_length = 1, .max_length = 38, .has_max_length = true);
TEXT_TYPE(provisioner, .pattern = &provisioner_pattern);
TEXT_TYPE(worker_type, .pattern = &worker_type_pattern);
TEXT_TYPE(queue, .pattern = &queue_pattern);
TEXT_TYPE(project, .pattern = &project_pattern, .min_length = 1, .max_length = 500,
	.has_max_length = true);
TEXT_TYPE(date, .formats = TC_FORMAT_DATE_TIME);
TEXT_TYPE(priority, .allowed_count = 7,
	.allowed = "highest\0very-high\0high\0medium\0low\0very-low\0lowest");
TEXT_TYPE(requirement, .allowed_count = 2, .allowed = "all-completed\0all-resolved");
TEXT_TYPE(task_state, .allowed_count = 6,
	.allowed = "unscheduled\0pending\0running\0completed\0failed\0exception");
TEXT_TYPE(
	run_state, .allowed_count = 5, .allowed = "pending\0running\0completed\0failed\0exception");
TEXT_TYPE(reason_created, .allowed_count = 5,
	.allowed = "scheduled\0retry\0task-retry\0rerun\0exception");
TEXT_TYPE(reason_resolved, .allowed_count = 11,
	.allowed =
		"completed\0failed\0deadline-exceeded\0canceled\0claim-expired\0worker-shutdown\0"
		"malformed-payload\0resource-unavailable\0internal-error\0intermittent-task\0"
		"superseded");
TEXT_TYPE(route, .min_length = 1, .max_length = 249, .has_max_length = true);
TEXT_TYPE(scope, .pattern = &scope_pattern);
TEXT_TYPE(text_255, .max_length = 255, .has_max_length = true);
TEXT_TYPE(text_4096, .max_length = 4096, .has_max_length = true);
TEXT_TYPE(description, .max_length = 32768, .has_max_length = true);
TEXT_TYPE(source, .pattern = &source_pattern, .max_length = 4096, .has_max_length = true);

#define INT64_TYPE(name, most) \
	static const struct tc_int64_rules name##_rules = { \
		.has_minimum = true, .has_maximum = true, .maximum = (most) \
	}; \
	static const struct tc_type name = TC_TYPE_OF_INT64(&name##_rules)

INT64_TYPE(up_to_49, 49);
INT64_TYPE(up_to_999, 999);
INT64_TYPE(up_to_1000, 1000);

static const struct tc_field run_fields[] = {
	TC_FIELD(struct tt_run, reason_created, "reasonCreated", &reason_created, TC_REQUIRED),
	TC_FIELD(struct tt_run, reason_resolved, "reasonResolved", &reason_resolved, 0),
	TC_FIELD(struct tt_run, resolved, "resolved", &date, 0),
	TC_FIELD(struct tt_run, run_id, "runId", &up_to_1000, TC_REQUIRED),
	TC_FIELD(struct tt_run, scheduled, "scheduled", &date, TC_REQUIRED),
	TC_FIELD(struct tt_run, started, "started", &date, 0),
	TC_FIELD(struct tt_run, state, "state", &run_state, TC_REQUIRED),
	TC_FIELD(struct tt_run, taken_until, "takenUntil", &date, 0),
	TC_FIELD(struct tt_run, worker_group, "workerGroup", &id, 0),
	TC_FIELD(struct tt_run, worker_id, "workerId", &id, 0),
};
static const struct tc_type run = TC_TYPE_OF_OBJECT(struct tt_run, run_fields, NULL);
static const struct tc_count_rules unique = { .unique = true };
static const struct tc_type runs = TC_TYPE_OF_ARRAY(struct tt_run, &run, 0, &unique);

static const struct tc_field status_fields[] = {
	TC_FIELD(struct tt_status, deadline, "deadline", &date, TC_REQUIRED),
	TC_FIELD(struct tt_status, expires, "expires", &date, TC_REQUIRED),
	TC_FIELD(struct tt_status, project_id, "projectId", &project, TC_REQUIRED),
	TC_FIELD(struct tt_status, provisioner_id, "provisionerId", &provisioner, TC_REQUIRED),
	TC_FIELD(struct tt_status, retries_left, "retriesLeft", &up_to_999, TC_REQUIRED),
	TC_FIELD(struct tt_status, runs, "runs", &runs, TC_REQUIRED),
	TC_FIELD(struct tt_status, scheduler_id, "schedulerId", &id, TC_REQUIRED),
	TC_FIELD(struct tt_status, state, "state", &task_state, TC_REQUIRED),
	TC_FIELD(struct tt_status, task_group_id, "taskGroupId", &slugid, TC_REQUIRED),
	TC_FIELD(struct tt_status, task_id, "taskId", &slugid, TC_REQUIRED),
	TC_FIELD(struct tt_status, task_queue_id, "taskQueueId", &queue, TC_REQUIRED),
	TC_FIELD(struct tt_status, worker_type, "workerType", &worker_type, TC_REQUIRED),
};
const struct tc_type tt_status_type = TC_TYPE_OF_OBJECT(struct tt_status, status_fields, NULL);

static const struct tc_field metadata_fields[] = {
	TC_FIELD(struct tt_metadata, description, "description", &description, TC_REQUIRED),
	TC_FIELD(struct tt_metadata, name, "name", &text_255, TC_REQUIRED),
	TC_FIELD(struct tt_metadata, owner, "owner", &text_255, TC_REQUIRED),
	TC_FIELD(struct tt_metadata, source, "source", &source, TC_REQUIRED),
};
static const struct tc_type metadata = TC_TYPE_OF_OBJECT(struct tt_metadata, metadata_fields, NULL);

static const struct tc_count_rules dependencies_rules = {
	.maximum = 10000, .has_maximum = true, .unique = true
};
static const struct tc_type dependencies =
	TC_TYPE_OF_ARRAY(const char *, &slugid, 0, &dependencies_rules);
static const struct tc_count_rules routes_rules = {
	.maximum = 64, .has_maximum = true, .unique = true
};
static const struct tc_type routes = TC_TYPE_OF_ARRAY(const char *, &route, 0, &routes_rules);
static const struct tc_type scopes = TC_TYPE_OF_ARRAY(const char *, &scope, 0, NULL);
static const struct tc_type tags = TC_TYPE_OF_MAP(struct tt_tag, &text_4096, 0, NULL);

static const struct tc_field task_fields[] = {
	TC_FIELD(struct tt_task, created, "created", &date, TC_REQUIRED),
	TC_FIELD(struct tt_task, deadline, "deadline", &date, TC_REQUIRED),
	TC_FIELD(struct tt_task, dependencies, "dependencies", &dependencies, 0),
	TC_FIELD(struct tt_task, expires, "expires", &date, 0),
	TC_FIELD(struct tt_task, extra, "extra", &tc_type_json_object, 0),
	TC_FIELD(struct tt_task, metadata, "metadata", &metadata, TC_REQUIRED),
	TC_FIELD(struct tt_task, payload, "payload", &tc_type_json_object, TC_REQUIRED),
	TC_FIELD(struct tt_task, priority, "priority", &priority, 0),
	TC_FIELD(struct tt_task, project_id, "projectId", &project, 0),
	TC_FIELD(struct tt_task, provisioner_id, "provisionerId", &provisioner, 0),
	TC_FIELD(struct tt_task, requires, "requires", &requirement, 0),
	TC_FIELD(struct tt_task, retries, "retries", &up_to_49, TC_INDIRECT),
	TC_FIELD(struct tt_task, routes, "routes", &routes, 0),
	TC_FIELD(struct tt_task, scheduler_id, "schedulerId", &id, 0),
	TC_FIELD(struct tt_task, scopes, "scopes", &scopes, 0),
	TC_FIELD(struct tt_task, tags, "tags", &tags, 0),
	TC_FIELD(struct tt_task, task_group_id, "taskGroupId", &slugid, 0),
	TC_FIELD(struct tt_task, task_queue_id, "taskQueueId", &queue, 0),
	TC_FIELD(struct tt_task, worker_type, "workerType", &worker_type, 0),
};
const struct tc_type tt_task_type = TC_TYPE_OF_OBJECT(struct tt_task, task_fields, NULL);

static const struct tc_field task_and_status_fields[] = {
	TC_FIELD(struct tt_task_and_status, status, "status", &tt_status_type, TC_REQUIRED),
	TC_FIELD(struct tt_task_and_status, task, "task", &tt_task_type, TC_REQUIRED),
};
static const struct tc_type task_and_status =
	TC_TYPE_OF_OBJECT(struct tt_task_and_status, task_and_status_fields, NULL);
static const struct tc_type tasks =
	TC_TYPE_OF_ARRAY(struct tt_task_and_status, &task_and_status, 0, NULL);

static const struct tc_field task_group_fields[] = {
	TC_FIELD(struct tt_task_group, continuation_token, "continuationToken", &tc_type_string, 0),
	TC_FIELD(struct tt_task_group, expires, "expires", &date, TC_REQUIRED),
	TC_FIELD(struct tt_task_group, scheduler_id, "schedulerId", &id, TC_REQUIRED),
	TC_FIELD(struct tt_task_group, task_group_id, "taskGroupId", &slugid, TC_REQUIRED),
	TC_FIELD(struct tt_task_group, tasks, "tasks", &tasks, TC_REQUIRED),
};
const struct tc_type tt_task_group_type =
	TC_TYPE_OF_OBJECT(struct tt_task_group, task_group_fields, NULL);
