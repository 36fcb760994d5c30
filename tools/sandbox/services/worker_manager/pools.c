/* SPDX-License-Identifier: MPL-2.0 */

/* Worker pools: their definitions, and how many workers each has in which state. */

#include "tools/sandbox/services/worker_manager/worker_manager.h"
#include "tools/schema/validate.h"

#include <string.h>

static const struct provider {
	const char *id, *type, *schema;
} providers[] = {
	{ NULL_PROVIDER, "null", "/schemas/worker-manager/v1/config-null.json" },
	{ STATIC_PROVIDER, "static", "/schemas/worker-manager/v1/config-static.json" },
};

#define PROVIDERS (sizeof providers / sizeof *providers)

int manager_list_providers(struct request *request)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_name(reply, "providers");
	write_array(reply);
	for (size_t i = 0; i < PROVIDERS; i++) {
		write_object(reply);
		write_member(reply, "providerId", providers[i].id);
		write_member(reply, "providerType", providers[i].type);
		write_end_object(reply);
	}
	write_end_array(reply);
	write_end_object(reply);
	return 200;
}

const char *manager_json_text(struct request *request, const char *name)
{
	const tc_json *json = tc_json_get(request->input, name);
	char *text = NULL;
	const char *copy = NULL;

	if (!json)
		return "{}";
	if (tc_json_write(json, TC_JSON_COMPACT, &text, NULL, NULL) == TC_OK)
		copy = tc__arena_text(&request->arena, text, strlen(text));
	tc_release(text);
	return copy;
}

bool manager_find_pool(struct request *request, const char *pool_id, struct worker_pool *pool)
{
	struct tc__arena *arena = &request->arena;
	struct row *row = store_query(request->sandbox->store,
		"SELECT provider_id, earlier_providers, config FROM worker_pools WHERE pool_id = ?",
		"t", pool_id);
	bool found = store_next(row);

	if (found)
		*pool = (struct worker_pool){ store_copy(arena, row, 0), store_copy(arena, row, 1),
			store_copy(arena, row, 2) };
	store_end(request->sandbox->store, row);
	return found && pool->provider_id && pool->earlier_providers && pool->config;
}

int manager_refuse_pool(struct request *request, const char *pool_id)
{
	return refuse(request, RESOURCE_NOT_FOUND, "Worker pool %s does not exist", pool_id);
}

/* The counts in every state, with the names that replies have. */
#define COUNTS \
	"ifnull(sum(w.capacity) FILTER (WHERE w.state != 'stopped'), 0), " \
	"count(*) FILTER (WHERE w.state = 'requested'), " \
	"count(*) FILTER (WHERE w.state = 'running'), " \
	"count(*) FILTER (WHERE w.state = 'stopping'), " \
	"count(*) FILTER (WHERE w.state = 'stopped'), " \
	"ifnull(sum(w.capacity) FILTER (WHERE w.state = 'requested'), 0), " \
	"ifnull(sum(w.capacity) FILTER (WHERE w.state = 'running'), 0), " \
	"ifnull(sum(w.capacity) FILTER (WHERE w.state = 'stopping'), 0), " \
	"ifnull(sum(w.capacity) FILTER (WHERE w.state = 'stopped'), 0)"
#define COUNTED "worker_pools p LEFT JOIN managed_workers w ON w.pool_id = p.pool_id"

static void write_counts(struct writer *reply, struct row *row, int first)
{
	static const char *const names[] = { "currentCapacity", "requestedCount", "runningCount",
		"stoppingCount", "stoppedCount", "requestedCapacity", "runningCapacity",
		"stoppingCapacity", "stoppedCapacity" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		write_member_int(reply, names[i], store_int(row, first + (int)i));
}

/* Columns: pool, counts, provider, description, created, modified, config, owner, email. */
#define POOL \
	"p.pool_id, " COUNTS ", p.provider_id, p.description, p.created, p.modified, p.config, " \
	"p.owner, p.email_on_error"

static void write_pool(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "workerPoolId", store_text(row, 0));
	write_member(reply, "providerId", store_text(row, 10));
	write_member(reply, "description", store_text(row, 11));
	write_member_date(reply, "created", store_int(row, 12));
	write_member_date(reply, "lastModified", store_int(row, 13));
	write_member_raw(reply, "config", store_text(row, 14));
	write_member(reply, "owner", store_text(row, 15));
	write_member_bool(reply, "emailOnError", store_int(row, 16));
	write_counts(reply, row, 1);
	write_end_object(reply);
}

int manager_pool(struct request *request)
{
	struct row *row = store_query(request->sandbox->store,
		"SELECT " POOL " FROM " COUNTED " WHERE p.pool_id = ? GROUP BY p.pool_id", "t",
		request_argument(request, "workerPoolId"));

	return common_one(request, row, write_pool, "Worker pool");
}

int manager_list_pools(struct request *request)
{
	static const struct list pools = { "workerPools", write_pool, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT " POOL " FROM " COUNTED
		" WHERE p.pool_id > ? GROUP BY p.pool_id ORDER BY 1 LIMIT ?",
		"ti", page.after, page.limit + 1);
	return common_list(request, &pools, &page, row);
}

static void write_stats(struct request *request, struct row *row)
{
	write_object(&request->reply);
	write_member(&request->reply, "workerPoolId", store_text(row, 0));
	write_counts(&request->reply, row, 1);
	write_end_object(&request->reply);
}

int manager_list_pools_stats(struct request *request)
{
	static const struct list stats = { "workerPoolsStats", write_stats, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT p.pool_id, " COUNTS " FROM " COUNTED
		" WHERE p.pool_id > ? GROUP BY p.pool_id ORDER BY 1 LIMIT ?",
		"ti", page.after, page.limit + 1);
	return common_list(request, &stats, &page, row);
}

/* Only providers that start machines have launch configs. */
static int reply_none(struct request *request, const char *name)
{
	const char *pool_id = request_argument(request, "workerPoolId");
	struct worker_pool pool;

	if (!manager_find_pool(request, pool_id, &pool))
		return manager_refuse_pool(request, pool_id);
	write_object(&request->reply);
	write_member_raw(&request->reply, name, "[]");
	write_end_object(&request->reply);
	return 200;
}

int manager_list_launch_configs(struct request *request)
{
	return reply_none(request, "workerPoolLaunchConfigs");
}

int manager_pool_stats(struct request *request)
{
	return reply_none(request, "launchConfigStats");
}

/* The configuration must be one of its provider. 0, or the status of a refusal. */
static int check_definition(struct request *request)
{
	struct schemas *schemas = &request->sandbox->schemas;
	const char *id = request_text(request, "providerId");
	struct tc__buffer problems = TC__BUFFER(50000);
	size_t i = 0;
	int status = 0;

	while (i < PROVIDERS && strcmp(providers[i].id, id) != 0)
		i++;
	if (i == PROVIDERS)
		return refuse(request, INPUT_ERROR,
			"Invalid Provider: %s; the sandbox has static and null-provider", id);
	struct schema schema = schemas_find(schemas, providers[i].schema);
	if (schema.json &&
		!validate(schemas, schema, tc_json_get(request->input, "config"), &problems))
		status = refuse(request, INPUT_VALIDATION_ERROR,
			"`config` does not match the schema %s#:%s", providers[i].schema,
			tc__buffer_get(&problems));
	tc__buffer_clear(&problems);
	return status;
}

int manager_create_pool(struct request *request)
{
	const char *id = request_argument(request, "workerPoolId");
	const char *provider = request_text(request, "providerId");
	const char *config = manager_json_text(request, "config");
	struct worker_pool pool;
	int status = check_definition(request);

	if (status)
		return status;
	if (manager_find_pool(request, id, &pool))
		return refuse(request, REQUEST_CONFLICT, "Worker pool already exists");
	if (!config)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	store_run(request->sandbox->store,
		"INSERT INTO worker_pools (pool_id, provider_id, description, config, created, "
		"modified, owner, email_on_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		"ttttiiti", id, provider, request_text(request, "description"), config,
		request->now_ms, request->now_ms, request_text(request, "owner"),
		(int64_t)tc_json_true(tc_json_get(request->input, "emailOnError")));
	manager_announce_pool(request, "worker-pool-created", provider, NULL);
	return manager_pool(request);
}

/* Workers of earlier providers may register still. */
static void change_provider(
	struct request *request, const struct worker_pool *pool, const char *provider)
{
	const char *id = request_argument(request, "workerPoolId");

	store_run(request->sandbox->store,
		"UPDATE worker_pools SET earlier_providers = json_insert(earlier_providers, "
		"'$[#]', provider_id) WHERE pool_id = ? AND provider_id != ?",
		"tt", id, provider);
	store_run(request->sandbox->store,
		"UPDATE worker_pools SET provider_id = ?, modified = ? WHERE pool_id = ?", "tit",
		provider, request->now_ms, id);
	manager_announce_pool(request, "worker-pool-updated", provider, pool->provider_id);
}

int manager_update_pool(struct request *request)
{
	const char *id = request_argument(request, "workerPoolId");
	const char *named = request_text(request, "workerPoolId");
	const char *config = manager_json_text(request, "config");
	struct worker_pool pool;
	int status = check_definition(request);

	if (status)
		return status;
	if (named && strcmp(named, id) != 0)
		return refuse(
			request, INPUT_ERROR, "Incorrect workerPoolId in request body: %s", named);
	if (!manager_find_pool(request, id, &pool))
		return manager_refuse_pool(request, id);
	if (!config)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	store_run(request->sandbox->store,
		"UPDATE worker_pools SET description = ?, config = ?, owner = ?, email_on_error = "
		"? WHERE pool_id = ?",
		"tttit", request_text(request, "description"), config,
		request_text(request, "owner"),
		(int64_t)tc_json_true(tc_json_get(request->input, "emailOnError")), id);
	change_provider(request, &pool, request_text(request, "providerId"));
	return manager_pool(request);
}

int manager_delete_pool(struct request *request)
{
	const char *id = request_argument(request, "workerPoolId");
	struct worker_pool pool;

	if (!manager_find_pool(request, id, &pool))
		return manager_refuse_pool(request, id);
	change_provider(request, &pool, NULL_PROVIDER);
	return manager_pool(request);
}
