/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/tasks/indexing.h"

#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>

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
		"WHERE CAST(excluded.rank AS REAL) >= CAST(rank AS REAL) OR expires <= ?",
		"tttttii", space, dot ? dot + 1 : entry->path, entry->task_id, entry->rank,
		entry->data, entry->expires, now_ms);
	insert_namespaces(sandbox->store, arena, entry->path, entry->expires);
}

static int64_t read_date(const tc_json *json, int64_t fallback)
{
	struct timespec when;

	if (tc_json_kind(json) != TC_JSON_STRING ||
		tc_date_parse(tc_json_text(json), &when, NULL) != TC_OK)
		return fallback;
	return (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000;
}

void indexing_task_completed(const struct step *step, const struct task *task)
{
	const tc_json *definition = NULL;
	char *data = NULL;

	if (!strstr(task->definition, "\"" ROUTE) ||
		tc_json_parse(task->definition, strlen(task->definition), &definition, NULL) !=
			TC_OK)
		return;
	const tc_json *options = tc_json_at(definition, "/extra/index");
	const tc_json *routes = tc_json_get(definition, "routes");
	const char *rank = tc_json_text(tc_json_get(options, "rank"));
	if (tc_json_kind(tc_json_get(options, "data")) == TC_JSON_OBJECT)
		tc_json_write(tc_json_get(options, "data"), TC_JSON_COMPACT, &data, NULL, NULL);
	for (size_t i = 0; i < tc_json_count(routes); i++) {
		const char *route = tc_json_text(tc_json_item(routes, i));
		if (!route || strncmp(route, ROUTE, strlen(ROUTE)) != 0)
			continue;
		struct index_entry entry = { .path = route + strlen(ROUTE),
			.task_id = task->id,
			.rank = rank ? rank : "0",
			.data = data ? data : "{}",
			.expires = read_date(tc_json_get(options, "expires"), task->expires) };
		indexing_insert(step->sandbox, step->arena, &entry, step->now_ms);
	}
	tc_release(data);
	tc_release(definition);
}
