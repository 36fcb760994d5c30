/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_PULSE_H
#define TC_SANDBOX_PULSE_H

/*
 * What happens is told to a RabbitMQ (--pulse). A message is written into the outbox in the same
 * transaction as the change that it tells of; after the commit the publisher takes it, and what the
 * broker has confirmed leaves the outbox. So a message may come twice, and none is lost, also when
 * the sandbox is killed. Without --pulse all of this does nothing.
 */

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

/* A message into the outbox; `cc` are further keys, each ended by a line feed. */
void pulse_post(struct sandbox *sandbox, const char *exchange, const char *routing_key,
	const char *cc, const char *body);

int pulse_start(struct sandbox *sandbox, tc_error *err);
void pulse_stop(struct sandbox *sandbox);

/* Hands on what was committed and removes what was confirmed; between requests. Returns how long
 * it may be left alone. */
int64_t pulse_run(struct sandbox *sandbox, int64_t now_ms);

#endif
