/* SPDX-License-Identifier: MPL-2.0 */

/* How a worker comes by its credentials: once for a proof of who it is, and from then on for the
 * secret that came with the last ones. */

#include "tools/sandbox/base/digest.h"
#include "tools/sandbox/services/worker_manager/worker_manager.h"

#include <string.h>
#include <taskcluster/slugid.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define REREGISTRATION_S ((int64_t)96 * 60 * 60) /* unless the pool says otherwise */

/* A worker as a request's body names it. */
struct named_worker {
	const char *pool_id, *group, *id;
	const char *provider_id, *state, *static_secret, *secret; /* from the store */
	int64_t expires;
};

static bool load(struct request *request, struct named_worker *worker)
{
	struct tc__arena *arena = &request->arena;
	struct row *row = store_query(request->sandbox->store,
		"SELECT provider_id, state, static_secret, ifnull(secret, ''), expires FROM "
		"managed_workers WHERE pool_id = ? AND worker_group = ? AND worker_id = ?",
		"ttt", worker->pool_id, worker->group, worker->id);
	bool found = store_next(row);

	if (found) {
		worker->provider_id = store_copy(arena, row, 0);
		worker->state = store_copy(arena, row, 1);
		worker->static_secret = store_copy(arena, row, 2);
		worker->secret = store_copy(arena, row, 3);
		worker->expires = store_int(row, 4);
	}
	store_end(request->sandbox->store, row);
	return found && worker->provider_id && worker->state && worker->static_secret &&
		worker->secret;
}

static struct named_worker read_worker(struct request *request)
{
	return (struct named_worker){ .pool_id = request_text(request, "workerPoolId"),
		.group = request_text(request, "workerGroup"),
		.id = request_text(request, "workerId") };
}

#define SCOPES 10

/* What a worker may do. False when memory ends. */
static bool make_scopes(
	struct request *request, const struct named_worker *worker, const char *scopes[SCOPES])
{
	const char *pool = worker->pool_id;
	const char *whole = request_printf(request, "%s/%s/%s", pool, worker->group, worker->id);
	size_t count = 0;

	if (!whole)
		return false;
	/* the two with worker-type are of an earlier time, and given still */
	scopes[count++] = request_printf(request, "assume:worker-type:%s", pool);
	scopes[count++] = request_printf(request, "assume:worker-pool:%s", pool);
	scopes[count++] =
		request_printf(request, "assume:worker-id:%s/%s", worker->group, worker->id);
	scopes[count++] =
		request_printf(request, "queue:worker-id:%s/%s", worker->group, worker->id);
	scopes[count++] = request_printf(request, "secrets:get:worker-type:%s", pool);
	scopes[count++] = request_printf(request, "secrets:get:worker-pool:%s", pool);
	scopes[count++] = request_printf(request, "queue:claim-work:%s", pool);
	scopes[count++] = request_printf(request, "worker-manager:remove-worker:%s", whole);
	scopes[count++] = request_printf(request, "worker-manager:reregister-worker:%s", whole);
	scopes[count++] =
		request_printf(request, "worker-manager:should-worker-terminate:%s", whole);
	while (count && scopes[count - 1])
		count--;
	return count == 0;
}

static bool write_credentials(
	struct request *request, const struct named_worker *worker, int64_t expires)
{
	const char *list[SCOPES];
	const char *name = request_printf(request, "worker/%s/%s/%s/%s", worker->provider_id,
		worker->pool_id, worker->group, worker->id);

	return make_scopes(request, worker, list) &&
		common_write_credentials(request, name, &(struct tc_scopes){ list, SCOPES },
			request->now_ms - 15 * MINUTE_MS, expires);
}

/* The reply: credentials until `expires`, a new secret, and with `config` the worker's own. */
static int reply_credentials(struct request *request, const struct named_worker *worker,
	int64_t expires, const tc_json *config)
{
	struct writer *reply = &request->reply;
	char secret[2 * TC_SLUGID_SIZE];

	tc_slugid_nice(secret);
	tc_slugid_nice(secret + TC_SLUGID_SIZE - 1);
	store_run(request->sandbox->store,
		"UPDATE managed_workers SET secret = ?, modified = ? WHERE pool_id = ? AND "
		"worker_group = ? AND worker_id = ?",
		"tittt", secret, request->now_ms, worker->pool_id, worker->group, worker->id);
	manager_tell(request, worker->pool_id);
	write_object(reply);
	write_member_date(reply, "expires", expires);
	if (!write_credentials(request, worker, expires))
		return refuse(request, INTERNAL_SERVER_ERROR, "no credentials could be made");
	if (config) {
		write_name(reply, "workerConfig");
		write_json(reply, config);
	}
	write_member(reply, "secret", secret);
	write_end_object(reply);
	return 200;
}

static bool was_provider(const struct worker_pool *pool, const char *provider)
{
	const tc_json *earlier = NULL;
	bool was = strcmp(pool->provider_id, provider) == 0;

	tc_json_parse(pool->earlier_providers, strlen(pool->earlier_providers), &earlier, NULL);
	for (size_t i = 0; !was && i < tc_json_count(earlier); i++)
		was = strcmp(tc_json_text(tc_json_item(earlier, i)), provider) == 0;
	tc_release(earlier);
	return was;
}

/* Whether the worker may register. 0, or the status of a refusal. */
static int check_worker(
	struct request *request, struct named_worker *worker, const struct worker_pool *pool)
{
	const char *provider = request_text(request, "providerId");
	const tc_json *proof = tc_json_get(request->input, "workerIdentityProof");
	const char *secret = tc_json_text(tc_json_get(proof, "staticSecret"));

	if (strcmp(provider, STATIC_PROVIDER) != 0 && strcmp(provider, NULL_PROVIDER) != 0)
		return refuse(request, RESOURCE_NOT_FOUND, "Provider %s does not exist", provider);
	if (!was_provider(pool, provider))
		return refuse(request, INPUT_ERROR,
			"Worker pool %s not associated with provider %s", worker->pool_id,
			provider);
	if (!load(request, worker))
		return refuse(request, RESOURCE_NOT_FOUND,
			"Worker %s/%s in worker pool %s does not exist", worker->group, worker->id,
			worker->pool_id);
	if (worker->expires < request->now_ms)
		return refuse(request, INPUT_ERROR, "Worker %s/%s has expired", worker->group,
			worker->id);
	if (strcmp(worker->provider_id, provider) != 0)
		return refuse(request, INPUT_ERROR, "Worker %s/%s does not have provider %s",
			worker->group, worker->id, provider);
	if (strcmp(worker->state, "running") != 0)
		return refuse(request, INPUT_ERROR, "worker is not running");
	if (!secret)
		return refuse(request, INPUT_ERROR, "missing staticSecret in workerIdentityProof");
	if (!digest_same(secret, worker->static_secret))
		return refuse(request, INPUT_ERROR, "bad staticSecret in workerIdentityProof");
	return 0;
}

int manager_register(struct request *request)
{
	struct named_worker worker = read_worker(request);
	struct worker_pool pool;
	const tc_json *config = NULL;
	const tc_json *none = NULL;
	int64_t timeout_s = REREGISTRATION_S;

	if (!manager_find_pool(request, worker.pool_id, &pool))
		return manager_refuse_pool(request, worker.pool_id);
	int status = check_worker(request, &worker, &pool);
	if (status)
		return status;
	if (tc_json_parse(pool.config, strlen(pool.config), &config, NULL) != TC_OK ||
		tc_json_parse("{}", 2, &none, NULL) != TC_OK) {
		status = refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
		goto out;
	}
	tc_json_int64(tc_json_at(config, "/lifecycle/reregistrationTimeout"), &timeout_s);
	const tc_json *own = tc_json_get(config, "workerConfig");
	status = reply_credentials(
		request, &worker, request->now_ms + timeout_s * 1000, own ? own : none);
out:
	tc_release(config);
	tc_release(none);
	return status;
}

/* The secret is good once: the reply brings the next. */
int manager_reregister(struct request *request)
{
	struct named_worker worker = read_worker(request);

	if (!load(request, &worker) || !*worker.secret ||
		!digest_same(worker.secret, request_text(request, "secret")))
		return refuse(
			request, INPUT_ERROR, "Could not generate credentials for this secret");
	if (strcmp(worker.state, "running") != 0)
		return refuse(request, INPUT_ERROR, "Worker %s/%s is not running", worker.group,
			worker.id);
	if (worker.expires < request->now_ms)
		return refuse(
			request, INPUT_ERROR, "Worker %s/%s has expired", worker.group, worker.id);
	return reply_credentials(request, &worker, request->now_ms + REREGISTRATION_S * 1000, NULL);
}

int manager_should_terminate(struct request *request)
{
	struct named_worker worker = { .pool_id = request_argument(request, "workerPoolId"),
		.group = request_argument(request, "workerGroup"),
		.id = request_argument(request, "workerId") };
	struct writer *reply = &request->reply;

	if (!load(request, &worker))
		return refuse(request, RESOURCE_NOT_FOUND, "Worker not found");
	bool stopped = strcmp(worker.state, "running") != 0;
	write_object(reply);
	write_member_bool(reply, "terminate", stopped);
	write_member(reply, "reason", stopped ? "the worker was removed" : "unknown");
	write_end_object(reply);
	return 200;
}
