/* SPDX-License-Identifier: MPL-2.0 */
/* What the sandbox costs: createTask, beside a bare server that writes the same rows; and
 * pendingTasks of a queue where many tasks wait, beside one where few do. CPU of the servers. */
#include "tests/harness/test.h"

#include "tests/bench/bare_sandbox.h"
#include "tests/bench/measure.h"
#include "tests/harness/server.h"
#include "tools/sandbox/base/write.h"
#include "tools/sandbox/store/store.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>
#include <time.h>
#include <unistd.h>

#define GROUP "aaaaaaaaQaCaaaaaaaaaaA"
#define CALLS 300
#define CREATE_LIMIT 3.0
#define PENDING_LIMIT 2.0
#define FEW 1000
#define MANY 50000

/* ---- calls ---- */

/* The length of the reply. */
static size_t perform(tc_call *call)
{
	tc_error err = TC_ERROR_INIT;
	tc_response *response = NULL;
	size_t length;

	if (tc_call_perform(call, &response, &err) != TC_OK)
		fail_msg("%s", tc_error_text(&err));
	tc_response_body(response, &length);
	tc_release(response);
	return length;
}

/* A definition with every member, so that what the sandbox keeps is not longer. */
static const char *task_text(void)
{
	static char text[2000];
	int64_t now_ms = (int64_t)time(NULL) * 1000;
	char created[DATE_SIZE];
	char deadline[DATE_SIZE];

	write_date(created, now_ms);
	write_date(deadline, now_ms + 3600000);
	snprintf(text, sizeof text,
		"{\"provisionerId\":\"prov\",\"workerType\":\"type\",\"taskQueueId\":\"prov/type\","
		"\"schedulerId\":\"-\",\"projectId\":\"none\",\"taskGroupId\":\"" GROUP "\","
		"\"dependencies\":[],\"requires\":\"all-completed\",\"routes\":[],\"priority\":"
		"\"lowest\",\"retries\":5,\"created\":\"%s\",\"deadline\":\"%s\",\"expires\":"
		"\"%s\",\"scopes\":[\"project:compile:cache\"],\"payload\":{\"image\":"
		"\"debian:12\",\"command\":[\"/bin/bash\",\"-c\",\"make -j4 all && make check\"],"
		"\"env\":{\"CC\":\"gcc\",\"LEVEL\":\"3\",\"REVISION\":"
		"\"8a1f0c6b2f7d4e3a9c5b1d0e7f6a8b9c0d1e2f3a\"},\"maxRunTime\":3600,\"artifacts\":"
		"{\"public/build\":{\"type\":\"directory\",\"path\":\"/builds/artifacts\","
		"\"expires\":\"%s\"}},\"features\":{\"taskclusterProxy\":true}},\"metadata\":"
		"{\"name\":\"build-linux64/opt\",\"description\":\"Builds for Linux and checks "
		"it\",\"owner\":\"nobody@example.com\",\"source\":\"https://example.com/task.yml\"}"
		",\"tags\":{\"kind\":\"build\",\"os\":\"linux\",\"createdForUser\":"
		"\"nobody@example.com\"},\"extra\":{\"index\":{\"rank\":1767225600},\"parent\":"
		"\"" GROUP "\"}}",
		created, deadline, deadline, deadline);
	return text;
}

static size_t create_task(tc_client *client)
{
	char id[TC_SLUGID_SIZE];
	const char *text = task_text();
	tc_error err = TC_ERROR_INIT;

	tc_slugid_nice(id);
	tc_call *call = tc_queue_create_task_call(client, id, &err);
	assert_ok(tc_call_body_bytes(call, text, strlen(text), NULL, &err), &err);
	size_t length = perform(call);
	tc_call_free(call);
	return length;
}

/* ---- createTask ---- */

static void create_many(void *data)
{
	for (int i = 0; i < CALLS; i++)
		create_task(data);
}

/* The states are in memory, or in two files of this folder. */
static bool measure_create(const char *label, const char *folder)
{
	char ours_file[200];
	char bare_file[200];
	const char *file = folder ? ours_file : NULL;

	snprintf(ours_file, sizeof ours_file, "%s/ours", folder ? folder : "");
	snprintf(bare_file, sizeof bare_file, "%s/bare", folder ? folder : "");
	struct bare_sandbox *bare = bare_sandbox_start(folder ? bare_file : NULL, GROUP);
	const char *const arguments[] = { file ? "--state" : NULL, file, NULL };
	struct tc_test_server *ours = tc_test_server_start_unchecked(arguments);
	tc_client *clients[] = { tc_test_client(ours->root_url), tc_test_client(bare->root_url) };
	const struct measure_side sides[] = { { "sandbox", create_many, clients[0] },
		{ "libmicrohttpd and SQLite", create_many, clients[1] } };
	const pid_t pids[] = { ours->pid, bare->pid };

	assert_int_equal(create_task(clients[0]), create_task(clients[1]));
	struct measure_result result = measure_servers(&sides[0], &sides[1], pids, CALLS);
	bool fine = measure_print(label, &result, CREATE_LIMIT, true);
	tc_client_free(clients[0]);
	tc_client_free(clients[1]);
	tc_test_server_stop(ours);
	bare_sandbox_stop(bare);
	return fine;
}

/* ---- pendingTasks ---- */

/* One task as the sandbox stores it, then so many like it. */
static void fill(const char *file, int64_t count)
{
	struct tc_test_server *server = tc_test_server_start("--state", file, NULL);
	tc_client *client = tc_test_client(server->root_url);
	tc_error err = TC_ERROR_INIT;

	create_task(client);
	tc_client_free(client);
	tc_test_server_stop(server);
	struct store *store = store_open(file, &err);
	if (!store)
		fail_msg("%s", tc_error_text(&err));
	store_begin(store);
	store_run(store,
		"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
		"INSERT INTO tasks SELECT i, printf('%08dQaC%010dA', i, i), definition, group_id, "
		"scheduler_id, project_id, queue_id, priority, requires, retries, retries_left, "
		"created, deadline, expires, state FROM tasks, n",
		"i", count);
	store_run(store,
		"INSERT INTO runs SELECT t.task_id, run_id, r.queue_id, r.priority, r.state, "
		"reason_created, reason_resolved, worker_group, worker_id, taken_until, scheduled, "
		"started, resolved, by_work FROM runs r, tasks t WHERE t.seq > 1",
		"");
	if (!store_commit(store))
		fail_msg("%s", store_problem(store));
	store_close(store);
}

struct asker {
	struct tc_test_server *server;
	tc_client *client;
	tc_call *call;
};

static void start_asker(struct asker *asker, const char *folder, int64_t count)
{
	char file[200];
	char expected[60];
	tc_error err = TC_ERROR_INIT;
	tc_response *response = NULL;

	snprintf(file, sizeof file, "%s/%lld", folder, (long long)count);
	fill(file, count);
	asker->server = tc_test_server_start("--state", file, NULL);
	asker->client = tc_test_client(asker->server->root_url);
	asker->call = tc_queue_pending_tasks_call(asker->client, "prov/type", &err);
	assert_ok(tc_call_perform(asker->call, &response, &err), &err);
	snprintf(expected, sizeof expected, "\"pendingTasks\":%lld", (long long)count);
	assert_non_null(strstr(tc_response_body(response, NULL), expected));
	tc_release(response);
}

static void end_asker(struct asker *asker)
{
	tc_call_free(asker->call);
	tc_client_free(asker->client);
	tc_test_server_stop(asker->server);
}

static void ask_many(void *data)
{
	const struct asker *asker = data;

	for (int i = 0; i < CALLS; i++)
		perform(asker->call);
}

static bool measure_pending(const char *folder)
{
	struct asker many, few;

	start_asker(&many, folder, MANY);
	start_asker(&few, folder, FEW);
	const struct measure_side sides[] = { { "50,000 pending", ask_many, &many },
		{ "1,000 pending", ask_many, &few } };
	const pid_t pids[] = { many.server->pid, few.server->pid };
	struct measure_result result = measure_servers(&sides[0], &sides[1], pids, CALLS);
	bool fine = measure_print("sandbox.pendingTasks 50,000", &result, PENDING_LIMIT, true);

	end_asker(&many);
	end_asker(&few);
	return fine;
}

int main(void)
{
	char folder[] = "/tmp/tc-bench-XXXXXX";
	char command[60];

	assert_non_null(mkdtemp(folder));
	bool fine = measure_create("sandbox.createTask", NULL);
	fine &= measure_create("sandbox.createTask --state", folder);
	fine &= measure_pending(folder);
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	return system(command) != 0 || !fine;
}
