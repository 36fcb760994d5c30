/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/arguments.h"
#include "tools/sandbox/services/queue/queue.h"
#include "tools/sandbox/tasks/messages.h"
#include "tools/schema/date.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS ((int64_t)24 * 60 * MINUTE_MS)
#define DRIFT_MS (15 * MINUTE_MS)
#define DEADLINE_MAX_MS (5 * DAY_MS)
#define YEAR_MS (365 * DAY_MS)

/* A task as it is asked for, with its defaults. */
struct draft {
	const char *id, *group_id, *scheduler_id, *project_id, *queue_id, *priority, *requires;
	int64_t created, deadline, expires, retries;
	const tc_json *input;
};

/* What refusals show of the body beside what was sent. */
static void show_filled(struct request *request, const struct draft *draft)
{
	char *expires = tc__arena_bytes(&request->arena, DATE_SIZE);

	if (!expires)
		return;
	write_date(expires, draft->expires);
	request->filled[0].name = "taskQueueId";
	request->filled[0].text = draft->queue_id;
	request->filled[1].name = "taskGroupId";
	request->filled[1].text = draft->group_id;
	request->filled[2].name = "expires";
	request->filled[2].text = expires;
}

/* A date that the services' JavaScript cannot read is near every other, and then 1970. */
static bool is_unread(const tc_json *date)
{
	int64_t ms;

	return tc_json_kind(date) == TC_JSON_STRING &&
		date_read(tc_json_text(date), &ms) == DATE_UNREAD;
}

static int check_created(struct request *request, const struct draft *draft)
{
	int64_t now = request->now_ms;

	if (draft->created < now - DRIFT_MS || draft->created > now + DRIFT_MS)
		return refuse(request, INPUT_ERROR,
			"`created` must be within 15 minutes of the current time");
	if (draft->deadline < draft->created)
		return refuse(request, INPUT_ERROR, "`deadline` cannot be before `created`");
	return 0;
}

static int check_dates(struct request *request, struct draft *draft)
{
	int64_t now = request->now_ms;
	bool unread = is_unread(tc_json_get(request->input, "created"));

	draft->created = unread ? 0 : common_date(request, "created", -1);
	draft->deadline = common_date(request, "deadline", -1);
	draft->expires = common_date(request, "expires", draft->deadline + YEAR_MS);
	if (draft->created < 0 || draft->deadline < 0 || draft->expires < 0)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`created` and `deadline` must be dates, and `expires` too when given");
	show_filled(request, draft);
	int status = unread ? 0 : check_created(request, draft);
	if (status)
		return status;
	if (draft->deadline < now)
		return refuse(request, INPUT_ERROR, "`deadline` cannot be in the past");
	if (draft->deadline > now + DEADLINE_MAX_MS + DRIFT_MS)
		return refuse(request, INPUT_ERROR,
			"`deadline` cannot be more than 5 days in the future");
	if (draft->expires < draft->deadline)
		return refuse(request, INPUT_ERROR, "`expires` cannot be before `deadline`");
	return 0;
}

/* taskQueueId, or provisionerId and workerType, or both when they agree. */
static int find_queue(struct request *request, struct draft *draft)
{
	const char *queue = request_text(request, "taskQueueId");
	const char *provisioner = request_text(request, "provisionerId");
	const char *type = request_text(request, "workerType");
	const char *joined =
		provisioner && type ? request_printf(request, "%s/%s", provisioner, type) : NULL;

	if (!queue && !joined)
		return refuse(request, INPUT_ERROR,
			"at least a provisionerId and a workerType or a taskQueueId must be "
			"provided");
	if (queue && joined && strcmp(queue, joined) != 0)
		return refuse(request, INPUT_ERROR,
			"taskQueueId must match \"provisionerId/workerType\": `%s` is not `%s`",
			queue, joined);
	draft->queue_id = queue ? queue : joined;
	if (!strchr(draft->queue_id, '/'))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`taskQueueId` must be <provisionerId>/<workerType>");
	return 0;
}

static int check_shape(struct request *request, struct draft *draft)
{
	const tc_json *metadata = tc_json_get(draft->input, "metadata");
	static const char *const texts[] = { "name", "description", "owner", "source" };

	if (tc_json_kind(tc_json_get(draft->input, "payload")) != TC_JSON_OBJECT)
		return refuse(request, INPUT_VALIDATION_ERROR, "`payload` must be an object");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (tc_json_kind(tc_json_get(metadata, texts[i])) != TC_JSON_STRING)
			return refuse(request, INPUT_VALIDATION_ERROR,
				"`metadata.%s` must be a string", texts[i]);
	}
	if (!task_priority(draft->priority))
		return refuse(request, INPUT_VALIDATION_ERROR, "`priority` is not known: %s",
			draft->priority);
	if (strcmp(draft->requires, "all-completed") != 0 &&
		strcmp(draft->requires, "all-resolved") != 0)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`requires` must be all-completed or all-resolved");
	if (draft->retries < 0 || draft->retries > 49)
		return refuse(request, INPUT_VALIDATION_ERROR, "`retries` must be 0 to 49");
	if (!arguments_is_slugid(draft->group_id))
		return refuse(request, INPUT_VALIDATION_ERROR, "`taskGroupId` must be a slugid");
	return 0;
}

static int read_draft(struct request *request, const char *task_id, struct draft *draft)
{
	const tc_json *retries = tc_json_get(request->input, "retries");

	*draft = (struct draft){ .id = task_id,
		.group_id = common_text(request, "taskGroupId", task_id),
		.scheduler_id = common_text(request, "schedulerId", "-"),
		.project_id = common_text(request, "projectId", "none"),
		.priority = common_text(request, "priority", "lowest"),
		.requires = common_text(request, "requires", "all-completed"),
		.retries = 5,
		.input = request->input };
	if (retries && !tc_json_int64(retries, &draft->retries))
		draft->retries = -1;
	int status = find_queue(request, draft);
	if (!status)
		status = check_shape(request, draft);
	return status ? status : check_dates(request, draft);
}

/* The scope of any priority at least as high will do. */
static int authorize_draft(struct request *request, const struct draft *draft)
{
	struct tc_scopes scopes;
	struct tc_scopes routes;
	size_t count = (size_t)(PRIORITIES - task_priority(draft->priority)) + 1;

	if (!scopes_read(&request->arena, tc_json_get(draft->input, "scopes"), &scopes) ||
		!scopes_read(&request->arena, tc_json_get(draft->input, "routes"), &routes))
		return refuse(request, INPUT_VALIDATION_ERROR,
			"`scopes` and `routes` must be arrays of printable strings");
	const struct scope_value values[] = {
		{ .name = "scopes", .list = scopes, .is_list = true },
		{ .name = "routes", .list = routes, .is_list = true },
		{ .name = "priorities", .list = { task_priorities, count }, .is_list = true },
		{ .name = "projectId", .text = draft->project_id },
		{ .name = "schedulerId", .text = draft->scheduler_id },
		{ .name = "provisionerId",
			.text = task_provisioner_id(&request->arena, draft->queue_id) },
		{ .name = "workerType", .text = task_worker_type(draft->queue_id) },
		{ .name = NULL },
	};
	return authorize(request, values);
}

static void write_part(
	struct writer *writer, const tc_json *input, const char *name, const char *fallback)
{
	const tc_json *json = tc_json_get(input, name);

	write_name(writer, name);
	if (json)
		write_json(writer, json);
	else
		write_raw(writer, fallback, strlen(fallback));
}

/* The definition as it is kept and shown: whole, with defaults, dates in one form. */
static const char *write_definition(struct request *request, const struct draft *draft)
{
	struct writer writer = { .text = TC__BUFFER(REPLY_MAX) };
	char created[DATE_SIZE]; /* which may be 0 */

	write_object(&writer);
	write_member(
		&writer, "provisionerId", task_provisioner_id(&request->arena, draft->queue_id));
	write_member(&writer, "workerType", task_worker_type(draft->queue_id));
	write_member(&writer, "taskQueueId", draft->queue_id);
	write_member(&writer, "schedulerId", draft->scheduler_id);
	write_member(&writer, "projectId", draft->project_id);
	write_member(&writer, "taskGroupId", draft->group_id);
	write_part(&writer, draft->input, "dependencies", "[]");
	write_member(&writer, "requires", draft->requires);
	write_part(&writer, draft->input, "routes", "[]");
	write_member(&writer, "priority", task_priority_name(task_priority(draft->priority)));
	write_member_int(&writer, "retries", draft->retries);
	write_date(created, draft->created);
	write_member(&writer, "created", created);
	write_member_date(&writer, "deadline", draft->deadline);
	write_member_date(&writer, "expires", draft->expires);
	write_part(&writer, draft->input, "scopes", "[]");
	write_part(&writer, draft->input, "payload", "{}");
	write_part(&writer, draft->input, "metadata", "{}");
	write_part(&writer, draft->input, "tags", "{}");
	write_part(&writer, draft->input, "extra", "{}");
	write_end_object(&writer);
	const char *text = tc__buffer_failed(&writer.text)
		? NULL
		: tc__arena_text(&request->arena, writer.text.data, writer.text.length);
	tc__buffer_clear(&writer.text);
	return text;
}

/* The group: made by its first task, closed to other schedulers, and to all once it is sealed. */
static int join_group(struct request *request, const struct draft *draft)
{
	struct store *store = request->sandbox->store;
	struct row *row = store_query(store,
		"SELECT scheduler_id, sealed FROM groups WHERE group_id = ?", "t", draft->group_id);
	bool found = store_next(row);
	const char *scheduler = found ? store_copy(&request->arena, row, 0) : NULL;
	bool sealed = found && store_int(row, 1);

	store_end(store, row);
	if (scheduler && strcmp(scheduler, draft->scheduler_id) != 0)
		return refuse(request, REQUEST_CONFLICT,
			"Task group %s contains tasks with schedulerId %s. You are attempting to "
			"include tasks from schedulerId %s, which is not permitted.",
			draft->group_id, scheduler, draft->scheduler_id);
	if (sealed)
		return refuse(request, REQUEST_CONFLICT,
			"Task group %s is sealed. You are attempting to add task %s to it.",
			draft->group_id, draft->id);
	store_run(store,
		"INSERT INTO groups (group_id, scheduler_id, expires) VALUES (?, ?, ?) ON CONFLICT "
		"DO UPDATE SET expires = max(expires, excluded.expires)",
		"tti", draft->group_id, draft->scheduler_id, draft->expires);
	return 0;
}

/* Stores what the task waits for; *open is how many of them. */
static int add_dependencies(struct request *request, const struct draft *draft, size_t *open)
{
	const tc_json *list = tc_json_get(draft->input, "dependencies");
	struct store *store = request->sandbox->store;

	*open = 0;
	for (size_t i = 0; i < tc_json_count(list); i++) {
		const char *id = tc_json_text(tc_json_item(list, i));
		bool self = id && strcmp(id, draft->id) == 0;
		struct task *needed = id && !self ? task_load(store, &request->arena, id) : NULL;
		if (!needed && !self)
			return refuse(request, INPUT_ERROR,
				"`task.dependencies` references non-existing tasks: %s",
				id ? id : "(not a string)");
		if (needed && needed->expires < draft->deadline)
			return refuse(request, INPUT_ERROR,
				"`task.dependencies` references a task that expires before "
				"`task.deadline` of this task: %s",
				id);
		bool satisfied = needed && task_resolved(needed) &&
			(strcmp(needed->state, "completed") == 0 ||
				strcmp(draft->requires, "all-resolved") == 0);
		*open += !satisfied;
		store_run(store,
			"INSERT OR IGNORE INTO dependencies (required, task_id, satisfied) "
			"VALUES (?, ?, ?)",
			"tti", id, draft->id, (int64_t)satisfied);
	}
	return 0;
}

static int insert(
	struct request *request, const struct draft *draft, const char *definition, bool schedule)
{
	struct sandbox *sandbox = request->sandbox;
	size_t open;
	int status = join_group(request, draft);

	if (!status)
		status = add_dependencies(request, draft, &open);
	if (status)
		return status;
	/* the state it will have at once: to change the row costs as much as to write it */
	bool runs = !open && schedule;
	store_run(sandbox->store,
		"INSERT INTO tasks (task_id, definition, group_id, scheduler_id, project_id, "
		"queue_id, priority, requires, retries, retries_left, created, deadline, expires, "
		"state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ttttttitiiiiit", draft->id, definition, draft->group_id, draft->scheduler_id,
		draft->project_id, draft->queue_id, task_priority(draft->priority), draft->requires,
		draft->retries, draft->retries, draft->created, draft->deadline, draft->expires,
		runs ? "pending" : "unscheduled");
	sandbox_look_by(sandbox, draft->deadline + sandbox->options.deadline_delay_ms);
	struct task *task = task_load(sandbox->store, &request->arena, draft->id);
	struct step step = queue_step(request);
	if (!task)
		return refuse(request, INTERNAL_SERVER_ERROR, "the task could not be stored");
	task->state = "unscheduled";
	tell_task(&step, task, NULL, "task-defined");
	if (runs && !task_add_run(&step, task, "scheduled"))
		return refuse(request, INTERNAL_SERVER_ERROR, "the task could not be stored");
	return 0;
}

/* What a repeated createTask publishes again. */
static void announce_again(struct request *request, const struct task *task)
{
	struct step step = queue_step(request);
	const struct run *last = task_last_run(task);

	tell_task(&step, task, NULL, "task-defined");
	if (last && strcmp(last->state, "pending") == 0)
		tell_task(&step, task, last, "task-pending");
}

/* Stores a draft, once: the same again is harmless. 0, or the status of a refusal. */
static int store_draft(struct request *request, const struct draft *draft, bool schedule)
{
	const char *definition = write_definition(request, draft);

	if (!definition)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	if (request->unstorable)
		return refuse(request, INTERNAL_SERVER_ERROR,
			"the database keeps no NUL and no half a surrogate");
	struct task *task = task_load(request->sandbox->store, &request->arena, draft->id);
	if (!task)
		return insert(request, draft, definition, schedule);
	if (common_same_json(task->definition, definition)) {
		announce_again(request, task);
		return 0;
	}
	return refuse(request, REQUEST_CONFLICT,
		"taskId `%s` is already used by another task with a different definition.",
		draft->id);
}

static int create(struct request *request, bool schedule)
{
	struct draft draft;
	int status = authenticate(request);

	if (!status)
		status = read_draft(request, request_argument(request, "taskId"), &draft);
	if (!status)
		status = authorize_draft(request, &draft);
	if (!status)
		status = store_draft(request, &draft, schedule);
	return status ? status : queue_status(request);
}

int queue_create_task(struct request *request)
{
	return create(request, true);
}

int queue_define_task(struct request *request)
{
	return create(request, false);
}

int queue_store_task(struct request *request, const char *task_id, const tc_json *input)
{
	const tc_json *body = request->input;
	struct draft draft;

	request->input = input;
	int status = read_draft(request, task_id, &draft);
	if (!status)
		status = store_draft(request, &draft, true);
	request->input = body;
	return status;
}
