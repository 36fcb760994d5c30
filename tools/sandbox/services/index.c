/* SPDX-License-Identifier: MPL-2.0 */

/* The Index: dotted names for tasks. What is stored, and by whom, is in indexing.c. */

#include "tools/sandbox/services/index.h"
#include "tools/sandbox/request/arguments.h"
#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"
#include "tools/sandbox/tasks/indexing.h"

#include <string.h>

/* "a.b.c" as the namespace "a.b" and the name "c". */
static bool split(struct request *request, const char *path, const char **space, const char **name)
{
	const char *dot = strrchr(path, '.');

	*space = dot ? tc__arena_text(&request->arena, path, (size_t)(dot - path)) : "";
	*name = dot ? dot + 1 : path;
	return *space != NULL;
}

static void write_entry(struct request *request, const char *path, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "namespace", path);
	write_member(reply, "taskId", store_text(row, 0));
	write_member_raw(reply, "rank", store_text(row, 1));
	write_member_raw(reply, "data", store_text(row, 2));
	write_member_date(reply, "expires", store_int(row, 3));
	write_end_object(reply);
}

static struct row *find(struct request *request, const char *path)
{
	const char *space;
	const char *name;

	if (!split(request, path, &space, &name))
		return NULL;
	return store_query(request->sandbox->store,
		"SELECT task_id, rank, data, expires FROM entries WHERE namespace = ? AND name = ? "
		"AND expires > ?",
		"tti", space, name, request->now_ms);
}

static int reply_entry(struct request *request, const char *path)
{
	struct row *row = find(request, path);
	bool found = store_next(row);

	if (found)
		write_entry(request, path, row);
	store_end(request->sandbox->store, row);
	return found ? 200 : refuse(request, RESOURCE_NOT_FOUND, "Indexed task not found");
}

int index_find_task(struct request *request)
{
	const char *path = request_argument(request, "indexPath");

	return reply_entry(request, path ? path : request_argument(request, "namespace"));
}

int index_insert_task(struct request *request)
{
	const tc_json *rank = tc_json_get(request->input, "rank");
	const tc_json *data = tc_json_get(request->input, "data");
	struct index_entry entry = { .path = request_argument(request, "namespace"),
		.task_id = common_text(request, "taskId", ""),
		.rank = tc_json_kind(rank) == TC_JSON_NUMBER ? tc_json_text(rank) : NULL,
		.expires = common_date(request, "expires", -1) };
	char *text = NULL;

	if (!arguments_is_slugid(entry.task_id) || !entry.rank || entry.expires < 0 ||
		tc_json_kind(data) != TC_JSON_OBJECT)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected taskId (a slugid), rank (a number), data (an object) and expires "
			"(a date)");
	if (tc_json_write(data, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	entry.data = text;
	indexing_insert(request->sandbox, &request->arena, &entry, request->now_ms);
	tc_release(text);
	return reply_entry(request, entry.path);
}

static int index_delete_task(struct request *request)
{
	const char *space;
	const char *name;

	if (split(request, request_argument(request, "namespace"), &space, &name))
		store_run(request->sandbox->store,
			"DELETE FROM entries WHERE namespace = ? AND name = ?", "tt", space, name);
	return common_empty(request);
}

static const char *join(struct request *request, const char *space, const char *name)
{
	return *space ? request_printf(request, "%s.%s", space, name) : name;
}

static void write_listed_entry(struct request *request, struct row *row)
{
	const char *space = request_argument(request, "namespace");

	write_entry(request, join(request, space, store_text(row, 4)), row);
}

int index_list_tasks(struct request *request)
{
	static const struct list tasks = { "tasks", write_listed_entry, 4 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT task_id, rank, data, expires, name FROM entries WHERE namespace = ? AND "
		"name > ? AND expires > ? ORDER BY name LIMIT ?",
		"ttii", request_argument(request, "namespace"), page.after, request->now_ms,
		page.limit + 1);
	return common_list(request, &tasks, &page, row);
}

static void write_namespace(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;
	const char *name = store_text(row, 0);

	write_object(reply);
	write_member(
		reply, "namespace", join(request, request_argument(request, "namespace"), name));
	write_member(reply, "name", name);
	write_member_date(reply, "expires", store_int(row, 1));
	write_end_object(reply);
}

int index_list_namespaces(struct request *request)
{
	static const struct list namespaces = { "namespaces", write_namespace, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT name, expires FROM namespaces WHERE parent = ? AND name > ? AND expires > "
		"? "
		"ORDER BY name LIMIT ?",
		"ttii", request_argument(request, "namespace"), page.after, request->now_ms,
		page.limit + 1);
	return common_list(request, &namespaces, &page, row);
}

static int index_find_tasks_at(struct request *request)
{
	const tc_json *paths = tc_json_get(request->input, "indexes");
	struct store *store = request->sandbox->store;
	struct tc_scopes list;

	if (tc_json_kind(paths) != TC_JSON_ARRAY || !scopes_read(&request->arena, paths, &list))
		return refuse(
			request, INPUT_VALIDATION_ERROR, "`indexes` must be an array of strings");
	const struct scope_value values[] = {
		{ .name = "indexPaths", .list = list, .is_list = true },
		{ .name = NULL },
	};
	int status = authorize(request, values);
	if (status)
		return status;
	write_object(&request->reply);
	write_name(&request->reply, "tasks");
	write_array(&request->reply);
	for (size_t i = 0; i < list.count; i++) {
		struct row *row = find(request, list.scopes[i]);
		if (store_next(row))
			write_entry(request, list.scopes[i], row);
		store_end(store, row);
	}
	write_end_array(&request->reply);
	write_end_object(&request->reply);
	return 200;
}

/* The services' own latest-artifact address of the indexed task, on which the scopes are checked
 * again. */
static int index_find_artifact(struct request *request)
{
	struct tc__buffer url = TC__BUFFER(8192);
	struct row *row = find(request, request_argument(request, "indexPath"));

	if (!store_next(row)) {
		store_end(request->sandbox->store, row);
		return refuse(request, RESOURCE_NOT_FOUND, "Indexed task not found");
	}
	tc__buffer_printf(&url, "%s/api/queue/v1/task/%s/artifacts/", request->sandbox->root_url,
		store_text(row, 0));
	store_end(request->sandbox->store, row);
	for (const char *c = request_argument(request, "name"); *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= '0' && *c <= '9') || strchr("-._~", *c);
		if (plain)
			tc__buffer_char(&url, *c);
		else
			tc__buffer_printf(&url, "%%%02X", (unsigned)(unsigned char)*c);
	}
	request->location = request_printf(request, "%s", tc__buffer_get(&url));
	tc__buffer_clear(&url);
	return request->location ? 303 : refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
}

const struct handler index_handlers[] = {
	{ "index.findTask", index_find_task, false },
	{ "index.findTasksAtIndex", index_find_tasks_at, true },
	{ "index.listNamespaces", index_list_namespaces, false },
	{ "index.listTasks", index_list_tasks, false },
	{ "index.insertTask", index_insert_task, false },
	{ "index.deleteTask", index_delete_task, false },
	{ "index.findArtifactFromTask", index_find_artifact, false },
	{ NULL, NULL, false },
};
