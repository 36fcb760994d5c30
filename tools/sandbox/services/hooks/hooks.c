/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/services/hooks/hooks.h"

#include "tools/sandbox/pulse/message.h"
#include "tools/sandbox/services/handlers.h"
#include "tools/sandbox/services/hooks/cron.h"

#include <string.h>
#include <taskcluster/slugid.h>

static const char *group_of(struct request *request)
{
	return request_argument(request, "hookGroupId");
}

static const char *hook_of(struct request *request)
{
	return request_argument(request, "hookId");
}

static int refuse_hook(struct request *request)
{
	return refuse(request, RESOURCE_NOT_FOUND, "No such hook: %s/%s", group_of(request),
		hook_of(request));
}

static void announce(struct request *request, const char *exchange)
{
	hooks_tell(request->sandbox, group_of(request), hook_of(request));
	if (!request->sandbox->pulse)
		return;
	struct writer message = message_begin();
	write_member(&message, "hookGroupId", group_of(request));
	write_member(&message, "hookId", hook_of(request));
	message_post(request->sandbox, exchange, "_", "", &message);
}

static void write_group(struct request *request, struct row *row)
{
	write_string(&request->reply, store_text(row, 0));
}

/* Neither this list nor that of a group's hooks is paged. */
static const struct page all = { INT64_MAX, "" };

int hooks_list_groups(struct request *request)
{
	static const struct list groups = { "groups", write_group, 0 };
	struct row *row = store_query(request->sandbox->store,
		"SELECT DISTINCT group_id FROM hooks ORDER BY group_id", "");

	return common_list(request, &groups, &all, row);
}

/* Columns: hook, group, then JSON: metadata, task, schedule, bindings, trigger schema. */
#define HOOK "hook_id, group_id, metadata, task, schedule, bindings, trigger_schema"

static void write_hook(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "hookGroupId", store_text(row, 1));
	write_member(reply, "hookId", store_text(row, 0));
	write_member_raw(reply, "metadata", store_text(row, 2));
	write_member_raw(reply, "task", store_text(row, 3));
	write_member_raw(reply, "schedule", store_text(row, 4));
	write_member_raw(reply, "bindings", store_text(row, 5));
	write_member_raw(reply, "triggerSchema", store_text(row, 6));
	write_end_object(reply);
}

int hooks_list(struct request *request)
{
	static const struct list hooks = { "hooks", write_hook, 0 };
	struct store *store = request->sandbox->store;

	if (!store_number(store, 0, "SELECT 1 FROM hooks WHERE group_id = ? LIMIT 1", "t",
		    group_of(request)))
		return refuse(request, RESOURCE_NOT_FOUND, "No such group: %s", group_of(request));
	struct row *row =
		store_query(store, "SELECT " HOOK " FROM hooks WHERE group_id = ? ORDER BY hook_id",
			"t", group_of(request));
	return common_list(request, &hooks, &all, row);
}

static struct row *find_hook(struct request *request)
{
	return store_query(request->sandbox->store,
		"SELECT " HOOK ", token, next_fire FROM hooks WHERE group_id = ? AND hook_id = ?",
		"tt", group_of(request), hook_of(request));
}

int hooks_get(struct request *request)
{
	return common_one(request, find_hook(request), write_hook, "Hook");
}

/* The ids may be left out of the body. 0, or the status of a refusal. */
static int check_ids(struct request *request)
{
	const char *group = request_text(request, "hookGroupId");
	const char *hook = request_text(request, "hookId");

	if (group && strcmp(group, group_of(request)) != 0)
		return refuse(request, INPUT_ERROR, "Hook Group Ids do not match: %s", group);
	if (hook && strcmp(hook, hook_of(request)) != 0)
		return refuse(request, INPUT_ERROR, "Hook Ids do not match: %s", hook);
	return 0;
}

/* References of a schema could lead back to it; hooks hardly use them. */
static bool has_reference(const tc_json *json)
{
	if (tc_json_text(tc_json_get(json, "$ref")))
		return true;
	for (size_t i = 0; i < tc_json_count(json); i++) {
		if (has_reference(tc_json_item(json, i)))
			return true;
	}
	return false;
}

static int check_definition(struct request *request)
{
	const tc_json *schedule = tc_json_get(request->input, "schedule");
	struct cron cron;
	char why[200];

	for (size_t i = 0; i < tc_json_count(schedule); i++) {
		const char *pattern = tc_json_text(tc_json_item(schedule, i));
		if (pattern && !cron_parse(pattern, &cron, why, sizeof why))
			return refuse(request, INPUT_ERROR, "%s in %s", why, pattern);
	}
	if (has_reference(tc_json_get(request->input, "triggerSchema")))
		return refuse(request, INPUT_ERROR,
			"the sandbox does not follow $ref in a triggerSchema");
	return check_ids(request);
}

/* A member of the body as JSON text in the arena. */
static const char *json_text(struct request *request, const char *name, const char *absent)
{
	const tc_json *json = tc_json_get(request->input, name);
	char *text = NULL;
	const char *copy = NULL;

	if (!json)
		return absent;
	if (tc_json_write(json, TC_JSON_COMPACT, &text, NULL, NULL) == TC_OK)
		copy = tc__arena_text(&request->arena, text, strlen(text));
	tc_release(text);
	return copy;
}

/* What a body says, as it is kept. */
struct definition {
	const char *metadata, *task, *schedule, *bindings, *trigger_schema;
	int64_t next; /* -1: never */
};

static bool read_definition(struct request *request, struct definition *definition)
{
	*definition = (struct definition){ json_text(request, "metadata", "{}"),
		json_text(request, "task", "{}"), json_text(request, "schedule", "[]"),
		json_text(request, "bindings", "[]"), json_text(request, "triggerSchema", "{}"),
		-1 };
	if (!definition->metadata || !definition->task || !definition->schedule ||
		!definition->bindings || !definition->trigger_schema)
		return false;
	definition->next = hooks_next(definition->schedule, request->now_ms);
	return true;
}

static bool is_same(struct row *row, const struct definition *definition)
{
	return common_same_json(store_text(row, 2), definition->metadata) &&
		common_same_json(store_text(row, 3), definition->task) &&
		common_same_json(store_text(row, 4), definition->schedule) &&
		common_same_json(store_text(row, 5), definition->bindings) &&
		common_same_json(store_text(row, 6), definition->trigger_schema);
}

static void plan(struct request *request, const struct definition *definition)
{
	struct sandbox *sandbox = request->sandbox;

	if (definition->next < 0)
		return;
	store_run(sandbox->store,
		"UPDATE hooks SET next_fire = ? WHERE group_id = ? AND hook_id = ?", "itt",
		definition->next, group_of(request), hook_of(request));
	if (definition->next < sandbox->hooks_ms)
		sandbox->hooks_ms = definition->next;
}

/* Creating the same again is harmless. */
int hooks_create(struct request *request)
{
	struct definition definition;
	char token[TC_SLUGID_SIZE];
	int status = check_definition(request);

	if (status)
		return status;
	if (!read_definition(request, &definition))
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	struct row *row = find_hook(request);
	bool found = store_next(row);
	bool same = found && is_same(row, &definition);
	store_end(request->sandbox->store, row);
	if (found && !same)
		return refuse(request, REQUEST_CONFLICT, "hook `%s/%s` already exists.",
			group_of(request), hook_of(request));
	tc_slugid_v4(token);
	if (!found) {
		store_run(request->sandbox->store,
			"INSERT INTO hooks (group_id, hook_id, metadata, task, schedule, bindings, "
			"trigger_schema, token) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			"tttttttt", group_of(request), hook_of(request), definition.metadata,
			definition.task, definition.schedule, definition.bindings,
			definition.trigger_schema, token);
		plan(request, &definition);
	}
	announce(request, "exchange/taskcluster-hooks/v1/hook-created");
	return hooks_get(request);
}

/* Bindings that the body leaves out stay. */
int hooks_update(struct request *request)
{
	struct definition definition;
	int status = check_definition(request);

	if (status)
		return status;
	if (!read_definition(request, &definition))
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	int changed = store_run(request->sandbox->store,
		"UPDATE hooks SET metadata = ?, task = ?, schedule = ?, bindings = ifnull(?, "
		"bindings), trigger_schema = ?, next_fire = NULL WHERE group_id = ? AND "
		"hook_id = ?",
		"ttttttt", definition.metadata, definition.task, definition.schedule,
		tc_json_get(request->input, "bindings") ? definition.bindings : NULL,
		definition.trigger_schema, group_of(request), hook_of(request));
	if (!changed)
		return refuse_hook(request);
	plan(request, &definition);
	announce(request, "exchange/taskcluster-hooks/v1/hook-updated");
	return hooks_get(request);
}

int hooks_remove(struct request *request)
{
	struct store *store = request->sandbox->store;

	store_run(store, "DELETE FROM hooks WHERE group_id = ? AND hook_id = ?", "tt",
		group_of(request), hook_of(request));
	store_run(store, "DELETE FROM hook_fires WHERE group_id = ? AND hook_id = ?", "tt",
		group_of(request), hook_of(request));
	announce(request, "exchange/taskcluster-hooks/v1/hook-deleted");
	return common_empty(request);
}

/* The status of a 404 when there is no such hook. */
static int reply_token(struct request *request, const char *token)
{
	if (!token)
		return refuse_hook(request);
	write_object(&request->reply);
	write_member(&request->reply, "token", token);
	write_end_object(&request->reply);
	return 200;
}

int hooks_get_token(struct request *request)
{
	struct row *row = find_hook(request);
	const char *token = store_next(row) ? store_copy(&request->arena, row, 7) : NULL;

	store_end(request->sandbox->store, row);
	return reply_token(request, token);
}

int hooks_reset_token(struct request *request)
{
	char token[TC_SLUGID_SIZE];

	tc_slugid_v4(token);
	int changed = store_run(request->sandbox->store,
		"UPDATE hooks SET token = ? WHERE group_id = ? AND hook_id = ?", "ttt", token,
		group_of(request), hook_of(request));
	return reply_token(request, changed ? token : NULL);
}

/* Columns: key, task, fired by, time, error, the task's state. The newest come first. */
#define FIRE \
	"printf('%020d', 1000000000000 - f.seq), f.task_id, f.fired_by, f.fired, f.error, " \
	"ifnull(t.state, 'unknown')"
#define FIRES "hook_fires f LEFT JOIN tasks t ON t.task_id = f.task_id"

static void write_fire(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;
	const char *error = store_text(row, 4);

	write_object(reply);
	write_member(reply, "hookGroupId", group_of(request));
	write_member(reply, "hookId", hook_of(request));
	write_member(reply, "firedBy", store_text(row, 2));
	write_member(reply, "taskId", store_text(row, 1));
	write_member_date(reply, "taskCreateTime", store_int(row, 3));
	write_member(reply, "result", error ? "error" : "success");
	write_member(reply, "error", error ? error : "");
	write_member(reply, "taskState", store_text(row, 5));
	write_end_object(reply);
}

int hooks_last_fires(struct request *request)
{
	static const struct list fires = { "lastFires", write_fire, 0 };
	struct store *store = request->sandbox->store;
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	if (!store_number(store, 0,
		    "SELECT 1 FROM hook_fires WHERE group_id = ? AND hook_id = ? LIMIT 1", "tt",
		    group_of(request), hook_of(request)))
		return refuse(request, RESOURCE_NOT_FOUND, "No such hook or never fired: %s/%s",
			group_of(request), hook_of(request));
	struct row *row = store_query(store,
		"SELECT " FIRE " FROM " FIRES
		" WHERE f.group_id = ? AND f.hook_id = ? AND printf('%020d', 1000000000000 - "
		"f.seq) > ? ORDER BY 1 LIMIT ?",
		"ttti", group_of(request), hook_of(request), page.after, page.limit + 1);
	return common_list(request, &fires, &page, row);
}

static void write_last_fire(struct request *request)
{
	struct writer *reply = &request->reply;
	struct row *row = store_query(request->sandbox->store,
		"SELECT task_id, fired, error FROM hook_fires WHERE group_id = ? AND hook_id = ? "
		"ORDER BY seq DESC LIMIT 1",
		"tt", group_of(request), hook_of(request));
	bool fired = store_next(row);
	const char *error = fired ? store_text(row, 2) : NULL;

	write_name(reply, "lastFire");
	write_object(reply);
	write_member(reply, "result", !fired ? "no-fire" : error ? "error" : "success");
	if (fired && !error)
		write_member(reply, "taskId", store_text(row, 0));
	if (error) {
		write_name(reply, "error");
		write_object(reply);
		write_member(reply, "message", error);
		write_end_object(reply);
	}
	if (fired)
		write_member_date(reply, "time", store_int(row, 1));
	write_end_object(reply);
	store_end(request->sandbox->store, row);
}

int hooks_status(struct request *request)
{
	struct row *row = find_hook(request);
	bool found = store_next(row);
	int64_t next = found ? store_int(row, 8) : 0;

	store_end(request->sandbox->store, row);
	if (!found)
		return refuse_hook(request);
	write_object(&request->reply);
	write_last_fire(request);
	write_member_date(&request->reply, "nextScheduledDate", next);
	write_end_object(&request->reply);
	return 200;
}

const struct handler hooks_handlers[] = {
	{ "hooks.listHookGroups", hooks_list_groups, false },
	{ "hooks.listHooks", hooks_list, false },
	{ "hooks.hook", hooks_get, false },
	{ "hooks.getHookStatus", hooks_status, false },
	{ "hooks.createHook", hooks_create, false },
	{ "hooks.updateHook", hooks_update, false },
	{ "hooks.removeHook", hooks_remove, false },
	{ "hooks.triggerHook", hooks_trigger, false },
	{ "hooks.triggerHookWithToken", hooks_trigger_with_token, false },
	{ "hooks.getTriggerToken", hooks_get_token, false },
	{ "hooks.resetTriggerToken", hooks_reset_token, false },
	{ "hooks.listLastFires", hooks_last_fires, false },
	{ NULL, NULL, false },
};
