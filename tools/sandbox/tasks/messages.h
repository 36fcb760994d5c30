/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_MESSAGES_H
#define TC_SANDBOX_MESSAGES_H

/* What Pulse is told, message by message. Each goes into the outbox within the transaction of the
 * change that it tells of. */

#include "tools/sandbox/tasks/task.h"

/* A step of a task: "task-defined", "task-pending", "task-running", "task-completed",
 * "task-failed", "task-exception"; `run` is the one concerned, NULL without one. */
void pulse_task(const struct step *step, const struct task *task, const struct run *run,
	const char *exchange);

/* The priority was `before`; the task has the new one. */
void pulse_priority(const struct step *step, const struct task *task, int64_t before);

/* An artifact other than s3's; `artifact` is {storageType, name, expires, contentType} as JSON. */
void pulse_artifact(const struct step *step, const struct task *task, const struct run *run,
	const char *artifact);

/* "task-group-resolved" when no task of the group is open any more. */
void pulse_resolved(const struct step *step, const struct task *task);
void pulse_sealed(const struct step *step, const char *group_id, const char *scheduler_id,
	int64_t expires, int64_t sealed);
void pulse_group_priority(const struct step *step, const char *group_id, const char *scheduler_id,
	const char *priority, int64_t count);

/* "client-created" and the like; `member` is clientId or roleId. */
void pulse_auth(const struct step *step, const char *exchange, const char *member, const char *id);

#endif
