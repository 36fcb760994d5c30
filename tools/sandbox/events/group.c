/* SPDX-License-Identifier: MPL-2.0 */

/* The event `group`. */

#include "tools/sandbox/events/hub.h"

/* Whether it has tasks, none of which is open. */
static bool is_resolved(struct store *store, const char *group_id)
{
	return !store_number(store, 0,
		       "SELECT 1 FROM tasks WHERE group_id = ? AND state IN ('unscheduled', "
		       "'pending', 'running') LIMIT 1",
		       "t", group_id) &&
		store_number(
			store, 0, "SELECT 1 FROM tasks WHERE group_id = ? LIMIT 1", "t", group_id);
}

static struct event *make_group(const struct reader *reader, const char *priority)
{
	struct writer writer = event_begin("group");

	write_object(&writer);
	write_member(&writer, "taskGroupId", reader->id);
	if (reader->group_sealed)
		write_member_date(&writer, "sealed", reader->group_sealed);
	else
		write_member_raw(&writer, "sealed", "null");
	write_member_bool(&writer, "resolved", reader->group_resolved);
	write_member(&writer, "priority", priority);
	write_end_object(&writer);
	return event_end(&writer);
}

void group_tell(struct reader *reader, const char *priority)
{
	struct store *store = reader->request->sandbox->store;
	bool resolved = is_resolved(store, reader->id);
	int64_t sealed = store_number(
		store, 0, "SELECT sealed FROM groups WHERE group_id = ?", "t", reader->id);
	bool same = reader->group_told && resolved == reader->group_resolved &&
		sealed == reader->group_sealed;

	reader->group_stale = false;
	if ((same && !priority) || !reader_may(reader, "queue:list-task-group:", reader->id))
		return;
	reader->group_told = true;
	reader->group_resolved = resolved;
	reader->group_sealed = sealed;
	reader_send_own(reader, make_group(reader, priority));
}
