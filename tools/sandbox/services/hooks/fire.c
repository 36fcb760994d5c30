/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/events/events.h"
#include "tools/sandbox/services/hooks/cron.h"
#include "tools/sandbox/services/hooks/hooks.h"
#include "tools/sandbox/services/hooks/jsone.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/slugid.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define LATE_MS (10 * MINUTE_MS) /* the Queue takes `created` up to a quarter of an hour old */
#define REST_MS (60 * MINUTE_MS)

static bool load_template(struct sandbox *sandbox, struct hook_fire *fire, const tc_json **task)
{
	struct row *row = store_query(sandbox->store,
		"SELECT task FROM hooks WHERE group_id = ? AND hook_id = ?", "tt", fire->group_id,
		fire->hook_id);
	const char *text = store_next(row) ? store_text(row, 0) : "";
	bool ok = tc_json_parse(text, strlen(text), task, NULL) == TC_OK;

	store_end(sandbox->store, row);
	return ok;
}

static const tc_json *make_context(const struct hook_fire *fire)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *context = NULL;
	char now[DATE_SIZE];

	write_date(now, fire->created);
	tc_json_add_object(builder);
	tc_json_add_name(builder, "now");
	tc_json_add_string(builder, now);
	tc_json_add_name(builder, "taskId");
	tc_json_add_string(builder, fire->task_id);
	tc_json_add_name(builder, "firedBy");
	tc_json_add_string(builder, fire->fired_by);
	if (fire->payload) {
		tc_json_add_name(builder, "payload");
		tc_json_add_json(builder, fire->payload);
	}
	if (fire->client_id) {
		tc_json_add_name(builder, "clientId");
		tc_json_add_string(builder, fire->client_id);
	}
	tc_json_end(builder);
	return tc_json_build(builder, &context, NULL) == TC_OK ? context : NULL;
}

static void add_text(tc_json_builder *builder, const char *name, const char *text)
{
	tc_json_add_name(builder, name);
	tc_json_add_string(builder, text);
}

static void add_date(tc_json_builder *builder, const char *name, int64_t ms)
{
	char date[DATE_SIZE];

	write_date(date, ms);
	add_text(builder, name, date);
}

/* What the template left out: dates, and a group of its own. NULL when memory ends. */
static const tc_json *complete(const struct hook_fire *fire, const tc_json *task)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *whole = NULL;

	tc_json_add_object(builder);
	for (size_t i = 0; i < tc_json_count(task); i++) {
		tc_json_add_name(builder, tc_json_text(tc_json_name(task, i)));
		tc_json_add_json(builder, tc_json_item(task, i));
	}
	if (!tc_json_get(task, "created"))
		add_date(builder, "created", fire->created);
	if (!tc_json_get(task, "deadline"))
		add_date(builder, "deadline", fire->created + DAY_MS);
	if (!tc_json_get(task, "expires"))
		add_date(builder, "expires", fire->created + 30 * DAY_MS);
	if (!tc_json_get(task, "taskGroupId"))
		add_text(builder, "taskGroupId", fire->task_id);
	tc_json_end(builder);
	return tc_json_build(builder, &whole, NULL) == TC_OK ? whole : NULL;
}

static const char *copy_format(struct tc__arena *arena, const char *format, const char *first,
	const char *second, const char *third)
{
	struct tc__buffer text = TC__BUFFER(100000);

	tc__buffer_printf(&text, format, first, second, third);
	const char *copy = tc__arena_text(arena, tc__buffer_get(&text), text.length);
	tc__buffer_clear(&text);
	return copy ? copy : "out of memory";
}

static void fail(struct hook_fire *fire, const char *error)
{
	fire->outcome = FIRE_FAILED;
	fire->error = error;
}

/* What createTask said, as the service passes it on. */
static void take_refusal(
	struct tc__arena *arena, struct hook_fire *fire, const struct tc__buffer *reply)
{
	const tc_json *json = NULL;

	tc_json_parse(tc__buffer_get(reply), reply->length, &json, NULL);
	const char *code = tc_json_text(tc_json_get(json, "code"));
	const char *message = tc_json_text(tc_json_get(json, "message"));
	bool forbidden = code && strcmp(code, "InsufficientScopes") == 0;
	if (!code || !message)
		fail(fire, "While calling createTask: out of memory");
	else if (forbidden)
		fail(fire,
			copy_format(arena,
				"The role `hook-id:%s/%s` does not have sufficient scopes to "
				"create the task:\n\n%s",
				fire->group_id, fire->hook_id, message));
	else
		fail(fire,
			copy_format(
				arena, "While calling %s: %s\n\n%s", "createTask", code, message));
	if (forbidden)
		fire->outcome = FIRE_FORBIDDEN;
	tc_release(json);
}

/* A call of the Queue as the hook's role. It takes the task over. */
static void create_task(struct sandbox *sandbox, struct tc__arena *arena, struct hook_fire *fire,
	const tc_json *task)
{
	const char *role =
		copy_format(arena, "assume:hook-id:%s/%s%s", fire->group_id, fire->hook_id, "");
	struct request request = { .sandbox = sandbox,
		.method = "PUT",
		.target = "",
		.now_ms = sandbox_now(),
		.route = route_named(&sandbox->routes, "queue", "createTask"),
		.arguments = { fire->task_id },
		.input = task,
		.authenticated = true,
		.identity = { .client_id = "static/taskcluster/hooks" },
		.reply = { .text = TC__BUFFER(REPLY_MAX) },
		.upload_fd = -1 };
	struct tc_scopes scopes = { &role, 1 };

	request.scopes =
		roles_expand_with(&sandbox->roles, &request.arena, &scopes, "assume:anonymous");
	int status = sandbox->call(&request);
	if (status == 200)
		fire->outcome = FIRE_MADE;
	else
		take_refusal(arena, fire, &request.reply.text);
	tc_release(request.input);
	tc__buffer_clear(&request.reply.text);
	tc__arena_clear(&request.arena);
}

void hooks_fire(struct sandbox *sandbox, struct tc__arena *arena, struct hook_fire *fire)
{
	char id[TC_SLUGID_SIZE];
	struct jsone jsone = { 0 };
	const tc_json *template = NULL;
	const tc_json *context = NULL;
	const tc_json *task = NULL;

	tc_slugid_nice(id);
	fire->task_id = tc__arena_text(arena, id, strlen(id));
	fail(fire, "out of memory");
	if (!fire->task_id || !load_template(sandbox, fire, &template))
		goto out;
	context = make_context(fire);
	task = context ? jsone_render(&jsone, template, context) : NULL;
	if (*jsone.problem) {
		fail(fire,
			copy_format(arena, "While firing hook:\n\n%s at template%s%s",
				jsone.problem, jsone.where, ""));
		goto out;
	}
	if (context && (!task || tc_json_kind(task) == TC_JSON_NULL)) {
		fire->outcome = FIRE_NOTHING;
		goto out;
	}
	task = complete(fire, task);
	if (task)
		create_task(sandbox, arena, fire, task);
out:
	jsone_end(&jsone);
	tc_release(context);
	tc_release(template);
}

void hooks_tell(struct sandbox *sandbox, const char *group_id, const char *hook_id)
{
	struct tc__buffer id = TC__BUFFER(2100);

	tc__buffer_printf(&id, "%s/%s", group_id, hook_id);
	events_changed(sandbox, EVENTS_HOOKS, tc__buffer_get(&id));
	tc__buffer_clear(&id);
}

void hooks_note(struct sandbox *sandbox, const struct hook_fire *fire, int64_t now_ms)
{
	if (fire->outcome == FIRE_NOTHING)
		return;
	store_run(sandbox->store,
		"INSERT INTO hook_fires (group_id, hook_id, task_id, fired_by, fired, error) "
		"VALUES (?, ?, ?, ?, ?, ?)",
		"ttttit", fire->group_id, fire->hook_id, fire->task_id, fire->fired_by, now_ms,
		fire->outcome == FIRE_MADE ? NULL : fire->error);
	hooks_tell(sandbox, fire->group_id, fire->hook_id);
}

int64_t hooks_next(const char *schedule, int64_t after_ms)
{
	const tc_json *patterns = NULL;
	int64_t next = -1;
	struct cron cron;
	char why[200];

	tc_json_parse(schedule, strlen(schedule), &patterns, NULL);
	for (size_t i = 0; i < tc_json_count(patterns); i++) {
		const char *pattern = tc_json_text(tc_json_item(patterns, i));
		if (!pattern || !cron_parse(pattern, &cron, why, sizeof why))
			continue;
		int64_t one = cron_next(&cron, after_ms);
		if (one >= 0 && (next < 0 || one < next))
			next = one;
	}
	tc_release(patterns);
	return next;
}

/* The hook that waits longest; false when none does. */
static bool next_due(struct sandbox *sandbox, struct tc__arena *arena, int64_t now_ms,
	struct hook_fire *fire, const char **schedule)
{
	struct row *row = store_query(sandbox->store,
		"SELECT group_id, hook_id, next_fire, schedule FROM hooks WHERE next_fire IS NOT "
		"NULL AND next_fire <= ? ORDER BY next_fire LIMIT 1",
		"i", now_ms);
	bool found = store_next(row);

	if (found) {
		*fire = (struct hook_fire){ .group_id = store_copy(arena, row, 0),
			.hook_id = store_copy(arena, row, 1),
			.fired_by = "schedule",
			.created = store_int(row, 2) };
		*schedule = store_copy(arena, row, 3);
	}
	store_end(sandbox->store, row);
	return found && fire->group_id && fire->hook_id && *schedule;
}

static void plan(
	struct sandbox *sandbox, const struct hook_fire *fire, const char *schedule, int64_t now_ms)
{
	int64_t next = hooks_next(schedule, now_ms);

	if (next < 0)
		store_run(sandbox->store,
			"UPDATE hooks SET next_fire = NULL WHERE group_id = ? AND hook_id = ?",
			"tt", fire->group_id, fire->hook_id);
	else
		store_run(sandbox->store,
			"UPDATE hooks SET next_fire = ? WHERE group_id = ? AND hook_id = ?", "itt",
			next, fire->group_id, fire->hook_id);
}

/* One transaction: the task, its note and the time of the next fire belong together. What was
 * missed while the sandbox was down is fired once. */
static bool fire_due(struct sandbox *sandbox, int64_t now_ms)
{
	struct tc__arena arena = { 0 };
	struct hook_fire fire;
	const char *schedule;
	bool found = next_due(sandbox, &arena, now_ms, &fire, &schedule);

	if (found) {
		if (fire.created < now_ms - LATE_MS)
			fire.created = now_ms;
		store_begin(sandbox->store);
		hooks_fire(sandbox, &arena, &fire);
		if (fire.outcome >= FIRE_FAILED) {
			store_rollback(sandbox->store);
			store_begin(sandbox->store);
		}
		hooks_note(sandbox, &fire, now_ms);
		plan(sandbox, &fire, schedule, now_ms);
		found = store_commit(sandbox->store);
	}
	tc__arena_clear(&arena);
	return found;
}

int64_t hooks_run(struct sandbox *sandbox, int64_t now_ms)
{
	while (fire_due(sandbox, now_ms))
		;
	int64_t next = store_number(sandbox->store, INT64_MAX,
		"SELECT min(next_fire) FROM hooks WHERE next_fire > ?", "i", now_ms);
	return next < now_ms + REST_MS && next > now_ms ? next : now_ms + REST_MS;
}
