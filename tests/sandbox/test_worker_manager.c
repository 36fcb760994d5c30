/* SPDX-License-Identifier: MPL-2.0 */

/* Worker-manager: static pools, and the way of a worker from its proof to its end. */

#include "tests/harness/test.h"

#include "fixture.h"
#include "rows.h"
#include "typed.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/queue.h>
#include <taskcluster/worker_manager.h>

#define MANAGER "/api/worker-manager/v1"
#define POOL MANAGER "/worker-pool/prov%2Fpool"
#define WORKER MANAGER "/workers/prov%2Fpool/g/w"
#define SECRET "aaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbb"
#define OTHER "ccccccccccccccccccccccbbbbbbbbbbbbbbbbbbbbbb"
#define DEFINITION(provider, config) \
	"{\"providerId\":\"" provider "\",\"description\":\"d\",\"owner\":\"o@example.com\"," \
	"\"emailOnError\":false,\"config\":" config "}"
#define MAKE(expires, secret) \
	"{\"expires\":\"" expires "\",\"capacity\":2,\"providerInfo\":{\"staticSecret\":\"" secret \
	"\"}}"
#define REGISTER(pool, provider, id, proof) \
	"{\"workerPoolId\":\"" pool "\",\"providerId\":\"" provider \
	"\",\"workerGroup\":\"g\",\"workerId\":\"" id "\",\"workerIdentityProof\":" proof "}"
#define PROOF "{\"staticSecret\":\"" SECRET "\"}"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--private", "--check-replies", "--poll-timeout", "50", NULL);
	return 0;
}

static void pools(void **state)
{
	static const struct row rows[] = {
		{ "providers", "GET", MANAGER "/providers", NULL, 200,
			"{\"providerId\":\"static\",\"providerType\":\"static\"}", { 0 } },
		{ "no such pool", "GET", POOL, NULL, 404, "ResourceNotFound", { 0 } },
		{ "updating none", "POST", POOL, DEFINITION("static", "{}"), 404,
			"ResourceNotFound", { 0 } },
		{ "an unknown provider", "PUT", POOL, DEFINITION("aws", "{}"), 400,
			"Invalid Provider", { 0 } },
		{ "a configuration of another provider", "PUT", POOL,
			DEFINITION("static", "{\"minCapacity\":1}"), 400, "InputValidationError",
			{ 0 } },
		{ "upper case in a pool's id", "PUT", MANAGER "/worker-pool/prov%2FPool",
			DEFINITION("static", "{}"), 400, "InvalidRequestArguments", { 0 } },
		{ "a pool", "PUT", POOL, DEFINITION("static", "{\"workerConfig\":{\"a\":1}}"), 200,
			"\"config\":{\"workerConfig\":{\"a\":1}}", { 0 } },
		{ "again", "PUT", POOL, DEFINITION("static", "{}"), 409, "RequestConflict", { 0 } },
		{ "both scopes are needed", "PUT", POOL, DEFINITION("static", "{}"), 403,
			"worker-manager:provider:static", { .unsigned_ = true } },
		{ "another pool's id in the body", "POST", POOL,
			"{\"workerPoolId\":\"prov/"
			"other\",\"providerId\":\"static\",\"description\":"
			"\"d\",\"owner\":\"o@example.com\",\"emailOnError\":false,\"config\":{}}",
			400, "InputError", { 0 } },
		{ "updated", "POST", POOL, DEFINITION("static", "{\"lifecycle\":{}}"), 200,
			"\"config\":{\"lifecycle\":{}}", { 0 } },
		{ "read", "GET", POOL, NULL, 200, "\"runningCount\":0", { 0 } },
		{ "listed", "GET", MANAGER "/worker-pools", NULL, 200,
			"\"workerPoolId\":\"prov/pool\"", { 0 } },
		{ "its numbers", "GET", MANAGER "/worker-pools/stats", NULL, 200,
			"{\"workerPoolsStats\":[{\"workerPoolId\":\"prov/pool\"", { 0 } },
		{ "no launch configs", "GET", POOL "/launch-configs", NULL, 200,
			"{\"workerPoolLaunchConfigs\":[]}", { 0 } },
		{ "nor their numbers", "GET", POOL "/stats", NULL, 200,
			"{\"launchConfigStats\":[]}", { 0 } },
		{ "wound down", "DELETE", POOL, NULL, 200, "\"providerId\":\"null-provider\"",
			{ 0 } },
		{ "there still", "GET", POOL, NULL, 200, "null-provider", { 0 } },
		{ "no workers for it", "PUT", WORKER, MAKE("$+3600$", SECRET), 400,
			"the provider null-provider", { 0 } },
		{ "back to life", "POST", POOL, DEFINITION("static", "{}"), 200,
			"\"providerId\":\"static\"", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void workers(void **state)
{
	static const struct row rows[] = {
		{ "none yet", "GET", MANAGER "/workers/prov%2Fpool", NULL, 200, "{\"workers\":[]}",
			{ 0 } },
		{ "of an unknown pool", "GET", MANAGER "/workers/prov%2Fnone", NULL, 404,
			"ResourceNotFound", { 0 } },
		{ "expired already", "PUT", WORKER, MAKE("$-60$", SECRET), 400,
			"must be in the future", { 0 } },
		{ "without a secret", "PUT", WORKER, "{\"expires\":\"$+3600$\"}", 400,
			"no worker staticSecret", { 0 } },
		{ "made", "PUT", WORKER, MAKE("$+3600$", SECRET), 200, "\"state\":\"running\"",
			{ 0 } },
		{ "made again", "PUT", WORKER, MAKE("$+3600$", SECRET), 200, "\"capacity\":2",
			{ 0 } },
		{ "by another secret", "PUT", WORKER, MAKE("$+3600$", OTHER), 400,
			"worker already exists", { 0 } },
		{ "read", "GET", WORKER, NULL, 200, "\"providerId\":\"static\"", { 0 } },
		{ "by its group", "GET", MANAGER "/workers/prov%2Fpool/g", NULL, 200,
			"\"workerId\":\"w\"", { 0 } },
		{ "by its state", "GET", MANAGER "/workers/prov%2Fpool?state=running", NULL, 200,
			"\"workerId\":\"w\"", { 0 } },
		{ "by another state", "GET", MANAGER "/workers/prov%2Fpool?state=stopped", NULL,
			200, "{\"workers\":[]}", { 0 } },
		{ "by no state", "GET", MANAGER "/workers/prov%2Fpool?state=x", NULL, 400,
			"InvalidRequestArguments", { 0 } },
		{ "counted", "GET", POOL, NULL, 200, "\"currentCapacity\":2", { 0 } },
		{ "not to terminate", "GET", WORKER "/should-terminate", NULL, 200,
			"\"terminate\":false", { 0 } },
		{ "an unknown pool", "POST", MANAGER "/worker/register",
			REGISTER("prov/none", "static", "w", PROOF), 404, "ResourceNotFound",
			{ .unsigned_ = true } },
		{ "an unknown provider", "POST", MANAGER "/worker/register",
			REGISTER("prov/pool", "aws", "w", PROOF), 404, "Provider aws",
			{ .unsigned_ = true } },
		{ "an unknown worker", "POST", MANAGER "/worker/register",
			REGISTER("prov/pool", "static", "x", PROOF), 404, "Worker g/x",
			{ .unsigned_ = true } },
		{ "another proof", "POST", MANAGER "/worker/register",
			REGISTER("prov/pool", "static", "w", "{\"token\":\"t\"}"), 400,
			"missing staticSecret", { .unsigned_ = true } },
		{ "another secret", "POST", MANAGER "/worker/register",
			REGISTER("prov/pool", "static", "w", "{\"staticSecret\":\"" OTHER "\"}"),
			400, "bad staticSecret", { .unsigned_ = true } },
		{ "registered without credentials", "POST", MANAGER "/worker/register",
			REGISTER("prov/pool", "static", "w", PROOF), 200,
			"\"clientId\":\"worker/static/prov/pool/g/w\"", { .unsigned_ = true } },
		{ "changed", "POST", WORKER, MAKE("$-1$", OTHER), 200, "\"workerId\":\"w\"",
			{ 0 } },
		{ "an expired worker", "POST", MANAGER "/worker/register",
			REGISTER("prov/pool", "static", "w", PROOF), 400, "has expired",
			{ .unsigned_ = true } },
		{ "removed", "DELETE", WORKER, NULL, 200, "{}", { 0 } },
		{ "visible still", "GET", WORKER, NULL, 200, "\"state\":\"stopped\"", { 0 } },
		{ "to terminate", "GET", WORKER "/should-terminate", NULL, 200,
			"\"terminate\":true", { 0 } },
		{ "removing none", "DELETE", MANAGER "/workers/prov%2Fpool/g/x", NULL, 404,
			"ResourceNotFound", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void workers_errors(void **state)
{
	static const char error[] =
		"{\"workerGroup\":\"g\",\"workerId\":\"w\",\"kind\":\"worker-error\",\"title\":"
		"\"t\",\"description\":\"d\",\"extra\":{\"code\":\"c\"}}";
	static const struct row rows[] = {
		{ "an unknown pool", "POST", MANAGER "/worker-pool-errors/prov%2Fnone", error, 404,
			"ResourceNotFound", { 0 } },
		{ "reported", "POST", MANAGER "/worker-pool-errors/prov%2Fpool", error, 200,
			"\"extra\":{\"code\":\"c\",\"workerGroup\":\"g\",\"workerId\":\"w\"}",
			{ 0 } },
		{ "only by the worker", "POST", MANAGER "/worker-pool-errors/prov%2Fpool", error,
			403, "assume:worker-id:g/w", { .unsigned_ = true } },
		{ "listed", "GET", MANAGER "/worker-pool-errors/prov%2Fpool", NULL, 200,
			"\"kind\":\"worker-error\"", { 0 } },
		{ "by another id", "GET",
			MANAGER "/worker-pool-errors/prov%2Fpool?errorId=AAAAAAAAQAAAAAAAAAAAAA",
			NULL, 200, "{\"workerPoolErrors\":[]}", { 0 } },
		{ "counted", "GET", MANAGER "/worker-pool-errors/stats?workerPoolId=prov%2Fpool",
			NULL, 200, "\"total\":1", { 0 } },
		{ "counted for all", "GET", MANAGER "/worker-pool-errors/stats", NULL, 200,
			"\"workerPool\":{\"prov/pool\":1}", { 0 } },
		{ "the scope for all names no pool", "GET", MANAGER "/worker-pool-errors/stats",
			NULL, 403, "worker-manager:list-worker-pool-errors:\\n",
			{ .unsigned_ = true } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void make_worker(tc_client *root)
{
	struct tc_worker_manager_create_worker_request_provider_info info = { .static_secret =
										      SECRET };
	char expires[25];
	struct tc_worker_manager_create_worker_request worker = {
		.expires = date_text(86400, expires), .provider_info = &info
	};
	struct tc_worker_manager_create_worker_pool_request pool = {
		.provider_id = "static", .description = "d", .owner = "o@example.com"
	};
	static const char config[] =
		"{\"lifecycle\":{\"reregistrationTimeout\":7200},\"workerConfig\":{\"a\":[1]}}";
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(config, strlen(config), &pool.config, &err), &err);
	assert_ok(tc_worker_manager_create_worker_pool(root, "prov/way", &pool, NULL, &err), &err);
	tc_release(pool.config);
	assert_ok(tc_worker_manager_create_worker(root, "prov/way", "g", "w", &worker, NULL, &err),
		&err);
}

static struct tc_worker_manager_register_worker_response *register_worker(tc_client *client)
{
	struct tc_worker_manager_register_worker_request body = { .worker_pool_id = "prov/way",
		.provider_id = "static",
		.worker_group = "g",
		.worker_id = "w",
		.worker_identity_proof = {
			.tag = TC_WORKER_MANAGER_REGISTER_WORKER_REQUEST_WORKER_IDENTITY_PROOF_STATIC_SECRET,
			.static_secret = { .static_secret = SECRET } } };
	struct tc_worker_manager_register_worker_response *reply = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_worker_manager_register_worker(client, &body, &reply, &err), &err);
	return reply;
}

/* Claims nothing, but may. */
static int claim(tc_client *client, const char *pool)
{
	struct tc_queue_claim_work_request body = { .worker_group = "g", .worker_id = "w" };
	struct tc_queue_claim_work_response *reply = NULL;
	int rc = tc_queue_claim_work(client, pool, &body, &reply, NULL);

	tc_release(reply);
	return rc;
}

static char last_secret[64];

static void a_secret_is_good_once(
	tc_client *client, const struct tc_worker_manager_register_worker_response *first)
{
	struct tc_worker_manager_reregister_worker_request body = { .worker_pool_id = "prov/way",
		.worker_group = "g",
		.worker_id = "w",
		.secret = first->secret };
	struct tc_worker_manager_reregister_worker_response *second = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_worker_manager_reregister_worker(client, &body, &second, &err), &err);
	assert_string_not_equal(second->secret, first->secret);
	assert_int_equal(strlen(second->secret), 44);
	assert_int_equal(
		tc_worker_manager_reregister_worker(client, &body, NULL, &err), TC_ERROR_HTTP);
	assert_non_null(strstr(tc_error_text(&err), "InputError"));
	tc_error_clear(&err);
	tc_client *renewed = typed_client(server, second->credentials.client_id,
		second->credentials.access_token, second->credentials.certificate);
	assert_int_equal(claim(renewed, "prov/way"), TC_OK);
	tc_client_free(renewed);
	snprintf(last_secret, sizeof last_secret, "%s", second->secret);
	tc_release(second);
}

static void a_removed_worker_is_not_renewed(tc_client *client)
{
	struct tc_worker_manager_reregister_worker_request body = { .worker_pool_id = "prov/way",
		.worker_group = "g",
		.worker_id = "w",
		.secret = last_secret };
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(
		tc_worker_manager_reregister_worker(client, &body, NULL, &err), TC_ERROR_HTTP);
	assert_non_null(strstr(tc_error_text(&err), "Worker g/w is not running"));
	tc_error_clear(&err);
}

/* The Queue knows it after its first claim, with what is known of it here. */
static void known_to_both(tc_client *root)
{
	struct tc_worker_manager_worker_response *worker = NULL;
	struct tc_worker_manager_list_workers_query query = { .worker_state = "running" };
	struct tc_worker_manager_list_workers_response *list = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_worker_manager_get_worker(root, "prov", "way", "g", "w", &worker, &err), &err);
	assert_string_equal(worker->state, "running");
	assert_string_equal(worker->provider_id, "static");
	tc_release(worker);
	assert_ok(tc_worker_manager_list_workers(root, "prov", "way", &query, &list, &err), &err);
	assert_int_equal(list->workers_count, 1);
	tc_release(list);
	query.worker_state = "stopped";
	assert_ok(tc_worker_manager_list_workers(root, "prov", "way", &query, &list, &err), &err);
	assert_int_equal(list->workers_count, 0);
	tc_release(list);
}

static void the_way_of_a_worker(void **state)
{
	tc_client *root = typed_client(server, NULL, NULL, NULL);
	struct tc_worker_manager_should_worker_terminate_response *stop = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	make_worker(root);
	struct tc_worker_manager_register_worker_response *reply = register_worker(root);
	assert_int_equal(tc_json_count(tc_json_at(reply->worker_config, "/a")), 1);
	tc_client *worker = typed_client(server, reply->credentials.client_id,
		reply->credentials.access_token, reply->credentials.certificate);
	assert_int_equal(claim(worker, "prov/way"), TC_OK);
	assert_int_equal(claim(worker, "prov/other"), TC_ERROR_HTTP);
	known_to_both(root);
	a_secret_is_good_once(worker, reply);
	assert_ok(tc_worker_manager_should_worker_terminate(
			  worker, "prov/way", "g", "w", &stop, &err),
		&err);
	assert_false(stop->terminate);
	tc_release(stop);
	assert_ok(tc_worker_manager_remove_worker(worker, "prov/way", "g", "w", NULL, &err), &err);
	a_removed_worker_is_not_renewed(worker);
	assert_ok(tc_worker_manager_should_worker_terminate(
			  worker, "prov/way", "g", "w", &stop, &err),
		&err);
	assert_true(stop->terminate);
	tc_release(stop);
	tc_release(reply);
	tc_client_free(worker);
	tc_client_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pools),
		cmocka_unit_test(workers),
		cmocka_unit_test(workers_errors),
		cmocka_unit_test(the_way_of_a_worker),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
