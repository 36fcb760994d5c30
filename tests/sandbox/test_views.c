/* SPDX-License-Identifier: MPL-2.0 */

/* What the services show of tasks, groups, queues and workers: each reply keeps its schema (the
 * server checks that), and says what was done before. */

#include "tests/harness/test.h"

#include "fixture.h"
#include "rows.h"
#include "tools/sandbox/base/digest.h"
#include <string.h>
#include <taskcluster/index.h>

#define QUEUE "/api/queue/v1"
#define TASK QUEUE "/task/$T"
#define GROUP QUEUE "/task-group/$T"
#define TYPE QUEUE "/provisioners/prov/worker-types/type"
#define COUNTED QUEUE "/task-queues/prov%2Ftype"
#define BATCH QUEUE "/task-queues/counts"
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"
#define DEFINITION(more) \
	"{\"taskQueueId\":\"prov/" \
	"type\",\"payload\":{},\"taskGroupId\":\"$T\",\"created\":\"$+0$\"," \
	"\"deadline\":\"$+3600$\"," more \
	"\"metadata\":{\"name\":\"n\",\"description\":\"d\",\"owner\":\"o@x.org\"," \
	"\"source\":\"http://x/\"}}"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--poll-timeout", "50", NULL);
	return 0;
}

/* What a body must be, and that one queue too many is all too many. */
static void counts_of_several_queues(void **state)
{
	static const char some[] = "{\"authorizedScopes\":[\"queue:pending-count:*\","
				   "\"queue:claimed-count:prov/a\"]}";
	char ext[200];
	digest_base64(some, strlen(some), ext);
	const struct row rows[] = {
		{ "nobody may by itself", "POST", "/api/auth/v1/roles/anonymous",
			"{\"description\":\"\",\"scopes\":[]}", 200, NULL, { 0 } },
		{ "none", "POST", BATCH, "{\"taskQueueIds\":[]}", 200, "\"taskQueueCounts\":[]",
			{ 0 } },
		{ "no body", "POST", BATCH, "{}", 400, "InputValidationError", { 0 } },
		{ "no array", "POST", BATCH, "{\"taskQueueIds\":\"prov/a\"}", 400,
			"InputValidationError", { 0 } },
		{ "more", "POST", BATCH, "{\"taskQueueIds\":[],\"limit\":1}", 400,
			"InputValidationError", { 0 } },
		{ "no queue", "POST", BATCH, "{\"taskQueueIds\":[\"prov/a\",\"prov\"]}", 400,
			"taskQueueIds/1", { 0 } },
		{ "twice", "POST", BATCH, "{\"taskQueueIds\":[\"prov/a\",\"prov/b\",\"prov/a\"]}",
			400, "prov/a twice", { 0 } },
		{ "allowed", "POST", BATCH, "{\"taskQueueIds\":[\"prov/a\"]}", 200,
			"\"claimedTasks\":0", { .ext = ext } },
		{ "one is not", "POST", BATCH, "{\"taskQueueIds\":[\"prov/a\",\"prov/b\"]}", 403,
			"queue:claimed-count:prov/b", { .ext = ext } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void queues_and_workers(void **state)
{
	static const struct row rows[] = {
		{ "none yet", "GET", TYPE, NULL, 404, NULL, { 0 } },
		{ "one task", "PUT", TASK, DEFINITION(""), 200, NULL, { 0 } },
		{ "another", "PUT", QUEUE "/task/$U", DEFINITION(""), 200, NULL, { 0 } },
		{ "pending", "GET", QUEUE "/pending/prov%2Ftype", NULL, 200, "\"pendingTasks\":2",
			{ 0 } },
		{ "claim", "POST", TASK "/runs/0/claim", WORKER, 200, NULL, { 0 } },
		{ "counts", "GET", COUNTED "/counts", NULL, 200, "\"claimedTasks\":1", { 0 } },
		{ "counts of several", "POST", BATCH,
			"{\"taskQueueIds\":[\"prov/other\",\"prov/type\"]}", 200,
			"{\"taskQueueCounts\":["
			"{\"provisionerId\":\"prov\",\"workerType\":\"other\","
			"\"taskQueueId\":\"prov/other\",\"pendingTasks\":0,\"claimedTasks\":0},"
			"{\"provisionerId\":\"prov\",\"workerType\":\"type\","
			"\"taskQueueId\":\"prov/type\",\"pendingTasks\":1,\"claimedTasks\":1}]}",
			{ 0 } },
		{ "listPendingTasks", "GET", COUNTED "/pending", NULL, 200, "$U", { 0 } },
		{ "listClaimedTasks", "GET", COUNTED "/claimed", NULL, 200, "$T", { 0 } },
		{ "listProvisioners", "GET", QUEUE "/provisioners", NULL, 200,
			"\"provisionerId\":\"prov\"", { 0 } },
		{ "getProvisioner", "GET", QUEUE "/provisioners/prov", NULL, 200, "lastDateActive",
			{ 0 } },
		{ "listWorkerTypes", "GET", QUEUE "/provisioners/prov/worker-types", NULL, 200,
			"\"workerType\":\"type\"", { 0 } },
		{ "getWorkerType", "GET", TYPE, NULL, 200, "prov/type", { 0 } },
		{ "listTaskQueues", "GET", QUEUE "/task-queues", NULL, 200, "prov/type", { 0 } },
		{ "getTaskQueue", "GET", COUNTED, NULL, 200, "prov/type", { 0 } },
		{ "listWorkers", "GET", TYPE "/workers", NULL, 200, "\"latestTask\"", { 0 } },
		{ "none in quarantine", "GET", TYPE "/workers?quarantined=true", NULL, 200,
			"\"workers\":[]", { 0 } },
		{ "quarantineWorker", "PUT", TYPE "/workers/g/w",
			"{\"quarantineUntil\":\"$+3600$\",\"quarantineInfo\":\"why\"}", 200,
			"\"quarantineInfo\":\"why\"", { 0 } },
		{ "one in quarantine", "GET", TYPE "/workers?quarantined=true", NULL, 200,
			"\"workerId\":\"w\"", { 0 } },
		{ "getWorker", "GET", TYPE "/workers/g/w", NULL, 200, "\"taskId\":\"$T\"", { 0 } },
		{ "declareWorker", "PUT", TYPE "/g/w2", "{\"expires\":\"$+3600$\"}", 200,
			"\"workerId\":\"w2\"", { 0 } },
		{ "getWorker of nobody", "GET", TYPE "/workers/g/none", NULL, 404, NULL, { 0 } },
		{ "the end", "POST", GROUP "/seal", NULL, 200, "sealed", { 0 } },
		{ "of both", "POST", GROUP "/cancel", NULL, 200, "\"cancelledCount\":2", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void tasks_and_groups(void **state)
{
	static const struct row rows[] = {
		{ "one task", "PUT", TASK, DEFINITION("\"tags\":{\"a\":\"b\"},"), 200, NULL,
			{ 0 } },
		{ "one that waits", "PUT", QUEUE "/task/$U",
			DEFINITION("\"dependencies\":[\"$T\"],"), 200, "unscheduled", { 0 } },
		{ "task", "GET", TASK, NULL, 200, "\"a\":\"b\"", { 0 } },
		{ "tasks", "POST", QUEUE "/tasks", "{\"taskIds\":[\"$T\",\"$U\"]}", 200,
			"\"taskId\":\"$U\"", { 0 } },
		{ "statuses", "POST", QUEUE "/tasks/status", "{\"taskIds\":[\"$T\"]}", 200,
			"\"state\":\"pending\"", { 0 } },
		{ "listDependentTasks", "GET", TASK "/dependents", NULL, 200, "$U", { 0 } },
		{ "getTaskGroup", "GET", GROUP, NULL, 200, "\"schedulerId\":\"-\"", { 0 } },
		{ "listTaskGroup", "GET", GROUP "/list?limit=1", NULL, 200, "continuationToken",
			{ 0 } },
		{ "changeTaskPriority", "POST", TASK "/priority", "{\"newPriority\":\"high\"}", 200,
			"\"priority\":\"high\"", { 0 } },
		{ "to what is none", "POST", TASK "/priority", "{\"newPriority\":\"urgent\"}", 400,
			"InputValidationError", { 0 } },
		{ "changeTaskGroupPriority", "POST", GROUP "/priority", "{\"newPriority\":\"low\"}",
			200, "\"tasksAffected\":2", { 0 } },
		{ "sealTaskGroup", "POST", GROUP "/seal", NULL, 200, "\"sealed\":", { 0 } },
		{ "a sealed group takes no more", "PUT", QUEUE "/task/aaaaaaaaQaCaaaaaaaaaaA",
			DEFINITION(""), 409, "sealed", { 0 } },
		{ "scheduleTask", "POST", QUEUE "/task/$U/schedule", NULL, 200, "pending", { 0 } },
		{ "cancelTaskGroup", "POST", GROUP "/cancel", NULL, 200, "\"taskGroupSize\":2",
			{ 0 } },
		{ "a group that is none", "GET", QUEUE "/task-group/aaaaaaaaQaCaaaaaaaaaaA", NULL,
			404, "ResourceNotFound", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void artifacts(void **state)
{
	static const char link[] =
		"{\"storageType\":\"link\",\"artifact\":\"x\",\"expires\":\"$+60$\"}";
	static const char error[] =
		"{\"storageType\":\"error\",\"reason\":\"file-missing-on-worker\",\"message\":"
		"\"m\",\"expires\":\"$+60$\"}";
	static const struct row rows[] = {
		{ "a task", "PUT", TASK, DEFINITION(""), 200, NULL, { 0 } },
		{ "claim", "POST", TASK "/runs/0/claim",
			"{\"workerGroup\":\"g\",\"workerId\":\"x\"}", 200, NULL, { 0 } },
		{ "link", "POST", TASK "/runs/0/artifacts/a%2Fl", link, 200, "link", { 0 } },
		{ "error", "POST", TASK "/runs/0/artifacts/x", error, 200, "error", { 0 } },
		{ "listArtifacts", "GET", TASK "/runs/0/artifacts", NULL, 200, "\"a/l\"", { 0 } },
		{ "listLatestArtifacts", "GET", TASK "/artifacts", NULL, 200, "\"a/l\"", { 0 } },
		{ "artifactInfo", "GET", TASK "/runs/0/artifact-info/x", NULL, 200, "error",
			{ 0 } },
		{ "latestArtifactInfo", "GET", TASK "/artifact-info/a/l", NULL, 200,
			"\"contentType\":\"application/binary\"", { 0 } },
		{ "artifact", "GET", TASK "/runs/0/artifact-content/a/l", NULL, 200,
			"\"message\":\"m\"", { 0 } },
		{ "latestArtifact", "GET", TASK "/artifact-content/x", NULL, 200,
			"\"storageType\":\"error\"", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void the_index_and_secrets(void **state)
{
	static const char entry[] =
		"{\"taskId\":\"$T\",\"rank\":2,\"data\":{},\"expires\":\"$+3600$\"}";
	static const char secret[] = "{\"secret\":{\"k\":\"v\"},\"expires\":\"$+3600$\"}";
	static const struct row rows[] = {
		{ "insertTask", "PUT", "/api/index/v1/task/a.b.c", entry, 200, "a.b.c", { 0 } },
		{ "findTask", "GET", "/api/index/v1/task/a.b.c", NULL, 200, "$T", { 0 } },
		{ "findTasksAtIndex", "POST", "/api/index/v1/tasks/indexes",
			"{\"indexes\":[\"a.b.c\",\"none\"]}", 200, "$T", { 0 } },
		{ "listNamespaces", "GET", "/api/index/v1/namespaces/a", NULL, 200, "\"a.b\"",
			{ 0 } },
		{ "listTasks", "GET", "/api/index/v1/tasks/a.b", NULL, 200, "$T", { 0 } },
		{ "findArtifactFromTask", "GET", "/api/index/v1/task/a.b.c/artifacts/public/x",
			NULL, 303, NULL, { 0 } },
		{ "set", "PUT", "/api/secrets/v1/secret/s", secret, 200, "{}", { 0 } },
		{ "get", "GET", "/api/secrets/v1/secret/s", NULL, 200, "\"k\":\"v\"", { 0 } },
		{ "list", "GET", "/api/secrets/v1/secrets", NULL, 200, "\"s\"", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

/* A client that may use one scope and no other. */
static tc_client *narrow_client(const char *scope)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *all =
		tc_credentials_new(server->client_id, server->access_token, NULL, &err);
	tc_credentials *one = tc_credentials_authorize(all, &(struct tc_scopes){ &scope, 1 }, &err);

	options.root_url = server->root_url;
	options.credentials = one;
	tc_client *client = tc_client_new(&options, &err);
	tc_credentials_free(one);
	tc_credentials_free(all);
	if (!client)
		fail_msg("%s", tc_error_text(&err));
	return client;
}

static void the_top_of_the_index(void **state)
{
	static const char entry[] =
		"{\"taskId\":\"$T\",\"rank\":2,\"data\":{},\"expires\":\"$+3600$\"}";
	static const struct row rows[] = {
		{ "a task at the top", "PUT", "/api/index/v1/task/alone", entry, 200, NULL, { 0 } },
		{ "one further down", "PUT", "/api/index/v1/task/top.x", entry, 200, NULL, { 0 } },
		{ "namespaces without a slash", "GET", "/api/index/v1/namespaces", NULL, 200,
			"\"top\"", { 0 } },
		{ "nobody may", "GET", "/api/index/v1/namespaces/", NULL, 403,
			"index:list-namespaces:\\n", { .unsigned_ = true } },
		{ "no task is at the top of all", "GET", "/api/index/v1/task/", NULL, 404, NULL,
			{ 0 } },
		{ "all of a bucket is a route, too", "GET", "/api/auth/v1/aws/s3/read-only/b/",
			NULL, 400, "\"prefix\":\"\"", { 0 } },
	};
	struct tc_index_list_namespaces_response *namespaces = NULL;
	struct tc_index_list_tasks_response *tasks = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	RUN_ROWS(rows);
	tc_client *client = narrow_client("index:list-namespaces:");
	assert_ok(tc_index_list_namespaces(client, "", NULL, &namespaces, &err), &err);
	assert_string_equal(
		namespaces->namespaces[namespaces->namespaces_count - 1].namespace_, "top");
	tc_release(namespaces);
	tc_index_list_tasks(client, "", NULL, &tasks, &err);
	assert_failure(&err, TC_ERROR_HTTP, "index:list-tasks:");
	tc_client_free(client);
	client = narrow_client("index:list-tasks:");
	assert_ok(tc_index_list_tasks(client, "", NULL, &tasks, &err), &err);
	assert_int_equal(tasks->tasks_count, 1);
	assert_string_equal(tasks->tasks[0].namespace_, "alone");
	tc_release(tasks);
	tc_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_and_workers),
		cmocka_unit_test(counts_of_several_queues),
		cmocka_unit_test(tasks_and_groups),
		cmocka_unit_test(artifacts),
		cmocka_unit_test(the_index_and_secrets),
		cmocka_unit_test(the_top_of_the_index),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
