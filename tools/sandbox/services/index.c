/* SPDX-License-Identifier: MPL-2.0 */

/* The Index: dotted names for tasks. What is stored, and by whom, is in indexing.c. */

#include "tools/sandbox/services/index.h"

#include "tools/sandbox/auth/bewit.h"
#include "tools/sandbox/events/events.h"
#include "tools/sandbox/request/arguments.h"
#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"
#include "tools/sandbox/tasks/indexing.h"

#include <string.h>

#define INDEX_ISSUER "static/taskcluster/index" /* made at the start */
#define URL_S ((int64_t)15 * 60)

/* What the schemas of the replies allow: longer ones are stored, and break what shows them. */
#define PATH_MAX_LENGTH 255

/* "a.b.c" as the namespace "a.b" and the name "c". */
static bool split(struct request *request, const char *path, const char **space, const char **name)
{
	const char *dot = strrchr(path, '.');

	*space = dot ? tc__arena_text(&request->arena, path, (size_t)(dot - path)) : "";
	*name = dot ? dot + 1 : path;
	return *space != NULL;
}

static int refuse_reply(struct request *request)
{
	return refuse(request, INTERNAL_SERVER_ERROR,
		"the reply breaks its schema: a namespace has more than %d characters",
		PATH_MAX_LENGTH);
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
	if (found && strlen(path) > PATH_MAX_LENGTH)
		return refuse_reply(request);
	return found ? 200 : refuse(request, RESOURCE_NOT_FOUND, "Indexed task not found");
}

int index_find_task(struct request *request)
{
	const char *path = request_argument(request, "indexPath");

	return reply_entry(request, path ? path : request_argument(request, "namespace"));
}

/* The reply is what was given, or the entry of higher rank that stays. */
static int reply_inserted(struct request *request, const struct index_entry *entry)
{
	struct writer *reply = &request->reply;
	struct row *row = find(request, entry->path);
	bool found = store_next(row);

	if (found) {
		write_entry(request, entry->path, row);
	} else { /* it has expired already */
		write_object(reply);
		write_member(reply, "namespace", entry->path);
		write_member(reply, "taskId", entry->task_id);
		write_member_int(reply, "rank", entry->rank);
		write_member_raw(reply, "data", entry->data);
		write_member_date(reply, "expires", entry->expires);
		write_end_object(reply);
	}
	store_end(request->sandbox->store, row);
	if (strlen(entry->path) <= PATH_MAX_LENGTH)
		return 200;
	/* inserted all the same */
	store_commit(request->sandbox->store);
	store_begin(request->sandbox->store);
	return refuse_reply(request);
}

int index_insert_task(struct request *request)
{
	const tc_json *rank = tc_json_get(request->input, "rank");
	const tc_json *data = tc_json_get(request->input, "data");
	struct index_entry entry = { .path = request_argument(request, "namespace"),
		.task_id = common_text(request, "taskId", ""),
		.expires = common_date(request, "expires", -1) };
	char *text = NULL;

	if (!arguments_is_slugid(entry.task_id) || tc_json_kind(rank) != TC_JSON_NUMBER ||
		entry.expires < 0 || tc_json_kind(data) != TC_JSON_OBJECT)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"expected taskId (a slugid), rank (a number), data (an object) and expires "
			"(a date)");
	if (!indexing_rank(rank, &entry.rank) || request->unstorable)
		return refuse(request, INTERNAL_SERVER_ERROR,
			request->unstorable ? "the database keeps no NUL and no half a surrogate"
					    : "the database keeps ranks of 32 bits only");
	if (tc_json_write(data, TC_JSON_COMPACT, &text, NULL, NULL) != TC_OK)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	entry.data = text;
	indexing_insert(request->sandbox, &request->arena, &entry, request->now_ms);
	int status = reply_inserted(request, &entry);
	tc_release(text);
	return status;
}

static int index_delete_task(struct request *request)
{
	const char *path = request_argument(request, "namespace");
	const char *space;
	const char *name;

	if (split(request, path, &space, &name))
		store_run(request->sandbox->store,
			"DELETE FROM entries WHERE namespace = ? AND name = ?", "tt", space, name);
	events_changed(request->sandbox, EVENTS_INDEX, path);
	return common_empty(request);
}

static const char *join(struct request *request, const char *space, const char *name)
{
	return *space ? request_printf(request, "%s.%s", space, name) : name;
}

/* A path that is too long breaks its whole page. */
static void check_length(struct request *request, const char *path)
{
	request->broken = request->broken || (path && strlen(path) > PATH_MAX_LENGTH);
}

static void write_listed_entry(struct request *request, struct row *row)
{
	const char *space = request_argument(request, "namespace");
	const char *path = join(request, space, store_text(row, 4));

	check_length(request, path);
	write_entry(request, path, row);
}

int index_list_tasks(struct request *request)
{
	static const struct list tasks = { "tasks", write_listed_entry, 4 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT task_id, rank, data, expires, name FROM entries WHERE namespace = ? AND "
		"name COLLATE en_us > ? AND expires > ? ORDER BY name COLLATE en_us LIMIT ?",
		"ttii", request_argument(request, "namespace"), page.after, request->now_ms,
		page.limit + 1);
	common_list(request, &tasks, &page, row);
	return request->broken ? refuse_reply(request) : 200;
}

static void write_namespace(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;
	const char *name = store_text(row, 0);
	const char *path = join(request, request_argument(request, "namespace"), name);

	check_length(request, path);
	write_object(reply);
	write_member(reply, "namespace", path);
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
		"SELECT name, expires FROM namespaces WHERE parent = ? AND name COLLATE en_us > ? "
		"AND expires > ? ORDER BY name COLLATE en_us LIMIT ?",
		"ttii", request_argument(request, "namespace"), page.after, request->now_ms,
		page.limit + 1);
	common_list(request, &namespaces, &page, row);
	return request->broken ? refuse_reply(request) : 200;
}

static void write_found_entry(struct request *request, struct row *row)
{
	const char *path = store_copy(&request->arena, row, 4);

	check_length(request, path);
	write_entry(request, path, row);
}

/* [[namespace, name, path], ...] as JSON text; NULL when memory ends. */
static const char *write_places(struct request *request, const struct tc_scopes *paths)
{
	struct writer writer = { .text = TC__BUFFER(REPLY_MAX) };
	const char *text = NULL;
	const char *space;
	const char *name;

	write_array(&writer);
	for (size_t i = 0; i < paths->count; i++) {
		if (!split(request, paths->scopes[i], &space, &name))
			writer.text.no_memory = true;
		write_array(&writer);
		write_string(&writer, space);
		write_string(&writer, name);
		write_string(&writer, paths->scopes[i]);
		write_end_array(&writer);
	}
	write_end_array(&writer);
	if (!tc__buffer_failed(&writer.text))
		text = tc__arena_text(&request->arena, writer.text.data, writer.text.length);
	tc__buffer_clear(&writer.text);
	return text;
}

/* The entries at some paths, in their own order and by pages. */
static int list_found(struct request *request, const struct tc_scopes *paths)
{
	static const struct list tasks = { "tasks", write_found_entry, 4 };
	struct store *store = request->sandbox->store;
	const char *text = write_places(request, paths);
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	if (!text)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	if (store_number(store, 0,
		    "SELECT count(*) > count(DISTINCT value ->> 2) FROM json_each(?)", "t", text))
		return refuse(request, INTERNAL_SERVER_ERROR, "a path is there twice");
	struct row *row = store_query(store,
		"SELECT e.task_id, e.rank, e.data, e.expires, p.value ->> 2 AS place FROM "
		"json_each(?) p JOIN entries e ON e.namespace = p.value ->> 0 AND e.name = "
		"p.value ->> 1 WHERE place COLLATE en_us > ? AND e.expires > ? ORDER BY place "
		"COLLATE en_us LIMIT ?",
		"ttii", text, page.after, request->now_ms, page.limit + 1);
	common_list(request, &tasks, &page, row);
	return request->broken ? refuse_reply(request) : 200;
}

static int index_find_tasks_at(struct request *request)
{
	const tc_json *paths = tc_json_get(request->input, "indexes");
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
	return list_found(request, &list);
}

/* The Queue's address of an artifact of the task's last run: a path. NULL when memory ends. */
static const char *artifact_path(struct request *request, const char *task_id)
{
	struct tc__buffer path = TC__BUFFER(8192);
	const char *copy = NULL;

	tc__buffer_printf(&path, "/api/queue/v1/task/%s/artifacts/", task_id);
	for (const char *c = request_argument(request, "name"); *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= '0' && *c <= '9') || strchr("-._~", *c);
		if (plain)
			tc__buffer_char(&path, *c);
		else
			tc__buffer_printf(&path, "%%%02X", (unsigned)(unsigned char)*c);
	}
	if (!tc__buffer_failed(&path))
		copy = tc__arena_text(&request->arena, path.data, path.length);
	tc__buffer_clear(&path);
	return copy;
}

static const char *issuer_token(struct request *request)
{
	struct store *store = request->sandbox->store;
	struct row *row = store_query(
		store, "SELECT access_token FROM clients WHERE client_id = ?", "t", INDEX_ISSUER);
	const char *token = store_next(row) ? store_copy(&request->arena, row, 0) : NULL;

	store_end(store, row);
	return token;
}

/* To the Queue, with the index's own credentials: whoever was let in here needs none there. */
static int index_find_artifact(struct request *request)
{
	struct row *row = find(request, request_argument(request, "indexPath"));
	bool found = store_next(row);
	const char *path = found ? artifact_path(request, store_text(row, 0)) : NULL;

	store_end(request->sandbox->store, row);
	if (!found)
		return refuse(request, RESOURCE_NOT_FOUND, "Indexed task not found");
	const char *token = issuer_token(request);
	return common_redirect(request,
		path && token ? bewit_url(&request->arena, request->sandbox->root_url, path,
					INDEX_ISSUER, token, request->now_ms / 1000 + URL_S)
			      : NULL);
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
