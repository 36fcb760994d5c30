/* SPDX-License-Identifier: MPL-2.0 */

/* The event `why`: of a task that is not running, looked up when something happened that may have
 * changed it. */

#include "tools/sandbox/events/hub.h"

#include <stdlib.h>
#include <string.h>

#define WAITS_FOR_MAX "20"

static void write_dependencies(struct store *store, struct writer *writer, const char *task_id)
{
	struct row *row = store_query(store,
		"SELECT count(*), ifnull(sum(satisfied = 0), 0) FROM dependencies WHERE task_id = "
		"?",
		"t", task_id);

	if (store_next(row)) {
		write_member_int(writer, "dependencies", store_int(row, 0));
		write_member_int(writer, "unmet", store_int(row, 1));
	}
	store_end(store, row);
	write_name(writer, "waitsFor");
	write_array(writer);
	row = store_query(store,
		"SELECT required FROM dependencies WHERE task_id = ? AND satisfied = 0 "
		"LIMIT " WAITS_FOR_MAX,
		"t", task_id);
	while (store_next(row))
		write_string(writer, store_text(row, 0));
	store_end(store, row);
	write_end_array(writer);
}

/* What a client lacks tells of its scopes: so this is for those who may read them. */
static void write_refusal(
	const struct reader *reader, struct writer *writer, const struct refusal *refusal)
{
	write_name(writer, "refused");
	if (!refusal ||
		(refusal->client_id &&
			!reader_may(reader, "auth:get-client:", refusal->client_id))) {
		write_string(writer, NULL);
		return;
	}
	write_object(writer);
	write_name(writer, "clientId");
	write_string(writer, refusal->client_id);
	write_member(writer, "message", refusal->message);
	write_member_date(writer, "when", refusal->when_ms);
	write_end_object(writer);
}

static void write_queue(const struct reader *reader, struct writer *writer, const char *queue_id)
{
	struct sandbox *sandbox = reader->request->sandbox;
	struct queue queue;

	queues_load(sandbox, queue_id, &queue);
	write_name(writer, "queue");
	write_object(writer);
	write_member(writer, "taskQueueId", queue_id);
	write_name(writer, "pending");
	if (queues_may_count(reader, queue_id))
		write_int(writer, queue.pending);
	else
		write_string(writer, NULL);
	queues_write_workers(reader, writer, &queue);
	write_refusal(reader, writer, hub_refusal(sandbox, queue_id));
	write_end_object(writer);
}

/* NULL when there is no such task, it does not wait, or its definition is not for this reader. */
static struct event *make_why(const struct reader *reader)
{
	struct store *store = reader->request->sandbox->store;
	struct writer writer;
	struct row *row = store_query(store,
		"SELECT group_id, queue_id FROM tasks WHERE task_id = ? AND state IN "
		"('unscheduled', 'pending')",
		"t", reader->id);
	bool may = store_next(row) &&
		(reader_may(reader, "queue:list-task-group:", store_text(row, 0)) ||
			reader_may(reader, "queue:get-task:", reader->id));

	if (may) {
		writer = event_begin("why");
		write_object(&writer);
		write_dependencies(store, &writer, reader->id);
		write_queue(reader, &writer, store_text(row, 1));
		write_end_object(&writer);
	}
	store_end(store, row);
	return may ? event_end(&writer) : NULL;
}

void why_tell(struct reader *reader)
{
	struct event *event = reader->waits ? make_why(reader) : NULL;

	if (!event)
		return;
	if (!reader->why || strcmp(reader->why, event->bytes) != 0) {
		free(reader->why);
		reader->why = strdup(event->bytes);
		reader_send(reader, event);
	}
	event_release(event);
}
