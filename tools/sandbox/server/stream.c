/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/stream.h"

#include "tools/sandbox/events/events.h"
#include "tools/sandbox/events/reader.h"
#include "tools/sandbox/request/arguments.h"
#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/request/error.h"
#include "tools/sandbox/tasks/task.h"

#include <string.h>

#define TASKS_SHOWN 50
#define TASKS_LOOKED_AT "1000"            /* for those of them that the caller may see */
#define DEFINITIONS_MAX ((size_t)1 << 20) /* bytes; further tasks come without */

struct subject {
	enum about about;
	const char *id;
};

static const char *behind(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* The value of the query's parameter, decoded; NULL when there is none. */
static const char *find_about(struct request *request)
{
	const char *query = strchr(request->target, '?');

	while (query) {
		const char *value = behind(++query, "about=");
		if (value)
			return route_decode(request, value, strcspn(value, "&"), true);
		query = strchr(query, '&');
	}
	return NULL;
}

static bool read_subject(const char *about, struct subject *subject)
{
	const char *group = about ? behind(about, "group:") : NULL;
	const char *task = about ? behind(about, "task:") : NULL;

	*subject = (struct subject){ ABOUT_OVERVIEW, "" };
	if (group)
		*subject = (struct subject){ ABOUT_GROUP, group };
	if (task)
		*subject = (struct subject){ ABOUT_TASK, task };
	if (group || task)
		return arguments_is_slugid(subject->id);
	return about && strcmp(about, "overview") == 0;
}

/* ---- how things are ---- */

/* {status, task}, where the caller may see the status. */
static bool write_task(
	const struct reader *reader, struct tc__arena *arena, const char *id, struct writer *writer)
{
	const struct task *task = task_load(reader->request->sandbox->store, arena, id);
	bool group = task && reader_may(reader, "queue:list-task-group:", task->group_id);

	if (!task || (!group && !reader_may(reader, "queue:status:", id)))
		return false;
	write_object(writer);
	write_name(writer, "status");
	task_write_status(writer, arena, task);
	if ((group || reader_may(reader, "queue:get-task:", id)) &&
		writer->text.length + strlen(task->definition) < DEFINITIONS_MAX)
		write_member_raw(writer, "task", task->definition);
	write_end_object(writer);
	return true;
}

static void tell_tasks(struct reader *reader)
{
	struct store *store = reader->request->sandbox->store;
	struct writer writer = event_begin("tasks");
	struct tc__arena arena = { 0 };
	int count = 0;
	struct row *row = store_query(
		store, "SELECT task_id FROM tasks ORDER BY seq DESC LIMIT " TASKS_LOOKED_AT, "");

	write_object(&writer);
	write_name(&writer, "tasks");
	write_array(&writer);
	while (count < TASKS_SHOWN && store_next(row)) {
		count += write_task(reader, &arena, store_text(row, 0), &writer);
		tc__arena_clear(&arena);
	}
	store_end(store, row);
	write_end_array(&writer);
	write_end_object(&writer);
	reader_send_own(reader, event_end(&writer));
}

static void tell_all(struct reader *reader)
{
	if (reader->about == ABOUT_OVERVIEW)
		tell_tasks(reader);
	events_tell_first(reader);
}

int stream_serve(struct request *request)
{
	const char *about = find_about(request);
	struct subject subject;
	int status = authenticate(request);

	if (status)
		return status;
	if (!read_subject(about, &subject))
		return refuse(request, INVALID_REQUEST_ARGUMENTS,
			"`about` is `%s`; expected overview, group:<taskGroupId> or task:<taskId>",
			about ? about : "");
	request->content_type = "text/event-stream";
	if (request->head)
		return 200;
	request->stream = reader_open(request, subject.about, subject.id);
	if (!request->stream)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	tell_all(request->stream);
	return 200;
}
