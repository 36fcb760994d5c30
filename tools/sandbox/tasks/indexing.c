/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/tasks/indexing.h"

#include "tools/sandbox/events/events.h"
#include "tools/sandbox/request/arguments.h"
#include "tools/schema/date.h"

#include <stdlib.h>
#include <string.h>

#define ROUTE "index."

/* Every namespace above an entry exists at least as long as the entry. */
static void insert_namespaces(
	struct store *store, struct tc__arena *arena, const char *path, int64_t expires)
{
	for (const char *dot = strrchr(path, '.'); dot;) {
		const char *space = tc__arena_text(arena, path, (size_t)(dot - path));
		if (!space)
			return;
		const char *above = strrchr(space, '.');
		const char *parent =
			above ? tc__arena_text(arena, space, (size_t)(above - space)) : "";
		store_run(store,
			"INSERT INTO namespaces (parent, name, expires) VALUES (?, ?, ?) ON "
			"CONFLICT "
			"DO UPDATE SET expires = max(expires, excluded.expires)",
			"tti", parent, above ? above + 1 : space, expires);
		path = space;
		dot = above;
	}
}

void indexing_insert(struct sandbox *sandbox, struct tc__arena *arena,
	const struct index_entry *entry, int64_t now_ms)
{
	const char *dot = strrchr(entry->path, '.');
	const char *space =
		dot ? tc__arena_text(arena, entry->path, (size_t)(dot - entry->path)) : "";

	if (!space)
		return;
	store_run(sandbox->store,
		"INSERT INTO entries (namespace, name, task_id, rank, data, expires) "
		"VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET task_id = excluded.task_id, "
		"rank = excluded.rank, data = excluded.data, expires = excluded.expires "
		"WHERE excluded.rank >= rank OR expires <= ?",
		"tttitii", space, dot ? dot + 1 : entry->path, entry->task_id, entry->rank,
		entry->data, entry->expires, now_ms);
	insert_namespaces(sandbox->store, arena, entry->path, entry->expires);
	events_changed(sandbox, EVENTS_INDEX, entry->path);
}

bool indexing_rank(const tc_json *json, int64_t *rank)
{
	return tc_json_int64(json, rank) && *rank >= INT32_MIN && *rank <= INT32_MAX;
}

static int64_t read_date(const tc_json *json, int64_t fallback)
{
	int64_t when;

	if (tc_json_kind(json) != TC_JSON_STRING ||
		date_read(tc_json_text(json), &when) != DATE_READ)
		return fallback;
	return when;
}

void indexing_task_completed(const struct step *step, const struct task *task)
{
	const tc_json *definition = NULL;
	const tc_json *given;
	int64_t rank = 0;
	char *data = NULL;

	if (!strstr(task->definition, "\"" ROUTE) ||
		tc_json_parse(task->definition, strlen(task->definition), &definition, NULL) !=
			TC_OK)
		return;
	const tc_json *options = tc_json_at(definition, "/extra/index");
	const tc_json *routes = tc_json_get(definition, "routes");
	given = tc_json_get(options, "rank");
	/* a rank that the index cannot keep loses the entries, and nobody is told */
	bool kept = !given || indexing_rank(given, &rank);
	if (tc_json_kind(tc_json_get(options, "data")) == TC_JSON_OBJECT)
		tc_json_write(tc_json_get(options, "data"), TC_JSON_COMPACT, &data, NULL, NULL);
	for (size_t i = 0; kept && i < tc_json_count(routes); i++) {
		const char *route = tc_json_text(tc_json_item(routes, i));
		if (!route || strncmp(route, ROUTE, strlen(ROUTE)) != 0 ||
			!arguments_is_index_path(route + strlen(ROUTE)))
			continue;
		struct index_entry entry = { .path = route + strlen(ROUTE),
			.task_id = task->id,
			.rank = rank,
			.data = data ? data : "{}",
			.expires = read_date(tc_json_get(options, "expires"), task->expires) };
		indexing_insert(step->sandbox, step->arena, &entry, step->now_ms);
	}
	tc_release(data);
	tc_release(definition);
}
