/* SPDX-License-Identifier: MPL-2.0 */

/* The Scheduler of 2015: a task-graph is a task group of the sandbox's own queue, and what a task
 * requires are its dependencies. */

#include "tools/sandbox/request/arguments.h"
#include "tools/sandbox/services/classic/classic.h"
#include "tools/sandbox/services/queue/queue.h"
#include "tools/sandbox/tasks/graph.h"

#include <string.h>

struct graph {
	const char *id;
	const tc_json *definition; /* the body that made it; released with tc_release */
};

static bool load_graph(struct request *request, struct graph *graph)
{
	struct store *store = request->sandbox->store;
	struct row *row =
		store_query(store, "SELECT graph_id, definition FROM graphs WHERE graph_id = ?",
			"t", request_argument(request, "taskGraphId"));
	bool found = store_next(row);

	*graph = (struct graph){ 0 };
	if (found) {
		const char *text = store_text(row, 1);
		graph->id = store_copy(&request->arena, row, 0);
		found = tc_json_parse(text, strlen(text), &graph->definition, NULL) == TC_OK;
	}
	store_end(store, row);
	return found;
}

/* Finished when all completed, blocked when one cannot complete any more, else running. */
static const char *graph_state(struct request *request, const char *graph_id)
{
	struct store *store = request->sandbox->store;

	if (store_number(store, 0,
		    "SELECT count(*) FROM tasks WHERE group_id = ? AND state IN ('failed', "
		    "'exception')",
		    "t", graph_id))
		return "blocked";
	if (store_number(store, 0,
		    "SELECT count(*) FROM tasks WHERE group_id = ? AND state <> 'completed'", "t",
		    graph_id))
		return "running";
	return "finished";
}

static void write_status(struct request *request, const char *graph_id)
{
	struct writer *reply = &request->reply;

	write_name(reply, "status");
	write_object(reply);
	write_member(reply, "taskGraphId", graph_id);
	write_member(reply, "schedulerId", GRAPH_SCHEDULER_ID);
	write_member(reply, "state", graph_state(request, graph_id));
	write_end_object(reply);
}

static int reply_status(struct request *request, const char *graph_id)
{
	write_object(&request->reply);
	write_status(request, graph_id);
	write_end_object(&request->reply);
	return 200;
}

/* A member's definition as the queue wants it: in the graph's group, waiting for what it requires.
 */
static const tc_json *task_definition(const tc_json *member, const char *graph_id)
{
	const tc_json *task = tc_json_get(member, "task");
	const tc_json *requires = tc_json_get(member, "requires");
	static const char *const ours[] = { "schedulerId", "taskGroupId", "dependencies" };
	const tc_json *definition = NULL;
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(task); i++) {
		const char *name = tc_json_text(tc_json_name(task, i));
		bool own = false;
		for (size_t k = 0; k < 3; k++)
			own = own || strcmp(name, ours[k]) == 0;
		if (own)
			continue;
		tc_json_add_name(builder, name);
		tc_json_add_json(builder, tc_json_item(task, i));
	}
	tc_json_add_name(builder, "schedulerId");
	tc_json_add_string(builder, GRAPH_SCHEDULER_ID);
	tc_json_add_name(builder, "taskGroupId");
	tc_json_add_string(builder, graph_id);
	if (requires) {
		tc_json_add_name(builder, "dependencies");
		tc_json_add_json(builder, requires);
	}
	tc_json_end(builder);
	return tc_json_build(builder, &definition, NULL) == TC_OK ? definition : NULL;
}

/* The first scope that a task needs and the graph lacks; NULL for none. */
static const char *lacking_scope(
	struct request *request, const struct tc_scopes *held, const tc_json *task)
{
	const tc_json *scopes = tc_json_get(task, "scopes");
	const tc_json *routes = tc_json_get(task, "routes");
	const char *provisioner = tc_json_text(tc_json_get(task, "provisionerId"));
	const char *type = tc_json_text(tc_json_get(task, "workerType"));
	const char *queue = tc_json_text(tc_json_get(task, "taskQueueId"));

	if (!queue)
		queue = request_printf(
			request, "%s/%s", provisioner ? provisioner : "", type ? type : "");
	const char *define = request_printf(request, "queue:define-task:%s", queue);
	const char *create = request_printf(request, "queue:create-task:%s", queue);
	if (!define || !create || (!scopes_cover(held, define) && !scopes_cover(held, create)))
		return create ? create : "";
	for (size_t i = 0; i < tc_json_count(scopes); i++) {
		const char *scope = tc_json_text(tc_json_item(scopes, i));
		if (!scope || !scopes_cover(held, scope))
			return scope ? scope : "";
	}
	for (size_t i = 0; i < tc_json_count(routes); i++) {
		const char *route = request_printf(
			request, "queue:route:%s", tc_json_text(tc_json_item(routes, i)));
		if (!route || !scopes_cover(held, route))
			return route ? route : "";
	}
	return NULL;
}

/* A task may have what its graph has. A graph that names no scopes has those of its maker. */
static int authorize_member(
	struct request *request, const tc_json *graph_scopes, const tc_json *member)
{
	struct tc_scopes own;

	if (!graph_scopes)
		return 0;
	if (!scopes_read(&request->arena, graph_scopes, &own))
		return refuse(
			request, INPUT_VALIDATION_ERROR, "`scopes` must be an array of scopes");
	struct tc_scopes held = roles_expand(&request->sandbox->roles, &request->arena, &own);
	const char *lacking = lacking_scope(request, &held, tc_json_get(member, "task"));
	if (!lacking)
		return 0;
	return refuse(request, INSUFFICIENT_SCOPES,
		"The scopes of the task-graph do not hold %s, which task %s needs", lacking,
		tc_json_text(tc_json_get(member, "taskId")));
}

static void store_member(struct request *request, const char *graph_id, const char *task_id,
	const tc_json *member, int64_t position)
{
	const tc_json *requires = tc_json_get(member, "requires");
	char *text = NULL;
	int64_t reruns = 0;

	tc_json_int64(tc_json_get(member, "reruns"), &reruns);
	if (requires && tc_json_write(requires, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		store_fail(request->sandbox->store, "out of memory");
	store_run(request->sandbox->store,
		"INSERT OR REPLACE INTO graph_tasks (graph_id, task_id, position, requires, "
		"reruns, "
		"reruns_left) VALUES (?, ?, ?, ?, ?, ?)",
		"ttitii", graph_id, task_id, position, text ? text : "[]", reruns, reruns);
	tc_release(text);
}

static int add_member(
	struct request *request, const struct graph *graph, const tc_json *member, int64_t position)
{
	const char *id = tc_json_text(tc_json_get(member, "taskId"));

	if (!id || !arguments_is_slugid(id) ||
		tc_json_kind(tc_json_get(member, "task")) != TC_JSON_OBJECT)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"each of `tasks` needs a taskId (a slugid) and a task (an object)");
	int status = authorize_member(request, tc_json_get(graph->definition, "scopes"), member);
	if (status)
		return status;
	const tc_json *definition = task_definition(member, graph->id);
	if (!definition)
		return refuse(request, INPUT_VALIDATION_ERROR, "a task is malformed");
	status = queue_store_task(request, id, definition);
	tc_release(definition);
	if (!status)
		store_member(request, graph->id, id, member, position);
	return status;
}

static bool is_stored(struct request *request, const char *task_id)
{
	return store_number(request->sandbox->store, 0, "SELECT 1 FROM tasks WHERE task_id = ?",
		       "t", task_id) != 0;
}

/* Whether everything a member requires is there; the queue wants dependencies to exist. */
static bool is_ready(struct request *request, const tc_json *member)
{
	const tc_json *requires = tc_json_get(member, "requires");

	for (size_t i = 0; i < tc_json_count(requires); i++) {
		const char *id = tc_json_text(tc_json_item(requires, i));
		if (!id || !is_stored(request, id))
			return false;
	}
	return true;
}

/* Members may come in any order: again and again those whose requirements are stored. */
static int add_members(struct request *request, const struct graph *graph)
{
	const tc_json *tasks = tc_json_get(request->input, "tasks");
	size_t count = tc_json_count(tasks);
	bool *added = tc__arena_alloc(&request->arena, count * sizeof *added);
	size_t left = count;

	if (tc_json_kind(tasks) != TC_JSON_ARRAY || !added)
		return refuse(request, INPUT_VALIDATION_ERROR, "`tasks` must be an array");
	for (size_t i = 0; i < count; i++)
		added[i] = false;
	while (left) {
		size_t before = left;
		for (size_t i = 0; i < count; i++) {
			const tc_json *member = tc_json_item(tasks, i);
			if (added[i] || !is_ready(request, member))
				continue;
			int status = add_member(request, graph, member, (int64_t)i);
			if (status)
				return status;
			added[i] = true;
			left--;
		}
		if (left == before)
			return refuse(request, INPUT_ERROR,
				"`requires` names tasks that are not in the graph, or in a circle");
	}
	return 0;
}

static void write_part(struct writer *writer, const tc_json *json, const char *name)
{
	const tc_json *part = tc_json_get(json, name);

	write_name(writer, name);
	if (part)
		write_json(writer, part);
	else
		write_raw(writer, "{}", 2);
}

/* The graph's scopes are given away, so whoever makes it must have them. */
static int authorize_graph(struct request *request)
{
	const tc_json *scopes = tc_json_get(request->input, "scopes");

	return scopes ? authorize_expression(request, scopes, NULL) : 0;
}

static int create_task_graph(struct request *request)
{
	struct graph graph = { .id = request_argument(request, "taskGraphId"),
		.definition = request->input };
	struct graph old;
	char *text = NULL;

	if (!arguments_is_slugid(graph.id))
		return refuse(request, INVALID_REQUEST_ARGUMENTS, "taskGraphId must be a slugid");
	bool exists = load_graph(request, &old);
	bool same = exists && tc_json_equal(old.definition, request->input);
	tc_release(old.definition);
	if (same)
		return reply_status(request, graph.id);
	if (exists)
		return refuse(request, REQUEST_CONFLICT,
			"taskGraphId %s is already used by another task-graph", graph.id);
	int status = authorize_graph(request);
	if (status)
		return status;
	if (tc_json_write(request->input, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	store_run(request->sandbox->store,
		"INSERT INTO graphs (graph_id, definition) VALUES (?, ?)", "tt", graph.id, text);
	tc_release(text);
	status = add_members(request, &graph);
	return status ? status : reply_status(request, graph.id);
}

static int refuse_missing(struct request *request)
{
	return refuse(request, RESOURCE_NOT_FOUND, "Task-graph not found");
}

static int extend_task_graph(struct request *request)
{
	struct graph graph;

	if (!load_graph(request, &graph))
		return refuse_missing(request);
	int status = add_members(request, &graph);
	tc_release(graph.definition);
	return status ? status : reply_status(request, graph.id);
}

static int status(struct request *request)
{
	struct graph graph;

	if (!load_graph(request, &graph))
		return refuse_missing(request);
	tc_release(graph.definition);
	return reply_status(request, graph.id);
}

/* Columns: task_id, requires, reruns, reruns_left. */
static void write_member_task(struct request *request, struct row *row)
{
	struct store *store = request->sandbox->store;
	struct writer *reply = &request->reply;
	const char *id = store_copy(&request->arena, row, 0);
	const struct task *task = task_load(store, &request->arena, id);
	const tc_json *definition = NULL;
	int64_t left = store_number(store, 0,
		"SELECT count(*) FROM dependencies WHERE task_id = ? AND satisfied = 0", "t", id);

	if (!task ||
		tc_json_parse(task->definition, strlen(task->definition), &definition, NULL) !=
			TC_OK)
		return;
	write_object(reply);
	write_member(reply, "taskId", id);
	write_member(reply, "name", tc_json_text(tc_json_at(definition, "/metadata/name")));
	write_member_raw(reply, "requires", store_text(row, 1));
	write_member_int(reply, "requiresLeft", left);
	write_member_int(reply, "reruns", store_int(row, 2));
	write_member_int(reply, "rerunsLeft", store_int(row, 3));
	write_member(reply, "state", task->state);
	write_member_bool(reply, "satisfied", strcmp(task->state, "completed") == 0);
	write_end_object(reply);
	tc_release(definition);
}

static int write_graph(struct request *request, bool tasks)
{
	struct store *store = request->sandbox->store;
	struct writer *reply = &request->reply;
	struct graph graph;

	if (!load_graph(request, &graph))
		return refuse_missing(request);
	write_object(reply);
	write_status(request, graph.id);
	write_part(reply, graph.definition, "metadata");
	write_part(reply, graph.definition, "tags");
	tc_release(graph.definition);
	if (tasks) {
		write_name(reply, "tasks");
		write_array(reply);
		struct row *row = store_query(store,
			"SELECT task_id, requires, reruns, reruns_left FROM graph_tasks WHERE "
			"graph_id = ? ORDER BY "
			"position, rowid",
			"t", graph.id);
		while (store_next(row))
			write_member_task(request, row);
		store_end(store, row);
		write_end_array(reply);
	}
	write_end_object(reply);
	return 200;
}

static int info(struct request *request)
{
	return write_graph(request, false);
}

static int inspect(struct request *request)
{
	return write_graph(request, true);
}

static int inspect_task(struct request *request)
{
	struct store *store = request->sandbox->store;
	struct row *row = store_query(store,
		"SELECT task_id, requires, reruns, reruns_left FROM graph_tasks WHERE graph_id = ? "
		"AND task_id = ?",
		"tt", request_argument(request, "taskGraphId"),
		request_argument(request, "taskId"));
	bool found = store_next(row);

	if (found)
		write_member_task(request, row);
	store_end(store, row);
	return found ? 200 : refuse(request, RESOURCE_NOT_FOUND, "Task not found in the graph");
}

const struct handler classic_scheduler_handlers[] = {
	{ "classic-scheduler.createTaskGraph", create_task_graph, false },
	{ "classic-scheduler.extendTaskGraph", extend_task_graph, false },
	{ "classic-scheduler.status", status, false },
	{ "classic-scheduler.info", info, false },
	{ "classic-scheduler.inspect", inspect, false },
	{ "classic-scheduler.inspectTask", inspect_task, false },
	{ NULL, NULL, false },
};
