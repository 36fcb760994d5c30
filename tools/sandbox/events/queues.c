/* SPDX-License-Identifier: MPL-2.0 */

/* The event `queues`: what waits, runs and is resolved, and who works. */

#include "tools/sandbox/events/hub.h"

#define ALL "SELECT queue_id FROM queues UNION SELECT queue_id FROM run_counts"

/* Of the queues whose ids are the only column of `queues`. */
#define COUNTS(queues) \
	"WITH q(id) AS (" queues ") SELECT id, " \
	"ifnull((SELECT count FROM run_counts WHERE queue_id = id AND state = 'pending'), 0), " \
	"ifnull((SELECT count FROM run_counts WHERE queue_id = id AND state = 'running'), 0), " \
	"ifnull((SELECT count FROM run_counts WHERE queue_id = id AND state = 'resolved'), 0), " \
	"(SELECT count(*) FROM workers WHERE queue_id = id), " \
	"ifnull((SELECT max(last_active) FROM workers WHERE queue_id = id), 0) FROM q"

/* The id is the row's. */
static struct queue read_queue(struct row *row)
{
	return (struct queue){ .id = store_text(row, 0),
		.pending = store_int(row, 1),
		.running = store_int(row, 2),
		.resolved = store_int(row, 3),
		.workers = store_int(row, 4),
		.last_claimed = store_int(row, 5) };
}

void queues_load(struct sandbox *sandbox, const char *queue_id, struct queue *queue)
{
	struct row *row = store_query(sandbox->store, COUNTS("VALUES (?)"), "t", queue_id);

	*queue = store_next(row) ? read_queue(row) : (struct queue){ .pending = 0 };
	queue->id = queue_id;
	store_end(sandbox->store, row);
}

bool queues_may_count(const struct reader *reader, const char *queue_id)
{
	return reader_may(reader, "queue:pending-count:", queue_id) &&
		reader_may(reader, "queue:claimed-count:", queue_id);
}

void queues_write_workers(
	const struct reader *reader, struct writer *writer, const struct queue *queue)
{
	bool known = reader_may(reader, "queue:list-workers:", queue->id);

	write_name(writer, "workers");
	if (known)
		write_int(writer, queue->workers);
	else
		write_string(writer, NULL);
	if (known && queue->last_claimed)
		write_member_date(writer, "lastClaimed", queue->last_claimed);
	else
		write_member_raw(writer, "lastClaimed", "null");
}

static void write_queue(
	const struct reader *reader, struct writer *writer, const struct queue *queue)
{
	if (!queues_may_count(reader, queue->id))
		return;
	write_object(writer);
	write_member(writer, "taskQueueId", queue->id);
	write_member_int(writer, "pending", queue->pending);
	write_member_int(writer, "running", queue->running);
	write_member_int(writer, "resolved", queue->resolved);
	queues_write_workers(reader, writer, queue);
	write_end_object(writer);
}

static struct writer begin(void)
{
	struct writer writer = event_begin("queues");

	write_object(&writer);
	write_name(&writer, "queues");
	write_array(&writer);
	return writer;
}

static void end(struct reader *reader, struct writer *writer)
{
	write_end_array(writer);
	write_end_object(writer);
	reader_send_own(reader, event_end(writer));
}

void queues_tell_all(struct reader *reader)
{
	struct store *store = reader->request->sandbox->store;
	struct writer writer = begin();
	struct row *row = store_query(store, COUNTS(ALL), "");

	while (store_next(row)) {
		struct queue queue = read_queue(row);
		write_queue(reader, &writer, &queue);
	}
	store_end(store, row);
	end(reader, &writer);
}

/* Nothing when it may know none of them. */
static void tell(struct reader *reader, const struct queue *queues, size_t count)
{
	struct writer writer = begin();
	size_t before = writer.text.length;

	for (size_t i = 0; i < count; i++)
		write_queue(reader, &writer, &queues[i]);
	if (writer.text.length > before || tc__buffer_failed(&writer.text))
		end(reader, &writer);
	else
		tc__buffer_clear(&writer.text);
}

void queues_tell_marked(struct sandbox *sandbox)
{
	const struct events *events = sandbox->events;
	struct reader *first = reader_first(sandbox, ABOUT_OVERVIEW, "");
	struct queue queues[QUEUES];

	if (!first || (!events->queue_count && !events->all_queues))
		return;
	for (size_t i = 0; i < events->queue_count && !events->all_queues; i++)
		queues_load(sandbox, events->queues[i], &queues[i]);
	for (struct reader *reader = first; reader; reader = reader_next(reader)) {
		if (events->all_queues)
			queues_tell_all(reader);
		else
			tell(reader, queues, events->queue_count);
	}
}
