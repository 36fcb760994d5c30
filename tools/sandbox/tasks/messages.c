/* SPDX-License-Identifier: MPL-2.0 */

/* The messages: routing keys and bodies, as the exchange references and their schemas say; and the
 * same for the readers of the stream. */

#include "tools/sandbox/tasks/messages.h"

#include "tools/sandbox/base/write.h"
#include "tools/sandbox/events/events.h"
#include "tools/sandbox/pulse/message.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/decimal.h>

#define KEY_SIZE 256 /* what AMQP lets a routing key have, and a NUL */
#define BODY_MAX_BYTES ((size_t)16 << 20)
#define QUEUE "exchange/taskcluster-queue/v1/"
#define AUTH "exchange/taskcluster-auth/v1/"

/* Into the outbox. `message` is the open body; what failed while it was written fails here. */
static void post(const struct step *step, const char *prefix, const char *exchange, const char *key,
	const char *cc, struct writer *message)
{
	struct tc__buffer name = TC__BUFFER(200);

	tc__buffer_printf(&name, "%s%s", prefix, exchange);
	if (tc__buffer_failed(&name))
		message->text.no_memory = true;
	message_post(step->sandbox, tc__buffer_get(&name), key, cc, message);
	tc__buffer_clear(&name);
}

static struct writer begin(void)
{
	struct writer message = message_begin();

	write_member_int(&message, "version", 1);
	return message;
}

static const char *or_none(const char *word)
{
	return word ? word : "_";
}

static void make_task_key(
	const struct step *step, const struct task *task, const struct run *run, char key[KEY_SIZE])
{
	const char *run_id = run ? TC_DECIMAL(run->id) : "_";

	snprintf(key, KEY_SIZE, "primary.%s.%s.%s.%s.%s.%s.%s.%s._", task->id, run_id,
		or_none(run ? run->worker_group : NULL), or_none(run ? run->worker_id : NULL),
		or_none(task_provisioner_id(step->arena, task->queue_id)),
		task_worker_type(task->queue_id), task->scheduler_id, task->group_id);
}

/* The routes of a definition as further keys, each ended by a line feed. */
static void write_routes(struct tc__buffer *cc, const tc_json *definition)
{
	const tc_json *routes = tc_json_get(definition, "routes");

	for (size_t i = 0; i < tc_json_count(routes); i++)
		tc__buffer_printf(cc, "route.%s\n", tc_json_text(tc_json_item(routes, i)));
}

/* Ends a message about a task: its status, a part of its definition, and its routes. */
static void post_task(const struct step *step, const struct task *task, const struct run *run,
	const char *exchange, bool with_task, struct writer *message)
{
	const tc_json *definition = NULL;
	struct tc__buffer cc = TC__BUFFER(BODY_MAX_BYTES);
	char key[KEY_SIZE];

	if (tc_json_parse(task->definition, strlen(task->definition), &definition, NULL) != TC_OK)
		message->text.no_memory = true;
	write_name(message, "status");
	task_write_status(message, step->arena, task);
	if (with_task) {
		write_name(message, "task");
		write_object(message);
		write_name(message, "tags");
		if (task->bare)
			write_object(message), write_end_object(message);
		else
			write_json(message, tc_json_get(definition, "tags"));
		write_end_object(message);
	}
	write_routes(&cc, definition);
	make_task_key(step, task, run, key);
	post(step, QUEUE, exchange, key, tc__buffer_get(&cc), message);
	tc__buffer_clear(&cc);
	tc_release(definition);
}

static void write_worker(struct writer *message, const struct run *run)
{
	if (!run)
		return;
	write_member_int(message, "runId", run->id);
	write_member(message, "workerGroup", run->worker_group);
	write_member(message, "workerId", run->worker_id);
}

/* Readers see the state that a task has now, whichever of its steps is told. */
static void tell_readers(const struct step *step, const struct task *task, bool defined)
{
	struct writer status = { .text = TC__BUFFER(BODY_MAX_BYTES) };
	const struct events_task event = { .id = task->id,
		.group_id = task->group_id,
		.queue_id = task->queue_id,
		.state = task->state,
		.definition = defined ? task->definition : NULL };

	if (!events_wants(step->sandbox, &event))
		return;
	task_write_status(&status, step->arena, task);
	events_task(step->sandbox, &event,
		tc__buffer_failed(&status.text) ? NULL : tc__buffer_get(&status.text));
	tc__buffer_clear(&status.text);
}

void tell_task(const struct step *step, const struct task *task, const struct run *run,
	const char *exchange)
{
	tell_readers(step, task, strcmp(exchange, "task-defined") == 0);
	if (!step->sandbox->pulse)
		return;
	struct writer message = begin();
	write_worker(&message, run);
	if (strcmp(exchange, "task-running") == 0)
		write_member_zoned(&message, "takenUntil", run->taken_until);
	post_task(step, task, run, exchange, true, &message);
}

void tell_priority(const struct step *step, const struct task *task, int64_t before)
{
	tell_readers(step, task, false);
	if (!step->sandbox->pulse)
		return;
	struct writer message = begin();
	write_member(&message, "oldPriority", task_priority_name(before));
	write_member(&message, "newPriority", task_priority_name(task->priority));
	post_task(step, task, NULL, "task-priority-changed", false, &message);
}

bool tell_wants_artifact(const struct step *step, const struct task *task, bool quiet)
{
	return (step->sandbox->pulse && !quiet) || events_wants_artifact(step->sandbox, task->id);
}

void tell_artifact(const struct step *step, const struct task *task, const struct run *run,
	const char *artifact, bool quiet)
{
	events_artifact(step->sandbox, task->id, run->id, artifact);
	if (!step->sandbox->pulse || quiet)
		return;
	struct writer message = begin();
	write_worker(&message, run);
	write_member_raw(&message, "artifact", artifact);
	post_task(step, task, run, "artifact-created", false, &message);
}

static void post_group(const struct step *step, const char *group_id, const char *scheduler_id,
	const char *exchange, struct writer *message)
{
	char key[KEY_SIZE];

	write_member(message, "taskGroupId", group_id);
	write_member(message, "schedulerId", scheduler_id);
	snprintf(key, sizeof key, "primary.%s.%s._", group_id, scheduler_id);
	post(step, QUEUE, exchange, key, "", message);
}

void tell_resolved(const struct step *step, const struct task *task)
{
	struct store *store = step->sandbox->store;

	events_group(step->sandbox, task->group_id, NULL);
	if (!step->sandbox->pulse ||
		store_number(store, 0,
			"SELECT 1 FROM tasks WHERE group_id = ? AND state IN ('unscheduled', "
			"'pending', 'running') LIMIT 1",
			"t", task->group_id))
		return;
	struct writer message = begin();
	struct row *row = store_query(store,
		"SELECT expires, sealed FROM groups WHERE group_id = ?", "t", task->group_id);
	if (store_next(row)) {
		write_member_date(&message, "expires", store_int(row, 0));
		write_member_date(&message, "sealed", store_int(row, 1));
	}
	store_end(store, row);
	post_group(step, task->group_id, task->scheduler_id, "task-group-resolved", &message);
}

void tell_sealed(const struct step *step, const char *group_id, const char *scheduler_id,
	int64_t expires, int64_t sealed)
{
	events_group(step->sandbox, group_id, NULL);
	if (!step->sandbox->pulse)
		return;
	struct writer message = begin();
	write_member_date(&message, "expires", expires);
	write_member_date(&message, "sealed", sealed);
	post_group(step, group_id, scheduler_id, "task-group-sealed", &message);
}

void tell_group_priority(const struct step *step, const char *group_id, const char *scheduler_id,
	const char *priority, int64_t count)
{
	events_group(step->sandbox, group_id, priority);
	if (!step->sandbox->pulse)
		return;
	struct writer message = begin();
	write_member(&message, "newPriority", priority);
	write_member_int(&message, "tasksAffected", count);
	post_group(step, group_id, scheduler_id, "task-group-priority-changed", &message);
}

void tell_auth(const struct step *step, const char *exchange, const char *member, const char *id)
{
	events_changed(step->sandbox, strcmp(member, "roleId") ? EVENTS_CLIENT : EVENTS_ROLE, id);
	if (!step->sandbox->pulse)
		return;
	struct writer message = begin();
	write_member(&message, member, id);
	post(step, AUTH, exchange, "_", "", &message);
}
