/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_EVENTS_H
#define TC_SANDBOX_EVENTS_H

/*
 * What readers of GET /sandbox/events are told. Whatever is noted here within a transaction is told
 * when it has been committed, and forgotten when it is rolled back. When nobody reads, a note costs
 * a comparison.
 */

#include "tools/sandbox/request/sandbox.h"

/* Before anything is noted; the store is open. False when memory ends. */
bool events_start(struct sandbox *sandbox);
void events_stop(struct sandbox *sandbox); /* readers are closed before */

/* Tells what is gathered over a while; between requests. Returns how long it may be left alone. */
int64_t events_run(struct sandbox *sandbox, int64_t now_ms);

/* A new reader learns how queues, faults, its group or its task are now. */
struct reader;
void events_tell_first(struct reader *reader);

/* A task as its status says it. */
struct events_task {
	const char *id, *group_id, *queue_id;
	const char *state;
	const char *definition; /* JSON; NULL unless it was just defined */
};

/* Whether anybody is to be told of a task: ask before its status is written. A change of its queue
 * is noted by this alone. */
bool events_wants(struct sandbox *sandbox, const struct events_task *task);

/* The status as JSON; NULL when memory ended. */
void events_task(struct sandbox *sandbox, const struct events_task *task, const char *status);

/* The same for artifacts; `artifact` is {storageType, name, expires, contentType} as JSON. */
bool events_wants_artifact(const struct sandbox *sandbox, const char *task_id);
void events_artifact(
	struct sandbox *sandbox, const char *task_id, int64_t run_id, const char *artifact);

/* A group was sealed or resolved, or all of it has a new priority (NULL: not that). */
void events_group(struct sandbox *sandbox, const char *group_id, const char *priority);

/* A worker asked for work of a queue. */
void events_queue(struct sandbox *sandbox, const char *queue_id);

/* What is to be loaded anew; `id` is a path of the index, <group>/<hook>, a client, a role, or the
 * queue or pool of the workers. Of clients and roles depends who may read what: all streams end. */
enum events_what { EVENTS_INDEX, EVENTS_HOOKS, EVENTS_CLIENT, EVENTS_ROLE, EVENTS_WORKERS };
void events_changed(struct sandbox *sandbox, enum events_what what, const char *id);

/* At once, whatever becomes of the transaction: other faults are switched on; and a claim of a
 * queue was refused for want of scopes, by `client_id` (NULL: anonymous). */
void events_faults(struct sandbox *sandbox);
void events_refused(struct sandbox *sandbox, const char *queue_id, const char *client_id,
	const char *message, int64_t now_ms);

#endif
