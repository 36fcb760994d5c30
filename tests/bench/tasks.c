/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tests/bench/tasks.h"

#include "tests/harness/server.h"
#include "tools/sandbox/base/write.h"
#include "tools/sandbox/store/store.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>
#include <time.h>

size_t tasks_perform(tc_call *call)
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
		"\"schedulerId\":\"-\",\"projectId\":\"none\",\"taskGroupId\":\"" TASKS_GROUP "\","
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
		"\"" TASKS_GROUP "\"}}",
		created, deadline, deadline, deadline);
	return text;
}

size_t tasks_create(tc_client *client)
{
	char id[TC_SLUGID_SIZE];
	const char *text = task_text();
	tc_error err = TC_ERROR_INIT;

	tc_slugid_nice(id);
	tc_call *call = tc_queue_create_task_call(client, id, &err);
	assert_ok(tc_call_body_bytes(call, text, strlen(text), NULL, &err), &err);
	size_t length = tasks_perform(call);
	tc_call_free(call);
	return length;
}

void tasks_fill(const char *file, int64_t count)
{
	struct tc_test_server *server = tc_test_server_start("--no-page", "--state", file, NULL);
	tc_client *client = tc_test_client(server->root_url);
	tc_error err = TC_ERROR_INIT;

	tasks_create(client);
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
