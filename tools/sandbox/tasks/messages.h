/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_MESSAGES_H
#define TC_SANDBOX_MESSAGES_H

/* What the world is told: Pulse, by a message in the outbox, and those who read the stream of
 * events. Both are part of the transaction of the change that they tell of. */

#include "tools/sandbox/tasks/task.h"

/* A step of a task: "task-defined", "task-pending", "task-running", "task-completed",
 * "task-failed", "task-exception"; `run` is the one concerned, NULL without one. */
void tell_task(const struct step *step, const struct task *task, const struct run *run,
	const char *exchange);

/* The priority was `before`; the task has the new one. */
void tell_priority(const struct step *step, const struct task *task, int64_t before);

/* `artifact` is {storageType, name, expires, contentType} as JSON. Pulse is told nothing of those
 * whose bytes the queue keeps itself (`quiet`). */
bool tell_wants_artifact(const struct step *step, const struct task *task, bool quiet);
void tell_artifact(const struct step *step, const struct task *task, const struct run *run,
	const char *artifact, bool quiet);

/* "task-group-resolved" when no task of the group is open any more. */
void tell_resolved(const struct step *step, const struct task *task);
void tell_sealed(const struct step *step, const char *group_id, const char *scheduler_id,
	int64_t expires, int64_t sealed);
void tell_group_priority(const struct step *step, const char *group_id, const char *scheduler_id,
	const char *priority, int64_t count);

/* "client-created" and the like; `member` is clientId or roleId. */
void tell_auth(const struct step *step, const char *exchange, const char *member, const char *id);

#endif
