/* SPDX-License-Identifier: MPL-2.0 */
/* What the sandbox costs: createTask, beside a bare server that writes the same rows; and
 * pendingTasks of a queue where many tasks wait, beside one where few do. CPU of the servers. */
#include "tests/harness/test.h"

#include "tests/bench/bare_sandbox.h"
#include "tests/bench/measure.h"
#include "tests/bench/tasks.h"
#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/queue.h>
#include <unistd.h>

#define CALLS 300
#define CREATE_LIMIT 3.5
#define PENDING_LIMIT 2.0
#define FEW 1000
#define MANY 50000

/* ---- createTask ---- */

static void create_many(void *data)
{
	for (int i = 0; i < CALLS; i++)
		tasks_create(data);
}

/* The states are in memory, or in two files of this folder. */
static bool measure_create(const char *label, const char *folder)
{
	char ours_file[200];
	char bare_file[200];
	const char *file = folder ? ours_file : NULL;

	snprintf(ours_file, sizeof ours_file, "%s/ours", folder ? folder : "");
	snprintf(bare_file, sizeof bare_file, "%s/bare", folder ? folder : "");
	struct bare_sandbox *bare = bare_sandbox_start(folder ? bare_file : NULL, TASKS_GROUP);
	const char *const arguments[] = { file ? "--state" : NULL, file, NULL };
	struct tc_test_server *ours = tc_test_server_start_unchecked(arguments);
	tc_client *clients[] = { tc_test_client(ours->root_url), tc_test_client(bare->root_url) };
	const struct measure_side sides[] = { { "sandbox", create_many, clients[0] },
		{ "libmicrohttpd and SQLite", create_many, clients[1] } };
	const pid_t pids[] = { ours->pid, bare->pid };

	assert_int_equal(tasks_create(clients[0]), tasks_create(clients[1]));
	struct measure_result result = measure_servers(&sides[0], &sides[1], pids, CALLS);
	bool fine = measure_print(label, &result, CREATE_LIMIT);
	tc_client_free(clients[0]);
	tc_client_free(clients[1]);
	tc_test_server_stop(ours);
	bare_sandbox_stop(bare);
	return fine;
}

/* ---- pendingTasks ---- */

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
	tasks_fill(file, count);
	asker->server = tc_test_server_start("--state", file, NULL);
	asker->client = tc_test_client(asker->server->root_url);
	asker->call = tc_queue_pending_tasks_call(asker->client, TASKS_QUEUE, &err);
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
		tasks_perform(asker->call);
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
	bool fine = measure_print("sandbox.pendingTasks 50,000", &result, PENDING_LIMIT);

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
