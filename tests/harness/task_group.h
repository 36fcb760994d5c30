/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_TASK_GROUP_H
#define TC_TESTS_TASK_GROUP_H

/* The types of the queue's listTaskGroup and createTask, made by hand as the generator makes them,
 * and a long reply of the former; for tests and measures that must not depend on the generator. */

#include <taskcluster/type_table.h>

struct tt_run {
	int64_t run_id;
	const char *state;
	const char *reason_created;
	const char *reason_resolved;
	const char *worker_group;
	const char *worker_id;
	const char *taken_until;
	const char *scheduled;
	const char *started;
	const char *resolved;
};

struct tt_status {
	const char *task_id;
	const char *provisioner_id;
	const char *worker_type;
	const char *task_queue_id;
	const char *scheduler_id;
	const char *project_id;
	const char *task_group_id;
	const char *deadline;
	const char *expires;
	int64_t retries_left;
	const char *state;
	const struct tt_run *runs;
	size_t runs_count;
};

struct tt_metadata {
	const char *name;
	const char *description;
	const char *owner;
	const char *source;
};

struct tt_tag {
	const char *key;
	const char *value;
};

struct tt_task {
	const char *provisioner_id;
	const char *worker_type;
	const char *task_queue_id;
	const char *scheduler_id;
	const char *project_id;
	const char *task_group_id;
	const char *const *dependencies;
	size_t dependencies_count;
	const char *requires;
	const char *const *routes;
	size_t routes_count;
	const char *priority;
	struct tc_opt_int64 retries;
	const char *created;
	const char *deadline;
	const char *expires;
	const char *const *scopes;
	size_t scopes_count;
	const tc_json *payload;
	struct tt_metadata metadata;
	const struct tt_tag *tags;
	size_t tags_count;
	const tc_json *extra;
};

struct tt_task_and_status {
	struct tt_status status;
	struct tt_task task;
};

struct tt_task_group {
	const char *task_group_id;
	const char *scheduler_id;
	const char *expires;
	const char *continuation_token;
	const struct tt_task_and_status *tasks;
	size_t tasks_count;
};

extern const struct tc_type tt_task_type;
extern const struct tc_type tt_status_type;
extern const struct tc_type tt_task_group_type;

/* A reply of at least `size` bytes, the same each time; for tc_release(). */
char *tt_task_group_text(size_t size, size_t *length);

#endif
