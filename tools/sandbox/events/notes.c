/* SPDX-License-Identifier: MPL-2.0 */

/* What was noted within a transaction, and who is told of it when it was committed. */

#include "tools/sandbox/events/hub.h"

#include <stdio.h>
#include <string.h>

typedef void deliver_fn(struct sandbox *sandbox, const struct note *note);

/* Which texts there are is the kind's; they live in the arena of the transaction. */
struct note {
	deliver_fn *deliver;
	struct note *next;
	const char *id, *group_id, *queue_id;
	const char *text;       /* JSON, or the priority of a group */
	const char *definition; /* JSON */
	enum events_what what;
	int64_t run_id;
	bool waits, open; /* a task's state */
};

static struct note *add(struct sandbox *sandbox, deliver_fn *deliver, const char *id)
{
	struct events *events = sandbox->events;
	struct note *note = tc__arena_alloc(&events->arena, sizeof *note);

	if (note)
		*note = (struct note){ .deliver = deliver,
			.id = tc__arena_string(&events->arena, id) };
	if (!note || !note->id) {
		events->missed = true;
		return NULL;
	}
	*events->last = note;
	events->last = &note->next;
	return note;
}

/* A copy for the transaction; without memory, now or before, something is missed. */
static const char *keep(struct sandbox *sandbox, const char *text)
{
	const char *copy = text ? tc__arena_string(&sandbox->events->arena, text) : NULL;

	sandbox->events->missed |= copy == NULL;
	return copy;
}

/* ---- tasks ---- */

/* The two ways in which an event is told, each made when the first reader is told so. */
struct forms {
	struct event *plain, *whole;
};

static struct event *make_task(const struct note *note, bool with_definition)
{
	struct writer writer = event_begin("task");

	write_object(&writer);
	write_member_raw(&writer, "status", note->text);
	if (with_definition)
		write_member_raw(&writer, "task", note->definition);
	write_end_object(&writer);
	return event_end(&writer);
}

static void tell_task(struct reader *reader, const struct note *note, struct forms *forms)
{
	bool group = reader_may(reader, "queue:list-task-group:", note->group_id);

	reader->waits = note->waits;
	reader->group_stale |= note->open && reader->group_resolved;
	if (!group && !reader_may(reader, "queue:status:", note->id))
		return;
	bool whole = note->definition && (group || reader_may(reader, "queue:get-task:", note->id));
	struct event **form = whole ? &forms->whole : &forms->plain;
	if (!*form)
		*form = make_task(note, whole);
	reader_send(reader, *form);
}

/* A group that was resolved has a new task, or one that runs again. */
static void tell_stale_groups(struct sandbox *sandbox, const char *group_id)
{
	for (struct reader *reader = reader_first(sandbox, ABOUT_GROUP, group_id); reader;
		reader = reader_next(reader)) {
		if (reader->group_stale)
			group_tell(reader, NULL);
	}
}

static void deliver_task(struct sandbox *sandbox, const struct note *note)
{
	const char *const ids[] = {
		[ABOUT_OVERVIEW] = "", [ABOUT_GROUP] = note->group_id, [ABOUT_TASK] = note->id
	};
	struct forms forms = { NULL, NULL };

	for (enum about about = ABOUT_OVERVIEW; about <= ABOUT_TASK; about++) {
		for (struct reader *reader = reader_first(sandbox, about, ids[about]); reader;
			reader = reader_next(reader))
			tell_task(reader, note, &forms);
	}
	event_release(forms.plain);
	event_release(forms.whole);
	tell_stale_groups(sandbox, note->group_id);
}

static void deliver_queue(struct sandbox *sandbox, const struct note *note)
{
	hub_mark_queue(sandbox, note->id);
}

void events_queue(struct sandbox *sandbox, const char *queue_id)
{
	struct events *events = sandbox->events;

	if (!events->readers || (events->last_queue && !strcmp(events->last_queue->id, queue_id)))
		return;
	events->last_queue = add(sandbox, deliver_queue, queue_id);
}

bool events_wants(struct sandbox *sandbox, const struct events_task *task)
{
	if (!sandbox->events->readers)
		return false;
	events_queue(sandbox, task->queue_id);
	return reader_first(sandbox, ABOUT_OVERVIEW, "") ||
		reader_first(sandbox, ABOUT_GROUP, task->group_id) ||
		reader_first(sandbox, ABOUT_TASK, task->id);
}

void events_task(struct sandbox *sandbox, const struct events_task *task, const char *status)
{
	struct events *events = sandbox->events;
	struct note *note = events->last_task;

	/* of the steps that one task takes in a transaction readers see the last */
	if (!note || strcmp(note->id, task->id) != 0)
		note = add(sandbox, deliver_task, task->id);
	events->last_task = note;
	if (!note)
		return;
	note->group_id = keep(sandbox, task->group_id);
	note->text = keep(sandbox, status);
	if (task->definition)
		note->definition = keep(sandbox, task->definition);
	note->waits = !strcmp(task->state, "unscheduled") || !strcmp(task->state, "pending");
	note->open = note->waits || !strcmp(task->state, "running");
}

/* ---- artifacts and groups ---- */

static void deliver_artifact(struct sandbox *sandbox, const struct note *note)
{
	struct writer writer = event_begin("artifact");
	char run[60];

	snprintf(run, sizeof run, "%s:%lld", note->id, (long long)note->run_id);
	write_object(&writer);
	write_member(&writer, "taskId", note->id);
	write_member_int(&writer, "runId", note->run_id);
	write_member_raw(&writer, "artifact", note->text);
	write_end_object(&writer);
	struct event *event = event_end(&writer);
	for (struct reader *reader = reader_first(sandbox, ABOUT_TASK, note->id); reader;
		reader = reader_next(reader)) {
		if (reader_may(reader, "queue:list-artifacts:", run))
			reader_send(reader, event);
	}
	event_release(event);
}

bool events_wants_artifact(const struct sandbox *sandbox, const char *task_id)
{
	return sandbox->events->readers && reader_first(sandbox, ABOUT_TASK, task_id);
}

void events_artifact(
	struct sandbox *sandbox, const char *task_id, int64_t run_id, const char *artifact)
{
	struct note *note = events_wants_artifact(sandbox, task_id)
		? add(sandbox, deliver_artifact, task_id)
		: NULL;

	if (!note)
		return;
	note->run_id = run_id;
	note->text = keep(sandbox, artifact);
}

static void deliver_group(struct sandbox *sandbox, const struct note *note)
{
	for (struct reader *reader = reader_first(sandbox, ABOUT_GROUP, note->id); reader;
		reader = reader_next(reader))
		group_tell(reader, note->text);
}

void events_group(struct sandbox *sandbox, const char *group_id, const char *priority)
{
	struct note *note = sandbox->events->readers && reader_first(sandbox, ABOUT_GROUP, group_id)
		? add(sandbox, deliver_group, group_id)
		: NULL;

	if (note && priority)
		note->text = keep(sandbox, priority);
}

/* ---- what is to be loaded anew ---- */

static const struct {
	const char *name;
	const char *scope; /* of what tells the same, up to the id */
	char end;          /* which of the id it takes: all, or up to here */
} whats[] = {
	[EVENTS_INDEX] = { "index", "index:find-task:", '\0' },
	[EVENTS_HOOKS] = { "hooks", "hooks:list-hooks:", '/' },
	[EVENTS_CLIENT] = { "auth", "auth:get-client:", '\0' },
	[EVENTS_ROLE] = { "auth", "auth:get-role:", '\0' },
	[EVENTS_WORKERS] = { "workers", "queue:list-workers:", '\0' },
};

static void deliver_changed(struct sandbox *sandbox, const struct note *note)
{
	struct writer writer = event_begin("changed");
	const char end[] = { whats[note->what].end, '\0' };
	size_t length = strcspn(note->id, end);

	write_object(&writer);
	write_member(&writer, "what", whats[note->what].name);
	write_member(&writer, "id", note->id);
	write_end_object(&writer);
	struct event *event = event_end(&writer);
	for (struct reader *reader = reader_first(sandbox, ABOUT_OVERVIEW, ""); reader;
		reader = reader_next(reader)) {
		if (reader_may_n(reader, whats[note->what].scope, note->id, length))
			reader_send(reader, event);
	}
	event_release(event);
	/* what the others may read was looked up when they began */
	if (note->what == EVENTS_CLIENT || note->what == EVENTS_ROLE)
		reader_each(sandbox, reader_finish);
}

void events_changed(struct sandbox *sandbox, enum events_what what, const char *id)
{
	struct note *note = sandbox->events->readers ? add(sandbox, deliver_changed, id) : NULL;

	if (note)
		note->what = what;
}

/* ---- the end of a transaction ---- */

static void lose_something(struct reader *reader)
{
	reader_send(reader, NULL);
}

static void on_end(void *data, bool committed)
{
	struct sandbox *sandbox = data;
	struct events *events = sandbox->events;

	if (committed && events->missed)
		reader_each(sandbox, lose_something);
	else if (committed) {
		for (const struct note *note = events->first; note; note = note->next)
			note->deliver(sandbox, note);
	}
	if (events->first || events->missed)
		notes_clear(events);
}

void notes_clear(struct events *events)
{
	tc__arena_clear(&events->arena);
	events->first = events->last_task = events->last_queue = NULL;
	events->last = &events->first;
	events->missed = false;
}

void notes_start(struct sandbox *sandbox)
{
	notes_clear(sandbox->events);
	store_on_end(sandbox->store, on_end, sandbox);
}
